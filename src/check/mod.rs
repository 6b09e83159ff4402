//! The check stage: every rule over every app, in parallel, and one sorted list of findings out of it.

mod app_outcome;
mod applied;
mod causes;
mod exposure;
mod gather;
mod others;
mod outcome;
mod presence;
mod role;
mod silence;
mod suppression;
mod taken;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::fleet::point_at_causes;
use crate::history::History;
use crate::manifests::objects::{Definitions, Manifests};
use crate::manifests::{Again, Brought};
use crate::naming::is_local;
use crate::policies::Policies;
use crate::resolve::{ResolvedApp, resolve};
use crate::rules::{
    self, AppContext, Check, Exposure, Finding, Reporter, Role, Shared, SourceContext,
    WorkspaceContext,
};
use crate::source::{Problem, Source};
use crate::values::Tree;
use crate::workspace::{
    App, AppFiles, ChartFiles, Charts, LayerFile, ReadFile, Workspace, each_app,
};
use app_outcome::{AppOutcome, Quotes, readable};
use exposure::Exposures;
use taken::Taken;

pub use others::Unsearched;
pub use outcome::{Extent, Outcome, Reach};
pub use silence::{Silence, silences};
pub use suppression::{Suppression, Unknown, apply as apply_suppressions, suppressions};

/// Checks the selected apps of a workspace, and the other files in reach for secrets. One app that fails does not stop the
/// others.
pub fn check(workspace: &Workspace, selected: &[&App], reach: &Reach) -> Outcome {
    Checker::new(workspace, selected).check(selected, reach)
}

/// The same for a caller that shows no finding, and only looks at which there are: the texts that they would quote are not
/// kept. Of ten thousand apps with a finding in each file, these are all of their files.
pub fn check_unshown(workspace: &Workspace, selected: &[&App], reach: &Reach) -> Outcome {
    let checker = Checker {
        quotes: Quotes::Heard,
        ..Checker::new(workspace, selected)
    };
    checker.check(selected, reach)
}

/// What the checks of a workspace's apps share: read once, however many apps there are.
#[derive(Debug)]
pub struct Checker<'w> {
    workspace: &'w Workspace,
    charts: Charts,
    definitions: Definitions,
    history: History<'w>,
    policies: Policies<'w>,
    /// Whether anything says of any app how it is deployed.
    has_evidence: bool,
    quotes: Quotes,
}

impl<'w> Checker<'w> {
    /// Reads the charts of these apps.
    pub fn new(workspace: &'w Workspace, apps: &[&App]) -> Self {
        Checker {
            workspace,
            charts: Charts::load(workspace, apps.iter().copied()),
            definitions: Definitions::default(),
            history: History::of(workspace, apps),
            policies: Policies::of(workspace),
            has_evidence: workspace.apps.iter().any(App::has_evidence),
            quotes: Quotes::All,
        }
    }

    /// The history of the apps' values files: git is started once, whoever asks.
    pub fn history(&self) -> &History<'w> {
        &self.history
    }

    /// The chart that an app is deployed with in an environment.
    pub fn chart_in(&self, app: &App, environment: &str) -> Option<&ChartFiles> {
        self.charts.in_environment(app, environment)
    }

    /// Whether a part of the workspace may have evidence in it: where all apps are declared, it is read for that alone.
    fn may_name_files(&self, reach: &Reach) -> bool {
        match reach {
            Reach::Whole => true,
            Reach::Below(paths) => {
                !self.workspace.config.declares_apps()
                    || paths.iter().any(|path| !self.workspace.is_layer(path))
            }
        }
    }

    fn check(&self, selected: &[&App], reach: &Reach) -> Outcome {
        let workspace = self.workspace;
        let check_app = |app: &App| {
            let files = app.load(workspace);
            let mut outcome = self.check_app(app, &files);
            let own = readable(&files).map(|(file, source)| (source, file.own_layer()));
            outcome.let_go(own, self.quotes);
            outcome
        };
        let failed = |problem| AppOutcome {
            problems: vec![problem],
            ..AppOutcome::default()
        };
        let apps = each_app(workspace, selected, "checked", check_app, failed);
        let mut all = apps
            .into_iter()
            .fold(AppOutcome::default(), AppOutcome::and);
        let charts = check_charts(workspace, &self.charts, &all.exposures);
        let layers = check_layers(workspace, selected, &self.charts, &all.exposures);
        all = all.and(charts).and(layers);
        let taken = Taken::new(self);
        let others = others::check(workspace, reach, &all, &taken);
        let searched = others.files.iter().map(|file| file.path().to_owned());
        let searched: Vec<String> = searched.collect();
        all = all.and(others);
        if let Some(config) = &workspace.config_source {
            all.hold(config);
        }
        let AppOutcome {
            mut findings,
            mut problems,
            mut heard,
            mut limits,
            files,
            brought,
            ..
        } = all;
        presence::without_present(workspace, &brought, &mut findings);
        let complete = selected.len() == workspace.apps.len();
        let missing = match complete || self.may_name_files(reach) {
            true => workspace.missing(),
            false => &[],
        };
        let naming = missing.iter();
        let naming = naming.map(|missing| missing.evidence.file.as_str());
        let broken = workspace.broken.iter().map(|broken| broken.file.as_str());
        let refused = workspace
            .refused
            .iter()
            .map(|refused| refused.file.as_str());
        let projects = workspace.broken_projects().iter();
        let projects = projects.map(|(place, _)| place.source.path.as_str());
        let list = workspace.fleet.iter().map(|fleet| &*fleet.list.path);
        let asked = naming
            .chain(broken)
            .chain(refused)
            .chain(list)
            .chain(projects)
            .filter(|file| reach.covers(file));
        let asked: BTreeSet<&str> = asked.collect();
        let (found, spent) = check_workspace(&WorkspaceContext {
            workspace,
            complete,
            asked: &asked,
            missing,
            used: &all.used,
            findings: &findings,
            files: &files,
            heard: &heard,
            definitions: &self.definitions,
            manifests: Manifests::default(),
            charts: &self.charts,
            brought: &brought,
            again: Again::default(),
        });
        findings.extend(found);
        limits.extend(silence::at_limit(None, &spent));
        self.policies.finish(complete, &mut findings);
        causes::said_once(&mut findings);
        causes::without_copies(workspace, &mut findings);
        heard.extend(pointed_at(&findings, &files));
        let mut partial = BTreeSet::new();
        if !complete {
            partial = shared_files(workspace, &self.charts);
            partial.extend(searched);
        }
        let unknown = Unknown {
            files: &partial,
            is_silent: &|rule| self.is_silent(rule),
        };
        let suppressed = apply_suppressions(&heard, &unknown, &mut findings, &workspace.config);
        findings.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
        let mut findings = gather::gather(causes::joined(findings, &workspace.environments));
        point_at_causes(workspace, &mut findings);
        let fleet = workspace.fleet.iter();
        let fleet = fleet.filter(|fleet| complete || reach.covers(&fleet.list.path));
        problems.extend(
            fleet.flat_map(|fleet| fleet.problems.iter().map(|known| known.problem.clone())),
        );
        let is_on = |rule: &&&'static rules::Rule| is_on(workspace, rule);
        let extent = Extent {
            apps: selected.len(),
            environments: workspace.environments.len(),
            values: all.values,
            plain: all.plain,
            rules: rules::all().iter().filter(is_on).count() + self.policies.len(),
            suppressed,
        };
        Outcome {
            findings,
            problems,
            extent,
            unsearched: all.unsearched,
            limits,
        }
    }

    /// The findings of one app with these files, suppressions applied: how a promotion looks at files that are not
    /// written yet.
    pub fn findings_of(&self, app: &App, files: &AppFiles) -> Vec<Finding> {
        let mut outcome = self.check_app(app, files);
        let layers = self.workspace.layers_of(app);
        let layers = layers.iter().filter_map(|layer| layer.source.as_ref().ok());
        let own = readable(files).map(|(_, source)| source);
        let sources: Vec<Arc<Source>> = own.chain(layers).cloned().collect();
        let unknown = Unknown {
            files: &BTreeSet::new(),
            is_silent: &|rule| self.is_silent(rule),
        };
        apply_suppressions(
            &sources,
            &unknown,
            &mut outcome.findings,
            &self.workspace.config,
        );
        presence::without_present(self.workspace, &[], &mut outcome.findings);
        let findings = outcome.findings.into_iter();
        findings.map(causes::alone).collect()
    }

    /// Whether a rule asks for a history that is not here: in a shallow clone, it finds nothing of what it found before.
    fn is_silent(&self, rule: &str) -> bool {
        rule == "drift/out-of-order-change" && !self.history.is_whole()
    }

    /// How far an app comes: nobody may deploy one that only names of files tell, where the repository says how the others are
    /// deployed.
    fn at_most(&self, app: &App) -> Exposure {
        match app.declared.is_some() || app.has_evidence() || !self.has_evidence {
            true => Exposure::Production,
            false => Exposure::Unclear,
        }
    }

    fn check_app(&self, app: &App, files: &AppFiles) -> AppOutcome {
        let workspace = self.workspace;
        let mut outcome = AppOutcome::default();
        let shared = readable(files).map(|(file, source)| (&*file.environment.name, &**source));
        let shared = Shared::new(shared);
        let chart = self.charts.of(app);
        let resolved = resolve(workspace, app, files, self.charts.by_environment(app));
        let exposures = Exposures::of(&resolved, self.at_most(app));
        for (file, source) in readable(files) {
            let cx = SourceContext {
                workspace,
                source,
                environment: Some(&file.environment),
                // A cluster on somebody's own machine is theirs alone.
                role: match is_local(&file.environment.name) {
                    true => Role::Local,
                    false => Role::Deployed,
                },
                shared: Some(&shared),
                chart,
                exposures: exposures.in_file(&source.path),
                told: Some(file.environment.tier),
            };
            check_source(&cx, Some(app), &mut outcome);
        }
        outcome.exposures = exposures;
        let cx = AppContext::new(&resolved, self.definitions.of(workspace), &self.history);
        let readable = resolved.environments.iter();
        outcome.values = readable
            .filter_map(|values| values.values.as_ref())
            .map(Tree::count)
            .sum();
        outcome.used.clone_from(&resolved.used);
        outcome.problems = conflicts(&resolved);
        let too_wide = resolved.too_wide;
        let count = resolved.environments.len();
        outcome
            .problems
            .extend(too_wide.map(|too_wide| too_wide.problem(app, count)));
        outcome.problems.extend(app.problems(workspace));
        let mut spent = BTreeSet::new();
        for (rule, check) in checks() {
            if let Check::App(check) = check
                && let Some(mut reporter) = Reporter::new(
                    rule,
                    &workspace.config,
                    Some(&app.name),
                    &mut outcome.findings,
                )
            {
                check(&cx, &mut reporter);
                spent.extend(reporter.is_spent().then_some(rule.name));
            }
        }
        let spent = silence::at_limit(Some(&app.name), &spent);
        outcome.limits.extend(spent);
        outcome.limits.extend(silence::of_manifests(&cx));
        outcome.findings.extend(self.policies.check(&cx));
        let names = cx.environments.iter().map(|values| values.name());
        outcome.brought = Brought::of(app, &cx.manifests, names);
        outcome
    }
}

/// All checks of all rules.
fn checks() -> impl Iterator<Item = (&'static rules::Rule, &'static Check)> {
    rules::all()
        .iter()
        .flat_map(|rule| rule.checks.iter().map(move |check| (*rule, check)))
}

fn is_on(workspace: &Workspace, rule: &'static rules::Rule) -> bool {
    Reporter::new(rule, &workspace.config, None, &mut Vec::new()).is_some()
}

fn check_source(cx: &SourceContext<'_>, app: Option<&App>, outcome: &mut AppOutcome) {
    let findings = &mut outcome.findings;
    let first = findings.len();
    let (config, app) = (&cx.workspace.config, app.map(|app| &app.name));
    let mut spent = BTreeSet::new();
    for (rule, check) in checks() {
        if let Check::Source(check) | Check::File(check) = check
            && let Some(mut reporter) = Reporter::new(rule, config, app, findings)
        {
            check(cx, &mut reporter);
            spent.extend(reporter.is_spent().then_some(rule.name));
        }
    }
    outcome.limits.extend(silence::at_limit(app, &spent));
    for finding in &mut outcome.findings[first..] {
        let known = cx.environment.map(|known| Arc::clone(&known.name));
        finding.environment = finding.environment.take().or(known);
    }
}

/// A file that is not the values file of one environment.
fn check_shared(cx: &SourceContext<'_>, outcome: &mut AppOutcome) {
    outcome.hold(cx.source);
    check_source(cx, None, outcome);
}

/// The charts' own defaults, each once, however many apps deploy the chart.
fn check_charts(workspace: &Workspace, charts: &Charts, exposures: &Exposures) -> AppOutcome {
    let mut outcome = AppOutcome::default();
    for chart in charts.iter() {
        chart
            .subchart_sources()
            .for_each(|source| outcome.hold(source));
        let Ok(source) = &chart.values else { continue };
        let cx = SourceContext {
            chart: Some(chart),
            exposures: exposures.in_file(&source.path),
            ..SourceContext::of_no_environment(workspace, source, Role::Default)
        };
        check_shared(&cx, &mut outcome);
    }
    outcome
}

/// The layers that deployments share, each once, however many apps have them.
fn check_layers(
    workspace: &Workspace,
    apps: &[&App],
    charts: &Charts,
    exposures: &Exposures,
) -> AppOutcome {
    let mut outcome = AppOutcome::default();
    let layers = apps.iter().flat_map(|app| {
        let layers = workspace.layers_of(app).into_iter();
        layers.map(|layer| (layer, *app))
    });
    let layers: Vec<(Arc<LayerFile>, &App)> = layers.collect();
    let paths: HashSet<&str> = layers.iter().map(|(layer, _)| &*layer.path).collect();
    let (mut seen, mut linked) = (HashSet::new(), HashSet::new());
    for (layer, app) in &layers {
        let Ok(source) = &layer.source else { continue };
        // A link brings the same text once more.
        let original = workspace.original_of(&layer.path);
        let is_copy = original.is_some_and(|path| paths.contains(path) || !linked.insert(path));
        if seen.insert(Arc::as_ptr(layer)) && !is_copy {
            let is_shared = || workspace.is_read_by_others(app, &layer.path);
            let cx = SourceContext {
                chart: charts.of(app).filter(|_| !is_shared()),
                exposures: exposures.in_file(&source.path),
                ..SourceContext::of_no_environment(workspace, source, Role::Deployed)
            };
            check_shared(&cx, &mut outcome);
        }
    }
    outcome
}

/// What is found in a workspace as a whole, and the rules that met a limit there.
fn check_workspace(cx: &WorkspaceContext<'_>) -> (Vec<Finding>, BTreeSet<&'static str>) {
    let (mut findings, mut spent) = (Vec::new(), BTreeSet::new());
    for (rule, check) in checks() {
        if let Check::Workspace(check) = check
            && let Some(mut reporter) =
                Reporter::new(rule, &cx.workspace.config, None, &mut findings)
        {
            check(cx, &mut reporter);
            spent.extend(reporter.is_spent().then_some(rule.name));
        }
    }
    (findings, spent)
}

/// Files that a rule opened only to point at them can hold a comment that excuses the finding, too.
fn pointed_at(findings: &[Finding], files: &[ReadFile]) -> Vec<Arc<Source>> {
    let mut known: HashSet<&str> = files.iter().map(ReadFile::path).collect();
    let sources = findings.iter().map(|finding| &finding.location.source);
    let new = sources.filter(|source| known.insert(&source.path));
    new.cloned().collect()
}

/// The files that apps share: where not all apps were checked, nothing can be said of what their comments excuse.
fn shared_files(workspace: &Workspace, charts: &Charts) -> BTreeSet<String> {
    let defaults = charts.iter().filter_map(|chart| chart.values.as_ref().ok());
    defaults
        .chain(&workspace.config_source)
        .map(|source| source.path.clone())
        .collect()
}

/// Declarations of the configuration that contradict each other on a path of this app; each pair once.
fn conflicts(cx: &ResolvedApp<'_>) -> Vec<Problem> {
    let Some(source) = cx.declarations.source() else {
        return Vec::new();
    };
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for (row, class) in cx.table.iter().zip(&cx.classes) {
        let Err(conflict) = class else {
            continue;
        };
        if seen.insert((
            conflict.first.path.span.start,
            conflict.second.path.span.start,
        )) {
            problems.push(conflict.problem(source, &row.path));
        }
    }
    problems
}
