//! The files of a chart that checks look at, read once and shared by the apps that deploy it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::source::read_text;
use super::{App, ReadError, Source, Workspace};

/// The files of one chart.
#[derive(Debug)]
pub struct ChartFiles {
    /// The chart's directory, relative to the workspace's root.
    pub directory: String,
    /// Its own defaults; none when it has no `values.yaml`, or why it could not be read.
    pub values: Result<Arc<Source>, ReadError>,
    /// Its `values.schema.json`, as text; none when it has none.
    pub schema: Result<String, ReadError>,
    root: PathBuf,
    makes_disruption_budgets: OnceLock<bool>,
}

impl ChartFiles {
    fn load(workspace: &Workspace, directory: &str) -> ChartFiles {
        let file = |name: &str| {
            if directory.is_empty() {
                name.to_owned()
            } else {
                format!("{directory}/{name}")
            }
        };
        ChartFiles {
            values: Source::read(&workspace.root, &file("values.yaml")).map(Arc::new),
            schema: read_text(&workspace.root, &file("values.schema.json")),
            directory: directory.to_owned(),
            root: workspace.root.join(directory),
            makes_disruption_budgets: OnceLock::new(),
        }
    }

    /// Whether the chart is packed into one file: then its files are no files of the workspace.
    pub fn is_archive(&self) -> bool {
        self.directory.ends_with(".tgz") || self.directory.ends_with(".tar.gz")
    }

    /// Whether any of its templates, or those of the charts in it, makes a pod disruption budget.
    pub fn makes_disruption_budgets(&self) -> bool {
        *self
            .makes_disruption_budgets
            .get_or_init(|| mentions(&self.root, "PodDisruptionBudget"))
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

/// How many files of a chart are searched.
const SEARCHED: usize = 2_000;

/// Whether a text file below a directory holds a word.
fn mentions(directory: &Path, word: &str) -> bool {
    let entries = ignore::WalkBuilder::new(directory)
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(8))
        .build();
    let files = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter(|entry| {
            let is_template = |part: std::path::Component<'_>| part.as_os_str() == "templates";
            entry.path().components().any(is_template)
        });
    files
        .take(SEARCHED)
        .filter_map(|entry| fs::read(entry.path()).ok())
        .any(|bytes| {
            bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes())
        })
}
