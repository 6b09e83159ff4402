//! `autoscaling/minimum-exceeds-maximum`.

use std::collections::BTreeSet;

use envlint_yaml::{Path, Value};

use crate::masking::{Said, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Section, Tree, integer, is_scaler, plain_key};

rule! {
    /// Autoscaling has a minimum above its maximum.
    ///
    /// ## What it does
    ///
    /// Compares the two bounds wherever a section has both: `minReplicas` and `maxReplicas`, `minReplicaCount` and
    /// `maxReplicaCount`, `minExecutors` and `maxExecutors`, and `min` and `max` below `autoscaling`, `hpa` or `keda`.
    /// The values are the effective ones: one bound may be the chart's default. Sections that are switched off
    /// (`enabled: false`) are ignored. Where the values have no such two bounds, a chart may still make them of others:
    /// every HorizontalPodAutoscaler and ScaledObject that the chart renders is looked at, too.
    ///
    /// ## Why it matters
    ///
    /// Kubernetes refuses the autoscaler, so the workload never scales.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// autoscaling:
    ///   enabled: true
    ///   minReplicas: 6
    ///   maxReplicas: 4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// autoscaling:
    ///   enabled: true
    ///   minReplicas: 2
    ///   maxReplicas: 6
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: horizontal pod autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/)
    "autoscaling/minimum-exceeds-maximum", Error, Check::App(check)
}

/// What is scaled, as the keys name it after `min` and `max`.
const SCALED: [&str; 7] = [
    "replicas",
    "replicacount",
    "executors",
    "pods",
    "instances",
    "nodes",
    "workers",
];

/// Autoscalers, with the fields of their bounds and the minimum that they have without one.
const SCALERS: [(&str, [&str; 2], i64); 2] = [
    ("HorizontalPodAutoscaler", ["minReplicas", "maxReplicas"], 1),
    ("ScaledObject", ["minReplicaCount", "maxReplicaCount"], 0),
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
        let mut known = BTreeSet::new();
        for section in values.sections.iter() {
            let is_scaler = section.key().is_some_and(is_scaler);
            let minimums = section
                .entries()
                .iter()
                .filter_map(|(key, tree)| Some((*key, tree, scaled(key, is_scaler)?)));
            // One map has few words for a minimum; the bound is for a stranger's spelling of them.
            for (key, minimum, what) in minimums.take(16) {
                let maximum = section.find(|key| *plain_key(key) == *format!("max{what}"));
                if let Some((other, maximum)) = maximum {
                    let both = compare(values, &section, (key, minimum), (other, maximum), out);
                    known.extend(both);
                }
            }
        }
        objects(cx, values, &known, out);
    }
}

/// Autoscalers of a chart whose bounds contradict each other, but for those of which the values said so.
fn objects(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    known: &BTreeSet<(i64, i64)>,
    out: &mut Reporter<'_>,
) {
    for object in cx.manifests.objects(values.name()).unwrap_or_default() {
        let mut scalers = SCALERS.iter();
        let Some((_, fields, least)) = scalers.find(|(kind, ..)| *kind == object.kind) else {
            continue;
        };
        let bound = |field: &str| match object.at(&["spec", field]) {
            Some(Value::Int(bound)) => Some(*bound),
            _ => None,
        };
        let [minimum, maximum] = *fields;
        let (fewest, Some(most)) = (bound(minimum).unwrap_or(*least), bound(maximum)) else {
            continue;
        };
        if fewest <= most || known.contains(&(fewest, most)) {
            continue;
        }
        let path = Path::root().key("spec").key(minimum);
        let Some(place) = cx.manifests.place_of(values.name(), object, Some(&path)) else {
            continue;
        };
        let mark = format!("{}:{}", place.source.path, place.span.start);
        let message = text!(
            "`{}` of {} is {}, more than `{}` ({}): Kubernetes refuses the autoscaler",
            minimum,
            object.called(),
            fewest,
            maximum,
            most
        );
        let finding = out
            .finding(place, message)
            .environment(values.name())
            .help("lower the minimum or raise the maximum in the values that make them")
            .once_of(mark, "name", object.called());
        out.push(finding);
    }
}

/// What a key that begins with `min` is the minimum of.
fn scaled(key: &str, is_scaler: bool) -> Option<String> {
    if !key.starts_with(['m', 'M']) {
        return None;
    }
    let what = plain_key(key).strip_prefix("min")?.to_owned();
    (SCALED.contains(&what.as_str()) || (is_scaler && what.is_empty())).then_some(what)
}

/// Compares two bounds, and gives both.
fn compare(
    values: &EnvironmentValues<'_>,
    section: &Section<'_, '_>,
    (key, minimum): (&str, &Tree<'_>),
    (other, maximum): (&str, &Tree<'_>),
    out: &mut Reporter<'_>,
) -> Option<(i64, i64)> {
    let (fewest, most) = (integer(minimum)?, integer(maximum)?);
    if fewest > most
        && let Some(value) = section.located(key)
    {
        let message = text!(
            "`{}` is {}, more than `{}` ({}): Kubernetes refuses the autoscaler",
            value.path(),
            fewest,
            Said(&other),
            most
        );
        out.push(
            out.value(values, &value, message)
                .note(maximum.location(), "the maximum")
                .help("lower the minimum or raise the maximum"),
        );
    }
    Some((fewest, most))
}
