//! What kustomizations name in vain: files and directories that do not exist, patches of objects that they do not build,
//! and charts that are there before ([`super::again`]).

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Node, Span};

use super::again::Again;
use super::held::Seen;
use super::{Directories, Reach};
use crate::evidence::files::{Files, normal};
use crate::evidence::nodes::{at, items, text};
use crate::source::{Source, boundary, read_text};

/// Something that a kustomization names in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The kustomization.
    pub file: String,
    /// Where it stands there.
    pub span: Span,
    /// What it is.
    pub what: InVain,
    /// Whether something synchronizes the directory, here or by way of others.
    pub is_deployed: bool,
}

/// What a kustomization may name in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InVain {
    /// A file or a directory, by its path in the workspace.
    Missing(String),
    /// A directory that Flux is to synchronize, by its path in the workspace.
    Synced(String),
    /// A chart that something it takes up has inflated.
    Again {
        /// The chart.
        chart: String,
        /// The directory that it takes up, directly or by way of others.
        below: String,
    },
    /// An object that a patch changes.
    Unmatched {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// The object of the kind that may have been meant.
        near: Option<String>,
        /// Whether Kustomize refuses to build: a target that matches nothing is passed over.
        is_refused: bool,
    },
}

/// Keys with lists of files and directories.
const LISTS: [&str; 8] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "patchesStrategicMerge",
];
/// Keys with lists of maps that name a file.
const PATHS: [&str; 3] = ["patches", "patchesJson6902", "replacements"];
/// What is taken up to be built.
const BUILT: [&str; 3] = ["resources", "bases", "components"];
/// What makes objects or changes them by programs.
const PROGRAMS: [&str; 4] = [
    "generators",
    "transformers",
    "helmCharts",
    "helmChartInflationGenerator",
];

/// The bytes of files that are searched for the objects of patches.
const MOST_SEARCHED: u64 = 100_000_000;

/// The comparisons of a patch with an object, of all directories together, and those of names that may have been meant.
const MOST_HELD: u64 = 1_000_000;
const MOST_NEAR: u64 = 200_000;

/// The bytes of those that are kept for the next directory that is built of them.
const MOST_KEPT: u64 = 4_000_000;

/// The files whose objects patches are held against. Those of a base are built by each of its overlays, and read once.
struct Objects<'f> {
    files: &'f Files<'f>,
    budget: Budget,
    room: Budget,
    held: Budget,
    near: Budget,
    kept: HashMap<String, Arc<Source>>,
}

impl<'f> Objects<'f> {
    fn new(files: &'f Files<'f>) -> Objects<'f> {
        Objects {
            files,
            budget: Budget::new(MOST_SEARCHED),
            room: Budget::new(MOST_KEPT),
            held: Budget::new(MOST_HELD),
            near: Budget::new(MOST_NEAR),
            kept: HashMap::new(),
        }
    }

    /// A file, as often as there is room to search it.
    fn read(&mut self, path: &str) -> Option<Arc<Source>> {
        let file = match self.kept.get(path) {
            Some(known) => Arc::clone(known),
            None => self.files.read(path)?,
        };
        let length = file.text().len() as u64;
        if !self.kept.contains_key(path) && self.room.spend(length) {
            self.kept.insert(path.to_owned(), Arc::clone(&file));
        }
        self.budget.spend(length).then_some(file)
    }
}

impl Directories {
    /// What the kustomizations name in vain.
    pub(in crate::evidence) fn broken(&self, reach: &Reach, files: &Files<'_>) -> Vec<Broken> {
        let mut objects = Objects::new(files);
        let submodules = submodules(files);
        let mut found = Again::of(self).broken(reach);
        for (directory, source) in &self.by_path {
            let Some(root) = source.document.root() else {
                continue;
            };
            if reach.left_out_with(directory).is_some() {
                continue;
            }
            let first = found.len();
            let is_deployed = reach.is_reached(directory);
            let mut say = |node: &Node, what: InVain| {
                found.push(Broken {
                    file: source.path.clone(),
                    span: node.span(),
                    what,
                    is_deployed,
                });
            };
            for (node, entry) in entries(root) {
                let Some(path) = local(directory, entry) else {
                    continue;
                };
                let is_of_other = || {
                    let mut others = submodules.iter();
                    others.any(|other| format!("{path}/").starts_with(other))
                };
                if !files.exists(&path) && !is_of_other() {
                    say(node, InVain::Missing(path));
                }
            }
            if found.len() == first && text(root, &["kind"]) != Some("Component") {
                found.extend(self.unmatched(directory, is_deployed, &mut objects));
            }
        }
        found
    }

    /// The patches of a directory that change nothing of what it is built of, where all of that is known.
    fn unmatched(
        &self,
        directory: &str,
        is_deployed: bool,
        objects: &mut Objects<'_>,
    ) -> Vec<Broken> {
        let files = objects.files;
        let own = self.step(directory, files);
        let Some(source) = self
            .by_path
            .get(directory)
            .filter(|_| !own.patches.is_empty())
        else {
            return Vec::new();
        };
        let build = self.build(directory, files);
        if !build
            .directories
            .iter()
            .all(|built| self.is_whole(built, files))
        {
            return Vec::new();
        }
        let mut seen = Seen::new(&own);
        for resource in &build.resources {
            let Some(file) = objects.read(&resource.path) else {
                return Vec::new();
            };
            let is_broken = file.document.errors().iter().any(|error| error.is_fatal());
            if is_broken
                || !file
                    .document
                    .documents()
                    .iter()
                    .all(|object| seen.look(object, &resource.steps, &objects.held))
            {
                return Vec::new();
            }
        }
        let unmatched = seen.parts.iter().filter(|part| !part.is_matched);
        unmatched
            .filter_map(|part| {
                Some(Broken {
                    file: source.path.clone(),
                    span: part.patch.named,
                    what: seen.said_of(part, &objects.near)?,
                    is_deployed,
                })
            })
            .collect()
    }

    /// Whether all is known of what a directory takes up: nothing of it lies elsewhere, no program makes it, and no patch
    /// gives it another name.
    fn is_whole(&self, directory: &str, files: &Files<'_>) -> bool {
        let root = self.by_path.get(directory);
        let Some(root) = root.and_then(|source| source.document.root()) else {
            return false;
        };
        let is_here = |entry: &Node| {
            let path = entry.as_str().and_then(|entry| local(directory, entry));
            path.is_some_and(|path| files.is_file(&path) || self.by_path.contains_key(&path))
        };
        let is_renaming =
            |patch: &Node| text(patch, &["options", "allowNameChange"]) == Some("true");
        !PROGRAMS.iter().any(|key| at(root, &[key]).is_some())
            && !items(root, &["patches"]).iter().any(is_renaming)
            && BUILT
                .iter()
                .all(|key| items(root, &[key]).iter().all(is_here))
    }
}

/// The files and directories that a kustomization names, with their places. What it makes Secrets of is left alone: that is
/// often not committed.
fn entries<'n>(root: &'n Node) -> Vec<(&'n Node, &'n str)> {
    let mut found: Vec<&Node> = Vec::new();
    for key in LISTS {
        found.extend(items(root, &[key]));
    }
    for key in PATHS {
        found.extend(
            items(root, &[key])
                .iter()
                .filter_map(|item| at(item, &["path"])),
        );
    }
    let named = |node: &'n Node| Some((node, node.as_str()?));
    let mut found: Vec<(&Node, &str)> = found.into_iter().filter_map(named).collect();
    for generator in items(root, &["configMapGenerator"]) {
        let files = items(generator, &["files"]).iter().filter_map(named);
        // `key=path`
        let path_of = |entry: &'n str| entry.split_once('=').map_or(entry, |(_, path)| path);
        found.extend(files.map(|(node, entry)| (node, path_of(entry))));
    }
    found
}

/// The path of an entry in the workspace; none for what lies elsewhere, is written there, or is filled in.
fn local(directory: &str, entry: &str) -> Option<String> {
    const NO_PATHS: [&str; 9] = ["://", "git@", "git::", "?", "\n", "${", "{{", "<", "%"];
    let is_host = entry
        .split_once('/')
        .is_some_and(|(first, _)| !first.starts_with('.') && first.contains('.'));
    if entry.is_empty()
        || entry.starts_with('/')
        || is_host
        || NO_PATHS.iter().any(|sign| entry.contains(sign))
    {
        return None;
    }
    normal(directory, entry)
}

/// The directories of submodules of git, with a slash at the end: what lies in them is not checked out everywhere. The work
/// tree tells them, and the workspace may be a directory of it.
pub(super) fn submodules(files: &Files<'_>) -> Vec<String> {
    let tree = boundary(files.root());
    let inside = files.root().strip_prefix(&tree).unwrap_or(Path::new(""));
    let inside = inside.to_string_lossy().replace('\\', "/");
    let text = read_text(&tree, ".gitmodules").unwrap_or_default();
    let paths = text.lines().filter_map(|line| {
        let path = line.trim().strip_prefix("path")?.trim_start();
        let path = path.strip_prefix('=')?.trim().strip_prefix(&*inside)?;
        Some(format!("{}/", path.trim_start_matches('/')))
    });
    paths.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_lie_elsewhere_are_no_paths() {
        for (entry, expected) in [
            ("../base", Some("apps/base")),
            ("./deployment.yaml", Some("apps/dev/deployment.yaml")),
            ("patches/a.yaml", Some("apps/dev/patches/a.yaml")),
            ("https://example.com/a.yaml", None),
            ("github.com/org/repository//base?ref=v1", None),
            ("github.com/org/repository/base", None),
            ("git@example.com:org/repository", None),
            ("../${CLUSTER}", None),
            ("- op: add\n  path: /a", None),
            ("/etc/passwd", None),
        ] {
            assert_eq!(local("apps/dev", entry).as_deref(), expected, "{entry}");
        }
    }
}
