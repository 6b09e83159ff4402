//! The namespace of a preview: whose it is, when it ends, what it may use, and who reaches it.

use std::collections::BTreeSet;

use envlint_yaml::{Map, Value};

use super::cost::Limits;
use super::object::{NUMBER, PreviewObject, Turn, mark};
use super::plan::Request;

/// The name of the objects that envlint adds to a namespace.
const OWN: &str = "preview";

/// The annotation with the kinds of all objects of a namespace: those that a later commit may not have any more are found by
/// them.
const KINDS: &str = "kinds";

/// So many other namespaces of a preview are let in by their names.
const MOST_OTHERS: usize = 100;

/// What a namespace is made of.
#[derive(Debug)]
pub(super) struct Wanted<'n> {
    /// Its name
    pub(super) name: &'n str,
    /// What it gives and allows
    pub(super) limits: &'n Limits,
    /// All namespaces of the preview: its apps reach each other
    pub(super) others: &'n [String],
    /// What the apps bring to it
    pub(super) apps: &'n [&'n PreviewObject],
    /// Whether it has a quota
    pub(super) has_quota: bool,
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.into_iter();
    Value::Map(
        entries
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// The namespace, its limits and its isolation, in the order in which they are applied.
pub(super) fn objects(request: &Request<'_>, wanted: &Wanted<'_>) -> Vec<PreviewObject> {
    let (name, limits) = (wanted.name, wanted.limits);
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
    let mut objects = vec![own("v1", "LimitRange", limits.range())];
    if wanted.has_quota {
        objects.push(own("v1", "ResourceQuota", limits.quota()));
    }
    let isolation = isolation(request, wanted);
    objects.push(own("networking.k8s.io/v1", "NetworkPolicy", isolation));
    let of_apps = wanted.apps.iter().copied();
    let all = objects.iter().chain(of_apps);
    let inside = all.filter(|object| object.namespace.as_deref() == Some(name));
    let kinds: BTreeSet<String> = inside.map(PreviewObject::resource).collect();
    let kinds: Vec<String> = kinds.into_iter().collect();
    objects.insert(0, namespace(request, name, &kinds.join(",")));
    objects
}

fn labels(request: &Request<'_>) -> Map {
    Map::from([
        ("app.kubernetes.io/managed-by".to_owned(), "envlint".into()),
        (mark(NUMBER), request.number.to_string().into()),
    ])
}

/// The namespace. A cleanup job selects by its labels, and reads in the annotation when it ends.
fn namespace(request: &Request<'_>, name: &str, kinds: &str) -> PreviewObject {
    let mut labels = labels(request);
    labels.insert(mark("from"), (&*request.from.name).into());
    labels.insert(
        mark("expires"),
        request.expires.as_second().to_string().into(),
    );
    let mut annotations = Map::from([
        (mark("expires-at"), request.expires.to_string().into()),
        (mark("lives"), request.lives.as_str().into()),
        (mark(KINDS), kinds.into()),
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

/// Pods of the preview reach each other, and those of the named namespaces reach them.
fn isolation(request: &Request<'_>, wanted: &Wanted<'_>) -> Value {
    let everything = || Value::Map(Map::new());
    let mut from = vec![map([("podSelector", everything())])];
    let outside = request.config.reachable_from.iter();
    let outside = outside.map(|namespace| namespace.value.as_str());
    let others = wanted.others.iter().map(String::as_str);
    let others = others.filter(|other| *other != wanted.name);
    for namespace in outside.chain(others.take(MOST_OTHERS)) {
        let labels = map([("kubernetes.io/metadata.name", namespace.into())]);
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
