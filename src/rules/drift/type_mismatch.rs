//! `drift/type-mismatch`.

use super::item_types::mismatch;
use crate::masking::{Name, text};
use crate::resolve::Class;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::{Row, Tree, same_type, words_of};
use envlint_helm::Coverage;
use envlint_yaml::{Resolved, Scalar, Segment};

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
            let message = text!(
                "`{}` is {} in {} but {} in {}, and templates treat the two differently",
                row.path,
                tree.describe(),
                Name(values.name()),
                usual.describe(),
                Name(cx.name(reference))
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
            let is_known = cx.chart.is_some() && !is_printed(cx, row, usual, tree);
            out.push(match !is_known && prints_alike(usual, tree) {
                true => out.lower_severity(Severity::Info, finding),
                false => finding,
            });
        }
    }
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

/// Whether a template names a number or its text by itself: `{{ .Values.port }}` prints `5432` and `"5432"` alike, and only what
/// copies the map around them tells the two apart.
fn is_printed(cx: &AppContext<'_>, row: &Row<'_>, left: &Tree<'_>, right: &Tree<'_>) -> bool {
    let is_number = |tree: &Tree<'_>| {
        let text = tree.as_scalar().map(Scalar::text);
        text.is_some_and(|text| text.parse::<u32>().is_ok_and(|number| number > 0))
    };
    let reads = cx.chart.and_then(|chart| chart.reads());
    is_number(left)
        && is_number(right)
        && reads.is_some_and(|reads| reads.coverage(&row.path) == Coverage::Read)
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
