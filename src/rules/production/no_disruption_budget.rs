//! `production/no-disruption-budget`.

use std::collections::BTreeSet;

use envlint_helm::Coverage;
use envlint_yaml::Path;

use super::template_object::line_of;
use super::{counts, is_left_out, is_worker, is_workers_name, workloads_of};
use crate::manifests::RenderedWorkload;
use crate::masking::{Name, ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;
use crate::values::{Amount, Budget, Workload, is_budget, workloads};
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
    /// budget are one finding for each app, with all workloads.
    ///
    /// Where the chart renders, the workloads decide: the rule only reports those that a Service leads to and that no
    /// rendered budget selects, whoever makes it; also those whose number stands in a template, or under a key that is not
    /// known, at the template's line. Without a chart, a finding is an info.
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

/// A workload without a budget.
struct Exposed<'a> {
    section: Path,
    /// The section and those around it that may speak of it, from the inside out.
    sections: Vec<Path>,
    fewest: Amount<'a>,
    is_known: bool,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut without: Vec<(&EnvironmentValues<'_>, Vec<Exposed<'_>>)> = Vec::new();
    let mut said: BTreeSet<Path> = BTreeSet::new();
    for (values, _) in cx.production() {
        let mut exposed = Vec::new();
        let mut decided: BTreeSet<&str> = BTreeSet::new();
        for workload in workloads(&values.sections) {
            let Some(fewest) = workload.fewest().filter(|fewest| fewest.number >= 2) else {
                continue;
            };
            let path = fewest.value.path();
            if !counts(cx, values, path, fewest.value.tree()) || is_left_out(cx, &workload, path) {
                continue;
            }
            let made = workloads_of(cx, values, path);
            decided.extend(made.iter().flatten().map(|made| &*made.name));
            let is_fine = made
                .as_ref()
                .is_some_and(|made| !made.iter().any(|made| is_exposed(made)));
            if is_fine || is_worker(&workload.section) {
                continue;
            }
            let fewest_is_known = made.is_some();
            match workload.budget() {
                None if !fewest_is_known && makes_budgets(cx) == Some(true) => {}
                None => exposed.push(Exposed {
                    section: workload.section.path(),
                    sections: workload.outwards().map(|section| section.path()).collect(),
                    fewest,
                    is_known: fewest_is_known,
                }),
                Some(budget) => {
                    let found = with_budget(cx, values, &workload, &budget, fewest.number, out);
                    let is_new = |finding: &Finding| {
                        finding
                            .path
                            .as_ref()
                            .is_none_or(|path| said.insert(path.clone()))
                    };
                    // Without a chart, nobody knows what the replicas are of.
                    let lowered = |finding| match fewest_is_known {
                        true => finding,
                        false => out.lower_severity(Severity::Info, finding),
                    };
                    if let Some(finding) = found.filter(is_new).map(lowered) {
                        out.push(finding);
                    }
                }
            }
        }
        in_templates(cx, values, &decided, out);
        if !exposed.is_empty() {
            without.push((values, exposed));
        }
    }
    if let Some(finding) = without_budget(cx, &without, out) {
        out.push(finding);
    }
}

/// Whether a drain can stop all pods of a workload that somebody waits for.
fn is_exposed(made: &RenderedWorkload) -> bool {
    let is_large = made.fewest.is_some_and(|fewest| fewest >= 2);
    is_large && made.is_served && !made.has_budget
}

/// Workloads whose number is none of those that the values are known for.
fn in_templates(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    decided: &BTreeSet<&str>,
    out: &mut Reporter<'_>,
) {
    let known = cx.manifests.workloads(values.name());
    let known = known.filter(|_| cx.has_known_layers()).unwrap_or_default();
    let left = known.iter().filter(|made| {
        is_exposed(made) && !decided.contains(&*made.name) && !is_workers_name(&made.name)
    });
    for made in left {
        let object = (&*made.kind, &*made.name, &*made.template);
        let Some(object) = cx.manifests.template_of(values.name(), object) else {
            continue;
        };
        let place = line_of(&object, "replicas:").map_or_else(|| object.clone(), |line| line.whole);
        let subject = text!("{} `{}`", ObjectName(&made.kind), ObjectName(&made.name));
        let message = text!("no disruption budget selects the pods of {}", subject);
        let finding = out.finding(place, message).environment(values.name());
        // All templates of a chart that lack one are one cause: whoever wrote the chart.
        let directory = cx.chart.map_or("", |chart| chart.directory.as_str());
        let finding = finding
            .help(ADD)
            .once_of(directory, "no budget", subject)
            .ending(", so a node drain can stop all of them at once");
        out.push(finding);
    }
}

fn makes_budgets(cx: &AppContext<'_>) -> Option<bool> {
    cx.chart.and_then(ChartFiles::makes_disruption_budgets)
}

/// A workload with a budget that is off, empty, or made by no template.
fn with_budget(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    workload: &Workload<'_, '_>,
    budget: &Budget<'_, '_>,
    fewest: i64,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let section = workload.section.path();
    if budget.is_on() {
        // Where no template reads it at all, `values/unused` says so.
        if makes_budgets(cx) != Some(false) || !cx.may_read(budget.value().path()) {
            return None;
        }
        let message = text!(
            "the disruption budget of {} is on in {}, but no template of the chart makes one",
            named(&section),
            Name(values.name())
        );
        let finding = out.value(values, &budget.value(), message);
        return Some(finding.help(
            "add a template with a PodDisruptionBudget to the chart; these values alone do nothing",
        ));
    }
    let switch = budget.switch();
    let state = if switch.is_some() { "off" } else { "empty" };
    let at_fault = switch.unwrap_or_else(|| budget.value());
    let message = text!(
        "the disruption budget of {} is {} in {}, so a node drain can stop all {} replicas at once",
        named(&section),
        state,
        Name(values.name()),
        fewest
    );
    let help = match cx.may_read(budget.value().path()) {
        true => SWITCH_ON,
        false => ADD,
    };
    Some(out.value(values, &at_fault, message).help(help))
}

/// How many workloads are named.
const MOST_NAMED: usize = 10;

/// All workloads of which the values say nothing of a budget: one template makes them all safe.
fn without_budget(
    cx: &AppContext<'_>,
    found: &[(&EnvironmentValues<'_>, Vec<Exposed<'_>>)],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let (values, exposed) = found.first()?;
    let first = exposed.first()?;
    let sections: BTreeSet<&Path> = found
        .iter()
        .flat_map(|(_, exposed)| exposed.iter().map(|exposed| &exposed.section))
        .collect();
    let environments = Text::listed(found.iter().map(|(values, _)| values.name()));
    let message = match sections.len() {
        1 => text!(
            "{} has {} replicas and no disruption budget in {}, so a node drain can stop all of them at once",
            named(&first.section),
            first.fewest.number,
            environments
        ),
        several => text!(
            "{} workloads have several replicas and no disruption budget in {}, so a node drain can stop all pods of one at once: {}",
            several,
            environments,
            Text::first(sections.into_iter().map(named), MOST_NAMED)
        ),
    };
    let is_known = found
        .iter()
        .any(|(_, exposed)| exposed.iter().any(|exposed| exposed.is_known));
    let finding = out
        .value(values, &first.fewest.value, message)
        .help(way_out(cx, first));
    Some(match is_known {
        true => finding,
        false => out.lower_severity(Severity::Info, finding),
    })
}

/// How the workload gets a budget: from the templates that make one for it, if there are any.
fn way_out(cx: &AppContext<'_>, exposed: &Exposed<'_>) -> Text {
    if makes_budgets(cx) == Some(false) {
        return ADD.into();
    }
    let Some(reads) = cx.chart.and_then(|chart| chart.reads()) else {
        return SWITCH_ON.into();
    };
    let of_section = |section: &Path| {
        let mut keys = reads.keys_below(section).into_iter();
        keys.find(|key| is_budget(key)).map(|key| section.key(key))
    };
    if let Some(budget) = exposed.sections.iter().find_map(of_section) {
        return text!(
            "turn on `{}`, and let one pod go at a time, for example with `maxUnavailable: 1`",
            budget
        );
    }
    let guess = exposed.section.key("podDisruptionBudget");
    match cx.coverage(&guess) {
        Coverage::Unread => ADD.into(),
        _ => SWITCH_ON.into(),
    }
}

const ADD: &str = "add a PodDisruptionBudget to the chart's templates, with `maxUnavailable: 1`";

const SWITCH_ON: &str = "turn one on that lets one pod go, for example `podDisruptionBudget: {enabled: true, maxUnavailable: 1}`; the chart decides the names of the keys";

/// The section's path; the whole file has none that means anything to people.
fn named(section: &Path) -> Text {
    if section.is_root() {
        "the workload".into()
    } else {
        text!("`{}`", section)
    }
}
