//! Numbers that the API server refuses for being too large or too small, though their type is right.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go>

use envlint_yaml::{Node, Path, Value};

use super::refused::{Refusal, pod_template};
use crate::masking::{ObjectName, Said, text};

/// What a number may be.
#[derive(Clone, Copy)]
enum Bound {
    /// Of a port. Nothing written and zero are the same to many fields, so zero is left alone.
    Port,
    /// How many there are of something.
    Count,
}

impl Bound {
    fn holds(self, number: i64) -> bool {
        match self {
            Bound::Port => (0..=65_535).contains(&number),
            Bound::Count => number >= 0,
        }
    }

    fn help(self) -> &'static str {
        match self {
            Bound::Port => "write a port from 1 to 65535",
            Bound::Count => "write 0 or more",
        }
    }
}

/// A field, by the keys that lead to it; `*` stands for each item of a list.
type Field = (&'static [&'static str], Bound);

/// Of a Service.
const OF_SERVICE: [Field; 3] = [
    (&["spec", "ports", "*", "port"], Bound::Port),
    (&["spec", "ports", "*", "targetPort"], Bound::Port),
    (&["spec", "ports", "*", "nodePort"], Bound::Port),
];

/// Of a container.
const OF_CONTAINER: [Field; 2] = [
    (&["ports", "*", "containerPort"], Bound::Port),
    (&["ports", "*", "hostPort"], Bound::Port),
];

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

/// How a probe asks: each has a port, which may also be a name.
const ASKING: [&str; 3] = ["httpGet", "tcpSocket", "grpc"];

/// The numbers of an object that are out of bounds.
pub(super) fn check(kind: &str, object: &Node) -> Vec<Refusal> {
    let mut found = Vec::new();
    if kind == "Service" {
        let fields = OF_SERVICE.iter();
        fields.for_each(|(keys, bound)| within(object, &Path::root(), keys, *bound, &mut found));
    }
    if matches!(
        kind,
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController"
    ) {
        let keys = ["spec", "replicas"];
        within(object, &Path::root(), &keys, Bound::Count, &mut found);
    }
    for list in ["initContainers", "containers"] {
        let Some(path) = pod_template(kind).map(|path| path.key(list)) else {
            continue;
        };
        let items = object.get(&path).and_then(Node::as_sequence);
        for (index, item) in items.unwrap_or_default().iter().enumerate() {
            container(item, &path.index(index), &mut found);
        }
    }
    found
}

fn container(node: &Node, path: &Path, found: &mut Vec<Refusal>) {
    for (keys, bound) in &OF_CONTAINER {
        within(node, path, keys, *bound, found);
    }
    for probe in PROBES {
        for asking in ASKING {
            within(node, path, &[probe, asking, "port"], Bound::Port, found);
        }
    }
}

/// Follows the keys from a node at a path, and says which numbers at their end are out of bounds.
fn within(node: &Node, path: &Path, keys: &[&str], bound: Bound, found: &mut Vec<Refusal>) {
    match keys {
        [] => found.extend(refusal(node, path, bound)),
        ["*", rest @ ..] => {
            let items = node.as_sequence().unwrap_or_default().iter().enumerate();
            items.for_each(|(index, item)| within(item, &path.index(index), rest, bound, found));
        }
        [key, rest @ ..] => {
            if let Some(child) = node.as_mapping().and_then(|map| map.get(key)) {
                within(child, &path.key(*key), rest, bound, found);
            }
        }
    }
}

fn refusal(node: &Node, path: &Path, bound: Bound) -> Option<Refusal> {
    let Value::Int(number) = node.as_scalar()?.value() else {
        return None;
    };
    (!bound.holds(number)).then(|| Refusal {
        path: path.clone(),
        message: text!(
            "`{}` is {}, which the API server refuses",
            ObjectName(path),
            Said(number)
        ),
        help: bound.help(),
    })
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::check;

    #[test]
    fn numbers_have_bounds() {
        for (kind, text, expected) in [
            (
                "Service",
                "spec: {ports: [{port: 80, targetPort: 65536}]}",
                "spec.ports[0].targetPort",
            ),
            (
                "Service",
                "spec: {ports: [{port: 80, targetPort: http, nodePort: 0}]}",
                "",
            ),
            ("Deployment", "spec: {replicas: -1}", "spec.replicas"),
            ("Deployment", "spec: {replicas: 0}", ""),
            (
                "CronJob",
                "spec: {jobTemplate: {spec: {template: {spec: {containers: [{ports: [{containerPort: 99999}]}]}}}}}",
                "spec.jobTemplate.spec.template.spec.containers[0].ports[0].containerPort",
            ),
            (
                "Pod",
                "spec: {initContainers: [{startupProbe: {httpGet: {port: -1}}}], containers: [{livenessProbe: {httpGet: {port: web}}}]}",
                "spec.initContainers[0].startupProbe.httpGet.port",
            ),
            ("Shop", "spec: {replicas: -1}", ""),
        ] {
            let document = Document::parse(text);
            let found = check(kind, document.root().expect("an object"));
            let found: Vec<String> = found
                .iter()
                .map(|refusal| refusal.path.to_string())
                .collect();
            assert_eq!(found.join(" "), expected, "{kind} {text}");
        }
    }
}
