//! The Secrets and ConfigMaps that pods read, and what makes them.

use std::collections::BTreeSet;

use envlint_yaml::{Path, Value};

use super::rendered::{RenderedObject, items};

/// A Secret or a ConfigMap that a pod cannot start without.
#[derive(Debug)]
pub struct Reference<'o> {
    /// `Secret` or `ConfigMap`
    pub kind: &'static str,
    /// Its name
    pub name: &'o str,
    /// Where it is named
    pub path: Path,
    /// The keys that are read, and where each is named; none where all are.
    pub keys: Vec<(&'o str, Path)>,
}

/// How the fields of a reference are called in one place of a pod.
type Form = (&'static str, &'static str, &'static str);

/// Kind, field and field of the name, of a source of one variable, of all variables, of a volume, and of a part of one.
const OF_VARIABLE: [Form; 2] = [
    ("Secret", "secretKeyRef", "name"),
    ("ConfigMap", "configMapKeyRef", "name"),
];
const OF_ALL: [Form; 2] = [
    ("Secret", "secretRef", "name"),
    ("ConfigMap", "configMapRef", "name"),
];
const OF_VOLUME: [Form; 2] = [
    ("Secret", "secret", "secretName"),
    ("ConfigMap", "configMap", "name"),
];
const OF_PART: [Form; 2] = [
    ("Secret", "secret", "name"),
    ("ConfigMap", "configMap", "name"),
];

impl RenderedObject {
    /// The Secrets and ConfigMaps that the pod that it makes cannot start without.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        for container in self.containers() {
            for (index, variable) in items(container.at(&["env"])).iter().enumerate() {
                let path = container.path.key("env").index(index).key("valueFrom");
                let source = variable.get("valueFrom");
                found.extend(source.and_then(|source| reference(source, &path, OF_VARIABLE)));
            }
            for (index, source) in items(container.at(&["envFrom"])).iter().enumerate() {
                let path = container.path.key("envFrom").index(index);
                found.extend(reference(source, &path, OF_ALL));
            }
        }
        let Some((spec, path)) = self.pod_spec() else {
            return found;
        };
        for (index, volume) in items(spec.get("volumes")).iter().enumerate() {
            let path = path.key("volumes").index(index);
            found.extend(reference(volume, &path, OF_VOLUME));
            let parts = volume.get("projected").and_then(|all| all.get("sources"));
            for (index, part) in items(parts).iter().enumerate() {
                let path = path.key("projected").key("sources").index(index);
                found.extend(reference(part, &path, OF_PART));
            }
        }
        found
    }

    /// The keys of a Secret or a ConfigMap; none where they are not known before it is in the cluster.
    pub fn keys(&self) -> Option<BTreeSet<&str>> {
        let fields: &[&str] = match self.kind.as_str() {
            "Secret" => &["data", "stringData"],
            "ConfigMap" => &["data", "binaryData"],
            _ => return None,
        };
        let maps = fields
            .iter()
            .filter_map(|field| self.at(&[field])?.as_map());
        let keys: BTreeSet<&str> = maps
            .flat_map(|map| map.keys().map(String::as_str))
            .collect();
        // A controller fills in what is empty, tokens, and certificates that it injects.
        let is_token = self
            .at(&["type"])
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.ends_with("token"));
        let marks = ["labels", "annotations"].iter();
        let mut marks = marks.filter_map(|field| self.at(&["metadata", field])?.as_map());
        let is_filled = marks.any(|map| {
            map.keys()
                .any(|key| key.contains("inject") || key.contains("replicat"))
        });
        (!keys.is_empty() && !is_token && !is_filled).then_some(keys)
    }

    /// The kind and the name of the workload that it scales, if it is an autoscaler.
    pub fn scaled(&self) -> Option<(&str, &str)> {
        let of = |key: &str| self.at(&["spec", "scaleTargetRef", key])?.as_str();
        // KEDA's first version knew Deployments only.
        let name = of("name").or_else(|| of("deploymentName"))?;
        Some((of("kind").unwrap_or("Deployment"), name))
    }

    /// Whether its pod mounts a volume of the Secrets Store CSI driver, of this class.
    pub fn mounts_class(&self, class: &str) -> bool {
        let volumes = self.pod_spec().map(|(spec, _)| items(spec.get("volumes")));
        volumes.unwrap_or_default().iter().any(|volume| {
            let driver = volume.get("csi");
            let attributes = driver.and_then(|driver| driver.get("volumeAttributes"));
            let named = attributes.and_then(|all| all.get("secretProviderClass"));
            named.and_then(Value::as_str) == Some(class)
        })
    }
}

fn reference<'o>(source: &'o Value, path: &Path, forms: [Form; 2]) -> Option<Reference<'o>> {
    forms.into_iter().find_map(|(kind, field, name)| {
        let named = source.get(field)?;
        if named.get("optional") == Some(&Value::Bool(true)) {
            return None;
        }
        let path = path.key(field);
        let mut keys = Vec::new();
        if let Some(key) = named.get("key").and_then(Value::as_str) {
            keys.push((key, path.key("key")));
        }
        for (index, item) in items(named.get("items")).iter().enumerate() {
            let key = item.get("key").and_then(Value::as_str);
            keys.extend(key.map(|key| (key, path.key("items").index(index).key("key"))));
        }
        Some(Reference {
            kind,
            name: named.get(name)?.as_str().filter(|name| !name.is_empty())?,
            path: path.key(name),
            keys,
        })
    })
}
