//! `objects/invalid-name`.

use envlint_yaml::{Map, Path};

use crate::manifests::RenderedObject;
use crate::masking::{ObjectName, Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// An object has a name or a label that Kubernetes does not take.
    ///
    /// ## What it does
    ///
    /// Looks at the names and the labels of the objects that the chart renders for an environment, and at the labels of their
    /// pods:
    ///
    /// - a name of a usual kind is at most 253 lower-case letters, digits, dashes and dots; that of a Service or a
    ///   Namespace at most 63, without dots; that of a CronJob at most 52;
    /// - a label's value is empty, or at most 63 letters, digits, dashes, underscores and dots, and begins and ends with a
    ///   letter or a digit; so is its key, behind an optional domain.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object. It often shows in one environment only: with a long release name, a version such
    /// as `1.4.0+build`, or a branch with a slash.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// metadata:
    ///   name: Shop_API
    ///   labels: {version: 1.4.0+build7}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// metadata:
    ///   name: shop-api
    ///   labels: {version: 1.4.0_build7}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: object names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)
    /// - [Kubernetes: syntax and character set of labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set)
    "objects/invalid-name", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            for (path, message) in refused(object) {
                let said = text!("{}: {}", object.called(), message);
                let Some(finding) = out.field(cx, values, (object, &path), said) else {
                    continue;
                };
                let mark = finding.line_mark();
                let finding = finding
                    .help("shorten it (`trunc 63 | trimSuffix \"-\"`), or replace what is not allowed (`replace \"+\" \"_\"`)")
                    .once_of(mark, message, object.called())
                    .ending(", so the API server refuses the object");
                out.push(finding);
            }
        }
    }
}

/// The names and labels of an object that are refused, and why.
fn refused(object: &RenderedObject) -> Vec<(Path, Text)> {
    let metadata = Path::root().key("metadata");
    let mut found = Vec::new();
    if let Some(wrong) = wrong_name(object) {
        found.push((metadata.key("name"), wrong));
    }
    if let Some(labels) = object.labels() {
        check_labels(labels, &metadata.key("labels"), &mut found);
    }
    if let (Some(labels), Some((_, spec))) = (object.pod_labels(), object.pod_spec()) {
        let pod = spec.parent().unwrap_or_default();
        if object.kind != "Pod" {
            check_labels(labels, &pod.key("metadata").key("labels"), &mut found);
        }
    }
    found
}

/// What is wrong with a name (Kubernetes: pkg/apis/*/validation; apimachinery: pkg/api/validation/name.go).
fn wrong_name(object: &RenderedObject) -> Option<Text> {
    let longest = match (object.kind.as_str(), object.group()) {
        ("Service" | "Namespace", "") => 63,
        ("CronJob", "batch") => 52,
        ("ConfigMap" | "Secret" | "ServiceAccount" | "PersistentVolumeClaim" | "Pod", "")
        | ("Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet", "apps")
        | ("Job", "batch")
        | ("Ingress" | "NetworkPolicy", "networking.k8s.io")
        | ("HorizontalPodAutoscaler", "autoscaling")
        | ("PodDisruptionBudget", "policy") => 253,
        _ => return None,
    };
    let name = object.name.as_str();
    if name.is_empty() {
        return None;
    }
    if name.len() > longest {
        return Some(text!(
            "its name has {} characters, and {} are allowed",
            name.len(),
            longest
        ));
    }
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|first| is_letter(*first))
            && bytes.last().is_some_and(|last| is_letter(*last))
            && bytes.iter().all(|byte| is_letter(*byte) || *byte == b'-')
    };
    let is_right = match longest {
        63 => is_label(name),
        _ => name.split('.').all(is_label),
    };
    (!is_right).then(|| {
        "its name has other characters than lower-case letters, digits and dashes between them"
            .into()
    })
}

fn check_labels(labels: &Map, path: &Path, found: &mut Vec<(Path, Text)>) {
    for (key, value) in labels {
        let name = key.rsplit('/').next().unwrap_or(key);
        if !is_name(name) {
            let message = text!("`{}` is no key of a label", ObjectName(key));
            found.push((path.key(key.as_str()), message));
        }
        let Some(value) = value.as_str().filter(|value| !value.is_empty()) else {
            continue;
        };
        if value.len() > LONGEST {
            let message = text!(
                "the label `{}` has {} characters, and {} are allowed",
                ObjectName(key),
                value.len(),
                LONGEST
            );
            found.push((path.key(key.as_str()), message));
        } else if !is_name(value) {
            let message = text!(
                "the label `{}` says `{}`, which is no value of a label",
                ObjectName(key),
                ObjectName(value)
            );
            found.push((path.key(key.as_str()), message));
        }
    }
}

/// The longest value of a label (apimachinery: pkg/util/validation).
const LONGEST: usize = 63;

/// Whether a text is a name of a label, or its value.
fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
    bytes.len() <= LONGEST
        && bytes.first().is_some_and(is_letter)
        && bytes.last().is_some_and(is_letter)
        && bytes
            .iter()
            .all(|byte| is_letter(byte) || matches!(byte, b'-' | b'_' | b'.'))
}
