//! What lies beside the values files of an app: files for environments that nobody declared, and layers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Workspace;
use super::app::PLACEHOLDER;

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

/// Names of layers, without a leading underscore.
const LAYERS: [&str; 8] = [
    "base", "common", "shared", "global", "globals", "default", "defaults", "all",
];

/// Folders whose entries are environments.
const FOLDERS: [&str; 6] = [
    "environments",
    "environment",
    "envs",
    "env",
    "values",
    "stages",
];

/// Files beside environments that are something else.
const OTHERS: [&str; 10] = [
    "secrets",
    "secret",
    "schema",
    "values",
    "kustomization",
    "config",
    "readme",
    "example",
    "sample",
    "template",
];

/// What lies beside the values files that an app's patterns name.
pub(super) fn of(workspace: &Workspace, patterns: &[String]) -> Vec<Neighbour> {
    let mut found = BTreeMap::new();
    // What some app lays below its own files is known for what it is.
    let is_used = |known: &Neighbour| {
        let is_layer = known.kind == NeighbourKind::Layer || known.kind == NeighbourKind::Plain;
        !is_layer && workspace.is_layer(&known.path)
    };
    for pattern in patterns.iter().filter_map(|pattern| Form::of(pattern)) {
        let directory = workspace.root.join(pattern.directory);
        for name in entries(&directory) {
            let neighbour = pattern
                .layer(&directory, &name)
                .or_else(|| pattern.plain(&directory, &name))
                .or_else(|| pattern.environment(workspace, &directory, &name));
            if let Some(neighbour) =
                neighbour.filter(|known| !workspace.is_environment(&known.name) && !is_used(known))
            {
                found.entry(neighbour.path.clone()).or_insert(neighbour);
            }
        }
        if pattern.is_listing() {
            for neighbour in layers_above(workspace, &pattern) {
                found.entry(neighbour.path.clone()).or_insert(neighbour);
            }
        }
    }
    found.into_values().collect()
}

/// The names in a directory, sorted; none where it cannot be read.
fn entries(directory: &Path) -> Vec<String> {
    let read = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = read
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
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
        self.is_whole() && FOLDERS.contains(&folder)
    }

    fn join(&self, name: &str) -> String {
        if self.directory.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.directory)
        }
    }

    /// A layer beside the environments, in the form of the pattern or in another usual one.
    fn layer(&self, directory: &Path, entry: &str) -> Option<Neighbour> {
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
        let folder = directory.join(entry);
        let usual = [
            self.rest.unwrap_or("values.yaml"),
            "values.yaml",
            "values.yml",
        ];
        let file = usual.into_iter().find(|file| folder.join(file).is_file())?;
        (!folder.join("Chart.yaml").exists())
            .then(|| neighbour(entry, self.join(&format!("{entry}/{file}"))))
            .flatten()
    }

    /// `values.yaml` beside `values-{env}.yaml`, unless it is a chart's.
    fn plain(&self, directory: &Path, entry: &str) -> Option<Neighbour> {
        let is_beside = matches!(self.prefix, "values-" | "values.")
            && matches!(entry, "values.yaml" | "values.yml");
        (is_beside && !directory.join("Chart.yaml").exists()).then(|| Neighbour {
            name: "values".to_owned(),
            path: self.join(entry),
            kind: NeighbourKind::Plain,
        })
    }

    /// A values file of the pattern's form with a name that is no known environment.
    fn environment(
        &self,
        workspace: &Workspace,
        directory: &Path,
        entry: &str,
    ) -> Option<Neighbour> {
        let name = entry.strip_prefix(self.prefix)?.strip_suffix(self.suffix)?;
        let is_name = !name.is_empty()
            && !name.starts_with('.')
            && !OTHERS.contains(&name.to_ascii_lowercase().as_str());
        if !is_name || workspace.is_environment(name) {
            return None;
        }
        let path = match self.rest {
            Some(rest) => format!("{entry}/{rest}"),
            None => entry.to_owned(),
        };
        let file = directory.join(&path);
        (file.is_file() && !directory.join(entry).join("Chart.yaml").exists()).then(|| Neighbour {
            name: name.to_owned(),
            path: self.join(&path),
            kind: if self.is_listing() {
                NeighbourKind::Listed
            } else {
                NeighbourKind::Similar
            },
        })
    }
}

/// `values-common.yaml` in the directory above a folder of environments.
fn layers_above(workspace: &Workspace, form: &Form<'_>) -> Vec<Neighbour> {
    let above = form
        .directory
        .rsplit_once('/')
        .map_or("", |(above, _)| above);
    let beside = Form {
        directory: above,
        prefix: "values-",
        suffix: ".yaml",
        rest: None,
    };
    let directory = workspace.root.join(above);
    let names = entries(&directory);
    names
        .iter()
        .filter_map(|name| beside.layer(&directory, name))
        .collect()
}

fn yaml_stem(name: &str) -> Option<&str> {
    name.strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"))
}

fn is_layer(name: &str) -> bool {
    LAYERS.contains(&name.trim_start_matches('_').to_ascii_lowercase().as_str())
}
