//! Values files that say what they are for, whatever that is called: next to `values.dev.yaml` with `landscape: dev` and
//! `values.stage.yaml` with `landscape: stage`, `values.indo.yaml` with `landscape: indo` is of `indo`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use envlint_yaml::{Document, Node};

use super::app::PLACEHOLDER;
use super::discover::{Found, FoundApp, FoundFile};
use crate::source::read_text;

/// So many files of known environments have to say their own names.
const FEWEST: usize = 2;
/// More files of one form are not read, nor more and deeper values of one.
const MOST: usize = 50;
const MOST_VALUES: usize = 2000;
const DEEPEST: usize = 20;
/// Larger files are not read, in bytes.
const LARGEST: usize = 512 * 1024;

/// Adds the files that say so to the apps whose files do. `files` are those of the workspace, sorted.
pub(super) fn add(root: &Path, files: &[String], found: &mut Found) {
    let mut added: BTreeSet<String> = BTreeSet::new();
    for app in &mut found.apps {
        let open = candidates(app, files);
        if open.is_empty() || app.values.len() < FEWEST {
            continue;
        }
        let places = places(root, app);
        let is_its = |(name, path): &(&str, &String)| {
            let own = own_places(root, path, name);
            own.iter().any(|place| places.contains(place))
        };
        let told: Vec<FoundFile> = open
            .into_iter()
            .filter(is_its)
            .map(|(name, path)| FoundFile {
                environment: name.to_owned(),
                path: path.clone(),
                pattern: app.pattern.clone(),
            })
            .collect();
        added.extend(told.iter().map(|file| file.path.clone()));
        app.values.extend(told);
        app.values.sort();
    }
    found.unclaimed.retain(|file| !added.contains(&file.path));
}

/// The files of the same form as those of an app, with what stands where these have their environments. Only names of files
/// count: a folder may hold anything.
fn candidates<'f>(app: &FoundApp, files: &'f [String]) -> Vec<(&'f str, &'f String)> {
    let Some((before, after)) = app.pattern.split_once(PLACEHOLDER) else {
        return Vec::new();
    };
    if after.contains(['/', '{']) {
        return Vec::new();
    }
    let start = files.partition_point(|path| path.as_str() < before);
    let near = files.get(start..).unwrap_or_default().iter();
    let near = near.take_while(|path| path.starts_with(before));
    let named = near.filter_map(|path| {
        let name = path.strip_prefix(before)?.strip_suffix(after)?;
        let is_name = !name.is_empty() && !name.contains(['/', '.']);
        (is_name && app.file_of(name).is_none()).then_some((name, path))
    });
    named.take(MOST).collect()
}

/// Where the files of an app say their own environments: at least two do, and none says another one's there.
fn places(root: &Path, app: &FoundApp) -> BTreeSet<Vec<String>> {
    let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for file in app.values.iter().take(MOST) {
        for place in own_places(root, &file.path, &file.environment) {
            *counts.entry(place).or_default() += 1;
        }
    }
    let often = counts.into_iter().filter(|(_, count)| *count >= FEWEST);
    often.map(|(place, _)| place).collect()
}

/// The places at which a file has a word.
fn own_places(root: &Path, path: &str, word: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let text = read_text(root, path).unwrap_or_default();
    if text.len() > LARGEST || !text.contains(word) {
        return found;
    }
    let document = Document::parse(text);
    let mut left = MOST_VALUES;
    if let Some(root) = document.root() {
        add_places(root, word, &mut Vec::new(), &mut left, &mut found);
    }
    found
}

fn add_places(
    node: &Node,
    word: &str,
    above: &mut Vec<String>,
    left: &mut usize,
    found: &mut Vec<Vec<String>>,
) {
    let Some(map) = node.as_mapping().filter(|_| above.len() < DEEPEST) else {
        let is_it = node.as_scalar().is_some_and(|scalar| scalar.text() == word);
        found.extend(is_it.then(|| above.clone()));
        return;
    };
    for (key, child) in map.iter() {
        let Some(rest) = left.checked_sub(1) else {
            return;
        };
        *left = rest;
        above.push(key.text().to_owned());
        add_places(child, word, above, left, found);
        above.pop();
    }
}
