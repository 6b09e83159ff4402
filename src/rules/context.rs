//! What a rule gets to see.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use envlint_helm::Rendered;
use envlint_yaml::{Path, Segment};

use super::Reporter;
use crate::findings::{Finding, Location};
use crate::manifests;
use crate::secrets::objects::Manifests;
use crate::values::{Class, Conflict, Declarations, Row, Sections, Tree};
use crate::workspace::{
    App, AppFiles, ChartFiles, Environment, PerEnvironment, Source, Tier, ValuesFile, Workspace,
};

/// In larger maps, no sibling is looked for: it would be done for each of their keys.
const MOST_SIBLINGS: usize = 500;

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
    /// The class of each row of the table.
    pub classes: Vec<Result<Class<'a>, Conflict<'a>>>,
    /// Which paths may differ.
    pub declarations: Declarations<'a>,
    /// What [`AppContext::rendered`] says, once it has been asked.
    pub(crate) rendered: OnceLock<Vec<RenderedChart<'a>>>,
}

/// An app's chart with the values of one environment.
#[derive(Debug)]
pub struct RenderedChart<'a> {
    /// The environment.
    pub environment: &'a Arc<str>,
    /// The manifests, or why there are none.
    pub manifests: Result<Rendered, manifests::Failure>,
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
    /// The maps of the effective values that are switched on; none where they could not be read.
    pub sections: Sections<'a>,
}

impl<'a> EnvironmentValues<'a> {
    /// One environment's values; `effective` are laid over the chart's defaults.
    pub fn new(
        file: &'a ValuesFile,
        values: Option<Tree<'a>>,
        effective: Option<Tree<'a>>,
    ) -> Self {
        let sections = effective.as_ref().map(Sections::of).unwrap_or_default();
        EnvironmentValues {
            environment: &file.environment,
            file,
            values,
            effective,
            sections,
        }
    }

    /// The environment's name.
    pub fn name(&self) -> &'a Arc<str> {
        &self.environment.name
    }

    /// A finding about a value of this environment. It points into the environment's own values file: at the value where
    /// it is written there, else at the place where it would override the chart's default.
    pub fn finding(
        &self,
        out: &Reporter<'_>,
        path: Path,
        tree: &Tree<'_>,
        message: impl Into<String>,
    ) -> Finding {
        let written = match tree.as_scalar() {
            Some(_) => tree.location(),
            None => tree.key_location(),
        };
        let finding = if written.source.path == self.file.path {
            out.finding(written, message)
        } else {
            let place = self.place_of(&path).unwrap_or_else(|| written.clone());
            out.finding(place, message)
                .note(written, "the chart's default")
        };
        finding.at(path).environment(self.name())
    }

    /// Whether the values file itself has this path, though it may be null and so remove the chart's default.
    pub fn mentions(&self, path: &Path) -> bool {
        self.values
            .as_ref()
            .is_some_and(|values| values.at(path).is_some())
    }

    /// Whether what would hold this path is there and empty: `nodeSelector: {}`.
    pub fn is_empty_above(&self, path: &Path) -> bool {
        let above = path.parent().filter(|above| !above.is_root());
        let effective = self.effective.as_ref();
        above
            .and_then(|above| effective?.at(&above))
            .is_some_and(|tree| tree.is_empty())
    }

    /// The place in the values file for a path that it lacks: after the sibling that comes before it in another
    /// environment's file for a key of the file itself, else as [`Self::place_of`].
    pub fn place_beside(&self, path: &Path, other: &Arc<Source>) -> Option<Location> {
        let (Some(values), [Segment::Key(key)]) = (&self.values, path.segments()) else {
            return self.place_of(path);
        };
        let other = Tree::of(other)?;
        if other.len() > MOST_SIBLINGS {
            return self.place_of(path);
        }
        let siblings = other.entries();
        let before = siblings.iter().take_while(|(known, _)| known != key);
        before
            .filter_map(|(known, _)| values.get(known))
            .last()
            .map(|tree| tree.key_location())
            .or_else(|| self.place_of(path))
    }

    /// The line of the values file where a person would write this path: the value itself where the file has it, else
    /// the key of the nearest map above it, else the first key. None where the file could not be read.
    pub fn place_of(&self, path: &Path) -> Option<Location> {
        let source = self.file.source.as_ref().ok()?;
        let Some(values) = &self.values else {
            return Some(Location::start_of(source));
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
        let first = || values.first().map(|tree| tree.key_location());
        nearest
            .or_else(first)
            .filter(|place| Arc::ptr_eq(&place.source, source))
            .or_else(|| Some(Location::start_of(source)))
    }
}

impl<'a> AppContext<'a> {
    /// The place of the environment that a promotion to this one starts from: the one before it, but for previews and
    /// for production environments that stand beside it. Nothing is promoted to a preview.
    pub fn promoted_from(&self, index: usize) -> Option<usize> {
        let tier_of = |index: usize| Some(self.environments.get(index)?.environment.tier);
        let to = tier_of(index).filter(|tier| *tier != Tier::Preview)?;
        (0..index).rev().find(|from| {
            let tier = tier_of(*from);
            let is_beside = tier == Some(Tier::Production) && to == Tier::Production;
            tier != Some(Tier::Preview) && !is_beside
        })
    }

    /// The app's chart, rendered for every environment that has a readable values file. Rendered when first asked for;
    /// empty for an app without a chart, or with one that cannot be loaded.
    pub fn rendered(&self) -> &[RenderedChart<'a>] {
        self.rendered.get_or_init(|| {
            let Some(chart) = self.chart.filter(|chart| chart.chart.is_ok()) else {
                return Vec::new();
            };
            let rendered = |values: &EnvironmentValues<'a>| {
                let source = values.file.source.as_ref().ok()?;
                values.effective.as_ref()?;
                Some(RenderedChart {
                    environment: &values.environment.name,
                    manifests: manifests::of_chart(
                        self.app,
                        chart,
                        source,
                        &values.environment.name,
                        manifests::Purpose::Compare,
                    ),
                })
            };
            self.environments.iter().filter_map(rendered).collect()
        })
    }

    /// The rows of the table with their classes; rows whose declarations contradict each other are left out, since that
    /// is a problem of the configuration.
    pub fn rows(&self) -> impl Iterator<Item = (&Row<'a>, Class<'a>)> {
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
    /// The objects that the workspace keeps as plain YAML.
    pub manifests: Manifests,
    /// The files that were read.
    pub sources: &'a [Arc<Source>],
}

impl WorkspaceContext<'_> {
    /// Whether a declaration matched a path of any app.
    pub fn is_used(&self, declaration: &PerEnvironment) -> bool {
        self.used.contains(&declaration.path.span.start)
    }
}
