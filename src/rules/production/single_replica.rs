//! `production/single-replica`.

use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::workloads;

rule! {
    /// A workload runs as a single replica in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, looks at every section that says how many replicas there are
    /// (`replicas`, `replicaCount`) and reports those that may run with one: the number is 1, or autoscaling is on and
    /// its minimum is 1. The values are the effective ones, so a chart's default of 1 counts too.
    ///
    /// Ignored: sections that are turned off (`enabled: false`), jobs, cron jobs and daemon sets, zero replicas (turned
    /// off on purpose), and a number that autoscaling with a minimum of 2 or more overrides.
    ///
    /// ## Why it matters
    ///
    /// A node that is drained, a pod that crashes, an image that is pulled: with one replica, each of these is an outage
    /// until the new pod is ready.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// api:
    ///   replicas: 1
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// api:
    ///   replicas: 2
    /// ```
    ///
    /// If a program must run alone, say why: `replicas: 1 # envlint: ignore[production/single-replica] holds a lock`.
    ///
    /// ## References
    ///
    /// - [Kubernetes: disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    /// - [Kubernetes: horizontal pod autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/)
    "production/single-replica", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.production() {
        for workload in workloads(&values.sections) {
            let Some(fewest) = workload.fewest().filter(|fewest| fewest.number == 1) else {
                continue;
            };
            let is_scaled = workload
                .replicas()
                .is_some_and(|set| set.value.path() != fewest.value.path());
            let message = if is_scaled {
                text!(
                    "`{}` lets autoscaling go down to 1 replica in {}, where every restart is an outage",
                    fewest.value.path(),
                    Name(values.name())
                )
            } else {
                text!(
                    "`{}` is 1 in {}, so every restart is an outage",
                    fewest.value.path(),
                    Name(values.name())
                )
            };
            out.push(out.value(values, &fewest.value, message).help(
                "run at least 2; if it must run alone, say why in a comment: `# envlint: ignore[production/single-replica] the reason`",
            ));
        }
    }
}
