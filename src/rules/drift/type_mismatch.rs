//! `drift/type-mismatch`.

use super::item_types::mismatch;
use crate::masking::{Name, text};
use crate::resolve::{Class, EnvironmentValues};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::{Row, Tree, same_type, words_of};
use envlint_helm::{Coverage, Type};
use envlint_yaml::{Path, Resolved, Scalar, Segment};

rule! {
    /// A path holds values of different types in different environments.
    ///
    /// ## What it does
    ///
    /// Compares the types of every path across the environments: text, number, boolean, list, map. It compares
    /// per-environment paths, too, but no paths below `secrets:`. It reports the environments that disagree with most
    /// of the others. Lists are compared as a whole; a list whose items, or what is in them, are maps in one environment and texts
    /// in another is a warning.
    ///
    /// Empty values (`""`, `{}`, `[]`, null) fit any type. So does a number next to a quantity, a duration or a
    /// percentage: `cpu: 1` and `cpu: 500m`, `minAvailable: 1` and `minAvailable: 50%`; and a number next to a text in
    /// a tag or a version, which charts only print: `tag: 1` and `tag: latest`.
    ///
    /// A shared path that is pending, as git history tells, may have a new type until it is promoted.
    ///
    /// Where the chart is known, its templates decide: values are alike where no template treats them differently, as where all
    /// hand them on as they are (`toYaml`), print them, or ask for the type. Where nobody can follow a value, it is an info.
    ///
    /// `true` and `"true"` are alike where Kubernetes takes only texts (annotations, labels, node selectors), because charts
    /// quote what they print there; elsewhere they are an info where the chart is not known.
    ///
    /// ## Why it matters
    ///
    /// A template treats the types differently: `"false"` is true in an `if`, `"8080"` is quoted where a number is
    /// expected, and a list ranges where a text does not. What worked in one environment fails in the next.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// tls: {enabled: false}
    ///
    /// # environments/prod/values.yaml
    /// tls: {enabled: "true"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// tls: {enabled: true}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: data types](https://helm.sh/docs/chart_template_guide/data_types/)
    "drift/type-mismatch", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (row, class) in cx.rows() {
        if matches!(class, Class::PerEnvironment(None)) || cx.is_pending(row) {
            continue;
        }
        if agrees(row) {
            if let Some(finding) = mismatch(cx, row, out) {
                out.push(finding);
            }
            continue;
        }
        let Some((reference, usual)) = most_usual(row) else {
            continue;
        };
        for (index, tree) in row.values().filter(|(_, tree)| !is_same(row, usual, tree)) {
            let (Some(values), Some(value)) = (cx.environments.get(index), row.located(index))
            else {
                continue;
            };
            let treated = Treated::of(values, &row.path, tree, usual);
            if treated == Treated::Alike {
                continue;
            }
            let message = text!(
                "`{}` is {} in {} but {} in {}{}",
                row.path,
                tree.describe(),
                Name(values.name()),
                usual.describe(),
                Name(cx.name(reference)),
                treated.words()
            );
            let place = match usual.as_scalar() {
                Some(_) => usual.location(),
                None => usual.key_location(),
            };
            let finding = out
                .value(values, &value, message)
                .note(place, text!("{} here", usual.describe()))
                .help(match (tree.as_scalar(), usual.as_scalar()) {
                    (Some(_), Some(_)) => {
                        "use one type in all environments; quotes turn a number or a boolean into text"
                    }
                    _ => "write it in one form in all environments: the one that the chart reads",
                });
            // Many charts quote what they print, so without the chart nobody knows that the two differ.
            let is_unsure = match treated {
                Treated::Differently | Treated::Alike => false,
                Treated::Unseen => true,
                Treated::Unknown => prints_alike(usual, tree),
            };
            out.push(match is_unsure {
                true => out.lower_severity(Severity::Info, finding),
                false => finding,
            });
        }
    }
}

/// What templates do with values of two types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Treated {
    Differently,
    Alike,
    /// Nobody can follow the value through the chart.
    Unseen,
    /// The chart is not known.
    Unknown,
}

impl Treated {
    pub(super) fn of(
        values: &EnvironmentValues<'_>,
        path: &Path,
        left: &Tree<'_>,
        right: &Tree<'_>,
    ) -> Treated {
        let Some(reads) = values.chart.and_then(|chart| chart.reads()) else {
            return Treated::Unknown;
        };
        match reads.tells_apart(path, type_of(left), type_of(right)) {
            Some(true) => Treated::Differently,
            Some(false) => Treated::Alike,
            // The chart that would read it is not there.
            None if reads.coverage(path) == Coverage::Unknown => Treated::Unknown,
            None => Treated::Unseen,
        }
    }

    /// The end of a message that says so.
    pub(super) fn words(self) -> &'static str {
        match self {
            Treated::Differently => ", and templates treat the two differently",
            Treated::Alike | Treated::Unseen | Treated::Unknown => {
                ", and templates may treat the two differently"
            }
        }
    }
}

fn type_of(tree: &Tree<'_>) -> Type {
    let Some(scalar) = tree.as_scalar() else {
        return match tree.is_sequence() {
            true => Type::List,
            false => Type::Map,
        };
    };
    match scalar.resolved() {
        Resolved::Bool(_) => Type::Boolean,
        Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_) => Type::Number,
        Resolved::String(text) if text.parse::<bool>().is_ok() => Type::QuotedBoolean,
        Resolved::String(text) if is_whole_number(&text) => Type::QuotedNumber,
        Resolved::String(_) | Resolved::Null => Type::Text,
    }
}

/// Whether a text says a number as a machine would write it: `012` may be one to the base of eight.
fn is_whole_number(text: &str) -> bool {
    text.parse::<i64>()
        .is_ok_and(|number| number.to_string() == text)
}

fn agrees(row: &Row<'_>) -> bool {
    let mut values = row.values().map(|(_, tree)| tree);
    let Some(first) = values.next() else {
        return true;
    };
    // An empty value fits anything, so it tells nothing of the others.
    !first.is_empty() && values.all(|tree| is_same(row, first, tree))
}

fn is_same(row: &Row<'_>, left: &Tree<'_>, right: &Tree<'_>) -> bool {
    same_type(left, right)
        || (is_amount(row) && left.as_scalar().is_some() && right.as_scalar().is_some())
        || (is_in_texts(row) && prints_alike(left, right))
        || (is_version(row) && is_printable(left) && is_printable(right))
}

/// Whether charts print the value and do nothing else with it: the tag of an image, a version.
fn is_version(row: &Row<'_>) -> bool {
    let Some(Segment::Key(key)) = row.path.last() else {
        return false;
    };
    let words = words_of(key);
    matches!(
        words.last().map(String::as_str),
        Some("tag" | "version" | "revision")
    )
}

/// Whether a template prints it, and does nothing else with it. That a number is printed in another way than it is written
/// (`1.10` as 1.1) is for `yaml/ambiguous-scalar` to say.
fn is_printable(tree: &Tree<'_>) -> bool {
    let resolved = tree.as_scalar().map(Scalar::resolved);
    matches!(
        resolved,
        Some(Resolved::String(_) | Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_))
    )
}

/// Whether Kubernetes takes only texts there, so that charts quote what they print: annotations, labels, node selectors.
fn is_in_texts(row: &Row<'_>) -> bool {
    row.path.segments().iter().any(|segment| match segment {
        envlint_yaml::Segment::Key(key) => {
            let key = key.to_ascii_lowercase();
            let maps = ["annotations", "labels", "selector"];
            maps.iter().any(|end| key.ends_with(end))
        }
        _ => false,
    })
}

/// `true` and `"true"`.
fn prints_alike(left: &Tree<'_>, right: &Tree<'_>) -> bool {
    let text = |tree: &Tree<'_>| tree.as_scalar().map(|scalar| scalar.text().to_owned());
    text(left).is_some() && text(left) == text(right)
}

/// Whether Kubernetes takes a number and a text alike there: quantities (`cpu: "1"`) and ports (`http`).
fn is_amount(row: &Row<'_>) -> bool {
    let mut keys = row
        .path
        .segments()
        .iter()
        .rev()
        .filter_map(|segment| match segment {
            envlint_yaml::Segment::Key(key) => Some(key.as_str()),
            _ => None,
        });
    let last = keys.next().unwrap_or_default();
    last == "targetPort" || last == "port" || matches!(keys.next(), Some("requests" | "limits"))
}

/// The value whose type most environments share, the earliest among equals.
fn most_usual<'t, 'a>(row: &'t Row<'a>) -> Option<(usize, &'t Tree<'a>)> {
    let share = |tree: &Tree<'a>| {
        row.values()
            .filter(|(_, other)| is_same(row, tree, other))
            .count()
    };
    let given = row.values().filter(|(_, tree)| !tree.is_empty());
    given.max_by_key(|(index, tree)| (share(tree), std::cmp::Reverse(*index)))
}
