//! A chart of the workspace with the charts of the workspace that it depends on by `file://`: as `helm dependency build`
//! would put them together.

use std::path::PathBuf;

use envlint_budget::Budget;
use envlint_helm::{Chart, LoadOptions, Together, satisfies};

use crate::evidence::files::{Files, join, normal};
use crate::evidence::nodes::{items, text};
use crate::masking::{ObjectName, Text, text as said_text};
use crate::source::boundary;

/// Charts that depend on charts.
const DEEPEST: usize = 4;

/// Charts of one tree, each as often as another one depends on it.
const MOST: u64 = 200;

/// A chart, and those that it depends on.
#[derive(Debug)]
pub(super) struct Tree {
    directory: String,
    /// Under the names that they have in `charts/`.
    parts: Vec<(String, Tree)>,
    /// Why Helm does not put it together.
    refused: Option<Text>,
}

impl Tree {
    /// The tree of a chart's directory.
    pub(super) fn of(directory: &str, files: &Files<'_>) -> Tree {
        Tree::below(directory, files, 0, &Budget::new(MOST))
    }

    fn below(directory: &str, files: &Files<'_>, depth: usize, most: &Budget) -> Tree {
        let mut tree = Tree {
            directory: directory.to_owned(),
            parts: Vec::new(),
            refused: None,
        };
        let definition = files.read(&join(directory, "Chart.yaml"));
        let root = definition
            .as_ref()
            .and_then(|source| source.document.root());
        let dependencies = root.map(|root| items(root, &["dependencies"]));
        for dependency in dependencies.unwrap_or_default() {
            let (Some(name), Some(path)) = (
                text(dependency, &["name"]),
                text(dependency, &["repository"]).and_then(|path| path.strip_prefix("file://")),
            ) else {
                continue;
            };
            let Some(path) = normal(directory, path).filter(|path| files.is_chart(path)) else {
                continue;
            };
            if depth >= DEEPEST || !most.spend(1) {
                continue;
            }
            let asked = text(dependency, &["version"]).unwrap_or_default();
            let known = files.read(&join(&path, "Chart.yaml"));
            let known = known.as_ref().and_then(|source| source.document.root());
            let version = known
                .and_then(|root| text(root, &["version"]))
                .unwrap_or_default();
            // Helm: internal/resolver/resolver.go, `Resolve`
            if !asked.is_empty() && !satisfies(asked, version) {
                tree.refused = Some(said_text!(
                    "it depends on `{}` {}, but `{}` has version {}",
                    ObjectName(name),
                    ObjectName(asked),
                    ObjectName(&path),
                    ObjectName(version)
                ));
            }
            let part = Tree::below(&path, files, depth + 1, most);
            let name = text(dependency, &["alias"]).unwrap_or(name);
            tree.parts.push((name.to_owned(), part));
        }
        tree
    }

    /// Whether the chart depends on any that is not of the workspace.
    pub(super) fn has_other_charts(&self, files: &Files<'_>) -> bool {
        let definition = files.read(&join(&self.directory, "Chart.yaml"));
        let root = definition
            .as_ref()
            .and_then(|source| source.document.root());
        let dependencies = root.map(|root| items(root, &["dependencies"]).len());
        dependencies.unwrap_or_default() > self.parts.len()
    }

    /// The templates of all charts, by their paths in the workspace.
    pub(super) fn templates(&self, files: &Files<'_>) -> Vec<(String, String)> {
        let mut found = files.templates(&self.directory);
        for (_, part) in &self.parts {
            found.extend(part.templates(files));
        }
        found
    }

    /// The path in the workspace of a file of the chart: `charts/shop/templates/a.yaml` lies where `shop` does.
    pub(super) fn path_of(&self, inside: &str) -> String {
        let of_part = |(name, part): &(String, Tree)| {
            let rest = inside
                .strip_prefix("charts/")?
                .strip_prefix(name.as_str())?;
            Some(part.path_of(rest.strip_prefix('/')?))
        };
        let mut found = self.parts.iter().filter_map(of_part);
        found
            .next()
            .unwrap_or_else(|| join(&self.directory, inside))
    }

    /// The chart with those that it depends on.
    pub(super) fn load(&self, files: &Files<'_>) -> Result<Chart, Text> {
        self.load_with(files, &Together::default())
    }

    fn load_with(&self, files: &Files<'_>, together: &Together) -> Result<Chart, Text> {
        let options = LoadOptions {
            links_within: Some(boundary(files.root())),
            seen: None,
            any_format: true,
            brings_local: false,
            together: Some(together.clone()),
        };
        let root: PathBuf = files.root().join(&self.directory);
        let chart = Chart::load_with(root, &options)
            .map_err(|error| said_text!("{}", crate::masking::Said(&error)))?;
        let missing: Vec<String> = chart.missing().into_iter().map(str::to_owned).collect();
        let mut parts = Vec::new();
        for (_, part) in &self.parts {
            let loaded = part.load_with(files, together)?;
            if missing.iter().any(|name| name == loaded.name()) {
                if let Some(refused) = &self.refused {
                    return Err(refused.clone());
                }
                parts.push(loaded);
            }
        }
        Ok(chart.with_dependencies(parts))
    }
}
