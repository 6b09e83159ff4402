//! The files of a chart that checks look at, read once and shared by the apps that deploy it.

use std::collections::BTreeMap;
use std::sync::Arc;

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
        }
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
