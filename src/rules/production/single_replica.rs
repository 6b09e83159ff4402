//! `production/single-replica`.

use std::collections::BTreeSet;

use envlint_yaml::Span;

use super::{counts, is_left_out, is_worker, is_workers_name, workloads_of};
use crate::manifests::RenderedWorkload;
use crate::masking::{ObjectName, text};
use crate::resolve::EnvironmentValues;
use crate::rules::comments::beside;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Location, Severity};
use crate::values::{Workload, is_of_copies, workloads};

rule! {
    /// A workload runs as a single replica in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, looks at every section that says how many replicas there are
    /// (`replicas`, `replicaCount`) and reports those that may run with one: the number is 1, or autoscaling is on and
    /// its minimum is 1. The values are the effective ones, so a chart's default of 1 counts too; it is one finding for all
    /// environments that have it, at the line of the default.
    ///
    /// Where the chart renders, the workload decides: the number is only reported when a template reads it and makes a
    /// workload of one replica that a Service leads to. A template that writes `replicas: 1`, or no number, is an info: no
    /// values file can change it. Without a chart, each finding is an info.
    ///
    /// Ignored: sections that are turned off (`enabled: false`), jobs, cron jobs and daemon sets, zero replicas (turned
    /// off on purpose), a number that autoscaling with a minimum of 2 or more overrides, workers that serve nobody,
    /// read replicas of a database that runs besides, workloads with the strategy `Recreate`, and workloads that keep data in
    /// a volume of their own or in a directory of the node, which a second replica cannot share, or use the network of the
    /// node. Where a comment next to the number says that there is to be one (`single node by design`), it is an info.
    ///
    /// ## Why it matters
    ///
    /// A node that is drained, a node that fails, a pod that crashes: with one replica, each of these is an outage until the
    /// new pod is ready.
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
    let mut templates: BTreeSet<String> = BTreeSet::new();
    for (values, _) in cx.production() {
        let mut decided: BTreeSet<&str> = BTreeSet::new();
        for workload in workloads(&values.sections) {
            let Some(replicas) = workload.replicas() else {
                continue;
            };
            let made = workloads_of(cx, values, replicas.value.path());
            decided.extend(made.iter().flatten().map(|made| &*made.name));
            if let Some(finding) = by_values(cx, values, &workload, out) {
                out.push(finding);
            }
        }
        let known = cx.manifests.workloads(values.name());
        let known = known.filter(|_| cx.has_known_layers()).unwrap_or_default();
        let alone = known.iter().filter(|made| is_alone(made));
        for made in alone.filter(|made| !decided.contains(&*made.name)) {
            if !is_workers_name(&made.name)
                && templates.insert(made.template.clone())
                && let Some(finding) = in_template(cx, values, made, out)
            {
                out.push(finding);
            }
        }
    }
}

/// Whether a second replica would keep a workload up, which has one.
fn is_alone(made: &RenderedWorkload) -> bool {
    let may_have_more = !made.keeps_data && !made.takes_node && !made.is_recreated;
    made.fewest == Some(1) && made.is_served && may_have_more
}

/// A number in the values.
fn by_values(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    workload: &Workload<'_, '_>,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let fewest = workload.fewest().filter(|fewest| fewest.number == 1)?;
    let path = fewest.value.path();
    if !counts(cx, values, path, fewest.value.tree()) || is_left_out(cx, workload, path) {
        return None;
    }
    let made = workloads_of(cx, values, path);
    let is_fine = made
        .as_ref()
        .is_some_and(|made| !made.iter().any(|made| is_alone(made)));
    if is_fine || is_worker(&workload.section) || is_of_copies(&workload.section) {
        return None;
    }
    let is_scaled = workload
        .replicas()
        .is_some_and(|set| set.value.path() != path);
    let (says, rest) = match is_scaled {
        true => (
            "lets autoscaling go down to 1 replica",
            ", which a node drain or a crash stops",
        ),
        false => ("is 1", ", so a node drain or a crash stops all of it"),
    };
    let message = text!("`{}` {}", path, says);
    let finding = out.written(cx, values, &fewest.value, message).help(
        "run at least 2 in production; if it must run alone, say why in a comment: `# envlint: ignore[production/single-replica] the reason`",
    );
    let is_meant = {
        let place = &finding.location;
        beside(place.source.text(), place.span).any(says_one)
    };
    let (sureness, finding) = match made {
        Some(_) if !is_meant => ("rendered", finding),
        Some(_) => ("meant", out.lower_severity(Severity::Info, finding)),
        None => ("guessed", out.lower_severity(Severity::Info, finding)),
    };
    Some(finding.once(text!("{} {}", says, sureness), rest))
}

/// Whether a comment says that there is to be one replica.
fn says_one(comment: &str) -> bool {
    const WORDS: [&str; 10] = [
        "by design",
        "cannot be scaled",
        "cannot scale",
        "does not scale",
        "exactly one",
        "on purpose",
        "only one",
        "single-node",
        "single node",
        "singleton",
    ];
    let small = comment.to_ascii_lowercase();
    WORDS.iter().any(|word| small.contains(word))
}

/// A workload whose number no value sets.
fn in_template(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    made: &RenderedWorkload,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let object = cx
        .manifests
        .template_of(values.name(), (&made.kind, &made.name, &made.template))?;
    let (place, is_written) = written_number(&object)?;
    let subject = text!("{} `{}`", ObjectName(&made.kind), ObjectName(&made.name));
    let (wrong, message) = match is_written {
        true => (
            "written",
            text!("the template writes `replicas: 1` for {}", subject),
        ),
        false => (
            "left out",
            text!(
                "the template writes no `replicas` for {}, which means 1",
                subject
            ),
        ),
    };
    let finding = out
        .lowered(Severity::Info, place, message)
        .environment(values.name())
        .help("let a value set `replicas`, and run at least 2 in production");
    // All templates of a chart that do so are one cause: whoever wrote the chart.
    let directory = cx.chart.map_or("", |chart| chart.directory.as_str());
    let finding = finding.once_of(directory, wrong, subject);
    Some(finding.ending(", so a node drain or a crash stops all of it"))
}

/// Where the template of an object should let values say how many replicas there are: at the line `replicas: 1` (then true),
/// or at the `spec` that says nothing of it. None where an action writes the number, or the whole object.
fn written_number(object: &Location) -> Option<(Location, bool)> {
    let text = object.source.text();
    let rest = text.get(object.span.start..)?;
    let rest = rest.split("\n---").next().unwrap_or(rest);
    let line_of = |key: &str| {
        let mut from = object.span.start;
        let lines = rest.split_inclusive('\n').map(move |line| {
            let start = from;
            from += line.len();
            (start, line)
        });
        let mut lines = lines.filter_map(move |(start, line)| {
            let value = line.trim_start().strip_prefix(key)?.trim();
            Some((
                start + line.len() - line.trim_start().len(),
                line.trim(),
                value,
            ))
        });
        lines.next()
    };
    let place = |(start, line, _): (usize, &str, &str)| {
        Location::new(&object.source, Span::new(start, start + line.len()))
    };
    match line_of("replicas:") {
        Some(found) if found.2 == "1" => Some((place(found), true)),
        Some(_) => None,
        // A spec that an action writes may have it.
        None if rest.contains("replicas") => None,
        None => {
            line_of("containers:")?;
            Some((place(line_of("spec:")?), false))
        }
    }
}
