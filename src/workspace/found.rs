//! The apps that the names of files tell, with a name and a chart each.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Environment;
use super::app::{App, PLACEHOLDER};
use super::deployment::{Deployment, Own};
use super::discover::{self, FoundApp, FoundFile, is_of_tools, is_telling};
use super::fitting::Fitting;
use crate::evidence::{Evidence, LayerPath};
use crate::naming::environment_name;
use crate::source::{directory_of, join};

/// The apps that the files tell.
pub(super) fn apps(
    apps: Vec<FoundApp>,
    environments: &[Environment],
    root_name: &str,
    used: &mut BTreeSet<String>,
    fitting: &Fitting<'_>,
) -> Vec<App> {
    // Next to what evidence tells, the app that names tell is not the only one.
    let alone = apps.len() == 1 && used.is_empty();
    let patterns: Vec<String> = apps.iter().map(|app| app.pattern.clone()).collect();
    let patterns: BTreeSet<&str> = patterns.iter().map(String::as_str).collect();
    apps.into_iter()
        .map(|app| {
            let told = discover::folder_among(&app.pattern, &patterns)
                .or_else(|| discover::app_name(&app.pattern));
            let first = app.values.first().map_or("", |file| file.path.as_str());
            // `helm/dev/Chart.yaml` next to `helm/dev/values.yaml`: a chart for each environment.
            let mut folders = app.values.iter().map(|file| directory_of(&file.path));
            let is_folder = |folder: &str| folder.contains(PLACEHOLDER);
            let has_own = is_folder(directory_of(&app.pattern))
                && folders.clone().all(|folder| fitting.is_chart(folder));
            let first_own = folders.next().filter(|_| has_own).map(str::to_owned);
            let beside = match &app.chart {
                Some(_) => None,
                None if has_own => None,
                None => fitting.chart(&app.directory, told.as_deref(), first, alone),
            };
            let chart = app.chart.clone().or_else(|| beside.clone());
            let name = told
                .or_else(|| {
                    let chart = first_own.as_deref().or(chart.as_deref())?;
                    fitting.name(chart).filter(|name| is_telling(name))
                })
                .or_else(|| {
                    // Several apps of one repository are not all called after it: `infrastructure`, `argocd`.
                    let chart = chart.as_deref().filter(|_| !alone)?;
                    let name = fitting.name(chart)?;
                    (!is_of_tools(&name) && environment_name(&name).is_none()).then_some(name)
                })
                .unwrap_or_else(|| root_name.to_owned());
            let name = unique_name(&name, &app, used);
            let mut patterns = Vec::new();
            let deployments = environments
                .iter()
                .filter_map(|environment| {
                    let file = environment.names().find_map(|name| app.file_of(name))?;
                    patterns.extend(pattern_of(file));
                    let own = has_own.then(|| directory_of(&file.path));
                    Some(deployment(
                        &app,
                        environment,
                        file,
                        own.or(chart.as_deref()),
                        beside.as_deref(),
                    ))
                })
                .collect();
            patterns.dedup();
            App {
                name,
                // A chart that is one environment's only is not the app's.
                chart: chart.filter(|_| !has_own),
                deployments,
                patterns,
                schema: None,
                declared: None,
            }
        })
        .collect()
}

fn deployment(
    app: &FoundApp,
    environment: &Environment,
    file: &FoundFile,
    chart: Option<&str>,
    beside: Option<&str>,
) -> Deployment {
    let own = Evidence::of_file(&file.path, "the path of the file tells the environment");
    let near = |chart: &str| {
        let file = join(chart, "Chart.yaml");
        Evidence::of_file(file, "the chart next to the values")
    };
    let parts = app
        .parts
        .iter()
        .filter(|part| part.environment == file.environment);
    Deployment {
        below: app.base.iter().map(LayerPath::file).collect(),
        above: parts.map(|part| LayerPath::file(&part.path)).collect(),
        chart: chart.map(|chart| if chart.is_empty() { "." } else { chart }.to_owned()),
        evidence: std::iter::once(own).chain(beside.map(near)).collect(),
        ..Deployment::new(environment.clone(), Own::file(&file.path))
    }
}

/// The file's pattern, where the environment's name in it gives the path.
fn pattern_of(file: &FoundFile) -> Option<String> {
    let filled = file.pattern.replace(PLACEHOLDER, &file.environment);
    (filled == file.path).then(|| file.pattern.clone())
}

/// The name, or one with the folders above where two apps would have one name.
fn unique_name(name: &str, app: &FoundApp, used: &mut BTreeSet<String>) -> Arc<str> {
    let folders: Vec<&str> = app
        .directory
        .split('/')
        .filter(|folder| !folder.is_empty())
        .collect();
    let ends_with_name = folders.last() == Some(&name);
    let above = &folders[..folders.len() - usize::from(ends_with_name)];
    let longer = (1..=above.len()).map(|count| {
        let from = above.len() - count;
        format!("{}/{name}", above[from..].join("/"))
    });
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut candidates = std::iter::once(name.to_owned())
        .chain(longer)
        .chain(numbered);
    let free = candidates
        .find(|candidate| !used.contains(candidate))
        .unwrap_or_default();
    used.insert(free.clone());
    Arc::from(free)
}
