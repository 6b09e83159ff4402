//! One app in all its environments: their effective values side by side.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use envlint_budget::Budget;
use envlint_helm::Reads;
use envlint_yaml::Path;

use super::order;
use super::transforms::made;
use super::{Class, Conflict, Declarations, EnvironmentValues, Rewrite, TooWide, Transforms};
use crate::source::{Location, Source};
use crate::values::{Aspect, Presence, Row, Tree, same};
use crate::workspace::{
    App, AppCharts, AppFiles, ChartFiles, Environment, PerEnvironment, Tier, Workspace,
};

/// The steps that an app's chart may take in all environments and with all values that are tried. Real charts take less
/// than a million a render, and the largest known one twenty-four.
const STEPS_OF_APP: u64 = 160_000_000;

/// The bytes of manifests of an app that are in memory together. One that is installed has a few megabytes: Helm keeps it in an
/// object of Kubernetes.
const OUTPUT_OF_APP: u64 = 160 << 20;

/// One app in all its environments.
#[derive(Debug)]
pub struct ResolvedApp<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The app.
    pub app: &'a App,
    /// Its files.
    pub files: &'a AppFiles,
    /// Its chart's files, where it has one chart in all environments.
    pub chart: Option<&'a ChartFiles>,
    /// Its environments, in promotion order.
    pub environments: Vec<EnvironmentValues<'a>>,
    /// The environments' effective values, path by path; the presences are in the order of `environments`.
    pub table: Vec<Row<'a>>,
    /// Why the table is empty, where it would be too wide.
    pub too_wide: Option<TooWide>,
    /// The class of each row of the table.
    pub classes: Vec<Result<Class<'a>, Conflict<'a>>>,
    /// Which paths may differ.
    pub declarations: Declarations<'a>,
    /// The declarations that match a path of the table, by their place in the configuration file.
    pub used: BTreeSet<usize>,
    /// The declarations that fix the value of a key of the app's own project of Pulumi, which none of its stacks has.
    pub demanded: Vec<&'a PerEnvironment>,
    /// For each environment, the place of the one that a promotion to it starts from.
    starts: Vec<Option<usize>>,
    pub(super) text_reads: OnceLock<Option<Reads>>,
    /// What is promoted from one environment to the next, where transforms change it.
    carried: OnceLock<Vec<Carried>>,
}

/// An environment's own values file as the next environment gets it.
#[derive(Debug)]
struct Carried {
    from: usize,
    to: usize,
    source: Arc<Source>,
    /// What is given to the other one whatever this one has.
    given: Vec<Rewrite>,
}

/// Lays the app's environments side by side. `charts` are one for all of them, or one for each.
pub fn resolve<'a>(
    workspace: &'a Workspace,
    app: &'a App,
    files: &'a AppFiles,
    charts: impl Into<AppCharts<'a>>,
) -> ResolvedApp<'a> {
    let charts = charts.into();
    let chart = charts.all;
    let (budget, room) = (Budget::new(STEPS_OF_APP), Budget::new(OUTPUT_OF_APP));
    let environments: Vec<EnvironmentValues<'a>> = files
        .values
        .iter()
        .map(|file| EnvironmentValues::new(file, charts, (&budget, &room)))
        .collect();
    // The chart's own defaults may hold values that its schema marks, too.
    if let Ok(Some(schema)) = workspace.schema_of(app, chart) {
        let effective = environments
            .iter()
            .filter_map(|values| values.effective.as_ref());
        effective.for_each(|values| workspace.learn_marked_of(&schema, values));
    }
    let trees: Vec<Option<Tree<'a>>> = environments
        .iter()
        .map(|values| values.effective.clone())
        .collect();
    let declarations = Declarations::of(workspace, app);
    let (mut table, too_wide) = match declarations.compare(&trees) {
        Ok(table) => (table, None),
        Err(too_wide) => (Vec::new(), Some(too_wide)),
    };
    for row in &mut table {
        leave_out_defaults(row, &environments);
    }
    let mut used = BTreeSet::new();
    if too_wide.is_some() {
        // Nobody knows which of them match nothing.
        used.extend(declarations.iter().map(|known| known.path.span.start));
    }
    let classes = table.iter().map(|row| {
        let covering: Vec<&PerEnvironment> = declarations
            .covering(&row.path, trees.iter().flatten().cloned())
            .collect();
        used.extend(covering.iter().map(|known| known.path.span.start));
        declarations.class_of(&row.path, &trees, covering)
    });
    let classes = classes.collect();
    let is_demanded = |known: &&PerEnvironment| {
        let path = known.path.value.as_path();
        !known.fixed().is_empty()
            && !used.contains(&known.path.span.start)
            && path.is_some_and(|path| workspace.is_unset_in_stacks(app, &path, &trees))
    };
    let demanded: Vec<&PerEnvironment> = declarations.iter().filter(is_demanded).collect();
    used.extend(demanded.iter().map(|known| known.path.span.start));
    let order: Vec<&Environment> = environments.iter().map(|known| known.environment).collect();
    let starts = (0..order.len()).map(|index| order::start_of(&order, index));
    ResolvedApp {
        used,
        demanded,
        starts: starts.collect(),
        workspace,
        app,
        files,
        chart,
        table,
        too_wide,
        classes,
        environments,
        declarations,
        text_reads: OnceLock::new(),
        carried: OnceLock::new(),
    }
}

/// A value that nobody wrote for any environment, and that an environment lacks, comes with a subchart that is switched
/// off there: the environment does not count, unless it takes the default away by a null.
fn leave_out_defaults(row: &mut Row<'_>, environments: &[EnvironmentValues<'_>]) {
    let is_written = |(index, tree): (usize, &Tree<'_>)| {
        environments
            .get(index)
            .is_some_and(|values| values.file.is_written_in(tree.source()))
    };
    if !row.is_missing_somewhere() || row.values().any(is_written) {
        return;
    }
    for (presence, values) in row.presences.iter_mut().zip(environments) {
        if let Presence::Missing { depth } = presence {
            let missing = row.path.segments().iter().take(*depth).cloned().collect();
            if !values.mentions(&missing) {
                *presence = Presence::Unknown;
            }
        }
    }
}

impl<'a> ResolvedApp<'a> {
    /// The place of the environment that a promotion to this one starts from; none when nothing is promoted to it.
    pub fn promoted_from(&self, index: usize) -> Option<usize> {
        self.starts.get(index).copied().flatten()
    }

    /// The value of a row in one environment, as a promotion gives it to the other one.
    pub fn promoted_value<'r>(
        &'r self,
        row: &'r Row<'a>,
        from: usize,
        to: usize,
    ) -> Option<Cow<'r, Tree<'r>>> {
        let value = row.presences.get(from)?.value()?;
        let carried = self.carried_between(from, to);
        // What another layer gives is not promoted.
        let own = carried.filter(|carried| carried.source.path == value.source().path);
        let changed = own.and_then(|own| Tree::of(&own.source)?.at(&row.path));
        Some(changed.map_or(Cow::Borrowed(value), Cow::Owned))
    }

    /// Whether a row differs between environments by transforms alone: each has what was promoted to it.
    pub fn differs_by_transforms(&self, row: &Row<'a>) -> bool {
        if self.carried().is_empty() || row.aspect != Aspect::Value {
            return false;
        }
        let environments = 0..self.environments.len();
        let value = |index: usize| row.presences.get(index).and_then(Presence::value);
        let mut compared = vec![false; self.environments.len()];
        for to in environments {
            let Some(from) = self.promoted_from(to) else {
                continue;
            };
            match (self.promoted_value(row, from, to), value(to)) {
                (Some(promoted), Some(own)) if same(&promoted, own) => {}
                (None, None) => {}
                _ => return false,
            }
            [from, to].into_iter().for_each(|index| {
                if let Some(slot) = compared.get_mut(index) {
                    *slot = true;
                }
            });
        }
        let mut all = compared.iter().enumerate();
        all.all(|(index, is_compared)| *is_compared || value(index).is_none())
    }

    /// The transform that gives a path its value in one environment whatever the other one has.
    pub fn given_by(&self, path: &Path, from: usize, to: usize) -> Option<&Location> {
        let mut given = self.carried_between(from, to)?.given.iter();
        given.find(|given| given.is_about(path))?.by.first()
    }

    fn carried_between(&self, from: usize, to: usize) -> Option<&Carried> {
        let mut carried = self.carried().iter();
        carried.find(|carried| carried.from == from && carried.to == to)
    }

    fn carried(&self) -> &[Carried] {
        self.carried.get_or_init(|| {
            if self.workspace.config.promotion.transforms.is_empty() {
                return Vec::new();
            }
            let targets = 0..self.environments.len();
            let carried = targets.filter_map(|to| {
                let from = self.promoted_from(to)?;
                let (source, target) = (self.environments.get(from)?, self.environments.get(to)?);
                let transforms =
                    Transforms::between(self.workspace, source.environment, target.environment)?;
                let own = source.file.source.as_ref().ok();
                let own = own.filter(|_| source.file.is_own_file())?;
                let mut rewrites = transforms.rewrites(own).ok()?;
                let source = made(own, &rewrites).ok()?;
                rewrites.retain(|rewrite| rewrite.is_given);
                Some(Carried {
                    from,
                    to,
                    source,
                    given: rewrites,
                })
            });
            carried.collect()
        })
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
