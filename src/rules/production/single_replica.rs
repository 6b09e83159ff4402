//! `production/single-replica`.

use super::{counts, is_worker, workloads_of};
use crate::manifests::RenderedWorkload;
use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
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
    /// Where the chart renders, the workload decides: the number is only reported when a template reads it and makes a
    /// workload of one replica that a Service leads to. Without a chart, it is an info.
    ///
    /// Ignored: sections that are turned off (`enabled: false`), jobs, cron jobs and daemon sets, zero replicas (turned
    /// off on purpose), a number that autoscaling with a minimum of 2 or more overrides, workers that serve nobody,
    /// workloads with the strategy `Recreate`, and workloads that keep data in a volume of their own, which a second replica
    /// cannot share.
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
            let path = fewest.value.path();
            if !counts(cx, values, path, fewest.value.tree()) {
                continue;
            }
            let made = workloads_of(cx, values, path);
            let is_alone = |made: &&RenderedWorkload| {
                let may_have_more = !made.keeps_data && !made.is_recreated;
                made.fewest == Some(1) && made.is_served && may_have_more
            };
            let is_fine = made.as_ref().is_some_and(|made| !made.iter().any(is_alone));
            if is_fine || is_worker(&workload.section) {
                continue;
            }
            let is_scaled = workload
                .replicas()
                .is_some_and(|set| set.value.path() != path);
            let (says, rest) = match is_scaled {
                true => (
                    "lets autoscaling go down to 1 replica",
                    ", where every restart is an outage",
                ),
                false => ("is 1", ", so every restart is an outage"),
            };
            let message = text!("`{}` {}", path, says);
            let finding = out.value(values, &fewest.value, message).help(
                "run at least 2; if it must run alone, say why in a comment: `# envlint: ignore[production/single-replica] the reason`",
            );
            let (sureness, finding) = match made {
                Some(_) => ("rendered", finding),
                None => ("guessed", out.lower_severity(Severity::Info, finding)),
            };
            out.push(finding.once(text!("{} {}", says, sureness), rest));
        }
    }
}
