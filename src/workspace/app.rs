//! Apps: what is deployed to every environment, and the files that describe it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use envlint_helm::{Layer, ValuesError};
use envlint_yaml::{Span, Spanned};

use super::config::AppConfig;
use super::discover::{self, FoundApp};
use super::neighbours::{self, Neighbour};
use super::{Environment, Workspace};
use crate::masking::{Name, text};
use crate::source::{Location, Problem, ReadError, Source, nearest};

/// The text that stands for the environment's name in a configured path or name.
pub(super) const PLACEHOLDER: &str = "{env}";

/// One thing that is deployed to every environment.
#[derive(Debug)]
pub struct App {
    /// Its name, unique in the workspace.
    pub name: Arc<str>,
    /// The chart's directory or archive, relative to the workspace's root.
    pub chart: Option<String>,
    /// The values file of each environment, in promotion order; a file that should be there may not be.
    pub values: Vec<(Environment, String)>,
    /// Where values files are: paths with `{env}`.
    pub patterns: Vec<String>,
    /// A JSON Schema for its values files, when the configuration names one.
    pub schema: Option<Spanned<String>>,
    /// Its place in `apps:` of the configuration.
    pub declared: Option<usize>,
    namespace: Option<String>,
    release: Option<String>,
}

/// The files of one app, as far as they could be read.
#[derive(Debug)]
pub struct AppFiles {
    /// One per environment of the app, in promotion order.
    pub values: Vec<ValuesFile>,
    /// What else lies beside the values files.
    pub neighbours: Vec<Neighbour>,
}

/// The values file of one app in one environment.
#[derive(Debug)]
pub struct ValuesFile {
    /// The environment.
    pub environment: Environment,
    /// Path relative to the workspace's root.
    pub path: String,
    /// The file, or why it could not be read.
    pub source: Result<Arc<Source>, ReadError>,
    layer: OnceLock<Result<Layer, ValuesError>>,
}

impl ValuesFile {
    /// The values file of an environment.
    pub fn new(
        environment: Environment,
        path: String,
        source: Result<Arc<Source>, ReadError>,
    ) -> ValuesFile {
        ValuesFile {
            environment,
            path,
            source,
            layer: OnceLock::new(),
        }
    }

    /// The same file with another text.
    pub fn with_source(&self, source: Arc<Source>) -> ValuesFile {
        ValuesFile::new(self.environment.clone(), self.path.clone(), Ok(source))
    }

    /// The file as Helm reads it, or why Helm refuses it; none when the file could not be read.
    pub fn layer(&self) -> Option<Result<&Layer, &ValuesError>> {
        let source = self.source.as_ref().ok()?;
        let layer = self
            .layer
            .get_or_init(|| Layer::of(Arc::clone(&source.document)));
        Some(layer.as_ref())
    }

    /// Whether the file was read and sets nothing at all: no content, only comments, or null.
    pub fn is_empty(&self) -> bool {
        self.source.as_ref().is_ok_and(|source| source.is_empty())
    }
}

impl App {
    /// The namespace it is deployed to in an environment.
    pub fn namespace(&self, environment: &str) -> String {
        self.namespace
            .as_deref()
            .unwrap_or("default")
            .replace(PLACEHOLDER, environment)
    }

    /// The name of its Helm release in an environment. Where the configuration gives none, it is the app's own, as far as
    /// Helm takes it: an app may be named after a directory.
    pub fn release(&self, environment: &str) -> String {
        match &self.release {
            Some(release) => release.replace(PLACEHOLDER, environment),
            None => release_name(&self.name),
        }
    }

    /// Its part of the configuration, when it is declared there.
    pub fn config<'a>(&self, workspace: &'a Workspace) -> Option<&'a AppConfig> {
        self.declared
            .and_then(|index| workspace.config.apps.get(index))
    }

    /// Where the configuration declares it; none for an app that was found.
    pub fn declaration(&self, workspace: &Workspace) -> Option<Location> {
        let source = workspace.config_source.as_ref()?;
        Some(Location::new(source, self.config(workspace)?.values.span))
    }

    /// What is wrong with its chart, when the configuration names one that is not there.
    pub fn chart_problem(&self, workspace: &Workspace) -> Option<Problem> {
        let source = workspace.config_source.as_ref()?;
        let chart = self.config(workspace)?.chart.as_ref()?;
        if workspace.root.join(&chart.value).exists() {
            return None;
        }
        let message = text!(
            "the chart `{}` of `{}` does not exist",
            Name(&chart.value),
            Name(&self.name)
        );
        Some(
            Problem::located(Location::new(source, chart.span), message)
                .help("give the directory or archive of the chart, relative to envlint.yaml"),
        )
    }

    /// For an app without a chart, the one that lies near its values files, when there is only one.
    pub fn chart_nearby<'w>(&self, workspace: &'w Workspace) -> Option<&'w str> {
        match (&self.chart, self.patterns.first()) {
            (None, Some(pattern)) => discover::chart_below(workspace.yaml_files(), pattern),
            _ => None,
        }
    }

    /// Reads its values files.
    pub fn load(&self, workspace: &Workspace) -> AppFiles {
        let read = |path: &str| {
            let source = Source::read(&workspace.root, path).map(Arc::new)?;
            workspace.learn_marked(self, &source);
            Ok(source)
        };
        let values = self
            .values
            .iter()
            .map(|(environment, path)| {
                ValuesFile::new(environment.clone(), path.clone(), read(path))
            })
            .collect();
        AppFiles {
            values,
            neighbours: neighbours::of(workspace, &self.patterns),
        }
    }
}

/// The longest name that Helm takes for a release (`pkg/chart/v2/util/validate_name.go`).
const LONGEST_RELEASE: usize = 53;

/// A name in the letters of a release: lower case, digits and dashes.
fn release_name(name: &str) -> String {
    let letters: String = name
        .chars()
        .map(|char| char.to_ascii_lowercase())
        .map(|char| match char {
            'a'..='z' | '0'..='9' => char,
            _ => '-',
        })
        .take(LONGEST_RELEASE)
        .collect();
    match letters.trim_matches('-') {
        "" => "release-name".to_owned(),
        letters => letters.to_owned(),
    }
}

/// The apps that a configuration declares.
pub(super) fn declared(
    workspace: &Workspace,
    source: &Arc<Source>,
) -> Result<Vec<App>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut apps: Vec<App> = Vec::new();
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    for (index, config) in workspace.config.apps.iter().enumerate() {
        problems.extend(form_problems(config, source));
        if let Some(first) = names.insert(&config.name.value, config.name.span) {
            let message = text!("two apps have the name `{}`", Name(&config.name.value));
            problems.push(
                Problem::located(Location::new(source, config.name.span), message)
                    .note(Location::new(source, first), "the other one")
                    .help("rename one: findings, promotions and `--app` tell apps apart by name"),
            );
        }
        apps.push(App {
            name: config.name.value.as_str().into(),
            chart: config
                .chart
                .as_ref()
                .map(|chart| chart.value.trim_end_matches('/').to_owned()),
            values: values_of(workspace, config),
            patterns: vec![config.values.value.clone()],
            schema: config.schema.clone(),
            declared: Some(index),
            namespace: config
                .namespace
                .as_ref()
                .map(|namespace| namespace.value.clone()),
            release: config.release.as_ref().map(|release| release.value.clone()),
        });
    }
    if problems.is_empty() {
        Ok(apps)
    } else {
        Err(problems)
    }
}

/// The values file of every environment of the workspace.
fn values_of(workspace: &Workspace, config: &AppConfig) -> Vec<(Environment, String)> {
    let path_of = |environment: &str| config.values.value.replace(PLACEHOLDER, environment);
    workspace
        .environments
        .iter()
        .map(|environment| (environment.clone(), path_of(&environment.name)))
        .collect()
}

fn form_problems(config: &AppConfig, source: &Arc<Source>) -> Vec<Problem> {
    let at = |span| Location::new(source, span);
    let mut problems = Vec::new();
    if config.name.value.trim().is_empty() {
        problems.push(
            Problem::located(at(config.name.span), "the app has an empty name")
                .help("give it the name people call it by"),
        );
    }
    if !config.values.value.contains(PLACEHOLDER) {
        let message = text!(
            "`values: {}` names one file for all environments",
            Name(&config.values.value)
        );
        problems.push(Problem::located(at(config.values.span), message).help(
            "put `{env}` where the environment's name stands: `environments/{env}/values.yaml`",
        ));
    }
    let paths = [
        Some(&config.values),
        config.chart.as_ref(),
        config.schema.as_ref(),
    ];
    for path in paths.into_iter().flatten() {
        if leaves_root(&path.value) {
            let message = text!("`{}` leads out of the workspace", Name(&path.value));
            problems.push(
                Problem::located(at(path.span), message)
                    .help("give a path below the directory of envlint.yaml, without `..`"),
            );
        }
    }
    let templates = [
        Some(&config.values),
        config.namespace.as_ref(),
        config.release.as_ref(),
    ];
    for template in templates.into_iter().flatten() {
        if let Some(name) = unknown_placeholder(&template.value) {
            let near = nearest(name, ["env", "environment"]).map(|_| PLACEHOLDER);
            problems.push(
                Problem::located(
                    at(template.span),
                    text!("`{{{}}}` is not known", Name(name)),
                )
                .suggest_or(near, "`{env}`, the environment's name, is the only one"),
            );
        }
    }
    problems
}

fn leaves_root(path: &str) -> bool {
    use std::path::{Component, Path};
    Path::new(path)
        .components()
        .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
}

fn unknown_placeholder(text: &str) -> Option<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .find(|name| *name != "env")
}

/// The apps that discovery met.
pub(super) fn found(
    apps: Vec<FoundApp>,
    environments: &[Environment],
    root_name: &str,
) -> Vec<App> {
    let mut used = BTreeSet::new();
    apps.into_iter()
        .map(|app| {
            let mut values: Vec<(Environment, String)> = Vec::new();
            let mut patterns = Vec::new();
            for environment in environments {
                let Some((name, path)) = app
                    .values
                    .iter()
                    .find(|(name, _)| *name == *environment.name)
                else {
                    continue;
                };
                patterns.push(pattern_of(&app.directory, path, name));
                values.push((environment.clone(), path.clone()));
            }
            patterns.dedup();
            App {
                name: unique_name(&app, root_name, &mut used),
                chart: app.chart,
                values,
                patterns,
                schema: None,
                declared: None,
                namespace: None,
                release: None,
            }
        })
        .collect()
}

/// The found file's path with the environment's name put back as `{env}`: its last part below the app's directory.
fn pattern_of(directory: &str, path: &str, environment: &str) -> String {
    let (fixed, rest) = path.split_at(directory.len());
    match rest.rfind(environment) {
        Some(at) => format!(
            "{fixed}{}{PLACEHOLDER}{}",
            &rest[..at],
            &rest[at + environment.len()..]
        ),
        None => path.to_owned(),
    }
}

/// The last part of the app's directory, or the whole of it when two apps would have one name.
fn unique_name(app: &FoundApp, root_name: &str, used: &mut BTreeSet<String>) -> Arc<str> {
    let directory = if app.directory.is_empty() {
        root_name
    } else {
        &app.directory
    };
    let short = directory.rsplit('/').next().unwrap_or(directory);
    let name = if used.contains(short) {
        directory
    } else {
        short
    };
    used.insert(name.to_owned());
    Arc::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_in_letters_that_helm_takes() {
        for (name, release) in [
            ("shop", "shop"),
            ("apps/Web_UI", "apps-web-ui"),
            (".shop.", "shop"),
            ("Größe", "gr--e"),
            ("-", "release-name"),
        ] {
            assert_eq!(release_name(name), release, "{name}");
        }
        assert_eq!(release_name(&"a".repeat(60)).len(), LONGEST_RELEASE);
    }
}
