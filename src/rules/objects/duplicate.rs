//! `objects/duplicate`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::ways::Ways;
use crate::manifests::{Brought, BroughtObject, is_of_cluster};
use crate::masking::{Name, ObjectName, text};
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};
use crate::source::{Confidence, Severity};

rule! {
    /// Two objects have one name.
    ///
    /// ## What it does
    ///
    /// Compares the API group, the kind, the namespace and the name of all objects that a chart renders for an environment,
    /// and of those that two apps bring to one namespace. It is a warning where both apps have the same chart: they may be
    /// deployed to two clusters.
    ///
    /// Ignored: hooks, because they may replace what is there; between apps, objects that belong to the cluster as a whole,
    /// apps of which nothing says the namespace, and apps that are deployed to different clusters: by the destination of Argo
    /// CD, `--kube-context`, or a folder of clusters. So are two apps of one chart that different tools deploy, such as Argo
    /// CD and a command: only one of the two ways is in use.
    ///
    /// ## Why it matters
    ///
    /// The cluster holds one of the two. With server-side apply the second one silently changes the first; without it, the
    /// first installation fails because the object already exists. Argo CD keeps both apps out of sync.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/config.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: shop}
    ///
    /// # templates/extra.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/extra.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: shop-extra}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: object names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)
    "objects/duplicate", Error, Check::App(check), Check::Workspace(check_apps)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        let mut known = HashMap::new();
        let own = cx.app.namespace(values.name());
        for object in objects.iter().filter(|object| !object.is_hook) {
            if object.name.is_empty() || object.kind.is_empty() {
                continue;
            }
            let namespace = object.namespace.as_deref().unwrap_or(&own);
            let key = (object.group(), &object.kind, namespace, &object.name);
            let Some(first) = known.insert(key, object) else {
                continue;
            };
            let Some(place) = cx.manifests.place_of(values.name(), object, None) else {
                continue;
            };
            let file = format!("{}:{}", place.source.path, place.span.start);
            let message = text!("{} is rendered twice", object.called());
            let mut finding = out
                .finding(place.clone(), message)
                .environment(values.name())
                .help("give one of the two another name, or remove it")
                .once_of(file, "duplicate", object.called())
                .ending(", so the cluster gets only one of the two");
            if let Some(other) = cx.manifests.place_of(values.name(), first, None)
                && (&other.source.path, other.span.start) != (&place.source.path, place.span.start)
            {
                finding = finding.note(other, "the other one");
            }
            out.push(finding);
        }
    }
}

/// Two apps that bring one object to one namespace.
fn check_apps(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let mut known: HashMap<_, (&Brought, &BroughtObject)> = HashMap::new();
    // An app of which only the path of a values file tells may be a copy that nobody deploys.
    let deployed = cx.workspace.apps.iter();
    let deployed =
        deployed.filter(|app| app.has_evidence() || app.declaration(cx.workspace).is_some());
    let deployed: HashSet<&str> = deployed.map(|app| &*app.name).collect();
    let is_deployed = |brought: &Brought| deployed.contains(&*brought.app);
    let ways = Ways::of(cx);
    for brought in cx.brought {
        for object in brought.objects.iter().flatten() {
            if object.is_hook || is_of_cluster(&object.kind) || object.name.is_empty() {
                continue;
            }
            let Some(namespace) = brought.known_namespace_of(object) else {
                continue;
            };
            let key = (
                &brought.environment,
                namespace,
                &object.group,
                &object.kind,
                &object.name,
            );
            let Some((first, other)) = known.insert(key, (brought, object)) else {
                continue;
            };
            let clusters = first.cluster.as_ref().zip(brought.cluster.as_ref());
            let is_elsewhere = clusters.is_some_and(|(one, other)| one != other);
            let are_deployed = is_deployed(first) && is_deployed(brought);
            if first.app == brought.app || is_elsewhere || !are_deployed {
                continue;
            }
            let [one, two] = [first, brought].map(|brought| ways.by(brought));
            let is_of_one_chart = one.chart.is_some() && one.chart == two.chart;
            if one.is_alternative(two) {
                continue;
            }
            let Some(place) = cx.place_of(brought, object, None) else {
                continue;
            };
            let called = text!(
                "{} `{}`",
                ObjectName(&object.kind),
                ObjectName(&object.name)
            );
            let message = text!(
                "{} is rendered by `{}` and by `{}` for the namespace `{}`",
                called,
                Name(&first.app),
                Name(&brought.app),
                ObjectName(&namespace)
            );
            let mark = format!("{}:{}", first.app, brought.app);
            let mut finding = out
                .finding(place, message)
                .environment(&brought.environment)
                .help("give one of the two another name or namespace, or remove it")
                .once_of(mark, "duplicate", called)
                .ending(", so the two overwrite each other");
            finding.app = Some(Arc::clone(&brought.app));
            if is_of_one_chart {
                // One chart is often deployed to several clusters, and nothing here tells them apart.
                finding = out.lower_severity(Severity::Warning, finding);
                finding = finding.confidence(Confidence::Medium);
            }
            if let Some(other) = cx.place_of(first, other, None) {
                finding = finding.note(other, "the other one");
            }
            out.push(finding);
        }
    }
}
