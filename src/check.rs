//! The check stage: every rule over every app, in parallel, and one sorted list of findings out of it.

use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::findings::{Finding, apply_suppressions};
use crate::rules::{
    self, AppContext, Check, EnvironmentValues, Reporter, SourceContext, WorkspaceContext,
};
use crate::secrets::objects::Manifests;
use crate::values::{Declarations, Tree, compare, overlay};
use crate::workspace::{
    App, AppFiles, ChartFiles, Charts, Environment, Problem, Source, ValuesFile, Workspace,
};

/// What a check looked at and what it found.
#[derive(Debug)]
pub struct Outcome {
    /// The findings, sorted by file, place and rule.
    pub findings: Vec<Finding>,
    /// What kept parts of the work from being done.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub extent: Extent,
    /// All files that were read: what a report may quote from.
    pub sources: Vec<Arc<Source>>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Apps.
    pub apps: usize,
    /// Environments.
    pub environments: usize,
    /// Single values in values files.
    pub values: usize,
    /// Rules that were run.
    pub rules: usize,
    /// Findings that a comment excused.
    pub suppressed: usize,
}

/// What one app contributes.
#[derive(Default)]
struct AppOutcome {
    findings: Vec<Finding>,
    problems: Vec<Problem>,
    used: BTreeSet<usize>,
    sources: Vec<Arc<Source>>,
    values: usize,
}

/// Checks the selected apps of a workspace. One app that fails does not stop the others.
pub fn check(workspace: &Workspace, selected: &[&App]) -> Outcome {
    let charts = Charts::load(workspace, selected.iter().copied());
    let mut apps: Vec<AppOutcome> = selected
        .par_iter()
        .map(|app| {
            guarded(&app.name, || check_app(workspace, app, charts.of(app))).unwrap_or_else(
                |problem| AppOutcome {
                    problems: vec![problem],
                    ..AppOutcome::default()
                },
            )
        })
        .collect();
    apps.push(check_charts(workspace, &charts));

    let mut findings: Vec<Finding> = Vec::new();
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    let mut sources = Vec::new();
    let mut values = 0;
    for app in apps {
        findings.extend(app.findings);
        problems.extend(app.problems);
        used.extend(app.used);
        sources.extend(app.sources);
        values += app.values;
    }
    sources.extend(workspace.config_source.clone());
    let complete = selected.len() == workspace.apps.len();
    findings.extend(check_workspace(&WorkspaceContext {
        workspace,
        complete,
        used: &used,
        findings: &findings,
        sources: &sources,
        manifests: Manifests::default(),
    }));
    deduplicate(&mut findings);
    add_sources_of(&findings, &mut sources);
    let partial = if complete {
        BTreeSet::new()
    } else {
        shared_files(workspace, &charts)
    };
    let suppressed = apply_suppressions(&sources, &partial, &mut findings, &workspace.config);
    findings.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    let extent = Extent {
        apps: selected.len(),
        environments: workspace.environments.len(),
        values,
        rules: rules::all()
            .iter()
            .filter(|rule| is_on(workspace, rule))
            .count(),
        suppressed,
    };
    Outcome {
        findings,
        problems,
        extent,
        sources,
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

/// The last line of defence: a defect that a strange file brings out is reported with the app's name, and the other
/// apps are still worked on.
///
/// # Errors
/// When the work failed.
pub fn guarded<T>(app: &str, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Problem::without_place(format!(
            "app `{app}` could not be worked on: envlint failed on one of its files"
        ))
        .help("this is a defect of envlint; please report it with the app's values files")
    })
}

/// The findings of one app with these files, suppressions applied: how a promotion looks at files that are not written
/// yet.
pub fn findings_of(
    workspace: &Workspace,
    app: &App,
    files: &AppFiles,
    chart: Option<&ChartFiles>,
) -> Vec<Finding> {
    let mut outcome = check_files(workspace, app, files, chart);
    apply_suppressions(
        &outcome.sources,
        &BTreeSet::new(),
        &mut outcome.findings,
        &workspace.config,
    );
    outcome.findings
}

fn check_app(workspace: &Workspace, app: &App, chart: Option<&ChartFiles>) -> AppOutcome {
    check_files(workspace, app, &app.load(workspace), chart)
}

fn check_files(
    workspace: &Workspace,
    app: &App,
    files: &AppFiles,
    chart: Option<&ChartFiles>,
) -> AppOutcome {
    let mut outcome = AppOutcome::default();
    for file in &files.values {
        let Ok(source) = &file.source else { continue };
        outcome.sources.push(Arc::clone(source));
        check_source(
            workspace,
            Some(app),
            Some(&file.environment),
            source,
            &mut outcome.findings,
        );
    }
    let cx = context(workspace, app, files, chart);
    outcome.values = cx
        .environments
        .iter()
        .filter_map(|values| values.values.as_ref())
        .map(count)
        .sum();
    outcome.used = used_declarations(&cx);
    outcome.problems = conflicts(&cx);
    outcome.problems.extend(app.chart_problem(workspace));
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
        }
    }
    outcome
}

/// Lays the app's environments side by side.
pub fn context<'a>(
    workspace: &'a Workspace,
    app: &'a App,
    files: &'a AppFiles,
    chart: Option<&'a ChartFiles>,
) -> AppContext<'a> {
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
    let table = compare(&trees);
    let declarations = Declarations::of(workspace, app);
    let classes = table
        .iter()
        .map(|row| declarations.classify(&row.path))
        .collect();
    AppContext {
        workspace,
        app,
        files,
        chart,
        table,
        classes,
        environments,
        declarations,
        rendered: OnceLock::new(),
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

fn count(tree: &Tree<'_>) -> usize {
    let mut values = 0;
    tree.visit(&envlint_yaml::Path::root(), &mut |_, tree| {
        values += usize::from(tree.as_scalar().is_some())
    });
    values
}

fn check_source(
    workspace: &Workspace,
    app: Option<&App>,
    environment: Option<&Environment>,
    source: &Arc<Source>,
    findings: &mut Vec<Finding>,
) {
    let cx = SourceContext {
        workspace,
        source,
        environment,
    };
    let first = findings.len();
    for (rule, check) in checks() {
        if let Check::Source(check) = check
            && let Some(mut reporter) =
                Reporter::new(rule, &workspace.config, app.map(|app| &app.name), findings)
        {
            check(&cx, &mut reporter);
        }
    }
    for finding in &mut findings[first..] {
        finding.environment = finding
            .environment
            .take()
            .or_else(|| environment.map(|known| Arc::clone(&known.name)));
    }
}

/// The charts' own defaults, each once, however many apps deploy the chart.
fn check_charts(workspace: &Workspace, charts: &Charts) -> AppOutcome {
    let mut outcome = AppOutcome::default();
    for chart in charts.iter() {
        outcome
            .sources
            .extend(chart.subchart_sources().into_iter().cloned());
        let Ok(source) = &chart.values else { continue };
        outcome.sources.push(Arc::clone(source));
        check_source(workspace, None, None, source, &mut outcome.findings);
    }
    outcome
}

fn check_workspace(cx: &WorkspaceContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (rule, check) in checks() {
        if let Check::Workspace(check) = check
            && let Some(mut reporter) =
                Reporter::new(rule, &cx.workspace.config, None, &mut findings)
        {
            check(cx, &mut reporter);
        }
    }
    findings
}

/// Files that a rule opened only to point at them can hold a comment that excuses the finding, too.
fn add_sources_of(findings: &[Finding], sources: &mut Vec<Arc<Source>>) {
    let mut known: HashSet<String> = sources.iter().map(|source| source.path.clone()).collect();
    for finding in findings {
        let source = &finding.location.source;
        if known.insert(source.path.clone()) {
            sources.push(Arc::clone(source));
        }
    }
}

/// The files that apps share: where not all apps were checked, nothing can be said of what their comments excuse.
fn shared_files(workspace: &Workspace, charts: &Charts) -> BTreeSet<String> {
    let defaults = charts.iter().filter_map(|chart| chart.values.as_ref().ok());
    defaults
        .chain(&workspace.config_source)
        .map(|source| source.path.clone())
        .collect()
}

fn used_declarations(cx: &AppContext<'_>) -> BTreeSet<usize> {
    cx.declarations
        .iter()
        .filter(|declaration| {
            cx.table
                .iter()
                .any(|row| declaration.path.value.covers(&row.path))
        })
        .map(|declaration| declaration.path.span.start)
        .collect()
}

/// Declarations of the configuration that contradict each other on a path of this app; each pair once.
fn conflicts(cx: &AppContext<'_>) -> Vec<Problem> {
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

/// Several apps may meet the same mistake in a chart that they share: it is said once.
fn deduplicate(findings: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let span = finding.location.span;
        seen.insert((
            finding.rule,
            finding.location.source.path.clone(),
            span.start,
            span.end,
            finding.message.clone(),
        ))
    });
}
