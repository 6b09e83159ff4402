//! What a preview keeps of the source environment: what it does there, it does to others' data.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_yaml::{Path, Segment};

use super::app::AppPreview;
use super::object::{PreviewObject, Turn, group};
use super::plan::Request;
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::Source;
use crate::values::{DATABASES, Located, PathSet, Tree, by_places, databases, words_of};

/// How many values are named.
const MOST_NAMED: usize = 3;

/// What an app still has of the source environment: addresses in its namespace, databases, and hosts with its name.
pub(super) fn notes(request: &Request<'_>, app: &AppPreview) -> Vec<Text> {
    let mut known = request.apps.iter();
    let known = known.find(|known| known.name == app.app);
    let source = Arc::new(Source::new(app.file.as_str(), app.values.as_str()));
    let Some((known, root)) = known.zip(Tree::of(&source)) else {
        return Vec::new();
    };
    let changed: PathSet = app
        .changes
        .iter()
        .map(|change| change.path.clone())
        .collect();
    let is_kept = |value: &Located<'_>| !changed.touches(&by_places(value.path(), &root));
    let mut texts = Vec::new();
    add_texts(&Located::root(&root), &mut texts);
    texts.retain(is_kept);

    let from = request.from;
    let namespace = known.namespace(&from.name);
    let (in_it, with_port) = (format!(".{namespace}"), format!(".{namespace}.svc"));
    let here = with_host(&texts, |host| {
        host.ends_with(&in_it) || host.contains(&with_port)
    });
    let mut said: BTreeSet<Path> = here.iter().cloned().collect();
    let databases = databases(&root);
    let databases = databases.iter().filter(|found| {
        found.settings.iter().all(is_kept) && (found.is_whole || !has_database(app))
    });
    let databases = databases.filter_map(|found| Some(found.settings.last()?.path().clone()));
    let databases: Vec<Path> = databases.filter(|path| said.insert(path.clone())).collect();
    let names: Vec<&str> = from.names().collect();
    let mut hosts = with_host(&texts, |host| is_host_of(host, &names));
    hosts.retain(|path| !said.contains(path) && !is_of_image(path));

    let of_stores = secrets(request, app);
    let (app, from) = (Name(&app.app), Name(&from.name));
    let all = [
        (
            here,
            text!(
                "of {} still goes to the namespace `{}` of {}; set it under `preview.set`",
                app,
                Name(&namespace),
                from
            ),
        ),
        (
            databases,
            text!(
                "of {} is still the database of {}; give the preview one of its own under `preview.set`",
                app,
                from
            ),
        ),
        (
            hosts,
            text!(
                "of {} still names a host of {}; set it under `preview.set`",
                app,
                from
            ),
        ),
    ];
    let said = all.into_iter().filter(|(paths, _)| !paths.is_empty());
    let said = said.map(|(paths, words)| {
        let paths = paths.iter().map(|path| text!("`{}`", path));
        text!("{} {}", Text::first(paths, MOST_NAMED), words)
    });
    said.chain(of_stores).collect()
}

/// Groups of objects that bring secrets from a store.
const OF_STORES: [&str; 3] = [
    "external-secrets.io",
    "secrets.hashicorp.com",
    "secrets-store.csi.x-k8s.io",
];

/// Objects of the chart that bring the secrets of the source environment: whoever opens a pull request gets them.
fn secrets(request: &Request<'_>, app: &AppPreview) -> Option<Text> {
    let is_of_store = |object: &&PreviewObject| {
        object.turn == Turn::App && OF_STORES.contains(&group(&object.api_version))
    };
    let mut found = app.objects.iter().filter(is_of_store).peekable();
    found.peek()?;
    let called = found.map(|object| {
        text!(
            "{} `{}`",
            ObjectName(&object.kind),
            ObjectName(&object.name)
        )
    });
    Some(text!(
        "{} of {} may bring secrets of {} to what anybody's pull request runs; give the preview its own under `preview.set`",
        Text::first(called, MOST_NAMED),
        Name(&app.app),
        Name(&request.from.name)
    ))
}

/// Whether a path is about an image: where it is pulled from, nothing is changed.
fn is_of_image(path: &Path) -> bool {
    path.segments().iter().any(|segment| match segment {
        Segment::Key(key) => words_of(key)
            .iter()
            .any(|word| ["image", "images", "registry", "repository"].contains(&word.as_str())),
        _ => false,
    })
}

/// Whether an app brings a database of its own: then a name alone is that of this one.
fn has_database(app: &AppPreview) -> bool {
    app.known_images.iter().any(|image| {
        let mut words = image.split(|char: char| !char.is_ascii_alphanumeric());
        words.any(|word| DATABASES.contains(&word))
    })
}

/// The paths of texts with a host of some kind.
fn with_host(texts: &[Located<'_>], is_wanted: impl Fn(&str) -> bool) -> Vec<Path> {
    let is_of_host = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_');
    let has_one = |text: &&Located<'_>| {
        let text = text.tree().as_str().unwrap_or_default();
        let mut parts = text.split(|char| !is_of_host(char));
        parts.any(&is_wanted)
    };
    let found = texts.iter().filter(has_one);
    found.map(|text| text.path().clone()).collect()
}

/// Whether a host has the name of an environment in it: `staging-db.example.com`, and no name of a file or a package.
fn is_host_of(host: &str, names: &[&str]) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let Some((top, rest)) = labels.split_last().filter(|(_, rest)| rest.len() > 1) else {
        return false;
    };
    let is_domain = top.len() > 1 && top.chars().all(|char| char.is_ascii_lowercase());
    let is_named = |label: &&str| {
        words_of(label)
            .iter()
            .any(|word| names.contains(&word.as_str()))
    };
    is_domain && rest.iter().all(|label| !label.is_empty()) && rest.iter().any(is_named)
}

/// The texts in a value.
fn add_texts<'a>(value: &Located<'a>, found: &mut Vec<Located<'a>>) {
    if value.tree().as_str().is_some() {
        found.push(value.clone());
    }
    for child in value.children() {
        add_texts(&child, found);
    }
}
