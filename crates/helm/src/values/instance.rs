//! A chart in the course of one render: what Helm changes in place on its chart objects (names by alias, enabled dependencies,
//! imported values) happens on these, so that the loaded chart stays as it is.

use envlint_gotemplate::Map;

use crate::chart::{Chart, Metadata};
use crate::convert;

/// One chart of the tree that is rendered.
#[derive(Debug)]
pub(crate) struct Instance<'a> {
    pub(crate) chart: &'a Chart,
    /// The chart's metadata; the name is the alias when there is one.
    pub(crate) metadata: Metadata,
    /// The default values: the chart's own, then with what it imports.
    pub(crate) values: Map,
    pub(crate) dependencies: Vec<Instance<'a>>,
}

impl<'a> Instance<'a> {
    /// The chart and everything in its `charts/`.
    pub(crate) fn new(chart: &'a Chart) -> Instance<'a> {
        Instance {
            chart,
            metadata: chart.metadata.clone(),
            values: convert::file_map_to_go(&chart.values),
            dependencies: chart
                .dependencies
                .iter()
                .map(|dependency| Instance::new(dependency))
                .collect(),
        }
    }

    /// The name, which is the alias for an aliased chart.
    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Another instance of the same chart: a chart with several aliases appears several times.
    pub(crate) fn duplicate(&self) -> Instance<'a> {
        Instance {
            chart: self.chart,
            metadata: self.metadata.clone(),
            values: self.values.clone(),
            dependencies: self.dependencies.iter().map(Instance::duplicate).collect(),
        }
    }
}
