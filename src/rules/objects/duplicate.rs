//! `objects/duplicate`.

use std::collections::HashMap;

use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A chart renders two objects with one name.
    ///
    /// ## What it does
    ///
    /// Compares the API group, the kind, the namespace and the name of all objects that the chart renders for an environment.
    /// Hooks are left alone: they may replace what is there.
    ///
    /// ## Why it matters
    ///
    /// The cluster holds one of the two. With server-side apply the second one silently changes the first; without it, the
    /// first installation fails because the object already exists.
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
    "objects/duplicate", Error, Check::App(check)
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
