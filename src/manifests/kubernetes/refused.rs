//! What the API server refuses in objects whose fields have the right types: the validation behind the schema.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go>

use std::collections::BTreeSet;

use envlint_yaml::{Key, Node, Path};

use super::bounds;
use super::hosts::hosts;
use crate::masking::{Name, ObjectName, Text, text};

/// Something that the API server refuses: where, why, and the way out.
pub(super) struct Refusal {
    pub(super) path: Path,
    pub(super) message: Text,
    pub(super) help: &'static str,
}

/// What is refused in an object of a kind of Kubernetes' own.
pub(super) fn check(kind: &str, object: &Node) -> Vec<Refusal> {
    let mut found = bounds::check(kind, object);
    match kind {
        "Secret" => found.extend(data(object)),
        "Service" => found.extend(ports(object)),
        "ClusterRoleBinding" => found.extend(subjects(object)),
        "Ingress" => found.extend(hosts(object)),
        _ => {}
    }
    if let Some(path) = pod_template(kind) {
        found.extend(restart_policy(kind, object, &path));
        found.extend(names(object, &path));
    }
    found
}

pub(super) fn keys(path: &[&str]) -> Path {
    path.iter().fold(Path::root(), |path, key| path.key(*key))
}

pub(super) fn text_at<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.as_mapping()?.get(key)?.as_str()
}

pub(super) fn list_at<'n>(node: &'n Node, path: &Path) -> &'n [Node] {
    node.get(path)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

/// Where a kind describes its pods.
pub(super) fn pod_template(kind: &str) -> Option<Path> {
    let path: &[&str] = match kind {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job" => &["spec", "template", "spec"],
        _ => return None,
    };
    Some(keys(path))
}

/// Pods of jobs end, and those of all other workloads are started again. Whoever writes nothing has `Always`.
fn restart_policy(kind: &str, object: &Node, path: &Path) -> Option<Refusal> {
    let pod = object.get(path)?;
    let written = text_at(pod, "restartPolicy").filter(|policy| !policy.is_empty());
    let path = path.key("restartPolicy");
    let is_job = matches!(kind, "Job" | "CronJob");
    let (message, help) = match (is_job, written) {
        (true, None) => (
            text!(
                "`{}` is missing, and `Always` stands for it, which the API server refuses for a {}",
                ObjectName(&path),
                Name(&kind)
            ),
            "write `restartPolicy: Never` or `OnFailure`",
        ),
        (true, Some("Always")) => (
            text!(
                "`{}` is `Always`, which the API server refuses for a {}",
                ObjectName(&path),
                Name(&kind)
            ),
            "write `restartPolicy: Never` or `OnFailure`",
        ),
        (false, Some(other @ ("Never" | "OnFailure"))) if kind != "Pod" => (
            text!(
                "`{}` is `{}`, which the API server refuses for a {}",
                ObjectName(&path),
                Name(&other),
                Name(&kind)
            ),
            "remove it: such pods are always started again",
        ),
        _ => return None,
    };
    Some(Refusal {
        path,
        message,
        help,
    })
}

/// Containers and volumes of one pod have names of their own.
fn names(object: &Node, pod: &Path) -> Vec<Refusal> {
    let mut found = Vec::new();
    let groups: [&[&str]; 2] = [&["initContainers", "containers"], &["volumes"]];
    for group in groups {
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        for list in group {
            let path = pod.key(*list);
            for (index, item) in list_at(object, &path).iter().enumerate() {
                let Some(name) = text_at(item, "name") else {
                    continue;
                };
                if !taken.insert(name) {
                    let message = text!(
                        "`{}` has the name `{}` twice, so the API server refuses the object",
                        ObjectName(&path),
                        ObjectName(&name)
                    );
                    found.push(Refusal {
                        path: path.index(index).key("name"),
                        message,
                        help: "give each its own name, or leave one out",
                    });
                }
            }
        }
    }
    found
}

/// A Service has each port once for a protocol.
fn ports(service: &Node) -> Vec<Refusal> {
    let path = keys(&["spec", "ports"]);
    let mut taken: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut found = Vec::new();
    for (index, item) in list_at(service, &path).iter().enumerate() {
        let port = item
            .as_mapping()
            .and_then(|item| item.get("port")?.as_scalar());
        let Some(port) = port.map(|port| port.text().to_owned()) else {
            continue;
        };
        let protocol = text_at(item, "protocol").unwrap_or("TCP");
        if !taken.insert((port.clone(), protocol)) {
            found.push(Refusal {
                path: path.index(index).key("port"),
                message: text!(
                    "`{}` has the port {} twice for {}, so the API server refuses the Service",
                    ObjectName(&path),
                    ObjectName(&port),
                    ObjectName(&protocol)
                ),
                help: "give each port a number of its own, or leave one out",
            });
        }
    }
    found
}

/// A service account is one of a namespace. In a RoleBinding, that of the binding stands for none.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/rbac/validation/validation.go>
fn subjects(binding: &Node) -> Vec<Refusal> {
    let path = keys(&["subjects"]);
    let subjects = list_at(binding, &path).iter().enumerate();
    let is_open = |subject: &Node| {
        let namespace = text_at(subject, "namespace");
        text_at(subject, "kind") == Some("ServiceAccount") && namespace.is_none_or(str::is_empty)
    };
    let open = subjects.filter(|(_, subject)| is_open(subject));
    let refusal = |(index, _): (usize, &Node)| Refusal {
        path: path.index(index),
        message: text!(
            "`{}` is a ServiceAccount without `namespace`, so the API server refuses the binding",
            ObjectName(&path.index(index))
        ),
        help: "add `namespace: {{ .Release.Namespace }}`",
    };
    open.map(refusal).collect()
}

/// The values of a Secret's `data` are base64. Those that something fills in later are left alone.
fn data(secret: &Node) -> Vec<Refusal> {
    const FILLED_IN: [&str; 6] = ["<", "$", "ENC[", "ref+", "{{", "__"];
    let path = keys(&["data"]);
    let data = secret.get(&path).and_then(Node::as_mapping);
    let entries = data.into_iter().flat_map(|data| data.iter());
    let broken = entries.filter(|(_, value)| {
        value.as_str().is_some_and(|text| {
            !is_base64(text) && !FILLED_IN.iter().any(|mark| text.contains(mark))
        })
    });
    let refusal = |(key, _): (&Key, &Node)| Refusal {
        path: path.key(key.text()),
        message: text!(
            "`{}` is no base64, so the API server refuses the Secret",
            ObjectName(&path.key(key.text()))
        ),
        help: "encode it in the template with `| b64enc`, or write it under `stringData`",
    };
    broken.map(refusal).collect()
}

/// Whether Go decodes a text: line ends in it do not count.
/// <https://pkg.go.dev/encoding/base64#Encoding.Decode>
fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    let digits = bytes
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |at| at + 1);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let is_whole = bytes.len().is_multiple_of(4) && bytes.len() - digits <= 2;
    is_whole && bytes.get(..digits).unwrap_or_default().iter().all(is_digit)
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::{check, is_base64};

    #[test]
    fn base64_is_what_go_decodes() {
        for (text, expected) in [
            ("", true),
            ("cGFzcw==", true),
            ("cGFz\ncw==", true),
            ("cGFzcw=", false),
            ("plain", false),
            ("not base64!", false),
            ("====", false),
            ("c===", false),
        ] {
            assert_eq!(is_base64(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_schema_allows_may_be_refused() {
        for (kind, text, expected) in [
            (
                "Job",
                "spec: {template: {spec: {containers: []}}}",
                Some("spec.template.spec.restartPolicy"),
            ),
            (
                "Job",
                "spec: {template: {spec: {restartPolicy: Never}}}",
                None,
            ),
            (
                "CronJob",
                "spec: {jobTemplate: {spec: {template: {spec: {restartPolicy: Always}}}}}",
                Some("spec.jobTemplate.spec.template.spec.restartPolicy"),
            ),
            (
                "Deployment",
                "spec: {template: {spec: {restartPolicy: Never}}}",
                Some("spec.template.spec.restartPolicy"),
            ),
            (
                "Deployment",
                "spec: {template: {spec: {containers: []}}}",
                None,
            ),
            (
                "Pod",
                "spec: {restartPolicy: Never, containers: [{name: a}, {name: b}]}",
                None,
            ),
            (
                "Pod",
                "spec: {initContainers: [{name: a}], containers: [{name: a}]}",
                Some("spec.containers[0].name"),
            ),
            (
                "Pod",
                "spec: {volumes: [{name: a}, {name: a}]}",
                Some("spec.volumes[1].name"),
            ),
            (
                "Service",
                "spec: {ports: [{port: 80}, {port: 80, protocol: UDP}]}",
                None,
            ),
            (
                "Service",
                "spec: {ports: [{port: 80}, {port: 80, protocol: TCP}]}",
                Some("spec.ports[1].port"),
            ),
            (
                "ClusterRoleBinding",
                "subjects: [{kind: ServiceAccount, name: a}]",
                Some("subjects[0]"),
            ),
            (
                "RoleBinding",
                "subjects: [{kind: ServiceAccount, name: a}]",
                None,
            ),
            (
                "ClusterRoleBinding",
                "subjects: [{kind: ServiceAccount, name: a, namespace: b}, {kind: Group, name: c}]",
                None,
            ),
            (
                "Ingress",
                "spec: {rules: [{host: shop.example.com}, {host: 'https://shop.example.com'}]}",
                Some("spec.rules[1].host"),
            ),
            (
                "Ingress",
                "spec: {tls: [{hosts: [shop.example.com, Shop.example.com]}]}",
                Some("spec.tls[0].hosts[1]"),
            ),
            (
                "Secret",
                "data: {a: cGFzcw==, b: 'plain text'}",
                Some("data.b"),
            ),
            (
                "Secret",
                "data: {a: '<path:kv/data/shop#a>', b: '${B}', c: null}",
                None,
            ),
        ] {
            let document = Document::parse(text);
            let found = check(kind, document.root().expect("an object"));
            let found: Vec<String> = found
                .iter()
                .map(|refusal| refusal.path.to_string())
                .collect();
            let expected: Vec<&str> = expected.into_iter().collect();
            assert_eq!(found, expected, "{kind} {text}");
        }
    }
}
