//! Apps that the configuration names without their values files: each is the app of that name that is found.

use std::sync::Arc;

use super::config::AppConfig;
use super::{App, Broken, Declared, Deployment, Refused, Workspace};
use crate::masking::{Name, Text, text};
use crate::source::{Location, Problem, Source, nearest};
use crate::values::Pattern;

/// How many apps a message names.
const MOST_NAMED: usize = 5;

/// The app that an entry leaves to be found, with what else the entry says of it.
///
/// # Errors
/// When no app of that name is found.
pub(super) fn app(
    workspace: &Workspace,
    index: usize,
    config: &AppConfig,
    source: &Arc<Source>,
) -> Result<App, Problem> {
    let name = &config.name.value;
    let found = found(workspace, name).ok_or_else(|| not_found(workspace, config, source))?;
    let chart = config.chart.as_ref();
    let chart = chart.map(|chart| chart.value.trim_end_matches('/').to_owned());
    let deployments = found.deployments.iter();
    Ok(App {
        name: Arc::clone(&found.name),
        deployments: deployments
            .filter_map(|known| deployment(workspace, config, chart.as_ref(), known))
            .collect(),
        patterns: found.patterns.clone(),
        schema: config.schema.clone(),
        declared: Some(Declared::Entry(index)),
        chart: chart.or_else(|| found.chart.clone()),
    })
}

/// The names of the environments that an app is found in.
pub(super) fn environments<'w>(
    workspace: &'w Workspace,
    name: &str,
) -> impl Iterator<Item = &'w str> {
    let deployments = found(workspace, name).into_iter();
    let deployments = deployments.flat_map(|app| &app.deployments);
    deployments.map(|known| &*known.environment.name)
}

/// What kustomizations name in vain, where any app is left to be found.
pub(super) fn broken(workspace: &Workspace) -> Vec<Broken> {
    let mut apps = workspace.config.apps.iter();
    let is_asked = apps.any(|app| app.values.is_none());
    let found = is_asked.then(|| workspace.without_declared()).flatten();
    found.map_or_else(Vec::new, |found| found.broken.clone())
}

/// Applications that Argo CD cannot deploy, where any app is left to be found.
pub(super) fn refused(workspace: &Workspace) -> Vec<Refused> {
    let mut apps = workspace.config.apps.iter();
    let is_asked = apps.any(|app| app.values.is_none());
    let found = is_asked.then(|| workspace.without_declared()).flatten();
    found.map_or_else(Vec::new, |found| found.refused.clone())
}

fn found<'w>(workspace: &'w Workspace, name: &str) -> Option<&'w App> {
    let mut apps = workspace.without_declared()?.apps.iter();
    apps.find(|app| *app.name == *name)
}

/// A deployment as it is found, in an environment of the workspace and with what the entry says of it; none where the
/// entry leaves it out.
fn deployment(
    workspace: &Workspace,
    config: &AppConfig,
    chart: Option<&String>,
    found: &Deployment,
) -> Option<Deployment> {
    let name = &found.environment.name;
    let wanted = config.environments.as_ref();
    if wanted.is_some_and(|wanted| wanted.iter().all(|other| *other.value != **name)) {
        return None;
    }
    let given = found.given.iter().cloned();
    let given = given.chain(config.given.iter().map(|given| given.value.clone()));
    let filled = |text: Option<&envlint_yaml::Spanned<String>>| {
        text.map(|text| text.value.replace(super::app::PLACEHOLDER, name))
    };
    Some(Deployment {
        environment: workspace.environment(name)?.clone(),
        chart: chart.or(found.chart.as_ref()).cloned(),
        given: given.collect::<Vec<Pattern>>().into(),
        release: filled(config.release.as_ref()).or_else(|| found.release.clone()),
        namespace: filled(config.namespace.as_ref()).or_else(|| found.namespace.clone()),
        ..found.clone()
    })
}

fn not_found(workspace: &Workspace, config: &AppConfig, source: &Arc<Source>) -> Problem {
    let name = &config.name;
    let found = workspace.without_declared().into_iter();
    let found: Vec<&str> = found
        .flat_map(|found| &found.apps)
        .map(|app| &*app.name)
        .collect();
    let message = text!(
        "`{}` has no `values:`, and envlint finds no app of that name",
        Name(&name.value)
    );
    let others = match found.is_empty() {
        true => Text::from(
            "give the path of its values files: `values: environments/{env}/values.yaml`",
        ),
        false => text!(
            "give the path of its values files (`values: environments/{{env}}/values.yaml`), or a name that is found: {}",
            Text::first(found.iter().map(|app| text!("`{}`", Name(app))), MOST_NAMED)
        ),
    };
    Problem::located(Location::new(source, name.span), message)
        .suggest_or(nearest(&name.value, found.iter().copied()), others)
}
