//! The apps that a configuration declares.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Span, Spanned};

use super::app::{App, Declared, PLACEHOLDER};
use super::config::{AppConfig, FleetApps, FleetConfig};
use super::deployment::{Deployment, Own};
use super::placeholders::{Bound, Template, fill, spellings};
use super::{Environment, FleetApp, Workspace, left};
use crate::evidence::{Evidence, LayerPath, Unread};
use crate::masking::{Name, Text, text};
use crate::naming::known_names;
use crate::source::{Location, Problem, Source, join, nearest};
use crate::values::Pattern;

/// The text that stands for the app's name.
const APP: &str = "{app}";

/// The apps that a configuration declares.
///
/// # Errors
/// What is wrong with the declarations, each with its place.
pub(super) fn apps(workspace: &Workspace, source: &Arc<Source>) -> Result<Vec<App>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut apps: Vec<App> = Vec::new();
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    let listed = &workspace.config.apps;
    let of_fleet = |name: &String| {
        let fleet = workspace.fleet.as_ref();
        fleet.is_some_and(|fleet| fleet.names.contains(name))
    };
    let by_itself =
        |name: &String| listed.iter().any(|config| config.name.value == *name) || of_fleet(name);
    for (index, config) in listed.iter().enumerate() {
        problems.extend(form_problems(config, source));
        let is_for_all = config.name.value.contains(APP);
        for name in names_of(workspace, config) {
            // What is declared by itself is none of those that one entry stands for.
            if is_for_all && by_itself(&name) {
                continue;
            }
            let span = config.name.span;
            if let Some(first) = names.insert(name.clone(), span) {
                let message = text!("two apps have the name `{}`", Name(&name));
                problems.push(
                    Problem::located(Location::new(source, span), message)
                        .note(Location::new(source, first), "the other one")
                        .help(
                            "rename one: findings, promotions and `--app` tell apps apart by name",
                        ),
                );
            }
            match &config.values {
                Some(_) => apps.push(app(workspace, index, config, &name, source)),
                None => match left::app(workspace, index, config, source) {
                    Ok(app) => apps.push(app),
                    Err(problem) => problems.push(problem),
                },
            }
        }
    }
    if let Some(config) = &workspace.config.fleet {
        problems.extend(fleet_problems(config, source));
    }
    apps.extend(fleet_apps(workspace));
    if problems.is_empty() {
        Ok(apps)
    } else {
        Err(problems)
    }
}

/// The apps of the fleet's list.
fn fleet_apps(workspace: &Workspace) -> Vec<App> {
    let Some((config, fleet)) = workspace.fleet_and_config() else {
        return Vec::new();
    };
    let of = |(index, item): (usize, &FleetApp)| {
        let filled = |text: &Spanned<String>, env: &str| item.filled(&text.value, env);
        let chart = config.chart.as_ref();
        let chart = chart.map(|chart| filled(chart, PLACEHOLDER).trim_end_matches('/').to_owned());
        let deployments = item.environments.iter().map(|environment| {
            let env = &*environment.name;
            Deployment {
                chart: chart.clone(),
                release: config.release.as_ref().map(|text| filled(text, env)),
                namespace: config.namespace.as_ref().map(|text| filled(text, env)),
                evidence: vec![Evidence::at(&item.location(fleet), "listed in the fleet")],
                ..Deployment::new(environment.clone(), Own::file(filled(&config.values, env)))
            }
        });
        App {
            name: Arc::clone(&item.name),
            deployments: deployments.collect(),
            patterns: vec![filled(&config.values, PLACEHOLDER)],
            schema: None,
            declared: Some(Declared::Item(index)),
            chart: chart.clone(),
        }
    };
    fleet.items.iter().enumerate().map(of).collect()
}

/// What is wrong with `fleet:` itself, so that none of its apps has files.
fn fleet_problems(config: &FleetConfig, source: &Arc<Source>) -> Vec<Problem> {
    let at = |span| Location::new(source, span);
    let mut problems = Vec::new();
    for placeholder in [PLACEHOLDER, APP] {
        if !config.values.value.contains(placeholder) {
            let message = text!(
                "`{}` has no `{}`, so several values files are one",
                Name(&config.values.value),
                placeholder
            );
            problems.push(
                Problem::located(at(config.values.span), message)
                    .help("write for example `environments/{env}/{app}/values.yaml`"),
            );
        }
    }
    let file = match &config.apps.value {
        FleetApps::File(path) => Some(Spanned::new(path.clone(), config.apps.span)),
        _ => None,
    };
    let paths = [
        Some(&config.values),
        Some(&config.template),
        config.chart.as_ref(),
        file.as_ref(),
    ];
    for path in paths
        .into_iter()
        .flatten()
        .filter(|path| leaves_root(&path.value))
    {
        let message = text!("`{}` leads out of the workspace", Name(&path.value));
        problems.push(
            Problem::located(at(path.span), message)
                .help("give a path below the directory of envlint.yaml, without `..`"),
        );
    }
    let is_acted_on = |part: &str| {
        [".git", ".github"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(part))
    };
    if config.values.value.split('/').any(is_acted_on) {
        let message = text!(
            "`{}` is in a folder of git or of GitHub, which act on what lies there",
            Name(&config.values.value)
        );
        problems.push(
            Problem::located(at(config.values.span), message).help(
                "give the values a folder of their own: `environments/{env}/{app}/values.yaml`",
            ),
        );
    }
    let known: [(Option<&Spanned<String>>, &[&str]); 5] = [
        (Some(&config.template), &["kind"]),
        (Some(&config.values), &["app", "env"]),
        (config.chart.as_ref(), &["app", "kind"]),
        (config.namespace.as_ref(), &["app", "kind", "env"]),
        (config.release.as_ref(), &["app", "kind", "env"]),
    ];
    for (text, known) in known {
        let Some(text) = text else { continue };
        let rests = text.value.split('{').skip(1);
        let mut names = rests
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name);
        if let Some(name) = names.find(|name| !known.contains(name)) {
            let message = text!("`{{{}}}` is not known here", Name(name));
            let listed = text!(
                "known here: {}",
                Text::names(known.iter().map(|name| format!("`{{{name}}}`")), ", ")
            );
            problems.push(Problem::located(at(text.span), message).suggest_or(
                nearest(name, known.iter().copied()).map(|near| format!("{{{near}}}")),
                listed,
            ));
        }
    }
    problems
}

/// The names that an entry stands for: its own, or those of all apps that its own files tell.
fn names_of(workspace: &Workspace, config: &AppConfig) -> Vec<String> {
    let is_for_all = config.name.value.contains(APP);
    let Some(own) = own_file(config).filter(|_| is_for_all) else {
        return vec![config.name.value.clone()];
    };
    let names = environment_names(workspace);
    let template = Template::new(&own.value, names);
    let files = workspace.yaml_files().iter();
    let found: BTreeSet<&str> = files
        .filter_map(|file| template.read(file))
        .map(|bound| bound.app)
        .collect();
    let filled = found
        .into_iter()
        .map(|app| config.name.value.replace(APP, app));
    filled.collect()
}

/// The entries for many apps that find no file of any: their places in the configuration.
pub(super) fn without_files(workspace: &Workspace) -> Vec<&AppConfig> {
    let entries = workspace.config.apps.iter();
    let for_all = entries.filter(|config| config.name.value.contains(APP));
    for_all
        .filter(|config| names_of(workspace, config).is_empty())
        .collect()
}

/// The names of each environment that `{env}` stands for.
fn environment_names(workspace: &Workspace) -> Vec<Vec<&str>> {
    if workspace.environments.is_empty() {
        return known_names().map(|name| vec![name]).collect();
    }
    let environments = workspace.environments.iter();
    environments
        .map(|environment| environment.names().collect())
        .collect()
}

/// The environments' own file: the last layer.
fn own_file(config: &AppConfig) -> Option<Spanned<String>> {
    config.layers().pop()
}

fn app(
    workspace: &Workspace,
    index: usize,
    config: &AppConfig,
    name: &str,
    source: &Arc<Source>,
) -> App {
    // `{app}` may be a part of the name.
    let app_name = Template::new(&config.name.value, Vec::new());
    let bound = app_name.read(name).map_or(name, |bound| bound.app);
    let with_app = |text: &str| text.replace(APP, bound);
    let chart = config
        .chart
        .as_ref()
        .map(|chart| with_app(chart.value.trim_end_matches('/')));
    App {
        name: name.into(),
        deployments: deployments(workspace, config, bound, source),
        patterns: own_file(config)
            .map(|own| with_app(&own.value))
            .into_iter()
            .collect(),
        schema: config
            .schema
            .as_ref()
            .map(|schema| Spanned::new(with_app(&schema.value), schema.span)),
        declared: Some(Declared::Entry(index)),
        chart,
    }
}

/// The app in every environment of the workspace, or in those that it names.
fn deployments(
    workspace: &Workspace,
    config: &AppConfig,
    app: &str,
    source: &Arc<Source>,
) -> Vec<Deployment> {
    let is_wanted = |environment: &&Environment| match &config.environments {
        Some(wanted) => wanted.iter().any(|name| *name.value == *environment.name),
        None => true,
    };
    let given: Arc<[Pattern]> = config
        .given
        .iter()
        .map(|given| given.value.clone())
        .collect();
    let layers = config.layers();
    let of = |environment: &Environment| {
        let files: Vec<String> = layers
            .iter()
            .map(|layer| file_of(workspace, &layer.value, app, environment))
            .collect();
        let (own, below) = files.split_last()?;
        // One entry for many apps: each has the environments that it has files for.
        let is_expected = !config.name.value.contains(APP)
            || config.environments.is_some()
            || workspace.root.join(own).is_file();
        let bound = Bound {
            app,
            env: &environment.name,
        };
        let filled =
            |text: &Option<Spanned<String>>| text.as_ref().map(|text| fill(&text.value, bound));
        is_expected.then(|| Deployment {
            below: below.iter().map(LayerPath::file).collect(),
            chart: filled(&config.chart).map(|chart| chart.trim_end_matches('/').to_owned()),
            given: Arc::clone(&given),
            release: filled(&config.release),
            namespace: filled(&config.namespace),
            evidence: vec![Evidence::at(
                &Location::new(source, config.place()),
                "declared in the configuration",
            )],
            ..Deployment::new(environment.clone(), Own::file(own))
        })
    };
    let environments = workspace.environments.iter().filter(is_wanted);
    environments.filter_map(of).collect()
}

/// What looks like values and belongs to no declared app: nobody takes a check for complete that leaves it out.
pub(super) fn left_out(workspace: &Workspace) -> Vec<Unread> {
    let Some(found) = workspace.without_declared() else {
        return Vec::new();
    };
    let charts: BTreeSet<String> = workspace
        .apps
        .iter()
        .filter_map(|app| app.chart.as_deref())
        .map(|chart| join(chart.trim_end_matches('/'), "values.yaml"))
        .collect();
    let is_known = |path: &str| workspace.is_layer(path) || charts.contains(path);
    let mut unread: Vec<Unread> = Vec::new();
    for app in &found.apps {
        for layer in app.deployments.iter().flat_map(Deployment::layers) {
            if layer.part.is_none() && !is_known(&layer.path) {
                unread.push(Unread {
                    file: layer.path.clone(),
                    place: None,
                    reason: "no app of envlint.yaml has this file".into(),
                    is_values: true,
                });
            }
        }
    }
    let others = found.unread.iter();
    let others = others.filter(|unread| unread.is_values && !is_known(&unread.file));
    unread.extend(others.cloned());
    unread.sort();
    unread.dedup_by(|left, right| left.file == right.file);
    unread
}

/// The file of an environment: under its name, or under another one that the environment has.
fn file_of(workspace: &Workspace, template: &str, app: &str, environment: &Environment) -> String {
    let env = &*environment.name;
    let own = fill(template, Bound { app, env });
    let is_there = |path: &String| workspace.root.join(path).is_file();
    if environment.aliases.is_empty() || is_there(&own) {
        return own;
    }
    let names: Vec<&str> = environment.names().collect();
    let template = template.replace(APP, app);
    spellings(&template, &names).find(is_there).unwrap_or(own)
}

/// The known environments that any of the declared apps has a values file for.
pub(super) fn existing_environments(workspace: &Workspace) -> Vec<Environment> {
    let names: Vec<&str> = known_names().collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for config in &workspace.config.apps {
        for name in config.environments.iter().flatten() {
            found.insert(&name.value);
        }
        let Some(own) = own_file(config).map(|own| own.value) else {
            found.extend(left::environments(workspace, &config.name.value));
            continue;
        };
        if own.contains(APP) {
            let alone = names.iter().map(|name| vec![*name]);
            let template = Template::new(&own, alone.collect());
            let files = workspace.yaml_files().iter();
            found.extend(
                files
                    .filter_map(|file| template.read(file))
                    .map(|bound| bound.env),
            );
        } else {
            let is_there = |name: &&&str| {
                let path = own.replace(PLACEHOLDER, name);
                workspace.root.join(path).is_file()
            };
            found.extend(names.iter().filter(is_there));
        }
    }
    super::environment::in_order(found, &BTreeMap::new())
}

fn form_problems(config: &AppConfig, source: &Arc<Source>) -> Vec<Problem> {
    let at = |span| Location::new(source, span);
    let mut problems = Vec::new();
    let listed = config.layers();
    let own = listed.last();
    if config.name.value.trim().is_empty() {
        problems.push(
            Problem::located(at(config.name.span), "the app has an empty name")
                .help("give it the name people call it by"),
        );
    }
    if let Some(own) = own.filter(|own| !own.value.contains(PLACEHOLDER)) {
        let message = match listed.len() {
            1 => text!(
                "`values: {}` names one file for all environments",
                Name(&own.value)
            ),
            _ => text!(
                "the last layer, `{}`, is one file for all environments, and it is each environment's own",
                Name(&own.value)
            ),
        };
        problems.push(Problem::located(at(own.span), message).help(
            "put `{env}` where the environment's name stands: `environments/{env}/values.yaml`",
        ));
    }
    let is_for_all = config.name.value.contains(APP);
    if let Some(own) = own.filter(|own| is_for_all && !own.value.contains(APP)) {
        let message = text!(
            "nothing tells the apps apart: `{}` has no `{{app}}`",
            Name(&own.value)
        );
        problems.push(
            Problem::located(at(own.span), message).help(
                "put `{app}` where the app's name stands: `clusters/{env}/{app}/values.yaml`",
            ),
        );
    }
    let others = [config.chart.as_ref(), config.schema.as_ref()];
    let paths = listed.iter().chain(others.into_iter().flatten());
    for path in paths {
        if leaves_root(&path.value) {
            let message = text!("`{}` leads out of the workspace", Name(&path.value));
            problems.push(
                Problem::located(at(path.span), message)
                    .help("give a path below the directory of envlint.yaml, without `..`"),
            );
        }
    }
    let names = [config.namespace.as_ref(), config.release.as_ref()];
    for template in listed.iter().chain(names.into_iter().flatten()) {
        problems.extend(placeholder_problem(template, is_for_all, source));
    }
    problems
}

fn placeholder_problem(
    template: &Spanned<String>,
    is_for_all: bool,
    source: &Arc<Source>,
) -> Option<Problem> {
    let name = unknown_placeholder(&template.value, is_for_all)?;
    let place = Location::new(source, template.span);
    let problem = Problem::located(place, text!("`{{{}}}` is not known", Name(name)));
    Some(if name == "app" {
        problem.help("call the app `{app}`, too: then one entry stands for all apps")
    } else {
        let near = nearest(name, ["env", "environment"]).map(|_| PLACEHOLDER);
        problem.suggest_or(near, "`{env}`, the environment's name, is the only one")
    })
}

fn leaves_root(path: &str) -> bool {
    use std::path::{Component, Path};
    Path::new(path)
        .components()
        .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
}

fn unknown_placeholder(text: &str, is_for_all: bool) -> Option<&str> {
    let rests = text.split('{').skip(1);
    let mut names = rests
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name);
    names.find(|name| *name != "env" && !(is_for_all && *name == "app"))
}
