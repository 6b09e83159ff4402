//! The files of a chart that checks look at, read once and shared by the apps that deploy it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use envlint_helm::{Chart, Dependency, LoadError, LoadOptions};
use rayon::prelude::*;

use super::{App, Workspace};
use crate::masking;
use crate::source::{ReadError, Source, read_text};
use crate::values::{Tree, overlay};

/// The files of one chart.
#[derive(Debug)]
pub struct ChartFiles {
    /// The chart's directory or archive, relative to the workspace's root.
    pub directory: String,
    /// The chart, ready to be rendered, or why it could not be loaded.
    pub chart: Result<Chart, LoadError>,
    /// Its own defaults; none when it has no `values.yaml`, or why it could not be read.
    pub values: Result<Arc<Source>, ReadError>,
    /// Its `values.schema.json`, as text; none when it has none.
    pub schema: Result<String, ReadError>,
    subcharts: Vec<Subchart>,
    makes_disruption_budgets: OnceLock<Option<bool>>,
}

/// A subchart's own defaults.
#[derive(Debug)]
struct Subchart {
    /// The key of the parent's values that its values are under.
    key: String,
    values: Option<Arc<Source>>,
    subcharts: Vec<Subchart>,
}

impl ChartFiles {
    fn load(workspace: &Workspace, directory: &str) -> ChartFiles {
        let root = workspace.root.join(directory);
        let options = LoadOptions {
            links_within: Some(workspace.root.clone()),
            // A directory's files are read as sources of the workspace.
            seen: root.is_file().then_some(masking::learn_file),
        };
        let chart = Chart::load_with(&root, &options);
        let subcharts = chart
            .as_ref()
            .map(|chart| subcharts(workspace, chart, directory))
            .unwrap_or_default();
        let values =
            Source::read(&workspace.root, &join(directory, "values.yaml")).or_else(|error| {
                let packed = chart.as_ref().ok().and_then(Chart::values_file);
                packed
                    .map(|file| {
                        Source::new(join(directory, "values.yaml"), file.text().into_owned())
                    })
                    .ok_or(error)
            });
        ChartFiles {
            values: values.map(Arc::new),
            schema: read_text(&workspace.root, &join(directory, "values.schema.json")),
            directory: directory.to_owned(),
            chart,
            subcharts,
            makes_disruption_budgets: OnceLock::new(),
        }
    }

    /// The path of one of its files, relative to the workspace's root.
    pub fn path(&self, file: &str) -> String {
        join(&self.directory, file)
    }

    /// The chart's own defaults over those of its subcharts: what a values file is laid over.
    pub fn defaults(&self) -> Option<Tree<'_>> {
        defaults(self.values.as_ref().ok(), &self.subcharts)
    }

    /// The files that the subcharts' defaults are written in.
    pub fn subchart_sources(&self) -> Vec<&Arc<Source>> {
        let mut sources = Vec::new();
        let mut left: Vec<&Subchart> = self.subcharts.iter().collect();
        while let Some(subchart) = left.pop() {
            sources.extend(&subchart.values);
            left.extend(&subchart.subcharts);
        }
        sources
    }

    /// Whether the chart is packed into one file: then its files are no files of the workspace.
    pub fn is_archive(&self) -> bool {
        self.directory.ends_with(".tgz") || self.directory.ends_with(".tar.gz")
    }

    /// Whether any of its templates, or those of the charts in it, makes a pod disruption budget. Not known of a chart
    /// that cannot be loaded, that has no templates, or that lacks a chart it depends on.
    pub fn makes_disruption_budgets(&self) -> Option<bool> {
        *self.makes_disruption_budgets.get_or_init(|| {
            let chart = self.chart.as_ref().ok()?;
            let makes = mentions(chart, "PodDisruptionBudget");
            let is_whole = chart.metadata().dependencies.len() <= chart.dependencies().len();
            (makes || (is_whole && !chart.templates().is_empty())).then_some(makes)
        })
    }
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// The defaults of a chart's subcharts. Whether a subchart is enabled is not asked: its defaults are the same in every
/// environment, and one that is enabled in a single environment is not a set of keys that the others lack.
fn subcharts(workspace: &Workspace, chart: &Chart, directory: &str) -> Vec<Subchart> {
    let declared = &chart.metadata().dependencies;
    let mut found = Vec::new();
    for subchart in chart.dependencies() {
        let directory = join(directory, &format!("charts/{}", subchart.name()));
        let values = default_values(workspace, subchart, &directory);
        let keys = keys(declared, subchart.name());
        for key in keys {
            let subcharts = subcharts(workspace, subchart, &directory);
            found.push(Subchart {
                key: key.to_owned(),
                values: values.clone(),
                subcharts,
            });
        }
    }
    found
}

/// The keys that a subchart's values are under: its name, or the aliases that the parent gives it.
fn keys<'a>(declared: &'a [Dependency], name: &'a str) -> Vec<&'a str> {
    let keys: Vec<&str> = declared
        .iter()
        .filter(|dependency| dependency.name == name)
        .map(|dependency| {
            if dependency.alias.is_empty() {
                name
            } else {
                &dependency.alias
            }
        })
        .collect();
    if keys.is_empty() { vec![name] } else { keys }
}

/// A subchart's `values.yaml`: from its directory, or out of the archive that holds it.
fn default_values(workspace: &Workspace, chart: &Chart, directory: &str) -> Option<Arc<Source>> {
    let path = join(directory, "values.yaml");
    let source = Source::read(&workspace.root, &path).or_else(|_| {
        chart
            .values_file()
            .map(|file| Source::new(path, file.text().into_owned()))
            .ok_or(())
    });
    source.ok().map(Arc::new)
}

fn defaults<'a>(own: Option<&'a Arc<Source>>, subcharts: &'a [Subchart]) -> Option<Tree<'a>> {
    let below = subcharts
        .iter()
        .filter_map(|subchart| {
            Some(defaults(subchart.values.as_ref(), &subchart.subcharts)?.under(&subchart.key))
        })
        .reduce(|all, next| overlay(&all, &next));
    match (below, own.and_then(Tree::of).filter(Tree::is_mapping)) {
        (Some(below), Some(own)) => Some(overlay(&below, &own)),
        (below, own) => own.or(below),
    }
}

/// The charts of a workspace's apps, by directory.
#[derive(Debug, Default)]
pub struct Charts(BTreeMap<String, ChartFiles>);

impl Charts {
    /// Reads the charts of these apps, each once.
    pub fn load<'a>(workspace: &Workspace, apps: impl Iterator<Item = &'a App>) -> Charts {
        let mut directories: Vec<&String> = apps.filter_map(|app| app.chart.as_ref()).collect();
        directories.sort();
        directories.dedup();
        Charts(
            directories
                .into_par_iter()
                .map(|directory| (directory.clone(), ChartFiles::load(workspace, directory)))
                .collect(),
        )
    }

    /// The files of an app's chart.
    pub fn of(&self, app: &App) -> Option<&ChartFiles> {
        self.0.get(app.chart.as_ref()?)
    }

    /// All charts.
    pub fn iter(&self) -> impl Iterator<Item = &ChartFiles> {
        self.0.values()
    }
}

/// Whether a template of a chart, or of a chart in it, holds a word.
fn mentions(chart: &Chart, word: &str) -> bool {
    let mut templates = chart.templates().iter();
    templates.any(|file| file.text().contains(word))
        || chart
            .dependencies()
            .iter()
            .any(|chart| mentions(chart, word))
}
