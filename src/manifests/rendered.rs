//! The objects that a chart renders, as plain values: what rules look at that hold several of them against each other.

use std::collections::HashSet;

use envlint_helm::{Manifest, Rendered};
use envlint_yaml::{Kind, Map, Node, Path, Segment, Value};

use super::all;
use crate::masking::{ObjectName, Text, text};

/// The most objects of one chart that are held against each other.
const MOST: usize = 2_000;

/// Kinds that belong to the cluster as a whole, apart from those that are named after it.
const OF_CLUSTER: [&str; 14] = [
    "APIService",
    "CSIDriver",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
    "VolumeSnapshotClass",
];

/// Whether objects of a kind belong to the cluster as a whole.
pub fn is_of_cluster(kind: &str) -> bool {
    OF_CLUSTER.contains(&kind) || kind.starts_with("Cluster")
}

/// An object that a chart renders.
#[derive(Debug)]
pub struct RenderedObject {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// Its name
    pub name: String,
    /// Its namespace; none where it is that of the release, or where the kind has none.
    pub namespace: Option<String>,
    /// The template that made it
    pub template: String,
    /// Whether it is there only while a hook runs.
    pub is_hook: bool,
    value: Value,
}

impl RenderedObject {
    /// An object that is written out, in a plain manifest; none where it has no kind or no name.
    pub fn plain(root: &Node) -> Option<RenderedObject> {
        let value = root.to_value();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let of_meta = |key: &str| text(value.get("metadata").and_then(|meta| meta.get(key)));
        Some(RenderedObject {
            api_version: text(value.get("apiVersion")).unwrap_or_default(),
            kind: text(value.get("kind"))?,
            name: of_meta("name")?,
            namespace: of_meta("namespace"),
            template: String::new(),
            is_hook: false,
            value,
        })
    }

    /// The object of a manifest; none of an empty one.
    pub(super) fn of(manifest: &Manifest) -> Option<RenderedObject> {
        let value = manifest.document().root()?.to_value();
        let namespace = value.get("metadata").and_then(|meta| meta.get("namespace"));
        Some(RenderedObject {
            api_version: manifest.api_version.clone(),
            kind: manifest.kind.clone(),
            name: manifest.name.clone(),
            namespace: namespace.and_then(Value::as_str).map(str::to_owned),
            template: manifest.template.clone(),
            is_hook: manifest.hook.is_some(),
            value,
        })
    }

    /// Whether any text of it holds a name.
    pub fn names(&self, name: &str) -> bool {
        holds(&self.value, name)
    }

    /// Whether a single value of it is this text, or the number that is written so.
    pub fn has(&self, text: &str) -> bool {
        has(&self.value, text)
    }
}

fn has(value: &Value, text: &str) -> bool {
    match value {
        Value::String(known) => known == text,
        Value::Seq(items) => items.iter().any(|item| has(item, text)),
        Value::Map(map) => map.values().any(|value| has(value, text)),
        Value::Int(number) => number.to_string() == text,
        Value::UInt(number) => number.to_string() == text,
        _ => false,
    }
}

fn holds(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text.contains(name),
        Value::Seq(items) => items.iter().any(|item| holds(item, name)),
        Value::Map(map) => map.values().any(|value| holds(value, name)),
        _ => false,
    }
}

/// A container of a pod.
#[derive(Debug)]
pub struct PodContainer<'o> {
    /// Where it is in the object.
    pub path: Path,
    /// Whether it has ended before the others start.
    pub is_init: bool,
    value: &'o Value,
}

/// The objects of one environment; none where there are more than are held against each other.
pub(super) fn objects(rendered: &Rendered) -> Option<Vec<RenderedObject>> {
    let mut found = Vec::new();
    for manifest in all(rendered) {
        let Some(object) = RenderedObject::of(manifest) else {
            continue;
        };
        if found.len() == MOST {
            return None;
        }
        found.push(object);
    }
    Some(found)
}

/// The numbers with an exponent that texts of the manifests hold, as Go prints them. Where a number stands by itself, the
/// object has the number: JSON knows no other form of it.
pub(super) fn exponents(rendered: &Rendered) -> HashSet<String> {
    let mut found = HashSet::new();
    let printing = all(rendered).filter(|manifest| manifest.text.contains("e+"));
    let mut waiting: Vec<&Node> = printing
        .filter_map(|manifest| manifest.document().root())
        .collect();
    while let Some(node) = waiting.pop() {
        match node.kind() {
            Kind::Mapping(mapping) => {
                for (key, value) in mapping.iter() {
                    add_exponents(key.text(), &mut found);
                    waiting.push(value);
                }
            }
            Kind::Sequence(items) => waiting.extend(items.iter()),
            Kind::Scalar(_) => add_exponents(node.as_str().unwrap_or_default(), &mut found),
        }
    }
    found
}

fn add_exponents(text: &str, found: &mut HashSet<String>) {
    for (at, mark) in text.match_indices("e+") {
        let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
        let before = text.as_bytes().iter().take(at).rev();
        let start = at - before.take_while(|byte| is_part(byte)).count();
        let digits = at + mark.len();
        let after = text.as_bytes().iter().skip(digits);
        let end = digits + after.take_while(|byte| byte.is_ascii_digit()).count();
        found.extend(text.get(start..end).map(str::to_owned));
    }
}

impl RenderedObject {
    /// What is at these keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter()
            .try_fold(&self.value, |value, key| value.get(key))
    }

    /// What is at a path.
    pub(super) fn value_at(&self, path: &Path) -> Option<&Value> {
        let mut segments = path.segments().iter();
        segments.try_fold(&self.value, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => items(Some(value)).get(*index),
            Segment::Match {
                field,
                value: wanted,
            } => items(Some(value)).iter().find(|item| {
                let named = item.get(field);
                named.is_some_and(|named| has(named, wanted))
            }),
        })
    }

    /// The API group: `apps`; nothing for that of Kubernetes' core.
    pub fn group(&self) -> &str {
        let group = self.api_version.split_once('/');
        group.map_or("", |(group, _)| group)
    }

    /// What a message calls it.
    pub fn called(&self) -> Text {
        text!("{} `{}`", ObjectName(&self.kind), ObjectName(&self.name))
    }

    /// Where the pod that it makes is described.
    fn pod_path(&self) -> Option<&'static [&'static str]> {
        Some(match self.kind.as_str() {
            "Pod" => &[],
            "CronJob" => &["spec", "jobTemplate", "spec", "template"],
            "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicaSet"
            | "ReplicationController"
            | "Job"
            | "Rollout" => &["spec", "template"],
            _ => return None,
        })
    }

    /// The `spec` of the pod that it makes, and where that is.
    pub fn pod_spec(&self) -> Option<(&Value, Path)> {
        let keys: Vec<&str> = self.pod_path()?.iter().copied().chain(["spec"]).collect();
        let path = keys.iter().fold(Path::root(), |path, key| path.key(*key));
        Some((self.at(&keys)?, path))
    }

    /// The labels of the pods that it makes; none where it makes none, or gives them none.
    pub fn pod_labels(&self) -> Option<&Map> {
        let pod = self.at(self.pod_path()?)?;
        pod.get("metadata")?.get("labels")?.as_map()
    }

    /// Its own labels.
    pub fn labels(&self) -> Option<&Map> {
        self.at(&["metadata", "labels"])?.as_map()
    }

    /// Whether a selector chooses the pods that it makes.
    pub fn is_selected_by(&self, selector: &Map) -> bool {
        !selector.is_empty()
            && self.pod_labels().is_some_and(|labels| {
                let mut wanted = selector.iter();
                wanted.all(|(key, value)| labels.get(key) == Some(value))
            })
    }

    /// The containers of the pod that it makes.
    pub fn containers(&self) -> Vec<PodContainer<'_>> {
        let Some((spec, path)) = self.pod_spec() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, is_init) in [("initContainers", true), ("containers", false)] {
            let list = spec.get(key);
            let path = path.key(key);
            for (index, value) in items(list).iter().enumerate() {
                found.push(PodContainer {
                    path: path.index(index),
                    is_init,
                    value,
                });
            }
        }
        found
    }
}

impl<'o> PodContainer<'o> {
    /// What is at these keys.
    pub fn at(&self, keys: &[&str]) -> Option<&'o Value> {
        keys.iter()
            .try_fold(self.value, |value, key| value.get(key))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.at(&["name"])
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Whether it has a port of that name.
    pub fn has_port(&self, name: &str) -> bool {
        let mut ports = items(self.at(&["ports"])).iter();
        ports.any(|port| port.get("name").and_then(Value::as_str) == Some(name))
    }
}

/// The items of a list; none of anything else.
pub fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Seq(items)) => items,
        _ => &[],
    }
}
