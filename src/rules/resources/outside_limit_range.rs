//! `resources/outside-limit-range`.

use std::sync::Arc;

use super::amounts::shown;
use super::namespaces::{Limits, Namespace, Range};
use crate::manifests::{Brought, BroughtObject, Outside, PodContainers};
use crate::masking::{Name, ObjectName, Text, text};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::Severity;

rule! {
    /// A container asks for more or less than a LimitRange allows.
    ///
    /// ## What it does
    ///
    /// Compares what the containers and init containers of an environment ask for with the LimitRanges of their namespace: with
    /// `min` and `max` of the type `Container`, for cpu, memory and ephemeral storage. A limit counts as the request where none is
    /// set, and what the LimitRange gives by default counts, too.
    ///
    /// The LimitRange is an object of an app's chart, or a plain manifest of the workspace that names its namespace, where only one
    /// environment has that namespace; then the finding is a warning, since nobody knows to which cluster it is applied.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses such pods. The Deployment is there, and stays without pods.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// kind: LimitRange
    /// spec:
    ///   limits:
    ///     - {type: Container, max: {memory: 2Gi}}
    ///
    /// # environments/prod/values.yaml
    /// resources:
    ///   limits: {memory: 4Gi}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// resources:
    ///   limits: {memory: 2Gi}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    "resources/outside-limit-range", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let limits = Limits::of(cx);
    for namespace in Namespace::all(cx, &limits) {
        if namespace.ranges.is_empty() || namespace.is_ambiguous() {
            continue;
        }
        for (brought, object) in &namespace.objects {
            let containers = object.pods.iter().flat_map(|pods| &pods.containers);
            for container in containers {
                for range in &namespace.ranges {
                    if let Some(outside) = range.bounds.outside(container, &namespace.defaults) {
                        let asking = (*brought, *object, container);
                        say(cx, &namespace, asking, range, outside, out);
                    }
                }
            }
        }
    }
}

fn say(
    cx: &WorkspaceContext<'_>,
    namespace: &Namespace<'_>,
    (brought, object, container): (&Brought, &BroughtObject, &PodContainers),
    range: &Range<'_>,
    outside: Outside,
    out: &mut Reporter<'_>,
) {
    let path = container.path.key("resources");
    let own = cx.place_of(brought, object, Some(&path));
    let bound = range.place(cx);
    let Some(place) = own.clone().or_else(|| bound.clone()) else {
        return;
    };
    let subject = text!(
        "the container `{}` of {} `{}`",
        ObjectName(&container.name),
        ObjectName(&object.kind),
        ObjectName(&object.name)
    );
    let (at, change) = match outside.is_more {
        true => ("at most", "lower"),
        false => ("at least", "raise"),
    };
    let amount = |billionths| shown(outside.name, billionths);
    let wrong = text!(
        "asks for {} `{}`, but {} allows {} {}",
        Name(&amount(outside.asked)),
        Name(outside.name),
        range.called(),
        at,
        Name(&amount(outside.allowed))
    );
    let mark = format!(
        "{}:{}:{}",
        place.source.path, place.span.start, container.name
    );
    let mut finding = out
        .finding(place, text!("{} {}", subject, wrong))
        .environment(namespace.environment)
        .help(text!(
            "{} it, or change the LimitRange of the namespace `{}`",
            change,
            Name(&namespace.name)
        ))
        .once_of(mark, wrong, subject)
        .ending(Text::from(", so the API server refuses its pods"));
    finding.app = Some(Arc::clone(&brought.app));
    if let Some(bound) = bound.filter(|_| own.is_some()) {
        finding = finding.note(bound, "the bounds");
    }
    if !range.is_deployed() {
        finding = out.lower_severity(Severity::Warning, finding);
    }
    out.push(finding);
}
