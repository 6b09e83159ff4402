//! The YAML files of a workspace, found by one bounded walk.

use std::collections::HashSet;
use std::path::Path;

use ignore::DirEntry;
use ignore::overrides::OverrideBuilder;

use super::CONFIG_FILE;
use crate::source::{self, Problem, Walk};

/// Lists paths, in the form of `.gitignore`, that are not looked at: samples, fixtures, what others own.
const IGNORE_FILE: &str = ".envlintignore";

/// Directories deeper than this are not looked at: no repository keeps such files there, and it bounds the walk.
const DEEPEST: usize = 24;

/// More files than this are not looked at.
const MOST_FILES: usize = 200_000;

/// The YAML files below a directory, with `/`, in the order of their paths. Left out are what `.gitignore` and
/// `.envlintignore` leave out, directories behind links, the templates of charts, and workspaces of their own. And what is wrong
/// with an ignore file: its directory is not looked at.
pub fn yaml_files(root: &Path) -> (Vec<String>, Option<Problem>) {
    let walk = walk(root);
    let found = paths(root, &walk);
    let nested: HashSet<String> = found
        .iter()
        .filter_map(|path| path.strip_suffix(CONFIG_FILE)?.strip_suffix('/'))
        .map(str::to_owned)
        .collect();
    let is_ours = |path: &String| {
        !path
            .match_indices('/')
            .any(|(at, _)| nested.contains(&path[..at]))
    };
    let files = found.into_iter().filter(is_ours).collect();
    (files, walk.refused().cloned())
}

/// The YAML files that any of these patterns matches, which are in the form of `.gitignore`.
pub fn matching<'p>(root: &Path, patterns: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut only = OverrideBuilder::new(root);
    for pattern in patterns {
        // A pattern that cannot be read matches nothing.
        let _ = only.add(pattern.trim_start_matches("./"));
    }
    let Ok(only) = only.build() else {
        return Vec::new();
    };
    let mut walk = walk(root);
    walk.builder.overrides(only);
    paths(root, &walk)
}

/// Only the ignore files of the workspace itself count: a check says the same on every machine.
fn walk(root: &Path) -> Walk {
    let mut walk = source::walk(root, Some(IGNORE_FILE), |entry| {
        entry.file_name() != "node_modules" && !is_templates(entry)
    });
    if walk.refused().is_none() {
        walk.builder.max_depth(Some(DEEPEST));
    }
    walk
}

/// The templates of a chart are not YAML before they are rendered.
fn is_templates(entry: &DirEntry) -> bool {
    let above = entry.path().parent();
    entry.file_name() == "templates"
        && above.is_some_and(|above| above.join("Chart.yaml").is_file())
}

/// A link to a file is listed wherever it leads: that it is refused is said where it is read.
fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| {
        let leads_to_file = || entry.path().metadata().is_ok_and(|meta| !meta.is_dir());
        kind.is_file() || kind.is_symlink() && leads_to_file()
    })
}

fn paths(root: &Path, walk: &Walk) -> Vec<String> {
    let mut found: Vec<String> = walk
        .builder
        .build()
        .flatten()
        .filter(is_file)
        .filter_map(|entry| to_slashes(entry.path().strip_prefix(root).ok()?))
        .filter(|path| path.ends_with(".yaml") || path.ends_with(".yml"))
        .take(MOST_FILES)
        .collect();
    found.sort_unstable();
    found
}

fn to_slashes(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    parts.map(|parts| parts.join("/"))
}
