//! The YAML files of a workspace, found by one bounded walk.

use std::collections::HashSet;
use std::path::Path;

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::CONFIG_FILE;

/// Lists paths, in the form of `.gitignore`, that are not looked at: samples, fixtures, what others own.
const IGNORE_FILE: &str = ".envlintignore";

/// Directories deeper than this are not looked at: no repository keeps such files there, and it bounds the walk.
const DEEPEST: usize = 24;

/// More files than this are not looked at.
const MOST_FILES: usize = 200_000;

/// The YAML files below a directory, with `/`, in the order of their paths. Left out are what `.gitignore` and
/// `.envlintignore` leave out, links, the templates of charts, and workspaces of their own.
pub fn yaml_files(root: &Path) -> Vec<String> {
    let found = paths(root, &walk(root));
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
    found.into_iter().filter(is_ours).collect()
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
    walk.overrides(only);
    paths(root, &walk)
}

/// Only the ignore files of the workspace itself count: a check says the same on every machine.
fn walk(root: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(root);
    walk.require_git(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .follow_links(false)
        .max_depth(Some(DEEPEST))
        .add_custom_ignore_filename(IGNORE_FILE)
        .filter_entry(|entry| entry.file_name() != "node_modules" && !is_templates(entry));
    walk
}

/// The templates of a chart are not YAML before they are rendered.
fn is_templates(entry: &DirEntry) -> bool {
    let above = entry.path().parent();
    entry.file_name() == "templates"
        && above.is_some_and(|above| above.join("Chart.yaml").is_file())
}

fn paths(root: &Path, walk: &WalkBuilder) -> Vec<String> {
    let mut found: Vec<String> = walk
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
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
