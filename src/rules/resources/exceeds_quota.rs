//! `resources/exceeds-quota`.

use std::sync::Arc;

use super::amounts::shown;
use super::namespaces::{InForce, Limits, Namespace};
use crate::manifests::{Brought, BroughtObject};
use crate::masking::{Name, ObjectName, Text, text};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::Severity;

rule! {
    /// What a namespace holds is more than its ResourceQuota allows.
    ///
    /// ## What it does
    ///
    /// Adds up, for each ResourceQuota of a namespace, what the charts of all its apps render: the requests and limits of
    /// the pods, as often as there are replicas; the storage that they claim; and the number of pods, claims, Services,
    /// ConfigMaps and Secrets. Init containers count as Kubernetes counts them: the largest one, or all containers together
    /// with the sidecars. What a LimitRange gives to containers counts as set.
    ///
    /// It is an error where the fewest replicas need more than the quota allows. It is a warning where
    ///
    /// - the quota is plain YAML with `metadata.namespace`, since nobody knows who applies that file;
    /// - a Deployment that starts a new pod before it ends an old one has no room for the new one: its updates never end;
    /// - there is not enough for the most replicas that the autoscalers allow.
    ///
    /// Ignored: DaemonSets and CronJobs, because nobody knows how many of their pods run; hooks; quotas with scopes other
    /// than `Terminating` and `NotTerminating`; namespaces to which two apps bring the same object.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the pods that do not fit. Which ones these are depends on the order of their start.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// kind: ResourceQuota
    /// spec:
    ///   hard: {requests.cpu: "4"}
    /// ---
    /// kind: Deployment
    /// spec:
    ///   replicas: 5
    ///   template:
    ///     spec:
    ///       containers:
    ///         - {name: web, resources: {requests: {cpu: "1"}}}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// kind: ResourceQuota
    /// spec:
    ///   hard: {requests.cpu: "8"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: resource quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/)
    /// - [Kubernetes: resource sharing within containers](https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers)
    "resources/exceeds-quota", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let limits = Limits::of(cx);
    for namespace in Namespace::all(cx, &limits) {
        if namespace.quotas.is_empty() || namespace.is_ambiguous() {
            continue;
        }
        for in_force in &namespace.quotas {
            for (name, allowed) in &in_force.quota.hard {
                let need = Need::of(&namespace, in_force, name);
                if let Some(excess) = need.excess(*allowed) {
                    say(
                        cx,
                        &namespace,
                        (in_force, name, *allowed),
                        &need,
                        excess,
                        out,
                    );
                }
            }
        }
    }
}

/// What the objects of a namespace need of one thing that a quota counts.
struct Need<'c> {
    parts: Vec<Part<'c>>,
}

/// What one object needs.
struct Part<'c> {
    brought: &'c Brought,
    object: &'c BroughtObject,
    /// Each of its pods, or the object itself
    each: i128,
    fewest: i128,
    most: i128,
    updates_by_surge: bool,
}

/// How a need is more than what is allowed.
enum Excess<'n, 'c> {
    Always(i128),
    Update(&'n Part<'c>, i128),
    Scaled(i128),
}

impl<'c> Need<'c> {
    fn of(namespace: &Namespace<'c>, in_force: &InForce<'c>, name: &str) -> Need<'c> {
        let mut parts = Vec::new();
        for (brought, object) in &namespace.objects {
            if let Some(pods) = &object.pods
                && in_force.quota.counts(pods)
                && let Some(each) = pods.counts_for(name, &namespace.defaults)
            {
                parts.push(Part {
                    brought,
                    object,
                    each,
                    fewest: pods.fewest,
                    most: pods.most,
                    updates_by_surge: pods.updates_by_surge,
                });
            }
            let counts = object.counts.iter();
            let counts = counts.filter(|(counted, _)| {
                *counted == name && in_force.quota.counts_objects() && !object.is_hook
            });
            parts.extend(counts.map(|(_, each)| Part {
                brought,
                object,
                each: *each,
                fewest: 1,
                most: 1,
                updates_by_surge: false,
            }));
        }
        parts.retain(|part| part.each > 0 && part.most > 0);
        Need { parts }
    }

    fn sum(&self, of: impl Fn(&Part<'c>) -> i128) -> i128 {
        let needs = self
            .parts
            .iter()
            .map(|part| part.each.saturating_mul(of(part)));
        needs.fold(0, i128::saturating_add)
    }

    fn excess(&self, allowed: i128) -> Option<Excess<'_, 'c>> {
        let fewest = self.sum(|part| part.fewest);
        if fewest > allowed {
            return Some(Excess::Always(fewest));
        }
        let with_one_more = |part: &Part<'c>| fewest.saturating_add(part.each);
        let updated = self.parts.iter().filter(|part| part.updates_by_surge);
        if let Some(stuck) = updated
            .filter(|part| with_one_more(part) > allowed)
            .max_by_key(|part| part.each)
        {
            return Some(Excess::Update(stuck, with_one_more(stuck)));
        }
        let most = self.sum(|part| part.most);
        (most > allowed).then_some(Excess::Scaled(most))
    }

    /// The objects that need the most.
    fn largest(&self, name: &str, is_scaled: bool) -> Text {
        let pods = |part: &Part<'_>| match is_scaled {
            true => part.most,
            false => part.fewest,
        };
        let mut parts: Vec<&Part<'_>> = self.parts.iter().filter(|part| pods(part) > 0).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.each.saturating_mul(pods(part))));
        let called = |part: &&Part<'_>| {
            let (kind, object) = (ObjectName(&part.object.kind), ObjectName(&part.object.name));
            let amount = shown(name, part.each.saturating_mul(pods(part)));
            match pods(part) {
                1 => text!("{} `{}` {}", kind, object, Name(&amount)),
                pods => text!("{} `{}` {} ({} pods)", kind, object, Name(&amount), pods),
            }
        };
        Text::first(parts.iter().map(called), 4)
    }
}

fn say(
    cx: &WorkspaceContext<'_>,
    namespace: &Namespace<'_>,
    (in_force, name, allowed): (&InForce<'_>, &str, i128),
    need: &Need<'_>,
    excess: Excess<'_, '_>,
    out: &mut Reporter<'_>,
) {
    let Some(place) = in_force.place(cx, name) else {
        return;
    };
    let (amount, when, is_scaled, consequence) = match &excess {
        Excess::Always(amount) => (
            *amount,
            Text::new(),
            false,
            ", so the API server refuses pods",
        ),
        Excess::Update(part, amount) => (
            *amount,
            text!(
                " while {} `{}` is updated",
                ObjectName(&part.object.kind),
                ObjectName(&part.object.name)
            ),
            false,
            ", so the update never ends",
        ),
        Excess::Scaled(amount) => (
            *amount,
            " at the most replicas of the autoscalers".into(),
            true,
            ", so the API server refuses pods under load",
        ),
    };
    let consequence = match (is_of_pods(name), consequence) {
        (false, _) => ", so the API server refuses the rest",
        (true, consequence) => consequence,
    };
    let message = text!(
        "{} allows {} `{}`, but its namespace needs {}{}",
        in_force.called(),
        Name(&shown(name, allowed)),
        Name(&name),
        Name(&shown(name, amount)),
        when
    );
    let help = text!(
        "allow more, or lower what needs it in `{}`: {}",
        ObjectName(&namespace.name),
        need.largest(name, is_scaled)
    );
    let finding = out.finding(place, message);
    let file = finding.line_mark();
    // One line of a chart is too small for all that deploy it, whatever each of them needs.
    let mut finding = finding
        .environment(namespace.environment)
        .help(help)
        .once_of(
            file,
            text!("{}{}", Name(&shown(name, allowed)), consequence),
            in_force.called(),
        )
        .ending(consequence);
    let mut apps: Vec<&Arc<str>> = need.parts.iter().map(|part| &part.brought.app).collect();
    apps.dedup();
    if let [only] = apps.as_slice() {
        finding.app = Some(Arc::clone(only));
    }
    if !matches!(excess, Excess::Always(_)) || !in_force.is_deployed() {
        finding = out.lower_severity(Severity::Warning, finding);
    }
    out.push(finding);
}

fn is_of_pods(name: &str) -> bool {
    name == "pods" || name.ends_with("cpu") || name.ends_with("memory") || name.ends_with("storage")
}
