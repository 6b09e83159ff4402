//! The files of a chart that checks look at, read once and shared by the apps that deploy it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use envlint_helm::{Chart, Layer, LoadError, LoadOptions, Reads, Together};
use rayon::prelude::*;

use super::{App, Workspace};
use crate::masking;
use crate::source::{ReadError, Source, boundary, join, normal, read_text};

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
    reads: OnceLock<Option<Reads>>,
    makes_disruption_budgets: OnceLock<Option<bool>>,
}

/// A chart in a chart.
#[derive(Debug)]
struct Subchart {
    chart: Arc<Chart>,
    /// Its directory, relative to the workspace's root; made up where it is packed.
    directory: String,
    /// Its own defaults.
    values: Option<Arc<Source>>,
}

impl ChartFiles {
    fn load(workspace: &Workspace, directory: &str, together: &Together) -> ChartFiles {
        let root = workspace.root.join(directory);
        let options = LoadOptions {
            links_within: Some(boundary(&workspace.root)),
            // A directory's files are read as sources of the workspace.
            seen: root.is_file().then_some(masking::learn_file),
            any_format: true,
            brings_local: true,
            together: Some(together.clone()),
        };
        let chart = Chart::load_with(&root, &options);
        let chart = chart.map_err(|error| error.seen_from(&workspace.root));
        let path = join(directory, "values.yaml");
        let values = match chart.as_ref().ok().and_then(Chart::values) {
            Some(layer) => Ok(Source::of(path, Arc::clone(layer.document()))),
            None if chart.as_ref().is_err_and(LoadError::is_limit) => Err(ReadError::WithChart),
            None => Source::read(&workspace.root, &path),
        };
        let mut subcharts = Vec::new();
        if let Ok(chart) = &chart {
            add_subcharts(chart, directory, &mut subcharts);
        }
        ChartFiles {
            values: values.map(Arc::new),
            schema: read_text(&workspace.root, &join(directory, "values.schema.json")),
            directory: directory.to_owned(),
            subcharts,
            chart,
            reads: OnceLock::new(),
            makes_disruption_budgets: OnceLock::new(),
        }
    }

    /// The path of one of its files, relative to the workspace's root: by the name that Helm has for it, of the charts in it
    /// as well.
    pub fn path(&self, file: &str) -> String {
        let chart = self.chart.as_ref().ok();
        let place = chart.map(|chart| chart.place_of(file));
        let path = place.and_then(|place| normal(&self.directory, &place));
        path.unwrap_or_else(|| join(&self.directory, file))
    }

    /// The directory of a chart of its tree, relative to the workspace's root.
    pub fn directory_of(&self, chart: &Chart) -> &str {
        self.subchart(chart)
            .map_or(&self.directory, |subchart| &subchart.directory)
    }

    /// The file with the defaults of a chart of its tree.
    pub fn defaults_of(&self, chart: &Chart) -> Option<&Arc<Source>> {
        match self.subchart(chart) {
            Some(subchart) => subchart.values.as_ref(),
            None => self.values.as_ref().ok(),
        }
    }

    fn subchart(&self, chart: &Chart) -> Option<&Subchart> {
        let mut subcharts = self.subcharts.iter();
        subcharts.find(|subchart| std::ptr::eq(&*subchart.chart, chart))
    }

    /// The files that the subcharts' defaults are written in.
    pub fn subchart_sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.subcharts
            .iter()
            .filter_map(|subchart| subchart.values.as_ref())
    }

    /// Whether a file holds the defaults of a subchart: nobody of this workspace wrote them.
    pub fn is_of_subchart(&self, source: &Arc<Source>) -> bool {
        self.subchart_sources()
            .any(|known| Arc::ptr_eq(known, source))
    }

    /// Whether the chart is packed into one file: then its files are no files of the workspace.
    pub fn is_archive(&self) -> bool {
        self.directory.ends_with(".tgz") || self.directory.ends_with(".tar.gz")
    }

    /// What its templates read; none for a chart that cannot be loaded. Found once for all apps and environments.
    pub fn reads(&self) -> Option<&Reads> {
        let of = || Some(Reads::of(self.chart.as_ref().ok()?));
        self.reads.get_or_init(of).as_ref()
    }

    /// Whether any of its templates, or those of the charts in it, names a kind of object.
    pub fn names_kind(&self, kind: &str) -> bool {
        let chart = self.chart.as_ref();
        chart.is_ok_and(|chart| mentions(chart, kind))
    }

    /// Whether any of its templates, or those of the charts in it, makes a pod disruption budget. Not known of a chart
    /// that cannot be loaded, that has no templates, or that lacks a chart it depends on.
    pub fn makes_disruption_budgets(&self) -> Option<bool> {
        *self.makes_disruption_budgets.get_or_init(|| {
            let chart = self.chart.as_ref().ok()?;
            let makes = mentions(chart, "PodDisruptionBudget");
            let is_whole = chart.metadata().dependencies.len() <= chart.dependencies().len();
            (makes || (is_whole && has_templates(chart))).then_some(makes)
        })
    }
}

/// The charts in a chart and in those. Their files were read with the chart.
fn add_subcharts(chart: &Chart, directory: &str, found: &mut Vec<Subchart>) {
    for subchart in chart.dependencies() {
        let directory = place_below(directory, subchart);
        let source = |layer: &Layer| {
            let path = join(&directory, "values.yaml");
            Arc::new(Source::of(path, Arc::clone(layer.document())))
        };
        let values = subchart.values().map(source);
        add_subcharts(subchart, &directory, found);
        found.push(Subchart {
            chart: Arc::clone(subchart),
            directory,
            values,
        });
    }
}

/// Where a chart in a chart lies, by the directory of that one.
pub(super) fn place_below(directory: &str, part: &Chart) -> String {
    normal(directory, part.place()).unwrap_or_else(|| join(directory, part.place()))
}

/// The charts that an app is deployed with.
#[derive(Debug, Clone, Copy)]
pub struct AppCharts<'c> {
    /// The one of all environments.
    pub all: Option<&'c ChartFiles>,
    each: Option<(&'c Charts, &'c App)>,
}

impl<'c> AppCharts<'c> {
    /// The chart in an environment.
    pub fn of(&self, environment: &str) -> Option<&'c ChartFiles> {
        let own = || {
            let (charts, app) = self.each?;
            charts.in_environment(app, environment)
        };
        self.all.or_else(own)
    }
}

impl<'c> From<Option<&'c ChartFiles>> for AppCharts<'c> {
    fn from(all: Option<&'c ChartFiles>) -> AppCharts<'c> {
        AppCharts { all, each: None }
    }
}

/// The directory of a chart, relative to the workspace's root: nothing for the root itself.
pub(super) fn directory_of(chart: &str) -> &str {
    if chart == "." { "" } else { chart }
}

/// The charts of a workspace's apps, by directory.
#[derive(Debug, Default)]
pub struct Charts(BTreeMap<String, ChartFiles>);

impl Charts {
    /// Reads the charts of these apps, each once.
    pub fn load<'a>(workspace: &Workspace, apps: impl Iterator<Item = &'a App>) -> Charts {
        let directories: BTreeSet<&str> = apps.flat_map(App::charts).collect();
        Charts::load_within(workspace, &directories, &Together::default())
    }

    fn load_within(
        workspace: &Workspace,
        directories: &BTreeSet<&str>,
        together: &Together,
    ) -> Charts {
        let all = together.rest();
        let load = |directory: &&str| {
            let files = ChartFiles::load(workspace, directory, &all);
            ((*directory).to_owned(), files)
        };
        let charts = Charts(directories.par_iter().map(load).collect());
        match all.is_spent() {
            false => charts,
            true => {
                // Which of them met the end follows from the threads.
                drop(charts);
                Charts::load_in_order(workspace, directories, together)
            }
        }
    }

    /// The charts by the order of their paths, as long as there is room for them; a smaller one may find some after a larger
    /// one that did not.
    fn load_in_order(
        workspace: &Workspace,
        directories: &BTreeSet<&str>,
        together: &Together,
    ) -> Charts {
        let mut left = together.rest();
        let load = |directory: &&str| {
            let rest = left.trial();
            let files = ChartFiles::load(workspace, directory, &rest);
            if files.chart.is_ok() {
                left = rest;
            }
            ((*directory).to_owned(), files)
        };
        Charts(directories.iter().map(load).collect())
    }

    /// The files of an app's chart; none where each environment has one of its own.
    pub fn of(&self, app: &App) -> Option<&ChartFiles> {
        self.0.get(directory_of(app.chart.as_deref()?))
    }

    /// The files of the chart that an app is deployed with in an environment.
    pub fn in_environment(&self, app: &App, environment: &str) -> Option<&ChartFiles> {
        let own = || {
            let chart = app.deployment(environment)?.chart.as_deref()?;
            self.0.get(directory_of(chart))
        };
        self.of(app).or_else(own)
    }

    /// The charts of an app, by environment.
    pub fn by_environment<'c>(&'c self, app: &'c App) -> AppCharts<'c> {
        AppCharts {
            all: self.of(app),
            each: Some((self, app)),
        }
    }

    /// All charts.
    pub fn iter(&self) -> impl Iterator<Item = &ChartFiles> {
        self.0.values()
    }
}

/// Whether a chart, or a chart in it, has templates.
fn has_templates(chart: &Chart) -> bool {
    let mut subcharts = chart.dependencies().iter();
    !chart.templates().is_empty() || subcharts.any(|chart| has_templates(chart))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_that_do_not_fit_together_are_refused_by_the_order_of_their_paths() {
        let directory = tempfile::tempdir().unwrap();
        for (name, keys) in [("a", 40), ("b", 70), ("c", 40), ("b2", 70), ("b3", 70)] {
            let chart = directory.path().join(name);
            std::fs::create_dir(&chart).unwrap();
            let manifest = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
            std::fs::write(chart.join("Chart.yaml"), manifest).unwrap();
            let values: String = (0..keys).map(|key| format!("k{key}: 1\n")).collect();
            std::fs::write(chart.join("values.yaml"), values).unwrap();
        }
        std::fs::write(
            directory.path().join("envlint.yaml"),
            "environments: {dev: {}}\n",
        )
        .unwrap();
        let workspace = Workspace::open(directory.path()).unwrap();
        let loaded = |bytes: u64, values: u64, names: &[&'static str]| -> Vec<bool> {
            let together = Together::of(bytes, values);
            let names = names.iter().copied().collect();
            let charts = Charts::load_within(&workspace, &names, &together);
            charts.iter().map(|files| files.chart.is_ok()).collect()
        };
        let all = ["a", "b", "c"];
        assert_eq!(loaded(1 << 20, 1_000, &all), [true, true, true]);
        assert_eq!(loaded(1 << 20, 200, &all), [true, false, true]);
        assert_eq!(loaded(1 << 20, 10, &all), [false, false, false]);
        // A file counts whether it lies in an archive or in a directory.
        assert_eq!(loaded(500, 1_000, &all), [true, false, false]);
        // Reading what finds no room is work, too, and there is an end of it.
        assert_eq!(loaded(1 << 20, 130, &["b", "c"]), [false, true]);
        let many = ["b", "b2", "b3", "c"];
        assert_eq!(loaded(1 << 20, 130, &many), [false, false, false, false]);
    }
}
