//! What lies beside the values files of an app: files for environments that nobody declared, and layers.

use std::collections::BTreeMap;

use super::Workspace;
use super::app::PLACEHOLDER;
use super::files::is_within;
use crate::naming::{is_folder_of_environments, is_layer, is_no_environment};
use crate::source::{ancestors, directory_of, join};

/// A file or folder that is named as if it belonged to an app's environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The name where the environment's name would be.
    pub name: String,
    /// The values file, relative to the workspace's root.
    pub path: String,
    /// What it seems to be.
    pub kind: NeighbourKind,
}

/// What a neighbour seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeighbourKind {
    /// A layer that several environments share: `base`, `common`, `shared`.
    Layer,
    /// A plain `values.yaml` beside `values-prod.yaml`, where no chart is that it would be the defaults of.
    Plain,
    /// A values file in a folder that holds nothing but environments: `environments/perf.yaml`.
    Listed,
    /// A file whose name merely has the form: `values-ha.yaml`.
    Similar,
}

/// What lies beside the values files that an app's patterns name.
pub(super) fn of(workspace: &Workspace, patterns: &[String]) -> Vec<Neighbour> {
    let mut found = BTreeMap::new();
    let tree = Tree(workspace);
    // What some app lays below its own files is known for what it is.
    let is_used = |known: &Neighbour| {
        let is_layer = known.kind == NeighbourKind::Layer || known.kind == NeighbourKind::Plain;
        !is_layer && workspace.is_layer(&known.path)
    };
    for pattern in patterns.iter().filter_map(|pattern| Form::of(pattern)) {
        for name in tree.entries(pattern.directory) {
            let neighbour = pattern
                .layer(tree, name)
                .or_else(|| pattern.plain(tree, name))
                .or_else(|| pattern.environment(workspace, tree, name));
            if let Some(neighbour) =
                neighbour.filter(|known| !workspace.is_environment(&known.name) && !is_used(known))
            {
                found.entry(neighbour.path.clone()).or_insert(neighbour);
            }
        }
        if pattern.is_listing() {
            for neighbour in layers_above(tree, &pattern) {
                found.entry(neighbour.path.clone()).or_insert(neighbour);
            }
        }
    }
    found.into_values().collect()
}

/// The files of the workspace, as entries of directories. Nothing outside of it and nothing that it ignores is among them.
#[derive(Clone, Copy)]
struct Tree<'w>(&'w Workspace);

impl<'w> Tree<'w> {
    /// The names in a directory, sorted.
    fn entries(self, directory: &str) -> Vec<&'w str> {
        let prefix = join(directory, "");
        let files = self.0.yaml_files();
        let start = files.partition_point(|path| *path < prefix);
        let mut rest = files.get(start..).unwrap_or_default();
        let links = self.0.links().iter();
        let links = links.filter_map(|link| link.strip_prefix(&prefix));
        let mut names: Vec<&str> = links.filter(|name| !name.contains('/')).collect();
        while let Some(below) = rest.first().and_then(|path| path.strip_prefix(&prefix)) {
            let (name, is_folder) = match below.split_once('/') {
                Some((name, _)) => (name, true),
                None => (below, false),
            };
            names.push(name);
            // What lies in a folder is passed over at once.
            let folder = format!("{prefix}{name}/");
            let next = match is_folder {
                true => rest.partition_point(|path| *path < folder || path.starts_with(&folder)),
                false => 1,
            };
            rest = rest.get(next.max(1)..).unwrap_or_default();
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn is_file(self, path: &str) -> bool {
        let order = |known: &String| known.as_str().cmp(path);
        let is_listed = self.0.yaml_files().binary_search_by(order).is_ok();
        let is_link = |above: &str| self.0.links().iter().any(|link| link == above);
        is_listed
            || ancestors(path).any(is_link) && {
                let full = self.0.root.join(path);
                full.is_file() && is_within(&self.0.root, &full)
            }
    }

    fn is_chart(self, directory: &str) -> bool {
        self.is_file(&join(directory, "Chart.yaml"))
    }
}

/// A pattern taken apart around the segment that holds `{env}`: `apps/shop/values-{env}.yaml`.
struct Form<'a> {
    directory: &'a str,
    prefix: &'a str,
    suffix: &'a str,
    rest: Option<&'a str>,
}

impl<'a> Form<'a> {
    fn of(pattern: &'a str) -> Option<Form<'a>> {
        let (before, after) = pattern.split_once(PLACEHOLDER)?;
        let (directory, prefix) = before.rsplit_once('/').unwrap_or(("", before));
        let (suffix, rest) = after
            .split_once('/')
            .map_or((after, None), |(suffix, rest)| (suffix, Some(rest)));
        Some(Form {
            directory,
            prefix,
            suffix,
            rest,
        })
    }

    /// Whether the environment's name is all there is in its segment, an ending aside.
    fn is_whole(&self) -> bool {
        self.prefix.is_empty() && matches!(self.suffix, "" | ".yaml" | ".yml")
    }

    /// Whether the directory holds nothing but environments.
    fn is_listing(&self) -> bool {
        let folder = self.directory.rsplit('/').next().unwrap_or_default();
        self.is_whole() && is_folder_of_environments(folder)
    }

    fn join(&self, name: &str) -> String {
        join(self.directory, name)
    }

    /// A layer beside the environments, in the form of the pattern or in another usual one.
    fn layer(&self, tree: Tree<'_>, entry: &str) -> Option<Neighbour> {
        let neighbour = |name: &str, path: String| {
            Some(Neighbour {
                name: name.to_owned(),
                path,
                kind: NeighbourKind::Layer,
            })
        };
        if let Some(stem) = yaml_stem(entry) {
            let in_form = entry
                .strip_prefix(self.prefix)
                .and_then(|name| name.strip_suffix(self.suffix));
            let names = [
                in_form,
                stem.strip_prefix("values-"),
                stem.strip_prefix("values."),
                self.is_whole().then_some(stem),
            ];
            let name = names.into_iter().flatten().find(|name| is_layer(name))?;
            return neighbour(name, self.join(entry));
        }
        if !(self.is_whole() && is_layer(entry)) {
            return None;
        }
        let folder = self.join(entry);
        let usual = [
            self.rest.unwrap_or("values.yaml"),
            "values.yaml",
            "values.yml",
        ];
        let file = usual
            .into_iter()
            .find(|file| tree.is_file(&join(&folder, file)))?;
        (!tree.is_chart(&folder))
            .then(|| neighbour(entry, join(&folder, file)))
            .flatten()
    }

    /// `values.yaml` beside `values-{env}.yaml`, unless it is a chart's.
    fn plain(&self, tree: Tree<'_>, entry: &str) -> Option<Neighbour> {
        let is_beside = matches!(self.prefix, "values-" | "values.")
            && matches!(entry, "values.yaml" | "values.yml");
        (is_beside && !tree.is_chart(self.directory)).then(|| Neighbour {
            name: "values".to_owned(),
            path: self.join(entry),
            kind: NeighbourKind::Plain,
        })
    }

    /// A values file of the pattern's form with a name that is no known environment.
    fn environment(&self, workspace: &Workspace, tree: Tree<'_>, entry: &str) -> Option<Neighbour> {
        let name = entry.strip_prefix(self.prefix)?.strip_suffix(self.suffix)?;
        let is_name = !name.is_empty() && !name.starts_with('.') && !is_no_environment(name);
        if !is_name || workspace.is_environment(name) {
            return None;
        }
        let path = match self.rest {
            Some(rest) => format!("{entry}/{rest}"),
            None => entry.to_owned(),
        };
        let file = self.join(&path);
        (tree.is_file(&file) && !tree.is_chart(&self.join(entry))).then(|| Neighbour {
            name: name.to_owned(),
            path: file,
            kind: if self.is_listing() {
                NeighbourKind::Listed
            } else {
                NeighbourKind::Similar
            },
        })
    }
}

/// `values-common.yaml` in the directory above a folder of environments.
fn layers_above(tree: Tree<'_>, form: &Form<'_>) -> Vec<Neighbour> {
    let beside = Form {
        directory: directory_of(form.directory),
        prefix: "values-",
        suffix: ".yaml",
        rest: None,
    };
    let names = tree.entries(beside.directory).into_iter();
    names.filter_map(|name| beside.layer(tree, name)).collect()
}

fn yaml_stem(name: &str) -> Option<&str> {
    name.strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"))
}
