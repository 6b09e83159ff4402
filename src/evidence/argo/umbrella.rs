//! A chart of the workspace with the charts of the workspace that it brings by `file://`, as `helm dependency build` packs
//! them: what is asked of it before it is loaded, which costs more.

use envlint_helm::{Chart, Dependency, LoadError, LoadOptions};

use crate::evidence::files::{Files, join, normal};
use crate::evidence::nodes::{items, text};
use crate::masking::{ObjectName, Said, Text, text as said_text};
use crate::source::boundary;

/// More charts than an umbrella brings are not looked at.
const MOST: usize = 200;

/// A chart, and those that it brings.
pub(super) struct Umbrella {
    /// The directories, its own first.
    directories: Vec<String>,
    /// Whether it depends on any that is not of the workspace.
    pub has_more: bool,
}

impl Umbrella {
    /// The chart in a directory.
    pub(super) fn of(directory: &str, files: &Files<'_>) -> Umbrella {
        let definition = files.read(&join(directory, "Chart.yaml"));
        let root = definition
            .as_ref()
            .and_then(|source| source.document.root());
        let dependencies = root.map(|root| items(root, &["dependencies"]));
        let dependencies = dependencies.unwrap_or_default();
        let local = dependencies.iter().filter_map(|dependency| {
            let path = text(dependency, &["repository"])?.strip_prefix("file://")?;
            normal(directory, path).filter(|path| files.is_chart(path))
        });
        let mut directories = vec![directory.to_owned()];
        directories.extend(local.take(MOST));
        Umbrella {
            has_more: dependencies.len() >= directories.len(),
            directories,
        }
    }

    /// The templates of all charts, by their paths in the workspace.
    pub(super) fn templates(&self, files: &Files<'_>) -> Vec<(String, String)> {
        let mut directories: Vec<&String> = self.directories.iter().collect();
        directories.sort();
        directories.dedup();
        directories
            .iter()
            .flat_map(|directory| files.templates(directory))
            .collect()
    }
}

/// Loads the chart in a directory with those that it brings.
///
/// # Errors
/// What Helm says, of another version than the one that is asked for, too.
pub(super) fn load(directory: &str, files: &Files<'_>) -> Result<Chart, Text> {
    let chart = of_directory(directory, files, true);
    let chart = chart.map_err(|error| said_text!("{}", Said(&error)))?;
    let missing = chart.missing();
    let listed = chart.metadata().dependencies.iter();
    let mut lacking = listed.filter(|dependency| missing.contains(&dependency.name.as_str()));
    match lacking.find_map(|dependency| why_not(dependency, directory, files)) {
        Some(refused) => Err(refused),
        None => Ok(chart),
    }
}

fn of_directory(
    directory: &str,
    files: &Files<'_>,
    brings_local: bool,
) -> Result<Chart, LoadError> {
    let options = LoadOptions {
        links_within: Some(boundary(files.root())),
        seen: None,
        any_format: true,
        brings_local,
        together: None,
    };
    Chart::load_with(files.root().join(directory), &options)
}

/// Why a chart that is there is not the one that is asked for (Helm: internal/resolver/resolver.go, `Resolve`).
fn why_not(asked: &Dependency, directory: &str, files: &Files<'_>) -> Option<Text> {
    let path = normal(directory, asked.local()?).filter(|path| files.is_chart(path))?;
    let found = of_directory(&path, files, false).ok()?;
    let found = found.metadata();
    (found.name == asked.name).then(|| {
        said_text!(
            "it depends on `{}` {}, but `{}` has version {}",
            ObjectName(&asked.name),
            ObjectName(&asked.version),
            ObjectName(&path),
            ObjectName(&found.version)
        )
    })
}
