//! The apps that discovery met, with a name each.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::app::{App, PLACEHOLDER};
use super::deployment::Deployment;
use super::discover::FoundApp;
use super::{Environment, environment};

/// The environments that discovery met, in promotion order.
pub(super) fn environments(apps: &[FoundApp]) -> Vec<Environment> {
    let names = apps.iter().flat_map(|app| &app.values);
    environment::in_order(names.map(|(name, _)| name.as_str()))
}

/// The apps that discovery met.
pub(super) fn apps(apps: Vec<FoundApp>, environments: &[Environment], root_name: &str) -> Vec<App> {
    let mut used = BTreeSet::new();
    apps.into_iter()
        .map(|app| {
            let mut deployments: Vec<Deployment> = Vec::new();
            let mut patterns = Vec::new();
            for environment in environments {
                let Some((name, path)) = app
                    .values
                    .iter()
                    .find(|(name, _)| environment.names().any(|known| known == name))
                else {
                    continue;
                };
                patterns.push(pattern_of(&app.directory, path, name));
                deployments.push(Deployment::new(environment.clone(), path.clone()));
            }
            patterns.dedup();
            App {
                name: unique_name(&app, root_name, &mut used),
                chart: app.chart,
                deployments,
                patterns,
                schema: None,
                declared: None,
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
