//! `autoscaling/minimum-exceeds-maximum`.

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
    /// (`enabled: false`) are ignored.
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

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
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
                    compare(values, &section, (key, minimum), (other, maximum), out);
                }
            }
        }
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

fn compare(
    values: &EnvironmentValues<'_>,
    section: &Section<'_, '_>,
    (key, minimum): (&str, &Tree<'_>),
    (other, maximum): (&str, &Tree<'_>),
    out: &mut Reporter<'_>,
) {
    let (Some(fewest), Some(most)) = (integer(minimum), integer(maximum)) else {
        return;
    };
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
}
