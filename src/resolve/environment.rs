//! The values of one app in one environment.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use envlint_budget::Budget;
use envlint_helm::{Effective, File, Given, ValuesError};
use envlint_yaml::Path;

use super::inherited::without_inherited;
use crate::source::{Location, Source};
use crate::values::{Sections, Tree, turned_off};
use crate::workspace::{AppCharts, ChartFiles, Environment, ValuesFile};

/// The values of one app in one environment.
#[derive(Debug)]
pub struct EnvironmentValues<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The values file.
    pub file: &'a ValuesFile,
    /// The values file's own tree; none when it could not be read as a map.
    pub values: Option<Tree<'a>>,
    /// All layers laid over the chart's defaults, as Helm does; the layers alone where there is no chart, or where each
    /// environment has one of its own, with its own defaults. What subcharts merely inherit (`global`) is left out: it is written once.
    pub effective: Option<Tree<'a>>,
    /// The maps of the effective values that are switched on; none where they could not be read.
    pub sections: Sections<'a>,
    /// The chart that is deployed there.
    pub chart: Option<&'a ChartFiles>,
    /// What Helm makes of the chart and the values file, or why it cannot; none without a chart, or without a file that
    /// Helm can read.
    pub overlaid: Option<Result<Effective<'a>, ValuesError>>,
    /// What the app's chart may take, in all environments and with all values that are tried.
    pub budget: Budget,
    /// The bytes that it may print in all environments, and with the values whose manifests are kept next to those.
    pub room: Budget,
    turned_off: OnceLock<HashSet<Path>>,
}

impl<'a> EnvironmentValues<'a> {
    /// The values of one environment over the defaults of a chart.
    pub fn new(
        file: &'a ValuesFile,
        charts: AppCharts<'a>,
        (budget, room): (&Budget, &Budget),
    ) -> Self {
        let chart = charts.of(&file.environment.name);
        let values = file.source.as_ref().ok().and_then(map_of);
        let layers = file.layers().and_then(Result::ok);
        let layers = layers.filter(|_| !file.is_given_only());
        let loaded = chart.and_then(|chart| chart.chart.as_ref().ok());
        let overlaid = loaded.zip(layers.as_ref()).map(|(chart, layers)| {
            Effective::overlay(chart, Given::layers(layers.iter().copied()))
        });
        let effective = match (charts.all, &overlaid) {
            (Some(chart), Some(Ok(effective))) => {
                Tree::of_table(&without_inherited(effective), &|origin| {
                    source_of(origin, file, chart)
                })
            }
            _ if file.is_layered() => layers.as_ref().and_then(|layers| {
                let table = Given::layers(layers.iter().copied()).table();
                Tree::of_table(&table, &|origin| match origin {
                    File::Layer(index) => file.source_of(index),
                    File::Defaults(_) => None,
                })
            }),
            _ => values.clone(),
        };
        let sections = effective.as_ref().map(Sections::of).unwrap_or_default();
        EnvironmentValues {
            environment: &file.environment,
            file,
            values,
            effective,
            sections,
            chart,
            overlaid,
            budget: budget.clone(),
            room: room.clone(),
            turned_off: OnceLock::new(),
        }
    }

    /// Whether a map around a path says that it is switched off.
    pub fn is_off_above(&self, path: &Path) -> bool {
        let off = self.turned_off.get_or_init(|| {
            let root = self.effective.as_ref();
            root.map(turned_off).unwrap_or_default()
        });
        let segments = path.segments();
        let mut above = (0..segments.len()).filter_map(|depth| segments.get(..depth));
        !off.is_empty() && above.any(|above| off.contains(above))
    }

    /// The environment's name.
    pub fn name(&self) -> &'a Arc<str> {
        &self.environment.name
    }

    /// Whether the values files themselves have this path, though it may be null and so remove the chart's default.
    pub fn mentions(&self, path: &Path) -> bool {
        self.mentions_outside("", path)
    }

    /// Whether another file than this one has the path, as [`Self::mentions`] finds it: the chart's own values may be named
    /// as a layer, which sets nothing that is no default.
    pub fn mentions_outside(&self, file: &str, path: &Path) -> bool {
        let has = |tree: &Tree<'_>| tree.source().path != file && tree.at(path).is_some();
        let mut others = self
            .file
            .others()
            .filter_map(|layer| layer.source.as_ref().ok());
        self.values.as_ref().is_some_and(has)
            || others.any(|source| map_of(source).as_ref().is_some_and(has))
    }

    /// Whether what would hold this path is there and empty: `nodeSelector: {}`.
    fn is_empty_above(&self, path: &Path) -> bool {
        let above = path.parent().filter(|above| !above.is_root());
        let effective = self.effective.as_ref();
        above
            .and_then(|above| effective?.at(&above))
            .is_some_and(|tree| tree.is_empty())
    }

    /// Whether the values say on purpose that there is nothing at a path that they lack: the file takes the chart's default
    /// away by a null, or the map or list that would hold the path is there and empty.
    pub fn lacks_on_purpose(&self, path: &Path) -> bool {
        self.mentions(path) || self.is_empty_above(path)
    }

    /// The place in the values file for this path: the value itself where the file has it, else the key of the nearest map
    /// above it. Where it has none of them, no line is about the path, and the place is the file as a whole. None where the
    /// file could not be read.
    pub fn place_of(&self, path: &Path) -> Option<Location> {
        let source = self.file.source.as_ref().ok()?;
        let Some(values) = &self.values else {
            return self.file.start();
        };
        let mut nearest = None;
        let mut tree = values.clone();
        for segment in path.segments() {
            let Some(next) = tree.step(segment) else {
                break;
            };
            nearest = Some(next.key_location());
            tree = next;
        }
        nearest
            .filter(|place| Arc::ptr_eq(&place.source, source))
            .or_else(|| self.file.start())
    }
}

/// The tree of a file that could be read as a map.
fn map_of(source: &Arc<Source>) -> Option<Tree<'_>> {
    Tree::of(source).filter(Tree::is_mapping)
}

/// The file that a part of the effective values is written in.
pub fn source_of<'a>(
    file: File<'a>,
    values: &'a ValuesFile,
    chart: &'a ChartFiles,
) -> Option<&'a Arc<Source>> {
    match file {
        File::Layer(index) => values.source_of(index),
        File::Defaults(of) => chart.defaults_of(of),
    }
}
