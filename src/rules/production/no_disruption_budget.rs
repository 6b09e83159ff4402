//! `production/no-disruption-budget`.

use envlint_yaml::Path;

use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Workload, workloads};
use crate::workspace::ChartFiles;

rule! {
    /// A workload with several replicas has no pod disruption budget in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, looks at every section that runs two or more replicas (set, or the
    /// minimum of autoscaling) and asks for a pod disruption budget: `podDisruptionBudget`, `pdb` or
    /// `disruptionBudget`, in the section itself or around it. A budget that is off (`enabled: false`, `create: false`)
    /// is reported at its switch. So is a budget that is on when no template of the chart makes one. Values without a
    /// budget are fine when the chart's templates make one.
    ///
    /// ## Why it matters
    ///
    /// Without a budget, a cluster upgrade can drain all nodes of a workload at once: several replicas, and still an
    /// outage.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicaCount: 3
    /// podDisruptionBudget:
    ///   enabled: false
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicaCount: 3
    /// podDisruptionBudget:
    ///   enabled: true
    ///   minAvailable: 2
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: specifying a disruption budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    "production/no-disruption-budget", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.production() {
        for workload in workloads(&values.sections) {
            if workload.fewest().is_some_and(|fewest| fewest.number >= 2) {
                check_workload(cx, values, &workload, out);
            }
        }
    }
}

fn check_workload(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    workload: &Workload<'_, '_>,
    out: &mut Reporter<'_>,
) {
    let Some(fewest) = workload.fewest() else {
        return;
    };
    let makes_budgets = cx.chart.and_then(ChartFiles::makes_disruption_budgets);
    match workload.budget() {
        Some(budget) if budget.is_on() && makes_budgets == Some(false) => {
            let message = text!(
                "the disruption budget of {} is on in {}, but no template of the chart makes one",
                named(&workload.section.path()),
                Name(values.name())
            );
            let finding = out.value(values, &budget.value(), message);
            out.push(finding.help("add a template with a PodDisruptionBudget to the chart; these values alone do nothing"));
        }
        Some(budget) if budget.is_on() => {}
        Some(budget) => {
            let switch = budget.switch();
            let state = if switch.is_some() { "off" } else { "empty" };
            let at_fault = switch.unwrap_or_else(|| budget.value());
            let message = text!(
                "the disruption budget of {} is {} in {}, so a node drain can stop all {} replicas at once",
                named(&workload.section.path()),
                state,
                Name(values.name()),
                fewest.number
            );
            out.push(out.value(values, &at_fault, message).help(SWITCH_ON));
        }
        None if makes_budgets == Some(true) => {}
        None => {
            let message = text!(
                "{} has {} replicas and no disruption budget in {}, so a node drain can stop all of them at once",
                named(&workload.section.path()),
                fewest.number,
                Name(values.name())
            );
            let finding = out.value(values, &fewest.value, message);
            out.push(finding.help(match makes_budgets {
                Some(false) => {
                    "add a PodDisruptionBudget to the chart's templates, with `maxUnavailable: 1`"
                }
                _ => SWITCH_ON,
            }));
        }
    }
}

const SWITCH_ON: &str = "turn one on that lets one pod go, for example `podDisruptionBudget: {enabled: true, maxUnavailable: 1}`; the chart decides the names of the keys";

/// The section's path; the whole file has none that means anything to people.
fn named(section: &Path) -> Text {
    if section.is_root() {
        "the workload".into()
    } else {
        text!("`{}`", section)
    }
}
