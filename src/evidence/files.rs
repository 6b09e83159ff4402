//! The files of the workspace, by their paths: what evidence names is looked up here, and nothing outside is read.

use std::path::Path;
use std::sync::Arc;

use regex::Regex;

use crate::source::{Source, read_text};

/// The paths of a workspace's files, and how paths of the repository lead to them.
#[derive(Debug)]
pub struct Files<'w> {
    root: &'w Path,
    /// Sorted.
    paths: Vec<&'w str>,
    /// The path of the workspace in the repository, with a slash at its end; empty where it is the whole of it.
    within: String,
}

impl<'w> Files<'w> {
    /// The files below a root.
    pub fn new(root: &'w Path, paths: impl Iterator<Item = &'w str>) -> Files<'w> {
        let mut paths: Vec<&str> = paths.collect();
        paths.sort_unstable();
        Files {
            within: within_repository(root),
            root,
            paths,
        }
    }

    /// Whether there is such a file.
    pub fn is_file(&self, path: &str) -> bool {
        self.paths.binary_search(&path).is_ok()
    }

    /// Whether there is such a file on the disk, also where the workspace leaves it out: what is ignored, is no YAML, or is a
    /// template of a chart.
    pub fn exists(&self, path: &str) -> bool {
        self.is_file(path) || self.root.join(path).exists()
    }

    /// Whether there is a file below such a directory.
    pub fn is_directory(&self, path: &str) -> bool {
        path.is_empty() || !self.below(&format!("{path}/")).is_empty()
    }

    /// Whether a directory is a chart.
    pub fn is_chart(&self, directory: &str) -> bool {
        self.is_file(&join(directory, "Chart.yaml"))
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

    /// A path of the repository as one of the workspace; none where it leads out of it.
    pub fn of_repository(&self, path: &str) -> Option<String> {
        let path = normal("", path.trim_start_matches('/'))?;
        if self.within.is_empty() || self.is_file(&path) || self.is_directory(&path) {
            return Some(path);
        }
        let inside = format!("{path}/");
        let inside = inside.strip_prefix(&self.within)?;
        Some(inside.trim_end_matches('/').to_owned())
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

/// A path below a directory.
pub(super) fn join(directory: &str, name: &str) -> String {
    match directory {
        "" => name.to_owned(),
        directory => format!("{directory}/{name}"),
    }
}

/// A path as seen from a directory, without `.` and `..`; none where it leads out of the root.
pub(super) fn normal(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The directory that a path lies in.
pub(super) fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
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
        assert_eq!(
            normal("a/b", "../c/./d.yaml").as_deref(),
            Some("a/c/d.yaml")
        );
        assert_eq!(normal("a", "../../x"), None);
    }
}
