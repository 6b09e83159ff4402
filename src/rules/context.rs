//! What a rule gets to see.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::findings::Finding;
use crate::values::{Declarations, Row, Tree};
use crate::workspace::{
    App, AppFiles, ChartFiles, Environment, PerEnvironment, Source, Tier, ValuesFile, Workspace,
};

/// One file by itself.
#[derive(Debug)]
pub struct SourceContext<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The file.
    pub source: &'a Arc<Source>,
    /// The environment it is the values file of; none for a chart's own defaults.
    pub environment: Option<&'a Environment>,
}

/// One app in all its environments.
#[derive(Debug)]
pub struct AppContext<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The app.
    pub app: &'a App,
    /// Its files.
    pub files: &'a AppFiles,
    /// Its chart's files, where it has a chart.
    pub chart: Option<&'a ChartFiles>,
    /// Its environments, in promotion order.
    pub environments: Vec<EnvironmentValues<'a>>,
    /// The environments' effective values, path by path; the cells are in the order of `environments`.
    pub table: Vec<Row<'a>>,
    /// Which paths may differ.
    pub declarations: Declarations<'a>,
}

/// The values of one app in one environment.
#[derive(Debug)]
pub struct EnvironmentValues<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The values file.
    pub file: &'a ValuesFile,
    /// The values file's own tree; none when it could not be read as a map.
    pub values: Option<Tree<'a>>,
    /// The values file laid over the chart's defaults; the file's own tree where there is no chart.
    pub effective: Option<Tree<'a>>,
}

impl<'a> AppContext<'a> {
    /// The environments of the production tier whose values could be read.
    pub fn production(&self) -> impl Iterator<Item = (&EnvironmentValues<'a>, &Tree<'a>)> {
        self.readable()
            .filter(|(values, _)| values.environment.tier == Tier::Production)
    }

    /// The environments whose values could be read, with their effective values.
    pub fn readable(&self) -> impl Iterator<Item = (&EnvironmentValues<'a>, &Tree<'a>)> {
        self.environments
            .iter()
            .filter_map(|values| Some((values, values.effective.as_ref()?)))
    }
}

/// The workspace, after its apps have been checked.
#[derive(Debug)]
pub struct WorkspaceContext<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// Whether every app was checked: only then can a rule say that something is used nowhere.
    pub complete: bool,
    /// The declarations that matched a path of some app, by their place in the configuration file.
    pub used: &'a BTreeSet<usize>,
    /// What the other rules found so far.
    pub findings: &'a [Finding],
}

impl WorkspaceContext<'_> {
    /// Whether a declaration matched a path of any app.
    pub fn is_used(&self, declaration: &PerEnvironment) -> bool {
        self.used.contains(&declaration.path.span.start)
    }
}
