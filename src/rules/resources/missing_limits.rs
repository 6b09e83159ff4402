//! `resources/missing-limits`.

use super::namespaces::{InForce, Limits, Namespace};
use crate::manifests::{Brought, BroughtObject, PodContainers};
use crate::masking::{ObjectName, Text, text};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::{Location, Severity};
use crate::workspace::Tier;

rule! {
    /// A container sets no requests or limits where a ResourceQuota demands them.
    ///
    /// ## What it does
    ///
    /// Looks for the ResourceQuotas of each namespace: those that the charts of its apps render, and those that the
    /// repository keeps as plain YAML with `metadata.namespace`; of those it is a warning, since nobody knows who applies them. Where one counts `requests.cpu`, `requests.memory`,
    /// `limits.cpu` or `limits.memory`, all containers and init containers of the namespace have to set them. A limit
    /// without a request counts as the request, and what a LimitRange of the namespace gives counts as set.
    ///
    /// In environments that envlint.yaml declares with the tier `preview`, every container has to set a memory limit, with a
    /// ResourceQuota or without: what runs there is not reviewed yet, and shares its nodes with others.
    ///
    /// Ignored: tests of the chart; quotas with scopes other than `Terminating` and `NotTerminating`; where not all apps are checked.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses such pods. The Deployment is accepted, and stays without pods.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/quota.yaml
    /// kind: ResourceQuota
    /// spec:
    ///   hard: {limits.memory: 16Gi}
    ///
    /// # templates/deployment.yaml
    /// initContainers:
    ///   - name: migrate
    ///     image: registry.example.com/shop:1.4.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// initContainers:
    ///   - name: migrate
    ///     image: registry.example.com/shop:1.4.0
    ///     resources:
    ///       limits: {memory: 256Mi}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: resource quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/)
    /// - [Kubernetes: limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    "resources/missing-limits", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    if !cx.complete {
        return;
    }
    let limits = Limits::of(cx);
    let of_previews = [("limits.memory".to_owned(), 0)];
    for namespace in Namespace::all(cx, &limits) {
        let is_preview = is_preview(cx, namespace.environment);
        for (brought, object) in &namespace.objects {
            let Some(pods) = &object.pods else { continue };
            for container in &pods.containers {
                let mut unset: Vec<&str> = Vec::new();
                let mut demanding: Vec<&InForce<'_>> = Vec::new();
                for in_force in &namespace.quotas {
                    let hard = &in_force.quota.hard;
                    let found = match in_force.quota.counts(pods) {
                        true => pods.unset(container, hard, &namespace.defaults),
                        false => Vec::new(),
                    };
                    if !found.is_empty() {
                        demanding.push(in_force);
                        unset.extend(found);
                    }
                }
                if is_preview && demanding.is_empty() {
                    unset = pods.unset(container, &of_previews, &namespace.defaults);
                }
                unset.sort_unstable();
                unset.dedup();
                let found = Found {
                    cx,
                    namespace: &namespace,
                    brought,
                    object,
                    container,
                };
                if !unset.is_empty() {
                    found.say(&demanding, &unset, out);
                }
            }
        }
    }
}

/// Whether the configuration says that an environment is a preview.
fn is_preview(cx: &WorkspaceContext<'_>, name: &str) -> bool {
    let mut declared = cx.workspace.config.environments.iter();
    declared.any(|(declared, settings)| **declared == *name && settings.tier == Some(Tier::Preview))
}

/// A container that does not set what it has to.
struct Found<'f, 'c> {
    cx: &'f WorkspaceContext<'c>,
    namespace: &'f Namespace<'c>,
    brought: &'f Brought,
    object: &'f BroughtObject,
    container: &'f PodContainers,
}

impl Found<'_, '_> {
    fn say(&self, demanding: &[&InForce<'_>], unset: &[&str], out: &mut Reporter<'_>) {
        let path = self.container.path.key("resources");
        let quota = demanding.iter().find_map(|in_force| {
            let hard = &in_force.quota.hard;
            let (name, _) = hard
                .iter()
                .find(|(name, _)| unset.contains(&name.as_str()))?;
            in_force.place(self.cx, name)
        });
        let own = self.cx.place_of(self.brought, self.object, Some(&path));
        let Some(place) = own.clone().or_else(|| quota.clone()) else {
            return;
        };
        let unset = || unset.iter().map(|name| Text::from(called(name)));
        let subject = text!(
            "the container `{}` of {} `{}`",
            ObjectName(&self.container.name),
            ObjectName(&self.object.kind),
            ObjectName(&self.object.name)
        );
        let message = text!("{} sets {}", subject, Text::sentence(unset()));
        let rest = match demanding.is_empty() {
            false => text!(
                ", but {} {} it, so the API server refuses its pods",
                Text::join(demanding.iter().map(|in_force| in_force.called()), " and "),
                if demanding.len() == 1 {
                    "demands"
                } else {
                    "demand"
                }
            ),
            true => ", so one pull request may take the memory of a node".into(),
        };
        let help = match demanding.is_empty() {
            false => text!(
                "set `resources` of the container, or add a LimitRange with defaults to the namespace `{}`",
                ObjectName(&self.namespace.name)
            ),
            true => "set `resources.limits.memory` of the container".into(),
        };
        let mark = mark(&place, self.container);
        let mut finding = out
            .finding(place, message)
            .environment(self.namespace.environment)
            .help(help)
            .once_of(mark, Text::sentence(unset()), subject)
            .ending(rest);
        finding.app = Some(std::sync::Arc::clone(&self.brought.app));
        let is_sure = |in_force: &&InForce<'_>| in_force.is_deployed() && self.namespace.is_whole;
        if !demanding.is_empty() && !demanding.iter().any(is_sure) {
            // What is not known may have a LimitRange.
            finding = out.lower_severity(Severity::Warning, finding);
        }
        if let Some(quota) = quota.filter(|_| own.is_some()) {
            finding = finding.note(quota, "the quota");
        }
        out.push(finding);
    }
}

/// One line of a template may make many containers.
fn mark(place: &Location, container: &PodContainers) -> String {
    format!(
        "{}:{}:{}",
        place.source.path, place.span.start, container.name
    )
}

/// What is not set, as a sentence lists it.
fn called(name: &str) -> &'static str {
    match name {
        "requests.cpu" => "no CPU request",
        "requests.memory" => "no memory request",
        "limits.cpu" => "no CPU limit",
        _ => "no memory limit",
    }
}
