//! `production/smaller-than-before`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use envlint_yaml::{Path, Segment};

use super::capacity::is_no_less_in_all;
use crate::masking::{Name, Said, Text, text};
use crate::rules::setting::{Other, Setting, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Severity};
use crate::values::{Tree, compare_measures, is_off_on_the_way, quantity, words_of};

rule! {
    /// Production has less than the environment before it.
    ///
    /// ## What it does
    ///
    /// Compares the environments of the production tier with the one that is promoted to them, and reports what is
    /// smaller in production: replicas and the bounds of autoscaling, sizes of volumes, requests and limits of
    /// resources, sizes of heaps. One finding names all that is smaller in one file. Replicas do not count where
    /// autoscaling decides, and a zero says that something is turned off; less than a tenth is no difference. A pod may have less where
    /// production has so many more of them that it has no less in all, and a limit may be lower where no less is asked for. Where the other
    /// environment has the chart's default, which nobody chose for it, the finding is an info. Paths that `envlint.yaml` says more of are ignored:
    /// `drift/undeclared-difference` and `drift/expectation` report them.
    ///
    /// ## Why it matters
    ///
    /// The size was tested in staging and forgotten in production, where the load is. A volume cannot be made smaller,
    /// so Kubernetes refuses that when it is corrected late.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// persistence: {size: 10Gi}
    ///
    /// # environments/prod/values.yaml
    /// persistence: {size: 1Gi}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// persistence: {size: 100Gi}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: managing resources](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    "production/smaller-than-before", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut smaller: BTreeMap<(String, String), Vec<Setting<'_, '_>>> = BTreeMap::new();
    let is_wanted = |name: &str, text: &str| {
        let is_amount = text.starts_with(|first: char| first.is_ascii_digit());
        is_amount && may_be_size(name) || heap(text).is_some()
    };
    for setting in of_production(cx, &is_wanted) {
        if is_size(&setting) && !setting.is_declared(cx) && lower(&setting).is_some() {
            let name = setting.values.name().to_string();
            let place = setting.located();
            let source = place.tree().source();
            // Somebody decided on the sizes of a file together.
            if !out.ignores(setting.path(), source) {
                let file = source.path.clone();
                smaller.entry((name, file)).or_default().push(setting);
            }
        }
    }
    for settings in smaller.values() {
        report(settings, out);
    }
}

/// What the environment before has, where production has less of it.
fn lower<'s, 'a>(setting: &Setting<'s, 'a>) -> Option<(Other<'s, 'a>, &'a str)> {
    let before = setting.before()?;
    let there = before.tree.as_str()?;
    if is_unused(&before, setting.path()) {
        return None;
    }
    let is_load_test = ["perf", "load"].contains(&&*before.values.environment.stage);
    let (here, there) = match (heap(setting.text), heap(there)) {
        (Some(here), Some(there)) => (here, there),
        (None, None) => (setting.text, there),
        _ => return None,
    };
    let is_lower =
        compare_measures(here, there) == Some(Ordering::Less) && !is_nearly_same(here, there);
    if !is_lower || is_load_test || is_zero(here) {
        return None;
    }
    let is_of_pod = heap(setting.text).is_some() || is_of_pod(&setting.name);
    let own = setting.values.effective.as_ref().filter(|_| is_of_pod);
    let is_made_up = own.zip(before.values.effective.as_ref());
    let is_made_up = is_made_up
        .is_some_and(|(own, other)| is_no_less_in_all((own, here), (other, there), setting.path()));
    (!is_made_up).then_some((before, there))
}

/// Whether a name is that of something that each pod has.
fn is_of_pod(name: &str) -> bool {
    let words = words_of(name);
    matches!(words.last().map(String::as_str), Some("cpu" | "memory"))
}

/// Whether an environment does not use a value: a section around it is turned off, or autoscaling decides.
fn is_unused(other: &Other<'_, '_>, path: &Path) -> bool {
    let Some(root) = &other.values.effective else {
        return false;
    };
    let is_replicas = matches!(path.last(), Some(Segment::Key(key)) if words_of(key)
        .first()
        .is_some_and(|word| word.starts_with("replica")));
    let section = path.parent().and_then(|parent| root.at(&parent));
    is_off_on_the_way(root, path)
        || (is_replicas && section.is_some_and(|section| scales(&section)))
}

/// The largest heap in options of Java: `2g` of `-Xms1g -Xmx2g`.
fn heap(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("-Xmx")?;
    rest.split([' ', '"', '\'']).next()
}

/// Whether two quantities are within a tenth of each other: `1500Mi` and `1.5Gi` are meant to be the same.
fn is_nearly_same(here: &str, there: &str) -> bool {
    match (quantity(here), quantity(there)) {
        (Some(here), Some(there)) => there.saturating_sub(here) <= there / 10,
        _ => false,
    }
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

/// How many other settings of the same file are named.
const MOST_NAMED: usize = 4;

fn report(settings: &[Setting<'_, '_>], out: &mut Reporter<'_>) {
    let Some((first, rest)) = settings.split_first() else {
        return;
    };
    let Some((before, there)) = lower(first) else {
        return;
    };
    let (name, from) = (first.values.name(), before.values.name());
    let mut message = text!(
        "`{}` drops from {} in {} to {} in {}",
        first.path(),
        Said(there),
        Name(from),
        Said(heap(first.text).unwrap_or(first.text)),
        Name(name)
    );
    if !rest.is_empty() {
        let map = first.path().parent();
        let others = rest
            .iter()
            .map(|setting| match setting.path().parent() == map {
                true => text!("`{}`", Name(&setting.name)),
                false => text!("`{}`", setting.path()),
            });
        message.push(text!("; also {}", Text::first(others, MOST_NAMED)));
    }
    let finding = out
        .value(first.values, &first.located(), message)
        .note(before.tree.location(), text!("the value in {}", Name(from)))
        .help(text!(
            "raise it in {}, or lower it in {}",
            Name(name),
            Name(from)
        ))
        .confidence(Confidence::Medium);
    // The earlier environment raised it for itself, and production has what all have; or nobody chose what that one has.
    let is_own = first.values.file.path == first.tree.source().path;
    out.push(match is_own && !first.is_default_in(&before) {
        true => finding,
        false => out.lower_severity(Severity::Info, finding),
    });
}

/// Whether a name may be that of a size: most settings are done with before anybody asks where they stand.
fn may_be_size(name: &str) -> bool {
    let words = words_of(name);
    let last = words.last().map(String::as_str);
    let ends = ["replicas", "count", "cpu", "memory", "size", "storage"];
    last.is_some_and(|last| ends.contains(&last))
}

/// Whether a setting says how much production has of something.
fn is_size(setting: &Setting<'_, '_>) -> bool {
    if heap(setting.text).is_some() {
        return true;
    }
    let keys: Vec<&str> = setting
        .path()
        .segments()
        .iter()
        .rev()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    let (Some(key), above) = (keys.first(), keys.get(1).copied().unwrap_or_default()) else {
        return false;
    };
    let words = words_of(key);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let holds_data = || {
        let above = words_of(above);
        above.iter().any(|word| {
            matches!(
                word.as_str(),
                "persistence" | "storage" | "volume" | "pvc" | "disk" | "persistent"
            )
        })
    };
    match words.as_slice() {
        ["replicas"] | ["replica", "count"] => !is_scaled(setting),
        ["min", "replicas"] | ["max", "replicas"] => true,
        ["cpu" | "memory"] => matches!(above, "limits" | "requests"),
        ["size"] | ["storage"] => holds_data() || above == "requests",
        [.., "heap", "size"] | [.., "storage" | "disk" | "volume", "size"] => true,
        _ => false,
    }
}

/// Whether autoscaling decides how many there are.
fn is_scaled(setting: &Setting<'_, '_>) -> bool {
    setting.section().is_some_and(|section| scales(&section))
}

/// Whether autoscaling is turned on in a section.
fn scales(section: &Tree<'_>) -> bool {
    ["autoscaling", "hpa", "keda"].iter().any(|key| {
        let is_on = section.get_keys(&[key, "enabled"]);
        is_on.and_then(|tree| tree.as_bool()) == Some(true)
    })
}
