//! `objects/kept-on-delete`.

use envlint_yaml::{Path, Value};

use crate::manifests::RenderedObject;
use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::workspace::Tier;

rule! {
    /// An object outside of production stays in the cluster when its release is deleted.
    ///
    /// ## What it does
    ///
    /// Reports, among the objects that the chart renders for an environment that is not of the production tier:
    ///
    /// - `helm.sh/resource-policy: keep`;
    /// - a PersistentVolume or a StorageClass whose reclaim policy is `Retain`;
    /// - a StatefulSet whose `persistentVolumeClaimRetentionPolicy` says `whenDeleted: Retain`.
    ///
    /// Ignored: CustomResourceDefinitions, which are kept so that the objects of other releases survive; a StatefulSet that
    /// says nothing, though Kubernetes keeps its claims.
    ///
    /// ## Why it matters
    ///
    /// Development and previews are deleted and made anew. What is left costs money, and the next installation finds the
    /// data of the last one, or is refused because the object exists.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: shop-data
    ///   annotations:
    ///     helm.sh/resource-policy: keep
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: shop-data
    ///   annotations:
    ///     {{- if .Values.keepData }}
    ///     helm.sh/resource-policy: keep
    ///     {{- end }}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: tell Helm not to uninstall a resource](https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource)
    /// - [Kubernetes: reclaiming](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming)
    /// - [Kubernetes: retention of claims](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention)
    "objects/kept-on-delete", Info, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let temporary = cx
        .environments
        .iter()
        .filter(|values| values.environment.tier != Tier::Production);
    for values in temporary {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        for object in objects.iter().filter(|object| !object.is_hook) {
            let Some(path) = keeps(object) else { continue };
            let message = match object.kind.as_str() {
                "StatefulSet" => text!(
                    "the claims of {} are kept when its release is deleted",
                    object.called()
                ),
                _ => text!("{} is kept when its release is deleted", object.called()),
            };
            let Some(finding) = out.field(cx, values, (object, &path), message) else {
                continue;
            };
            let mark = finding.line_mark();
            let finding = finding
                .help("let a value decide, so that only production keeps it")
                .once_of(mark, "kept", object.called());
            out.push(finding);
        }
    }
}

/// The field that keeps an object.
fn keeps(object: &RenderedObject) -> Option<Path> {
    let path = |keys: &[&str]| {
        let path = keys.iter().fold(Path::root(), |path, key| path.key(*key));
        let value = object.at(keys).and_then(Value::as_str)?.to_owned();
        Some((path, value))
    };
    let policy = path(&["metadata", "annotations", "helm.sh/resource-policy"]);
    let policy = policy.filter(|(_, policy)| policy.trim().eq_ignore_ascii_case("keep"));
    let retained = match object.kind.as_str() {
        "CustomResourceDefinition" => return None,
        "PersistentVolume" => path(&["spec", "persistentVolumeReclaimPolicy"]),
        "StorageClass" => path(&["reclaimPolicy"]),
        "StatefulSet" => path(&[
            "spec",
            "persistentVolumeClaimRetentionPolicy",
            "whenDeleted",
        ]),
        _ => None,
    };
    let retained = retained.filter(|(_, policy)| policy == "Retain");
    policy.or(retained).map(|(path, _)| path)
}
