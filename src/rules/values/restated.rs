//! Values that only say what the deployment is: nobody waits for an effect of them.

use envlint_yaml::Segment;

use crate::manifests::RenderedObject;
use crate::resolve::EnvironmentValues;
use crate::rules::AppContext;
use crate::values::{Located, words_of};

/// Words of keys whose values tell people something.
const DESCRIBING: [&str; 16] = [
    "author",
    "authors",
    "comment",
    "comments",
    "contact",
    "desc",
    "description",
    "maintainer",
    "maintainers",
    "note",
    "notes",
    "owner",
    "owners",
    "project",
    "readme",
    "team",
];

/// Whether all single values of a part of the values restate what the deployment is, or describe it: the name of the
/// environment, of the app, of its chart, its release or its namespace, whoever owns it.
pub(super) fn is_restated(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    value: &Located<'_>,
) -> bool {
    let children = value.children();
    if !children.is_empty() {
        return children.iter().all(|child| is_restated(cx, values, child));
    }
    let Some(text) = value.tree().as_str() else {
        return false;
    };
    let mut keys = value.path().segments().iter().filter_map(key_of);
    let describes = |key: &str| {
        let words = words_of(key);
        words
            .last()
            .is_some_and(|word| DESCRIBING.contains(&word.as_str()))
    };
    keys.any(describes) || names(cx, values).any(|name| name.eq_ignore_ascii_case(text)) || {
        let last = value.path().segments().last().and_then(key_of);
        last.is_some_and(|key| is_namespace(key, text, cx, values))
    }
}

fn key_of(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Key(key) => Some(key),
        _ => None,
    }
}

/// What the deployment goes by.
fn names<'c>(
    cx: &'c AppContext<'_>,
    values: &'c EnvironmentValues<'_>,
) -> impl Iterator<Item = &'c str> {
    let deployment = cx.app.deployment(values.name());
    let told = deployment.map(|deployment| {
        let both = [
            deployment.release.as_deref(),
            deployment.namespace.as_deref(),
        ];
        both.into_iter().flatten()
    });
    let chart = cx.chart.and_then(|chart| chart.chart.as_ref().ok());
    let of_environment = values.environment.names();
    let of_app = std::iter::once(&*cx.app.name);
    let of_chart = chart.map(envlint_helm::Chart::name);
    of_environment
        .chain(of_app)
        .chain(of_chart)
        .chain(told.into_iter().flatten())
}

/// Whether a value is a namespace, of which nobody knows that the app is deployed to another one: no value decides it.
fn is_namespace(
    key: &str,
    text: &str,
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
) -> bool {
    let deployment = cx.app.deployment(values.name());
    let told = deployment.and_then(|deployment| deployment.namespace.as_deref());
    key.eq_ignore_ascii_case("namespace") && told.is_none_or(|told| told == text)
}

/// Whether the objects of the templates that read the map around a value have all that is in it anyway: the backend of an Ingress
/// that the template names by itself. Then nobody misses anything.
pub(super) fn is_rendered(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    value: &Located<'_>,
) -> bool {
    let map = value.path().parent().filter(|map| !map.is_root());
    let reads = cx.chart.and_then(|chart| chart.reads());
    let objects = cx.manifests.objects(values.name());
    let (Some(map), Some(reads), Some(objects)) = (map, reads, objects) else {
        return false;
    };
    let reading = reads.reading(&map);
    let files: Vec<&str> = reading.iter().map(|read| read.file()).collect();
    let made = |object: &&RenderedObject| files.contains(&object.template.as_str());
    let made: Vec<&RenderedObject> = objects.iter().filter(made).collect();
    let mut texts = Vec::new();
    add_texts(value, &mut texts);
    let is_said = |text: &&str| text.len() > 1 && text.parse::<bool>().is_err();
    !texts.is_empty()
        && texts.iter().all(is_said)
        && texts
            .iter()
            .all(|text| made.iter().any(|object| object.has(text)))
}

/// The single values in a value, as they are written.
fn add_texts<'a>(value: &Located<'a>, texts: &mut Vec<&'a str>) {
    texts.extend(value.tree().as_scalar().map(|scalar| scalar.text()));
    for child in value.children() {
        add_texts(&child, texts);
    }
}
