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
    /// A pod disruption budget never allows an eviction.
    ///
    /// ## What it does
    ///
    /// Compares every budget that is turned on with the replicas it protects: those of its own section, or of the only
    /// workload inside it. It reports a `minAvailable` as high as the number of replicas (or `100%`) and a
    /// `maxUnavailable` of 0. Percentages round up, as in Kubernetes. With autoscaling, it compares with the maximum of
    /// replicas; a budget that blocks only at the minimum is a warning.
    ///
    /// ## Why it matters
    ///
    /// No node that runs such a pod can be drained. Cluster upgrades hang until somebody deletes the pods by hand.
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
            "`{}` is 0: no pod can ever be evicted, so no node can be drained",
            limit.path()
        );
        out.push(out.value(values, &limit, message).help(ADVICE));
    }
}

const ADVICE: &str =
    "let one pod go: set `maxUnavailable: 1`, or `minAvailable` below the number of replicas";

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
        "no pod can ever be evicted, so no node can be drained"
    } else {
        "while only that many run, no pod can be evicted, so no node can be drained"
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
    out.push(out.lower_severity(severity, finding));
}

/// The workload that a budget protects: the innermost around it, or the only one beside it.
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
