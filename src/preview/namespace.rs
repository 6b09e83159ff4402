//! The namespace of a preview: whose it is, when it ends, what it may use, and who reaches it.

use envlint_yaml::{Map, Value};

use super::cost::Limits;
use super::object::{NUMBER, PreviewObject, Turn, mark};
use super::plan::Request;

/// The name of the objects that envlint adds to a namespace.
const OWN: &str = "preview";

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.into_iter();
    Value::Map(
        entries
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// The namespace, its limits and its isolation, in the order in which they are applied.
pub(super) fn objects(request: &Request<'_>, name: &str, limits: &Limits) -> Vec<PreviewObject> {
    let own = |api_version: &str, kind: &str, spec: Value| {
        let labels = labels(request);
        let metadata = map([
            ("name", OWN.into()),
            ("namespace", name.into()),
            ("labels", Value::Map(labels)),
        ]);
        let object = map([
            ("apiVersion", api_version.into()),
            ("kind", kind.into()),
            ("metadata", metadata),
            ("spec", spec),
        ]);
        PreviewObject::of(&object, Turn::Rules)
    };
    vec![
        namespace(request, name),
        own("v1", "LimitRange", limits.range()),
        own("v1", "ResourceQuota", limits.quota()),
        own("networking.k8s.io/v1", "NetworkPolicy", isolation(request)),
    ]
}

fn labels(request: &Request<'_>) -> Map {
    Map::from([
        ("app.kubernetes.io/managed-by".to_owned(), "envlint".into()),
        (mark(NUMBER), request.number.to_string().into()),
    ])
}

/// The namespace. A cleanup job selects by its labels, and reads in the annotation when it ends.
fn namespace(request: &Request<'_>, name: &str) -> PreviewObject {
    let mut labels = labels(request);
    labels.insert(mark("from"), (&*request.from.name).into());
    labels.insert(
        mark("expires"),
        request.expires.as_second().to_string().into(),
    );
    let mut annotations = Map::from([
        (mark("expires-at"), request.expires.to_string().into()),
        (mark("lives"), request.lives.as_str().into()),
    ]);
    if let Some(owner) = &request.owner {
        annotations.insert(mark("owner"), owner.as_str().into());
        if is_label(owner) {
            labels.insert(mark("owner"), owner.as_str().into());
        }
    }
    let metadata = map([
        ("name", name.into()),
        ("labels", Value::Map(labels)),
        ("annotations", Value::Map(annotations)),
    ]);
    let object = map([
        ("apiVersion", "v1".into()),
        ("kind", "Namespace".into()),
        ("metadata", metadata),
    ]);
    PreviewObject::of(&object, Turn::Namespace)
}

/// Whether a label can hold a text
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>).
fn is_label(text: &str) -> bool {
    let is_end = |char: char| char.is_ascii_alphanumeric();
    let is_inner = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    (1..=63).contains(&text.len())
        && text.chars().all(is_inner)
        && text.starts_with(is_end)
        && text.ends_with(is_end)
}

/// Pods of the namespace reach each other, and those of the named namespaces reach them.
fn isolation(request: &Request<'_>) -> Value {
    let everything = || Value::Map(Map::new());
    let mut from = vec![map([("podSelector", everything())])];
    for namespace in &request.config.reachable_from {
        let labels = map([(
            "kubernetes.io/metadata.name",
            namespace.value.as_str().into(),
        )]);
        from.push(map([("namespaceSelector", map([("matchLabels", labels)]))]));
    }
    map([
        ("podSelector", everything()),
        ("policyTypes", Value::Seq(vec!["Ingress".into()])),
        (
            "ingress",
            Value::Seq(vec![map([("from", Value::Seq(from))])]),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::is_label;

    #[test]
    fn not_every_name_is_a_label() {
        for (text, expected) in [
            ("octocat", true),
            ("team-web", true),
            ("dependabot[bot]", false),
            ("-x", false),
            ("", false),
        ] {
            assert_eq!(is_label(text), expected, "{text}");
        }
    }
}
