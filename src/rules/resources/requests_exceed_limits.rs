//! `resources/requests-exceed-limits`.

use crate::masking::{Said, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Section, Tree, quantity};

rule! {
    /// A container asks for more of a resource than its limit allows.
    ///
    /// ## What it does
    ///
    /// Compares every request below `resources.requests` with the limit of the same name below `resources.limits`, as
    /// amounts: `1Gi` is more than `1000Mi`, and `1500m` is more than `1`. The values are the effective ones: a request
    /// in the values file may exceed a limit in the chart's defaults. Sections that are turned off (`enabled: false`)
    /// are ignored.
    ///
    /// ## Why it matters
    ///
    /// Kubernetes refuses the pod: nothing starts, and the rollout hangs.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// resources:
    ///   requests: {memory: 2Gi}
    ///   limits: {memory: 1Gi}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// resources:
    ///   requests: {memory: 1Gi}
    ///   limits: {memory: 2Gi}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: resource management](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    "resources/requests-exceed-limits", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
        for section in values.sections.iter() {
            if let (Some(requests), Some(limits)) = (section.get("requests"), section.get("limits"))
            {
                check_section(values, &section, requests, limits, out);
            }
        }
    }
}

fn check_section(
    values: &EnvironmentValues<'_>,
    section: &Section<'_, '_>,
    requests: &Tree<'_>,
    limits: &Tree<'_>,
    out: &mut Reporter<'_>,
) {
    for (name, request) in requests.entries() {
        let Some(limit) = limits.get(name) else {
            continue;
        };
        let (Some(asked), Some(allowed)) = (amount(&request), amount(&limit)) else {
            continue;
        };
        let value = || section.located("requests")?.get(name);
        if asked > allowed
            && let Some(value) = value()
        {
            let message = text!(
                "`{}` is {}, more than the limit of {}: Kubernetes refuses the pod",
                value.path(),
                Said(request.as_str().unwrap_or_default()),
                Said(limit.as_str().unwrap_or_default())
            );
            out.push(
                out.value(values, &value, message)
                    .note(limit.location(), "the limit")
                    .help("lower the request or raise the limit"),
            );
        }
    }
}

/// The quantity that a value means. Numbers are read by what they mean: `1_000` is 1000.
fn amount(tree: &Tree<'_>) -> Option<i128> {
    let scalar = tree.as_scalar()?;
    match scalar.value() {
        envlint_yaml::Value::Int(number) => quantity(&number.to_string()),
        envlint_yaml::Value::Null | envlint_yaml::Value::Bool(_) => None,
        _ => quantity(scalar.text()),
    }
}
