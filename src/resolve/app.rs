//! One app in all its environments: their effective values side by side.

use std::sync::Arc;

use super::order;
use super::{Class, Conflict, Declarations, EnvironmentValues};
use crate::source::Source;
use crate::values::{Aspect, Row, Tree, overlay};
use crate::workspace::{App, AppFiles, ChartFiles, Tier, ValuesFile, Workspace};

/// One app in all its environments.
#[derive(Debug)]
pub struct ResolvedApp<'a> {
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
    /// The class of each row of the table.
    pub classes: Vec<Result<Class<'a>, Conflict<'a>>>,
    /// Which paths may differ.
    pub declarations: Declarations<'a>,
}

/// Lays the app's environments side by side.
pub fn resolve<'a>(
    workspace: &'a Workspace,
    app: &'a App,
    files: &'a AppFiles,
    chart: Option<&'a ChartFiles>,
) -> ResolvedApp<'a> {
    let defaults = chart.and_then(ChartFiles::defaults);
    let environments: Vec<EnvironmentValues<'a>> = files
        .values
        .iter()
        .map(|file| environment_values(file, defaults.as_ref()))
        .collect();
    // The chart's own defaults may hold values that its schema marks, too.
    if let Ok(Some(schema)) = workspace.schema_of(app, chart) {
        let effective = environments
            .iter()
            .filter_map(|values| values.effective.as_ref());
        effective.for_each(|values| schema.learn_marked(values));
    }
    let trees: Vec<Option<Tree<'a>>> = environments
        .iter()
        .map(|values| values.effective.clone())
        .collect();
    let declarations = Declarations::of(workspace, app);
    let table = declarations.compare(&trees);
    let classes = table
        .iter()
        .map(|row| declarations.classify(&row.path, &trees))
        .collect();
    ResolvedApp {
        workspace,
        app,
        files,
        chart,
        table,
        classes,
        environments,
        declarations,
    }
}

fn environment_values<'a>(
    file: &'a ValuesFile,
    defaults: Option<&Tree<'a>>,
) -> EnvironmentValues<'a> {
    let values = file.source.as_ref().ok().and_then(map_of);
    let effective = match (defaults, &values) {
        (Some(defaults), Some(values)) => Some(overlay(defaults, values)),
        (Some(defaults), None) if file.is_empty() => Some(defaults.clone()),
        _ => values.clone(),
    };
    EnvironmentValues::new(file, values, effective)
}

/// The tree of a file that could be read as a map.
fn map_of(source: &Arc<Source>) -> Option<Tree<'_>> {
    Tree::of(source).filter(Tree::is_mapping)
}

impl<'a> ResolvedApp<'a> {
    /// The place of the environment that a promotion to this one starts from; none when nothing is promoted to it.
    pub fn promoted_from(&self, index: usize) -> Option<usize> {
        let to = self.environments.get(index)?.environment;
        let before = self.environments.get(..index)?.iter().enumerate().rev();
        before
            .filter(|(_, from)| order::may_start(from.environment, to))
            .map(|(from, _)| from)
            .next()
    }

    /// The rows of the table that compare values, with their classes; rows whose declarations contradict each other are
    /// left out, since that is a problem of the configuration.
    pub fn rows(&self) -> impl Iterator<Item = (&Row<'a>, Class<'a>)> {
        let all = self.all_rows();
        all.filter(|(row, _)| row.aspect == Aspect::Value)
    }

    /// The rows of the table as [`Self::rows`], and those that compare the order of a list's items.
    pub fn all_rows(&self) -> impl Iterator<Item = (&Row<'a>, Class<'a>)> {
        self.table
            .iter()
            .zip(&self.classes)
            .filter_map(|(row, class)| Some((row, (*class).ok()?)))
    }

    /// The name of an environment, by its place in the table.
    pub fn name(&self, index: usize) -> &str {
        self.environments
            .get(index)
            .map_or("", |values| &values.environment.name)
    }

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
