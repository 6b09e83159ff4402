//! The files of the workspace, by their paths: what evidence names is looked up here, and nothing outside is read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use regex::Regex;

use super::subtree::Subtree;
use crate::source::{Source, ancestors, boundary, entries_within, is_yaml, read_text, remote_name};
pub(super) use crate::source::{comparable_address as comparable, directory_of, join, normal};

/// The paths of a workspace's files, and how paths of the repository lead to them.
#[derive(Debug)]
pub struct Files<'w> {
    root: &'w Path,
    /// Sorted.
    paths: Vec<&'w str>,
    /// The path of the workspace in the repository, with a slash at its end; empty where it is the whole of it.
    within: String,
    /// The addresses under which this repository is known, in lower case.
    own: BTreeSet<String>,
    /// The folder of another repository that this one is.
    subtree: Subtree,
}

impl<'w> Files<'w> {
    /// The files below a root.
    pub fn new(root: &'w Path, paths: impl Iterator<Item = &'w str>) -> Files<'w> {
        let mut paths: Vec<&str> = paths.collect();
        // They come in a few runs that are sorted each: a stable sort only merges these.
        paths.sort();
        Files {
            within: within_repository(root),
            own: BTreeSet::new(),
            subtree: Subtree::default(),
            root,
            paths,
        }
    }

    /// With addresses that stand for this repository.
    pub fn known_as(self, addresses: BTreeSet<String>) -> Files<'w> {
        Files {
            own: addresses,
            ..self
        }
    }

    /// With what tells that this repository is a folder of another one.
    pub(super) fn within_other(self, subtree: Subtree) -> Files<'w> {
        Files { subtree, ..self }
    }

    /// The folder of another repository that this one is, where a path of that one begins with it.
    pub fn folder_of_other(&self, path: &str) -> Option<&str> {
        let folder = self.subtree.folder.as_str();
        let path = normal("", path.trim_start_matches('/'))?;
        (!folder.is_empty() && format!("{path}/").starts_with(folder)).then_some(folder)
    }

    /// Whether a path of a repository at an address is one that should be here.
    pub fn should_hold(&self, address: &str, path: &str) -> bool {
        let is_other = self.subtree.addresses.contains(&comparable(address));
        self.is_own(address) && (!is_other || self.folder_of_other(path).is_some())
    }

    /// Whether an address is one of this repository, as far as anything tells.
    pub fn is_own(&self, address: &str) -> bool {
        let address = comparable(address);
        let is_remote = |name: String| {
            let last = address.rsplit('/').next();
            last == Some(name.to_ascii_lowercase().as_str())
        };
        self.own.contains(&address)
            || self.subtree.addresses.contains(&address)
            || remote_name(self.root).is_some_and(is_remote)
    }

    /// Whether anything tells an address of this repository.
    pub fn has_address(&self) -> bool {
        !self.own.is_empty() || remote_name(self.root).is_some()
    }

    /// Whether there is such a file.
    pub fn is_file(&self, path: &str) -> bool {
        self.paths.binary_search(&path).is_ok()
    }

    /// Whether there is such a file with values. The workspace leaves out what lies among the templates of a chart, but what
    /// is named as values are values.
    pub fn has_values(&self, path: &str) -> bool {
        let mut folders = path.match_indices("/templates/");
        let is_template = folders.any(|(at, _)| path.get(..at).is_some_and(|it| self.is_chart(it)));
        self.is_file(path) || is_template && read_text(self.root, path).is_ok()
    }

    /// Whether there is such a file on the disk, also where the workspace leaves it out: what is ignored, is no YAML, or is a
    /// template of a chart. Of what lies outside nothing is told: it counts as being there.
    pub fn exists(&self, path: &str) -> bool {
        if self.is_file(path) {
            return true;
        }
        let Some(inside) = normal("", path) else {
            return true;
        };
        // What holds files of the workspace need not be looked for.
        if self.is_directory(&inside) {
            return true;
        }
        let mut above = ancestors(&inside);
        let there = above.find(|above| self.root.join(above).exists());
        let place = there.and_then(|there| self.root.join(there).canonicalize().ok());
        let is_outside = place.is_some_and(|place| !place.starts_with(boundary(self.root)));
        is_outside || there == Some(inside.as_str())
    }

    /// Whether there is a file below such a directory.
    pub fn is_directory(&self, path: &str) -> bool {
        path.is_empty() || !self.below(&format!("{path}/")).is_empty()
    }

    /// Whether a directory is a chart.
    pub fn is_chart(&self, directory: &str) -> bool {
        self.is_file(&join(directory, "Chart.yaml"))
    }

    /// The directory that all paths are relative to.
    pub fn root(&self) -> &'w Path {
        self.root
    }

    /// The directories of the charts.
    pub fn charts(&self) -> Vec<&'w str> {
        let charts = self.paths.iter().filter_map(|path| match *path {
            "Chart.yaml" => Some(""),
            path => path.strip_suffix("/Chart.yaml"),
        });
        charts.collect()
    }

    /// The templates of a chart, by their paths: they are no files of the workspace before they are rendered.
    pub fn templates(&self, chart: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        self.add_templates(&join(chart, "templates"), 0, &mut found);
        found
    }

    fn add_templates(&self, directory: &str, depth: usize, found: &mut Vec<(String, String)>) {
        for entry in entries_within(self.root, directory) {
            let Some(path) = entry.file_name().to_str().map(|name| join(directory, name)) else {
                continue;
            };
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_directory && depth < MOST_FOLDERS {
                self.add_templates(&path, depth + 1, found);
            } else if is_yaml(&path) && found.len() < MOST_TEMPLATES {
                let text = read_text(self.root, &path).ok();
                found.extend(text.map(|text| (path, text)));
            }
        }
    }

    /// The files whose paths begin so.
    pub fn below(&self, prefix: &str) -> &[&'w str] {
        let start = self.paths.partition_point(|path| *path < prefix);
        let rest = self.paths.get(start..).unwrap_or_default();
        let end = rest.partition_point(|path| path.starts_with(prefix));
        rest.get(..end).unwrap_or_default()
    }

    /// The files that a pattern with `*` and `**` names.
    pub fn matching(&self, glob: &str) -> Vec<&'w str> {
        let Some(form) = glob_form(glob) else {
            return Vec::new();
        };
        let fixed = glob.split(['*', '?', '[', '{']).next().unwrap_or_default();
        let below = self.below(fixed).iter().copied();
        below.filter(|path| form.is_match(path)).collect()
    }

    /// The directories that a pattern with `*` and `**` names.
    pub fn directories_matching(&self, glob: &str) -> Vec<&'w str> {
        let Some(form) = glob_form(glob.trim_end_matches('/')) else {
            return Vec::new();
        };
        let fixed = glob.split(['*', '?', '[', '{']).next().unwrap_or_default();
        let mut found: Vec<&str> = Vec::new();
        for path in self.below(fixed) {
            let ends = path.match_indices('/').map(|(at, _)| at);
            let above = ends.filter_map(|end| path.get(..end));
            found.extend(above.filter(|directory| form.is_match(directory)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How many files are looked at to find those that a pattern names.
    pub fn around(&self, glob: &str) -> usize {
        let fixed = glob.split(['*', '?', '[', '{']).next();
        self.below(fixed.unwrap_or_default()).len()
    }

    /// A path of the repository as one of the workspace; none where it leads out of it.
    pub fn of_repository(&self, path: &str) -> Option<String> {
        let path = normal("", path.trim_start_matches('/'))?;
        if self.is_file(&path) || self.is_directory(&path) {
            return Some(path);
        }
        let folder = self.folder_of_other(&path).unwrap_or(&self.within);
        if folder.is_empty() {
            return Some(path);
        }
        let inside = format!("{path}/");
        let inside = inside.strip_prefix(folder)?;
        Some(inside.trim_end_matches('/').to_owned())
    }

    /// What a path of the repository has before the path of the workspace, with a slash at its end.
    pub fn before_workspace(&self, path: &str) -> String {
        let whole = normal("", path.trim_start_matches('/')).unwrap_or_default();
        let inside = self.of_repository(path).unwrap_or_default();
        whole.strip_suffix(&inside).unwrap_or_default().to_owned()
    }

    /// Reads a file of the workspace.
    pub fn read(&self, path: &str) -> Option<Arc<Source>> {
        self.is_file(path)
            .then(|| Source::read(self.root, path).ok().map(Arc::new))?
    }

    /// Reads a file of the workspace as text.
    pub fn text(&self, path: &str) -> Option<String> {
        self.is_file(path)
            .then(|| read_text(self.root, path).ok())?
    }
}

/// Folders in folders of templates, and files in all of them, that are looked at in one chart.
const MOST_FOLDERS: usize = 4;
const MOST_TEMPLATES: usize = 500;

/// The path of a directory in the work tree of git that holds it. Only whether `.git` is there is looked at.
fn within_repository(root: &Path) -> String {
    let mut above = root;
    loop {
        if above.join(".git").exists() {
            break;
        }
        match above.parent() {
            Some(parent) => above = parent,
            None => return String::new(),
        }
    }
    let inside = root.strip_prefix(above).ok().and_then(Path::to_str);
    match inside {
        None | Some("") => String::new(),
        Some(inside) => format!("{}/", inside.replace('\\', "/")),
    }
}

/// A pattern of paths as a regular expression: `*` is a part of a name, `**` any depth, `{a,b}` one of several.
fn glob_form(glob: &str) -> Option<Regex> {
    if glob.len() > 1000 {
        return None;
    }
    let mut form = String::from("^");
    let mut chars = glob.chars().peekable();
    let mut depth = 0usize;
    while let Some(char) = chars.next() {
        match char {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                if chars.peek() == Some(&'/') {
                    chars.next();
                    form += "(?:.*/)?";
                } else {
                    form += ".*";
                }
            }
            '*' => form += "[^/]*",
            '?' => form += "[^/]",
            '{' => {
                depth += 1;
                form += "(?:";
            }
            '}' if depth > 0 => {
                depth -= 1;
                form.push(')');
            }
            ',' if depth > 0 => form.push('|'),
            other => form += &regex::escape(&other.to_string()),
        }
    }
    form += &")".repeat(depth);
    form.push('$');
    Regex::new(&form).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_looked_up() {
        let paths = [
            "apps/shop/Chart.yaml",
            "apps/shop/values.yaml",
            "apps/web/Chart.yaml",
            "envs/dev/config.json",
        ];
        let root = std::env::temp_dir();
        let files = Files::new(&root, paths.into_iter());
        assert!(files.is_chart("apps/shop"));
        assert!(files.is_directory("envs"));
        assert!(!files.is_directory("env"));
        assert_eq!(
            files.directories_matching("apps/*"),
            ["apps/shop", "apps/web"]
        );
        assert_eq!(files.matching("**/Chart.yaml").len(), 2);
        assert_eq!(
            files.matching("envs/*/config.{json,yaml}"),
            ["envs/dev/config.json"]
        );
    }
}
