//! The addresses that stand for this repository, by what Applications look for there.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_yaml::Node;

use crate::evidence::files::{Files, comparable, directory_of, join};
use crate::evidence::nodes::{at, items, text};
use crate::source::Source;

/// The addresses that stand for this repository: those of which a chart, or what a generator looks for, lies here.
pub(in crate::evidence) fn addresses(
    sources: &[Arc<Source>],
    files: &Files<'_>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let documents = || {
        let sources = sources.iter();
        sources.flat_map(|source| {
            source
                .document
                .documents()
                .iter()
                .map(move |it| (source, it))
        })
    };
    for (source, object) in documents() {
        for spec in [&["spec"][..], &["spec", "template", "spec"]] {
            let single = at(object, &[spec, &["source"]].concat()).into_iter();
            for node in single.chain(items(object, &[spec, &["sources"]].concat())) {
                let is_here = text(node, &["path"]).is_some_and(|path| {
                    is_source(path, files) || is_home_of(path, &source.path, files)
                });
                let address = text(node, &["repoURL"]).filter(|_| is_here);
                let address = address.filter(|address| !address.contains("{{"));
                found.extend(address.map(comparable));
            }
        }
        for generator in items(object, &["spec", "generators"]) {
            let listed = ["directories", "files"].iter();
            let mut paths = listed
                .flat_map(|key| items(generator, &["git", key]))
                .filter_map(|entry| text(entry, &["path"]))
                .filter(|path| path.contains('/'));
            let is_here = paths.any(|path| {
                let is_there = |path: &str| !files.matching(path).is_empty();
                is_there(path) || !files.directories_matching(path).is_empty()
            });
            let address = text(generator, &["git", "repoURL"]).filter(|_| is_here);
            found.extend(address.map(comparable));
        }
    }
    // Folders of values may be called the same in two repositories.
    if found.is_empty() {
        let specs = documents().flat_map(|(_, object)| {
            [&["spec"][..], &["spec", "template", "spec"]]
                .map(|spec| items(object, &[spec, &["sources"]].concat()))
        });
        found.extend(specs.flat_map(|sources| referred(sources, files).map(comparable)));
    }
    found
}

/// Whether a chart or a kustomization has a path, or several have one that a set fills in: `charts/{{ .app }}`.
fn is_source(path: &str, files: &Files<'_>) -> bool {
    let definitions = ["Chart.yaml", "kustomization.yaml"];
    if path.contains("{{") {
        let first = path.split('/').next().unwrap_or_default();
        let pattern = without_templates(path);
        let is_there = |file| !files.matching(&join(&pattern, file)).is_empty();
        return !first.contains('{') && definitions.into_iter().any(is_there);
    }
    let Some(path) = files.of_repository(path) else {
        return false;
    };
    let path = path.trim_end_matches('/');
    !path.is_empty() && (definitions.iter()).any(|file| files.is_file(&join(path, file)))
}

/// Whether a path is that of the folder with the Application that names it: it brings itself and those next to it.
fn is_home_of(path: &str, application: &str, files: &Files<'_>) -> bool {
    let path = files.of_repository(path);
    let path = path.as_deref().map(|path| path.trim_end_matches('/'));
    path.is_some_and(|path| !path.is_empty() && directory_of(application) == path)
}

/// The addresses of references by which sources name values files that lie here.
fn referred<'n>(sources: &'n [Node], files: &Files<'_>) -> impl Iterator<Item = &'n str> {
    let values = sources
        .iter()
        .flat_map(|node| items(node, &["helm", "valueFiles"]));
    let values = values.filter_map(|file| file.as_str()?.strip_prefix('$')?.split_once('/'));
    let here: BTreeSet<&str> = values
        .filter(|(_, path)| is_referred_file(path, files))
        .map(|(reference, _)| reference)
        .collect();
    sources.iter().filter_map(move |node| {
        let address = text(node, &["repoURL"]).filter(|url| !url.contains("{{"))?;
        here.contains(text(node, &["ref"])?).then_some(address)
    })
}

/// Whether a values file that has its path from the repository of a reference lies here: `$values/apps/shop/prod.yaml`. Parts
/// that a set of Applications fills in may be anything, but for the first folder.
fn is_referred_file(path: &str, files: &Files<'_>) -> bool {
    let is_deep = path
        .split_once('/')
        .is_some_and(|(first, _)| !first.is_empty() && !first.contains(['{', '*']));
    is_deep && !files.matching(&without_templates(path)).is_empty()
}

/// A path with `*` for its templates.
fn without_templates(path: &str) -> String {
    let mut parts = path.split("{{");
    let mut pattern = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        pattern.push('*');
        pattern.push_str(part.split_once("}}").map_or("", |(_, behind)| behind));
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::without_templates;

    #[test]
    fn templates_may_be_anything() {
        for (path, expected) in [
            ("apps/shop/values.yaml", "apps/shop/values.yaml"),
            (
                "apps/{{env}}/{{ .name }}/values.yaml",
                "apps/*/*/values.yaml",
            ),
            ("apps/{{env", "apps/*"),
        ] {
            assert_eq!(without_templates(path), expected);
        }
    }
}
