//! `--changed-since`: the apps whose files are not as they were in a revision.

use std::collections::HashSet;

use super::select::owns;
use crate::check::Reach;
use crate::git::{Revision, changed_since};
use crate::source::{Problem, is_yaml};
use crate::workspace::{App, Workspace};

/// The apps that own a file which changed since the revision; all apps when the configuration or a schema did, since
/// every app is held to them; and what changed of the rest. New files may only be those that git tracks.
///
/// # Errors
/// When the revision does not exist, or git cannot be run.
pub(super) fn apps<'w>(
    workspace: &'w Workspace,
    revision: &str,
    is_tracked: bool,
) -> Result<(Vec<&'w App>, Reach), Problem> {
    let revision = Revision::resolve(&workspace.root, revision)?;
    let changed = changed_since(&revision, is_tracked, concerns(workspace))?;
    let is_changed = |path: &str| changed.iter().any(|changed| changed == path);
    let config = workspace.config_source.as_ref();
    let concerns_all = config.is_some_and(|source| is_changed(&source.path))
        || general_schemas(workspace).any(|schema| {
            let directory = format!("{}/", schema.trim_end_matches('/'));
            let mut changed = changed.iter();
            changed.any(|path| path == schema || path.starts_with(&directory))
        });
    let apps = workspace
        .apps
        .iter()
        .filter(|app| {
            concerns_all
                || app
                    .schema
                    .as_ref()
                    .is_some_and(|schema| is_changed(&schema.value))
                || changed
                    .iter()
                    .any(|path| owns(app, path) || is_named_like(app, path))
        })
        .collect();
    Ok((apps, Reach::Below(changed)))
}

/// The schemas that the configuration names for all apps.
fn general_schemas(workspace: &Workspace) -> impl Iterator<Item = &str> {
    let schemas = &workspace.config.schemas;
    let all = schemas.values.iter().chain(&schemas.crds);
    all.map(|schema| schema.value.trim_start_matches("./"))
}

/// Tells the files that can make a check differ: YAML, what becomes YAML, what the configuration names, what says what is
/// deployed, and all that lies in a chart.
fn concerns(workspace: &Workspace) -> impl Fn(&str) -> bool + Sync {
    let apps = &workspace.apps;
    let deployments = apps.iter().flat_map(|app| &app.deployments);
    let layers = deployments.flat_map(|deployment| {
        let layers = deployment.layers().map(|layer| layer.path.as_str());
        layers.chain([deployment.own.path()])
    });
    let schemas = apps.iter().filter_map(|app| app.schema.as_ref());
    let deployments = apps.iter().flat_map(|app| &app.deployments);
    let evidence = deployments.flat_map(|deployment| &deployment.evidence);
    let missing = workspace.missing().iter().map(|missing| &missing.evidence);
    let files: HashSet<&str> = layers
        .chain(schemas.map(|schema| schema.value.as_str()))
        .chain(general_schemas(workspace))
        .chain(evidence.chain(missing).map(|place| place.file.as_str()))
        .chain(workspace.broken.iter().map(|broken| broken.file.as_str()))
        .chain(workspace.unread().iter().map(|unread| unread.file.as_str()))
        .collect();
    let charts: HashSet<&str> = apps.iter().flat_map(App::charts).collect();
    move |path| {
        let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
        is_yaml(path)
            || path.ends_with(".gotmpl")
            || path.ends_with(".tpl")
            || files.contains(path)
            || charts.contains("")
            || charts.contains(path)
            || above.any(|directory| charts.contains(directory))
    }
}

/// Whether a file has the name that the app's values file of some environment would have: one that was deleted belongs
/// to the app, and so does one of an environment that nobody knows yet.
fn is_named_like(app: &App, path: &str) -> bool {
    app.patterns.iter().any(|pattern| {
        let (before, after) = pattern.split_once("{env}").unwrap_or((pattern, ""));
        let after = after.rsplit("{env}").next().unwrap_or(after);
        path.len() > before.len() + after.len() && path.starts_with(before) && path.ends_with(after)
    })
}
