//! A chart in one render: what Helm changes in place on its chart objects (names by alias, enabled dependencies) is changed
//! here, so that the loaded chart stays as it is.

use crate::chart::{Chart, Metadata};

/// One chart of the tree that is rendered.
#[derive(Debug)]
pub(crate) struct Instance<'a> {
    pub(crate) chart: &'a Chart,
    pub(super) name: &'a str,
    /// The chart's metadata; the name is the alias when there is one.
    pub(crate) metadata: Metadata,
    pub(crate) dependencies: Vec<Instance<'a>>,
}

impl<'a> Instance<'a> {
    /// The name, which is the alias for an aliased chart.
    pub(crate) fn name(&self) -> &'a str {
        self.name
    }
}
