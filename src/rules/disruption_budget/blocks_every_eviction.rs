//! `disruption-budget/blocks-every-eviction`.

use crate::masking::{Name, Said, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::{
    Amount, Budget, Located, MOST_WORKLOADS, Section, Sections, Tree, Workload, budget_in,
    is_foreign, pods_of, workloads,
};

rule! {
    /// A pod disruption budget never lets any pod go.
    ///
    /// ## What it does
    ///
    /// Compares every budget that is switched on with the replicas it speaks for, those of its own section or of the only
    /// workload inside of it, and reports a `minAvailable` that is as high as the number of replicas (or `100%`) and a
    /// `maxUnavailable` of 0. Percentages round up, as in Kubernetes. Where autoscaling is on, the most replicas count;
    /// a budget that blocks only at the fewest is a warning.
    ///
    /// ## Why it matters
    ///
    /// No node that runs such a pod can be drained. Upgrades of the cluster hang until somebody deletes pods by hand, past
    /// the budget that should have protected them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// replicas: 2
    /// podDisruptionBudget:
    ///   enabled: true
    ///   minAvailable: 2
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// replicas: 2
    /// podDisruptionBudget:
    ///   enabled: true
    ///   maxUnavailable: 1
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: specifying a disruption budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    "disruption-budget/blocks-every-eviction", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
        let sections = &values.sections;
        let budgets = sections
            .iter()
            .filter(|section| !is_foreign(section))
            .filter_map(budget_in)
            .filter(Budget::is_on)
            .take(MOST_WORKLOADS);
        for budget in budgets {
            check_budget(values, &budget, sections, out);
        }
    }
}

fn check_budget(
    values: &EnvironmentValues<'_>,
    budget: &Budget<'_, '_>,
    sections: &Sections<'_>,
    out: &mut Reporter<'_>,
) {
    let workload = protected(&budget.section, sections);
    let most = workload.as_ref().and_then(Workload::most);
    let fewest = workload.as_ref().and_then(Workload::fewest);
    if let Some(limit) = budget.limit("minAvailable") {
        if blocks(limit.tree(), most.as_ref()) {
            report(values, &limit, most.as_ref(), Severity::Error, out);
        } else if blocks(limit.tree(), fewest.as_ref()) {
            report(values, &limit, fewest.as_ref(), Severity::Warning, out);
        }
    } else if let Some(limit) = budget.limit("maxUnavailable")
        && pods_of(limit.tree(), 100) == Some(0)
    {
        let message = text!(
            "`{}` is 0: no pod may ever be evicted, and nodes cannot be drained",
            limit.path()
        );
        out.push(out.value(values, &limit, message).help(ADVICE));
    }
}

const ADVICE: &str = "leave room for one: `maxUnavailable: 1`, or fewer than there are replicas";

/// Whether so many pods must stay that none may go. Without replicas only `100%` says so.
fn blocks(limit: &Tree<'_>, replicas: Option<&Amount<'_>>) -> bool {
    match replicas {
        Some(replicas) => {
            let kept = pods_of(limit, replicas.number);
            replicas.number > 0 && kept.is_some_and(|kept| kept >= replicas.number)
        }
        None => limit.as_str() == Some("100%"),
    }
}

fn report(
    values: &EnvironmentValues<'_>,
    limit: &Located<'_>,
    replicas: Option<&Amount<'_>>,
    severity: Severity,
    out: &mut Reporter<'_>,
) {
    let path = limit.path();
    let text = limit.tree().as_str().unwrap_or_default();
    let consequence = if severity == Severity::Error {
        "no pod may ever be evicted, and nodes cannot be drained"
    } else {
        "while no more are running, no pod may be evicted, and nodes cannot be drained"
    };
    let message = match replicas {
        Some(replicas) => text!(
            "`{}` is {} of {} {}: {}",
            path,
            Said(&text),
            replicas.number,
            Name(&if replicas.number == 1 {
                "replica"
            } else {
                "replicas"
            }),
            consequence
        ),
        None => text!("`{}` is {}: {}", path, Said(&text), consequence),
    };
    let mut finding = out.value(values, limit, message).help(ADVICE);
    if let Some(replicas) = replicas {
        finding = finding.note(replicas.value.tree().location(), "the replicas");
    }
    out.push(out.weaken(severity, finding));
}

/// The workload that a budget speaks for: the innermost around it, or the only one beside it.
fn protected<'s, 'a>(
    section: &Section<'s, 'a>,
    sections: &'s Sections<'a>,
) -> Option<Workload<'s, 'a>> {
    let around = workloads(sections).filter(|workload| workload.section.contains(section));
    around.last().or_else(|| {
        let mut beside = workloads(sections).filter(|workload| section.contains(&workload.section));
        beside.next().filter(|_| beside.next().is_none())
    })
}
