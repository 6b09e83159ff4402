//! Apps, put together from families: the values files of each, the parts that lie next to them, and the chart above.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::family::{Family, is_part_of_values};
use crate::naming::is_folder_of_environments;
use crate::source::{ancestors, directory_of, join};
use crate::workspace::app::PLACEHOLDER;

/// An app that was found: the directory it belongs to and the values files in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FoundApp {
    /// The directory, relative to the workspace's root, with `/`; empty for the root itself.
    pub directory: String,
    /// The directory of the chart at or above it, if there is one.
    pub chart: Option<String>,
    /// The values file of each environment.
    pub values: Vec<FoundFile>,
    /// Other files of an environment's values: `secrets-prod.yaml`.
    pub parts: Vec<FoundFile>,
    /// What its values files have in common: a path with `{env}`.
    pub pattern: String,
    /// What lies below the values of all environments: `values.yaml` next to `values.{env}.yaml`, where no chart is.
    pub base: Option<String>,
}

/// A file that tells its environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FoundFile {
    /// The environment, as the path has it.
    pub environment: String,
    /// The file, relative to the root.
    pub path: String,
    /// The path with `{env}` for the environment.
    pub pattern: String,
}

impl FoundApp {
    /// All its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FoundFile> {
        self.values.iter().chain(&self.parts)
    }

    /// Finds what lies below the values of all environments, where the names of the files say so.
    pub(crate) fn find_base(&mut self, is_file: &dyn Fn(&str) -> bool) {
        let (directory, file) = self.pattern.rsplit_once('/').unwrap_or(("", &self.pattern));
        let is_variant = ["values-{env}.y", "values.{env}.y", "values_{env}.y"]
            .iter()
            .any(|start| file.starts_with(start));
        let ending = file.rsplit('.').next().unwrap_or_default();
        let base = join(directory, &format!("values.{ending}"));
        let is_base = is_variant
            && !directory.contains('{')
            && is_file(&base)
            && !is_file(&join(directory, "Chart.yaml"));
        self.base = is_base.then_some(base);
    }

    /// The values file of an environment.
    pub(crate) fn file_of(&self, environment: &str) -> Option<&FoundFile> {
        self.values
            .iter()
            .find(|file| file.environment == environment)
    }
}

/// The directory of an app, of that of its environments: what holds nothing but environments is no app.
pub(super) fn home_of(directory: &str) -> &str {
    let mut directory = directory;
    loop {
        let (above, folder) = directory.rsplit_once('/').unwrap_or(("", directory));
        if folder.is_empty() || !is_folder_of_environments(folder) {
            return directory;
        }
        directory = above;
    }
}

/// The apps of families, and the parts of an environment's values that belong to none of those that lie next to them.
pub(super) fn apps(
    families: BTreeMap<String, Family>,
    charts: &BTreeSet<&str>,
) -> (Vec<FoundApp>, Vec<FoundFile>) {
    let (parts, whole): (Vec<_>, Vec<_>) = families
        .into_iter()
        .partition(|(pattern, _)| is_part_of_values(pattern));
    let mut apps: Vec<FoundApp> = Vec::new();
    let mut alike: HashMap<(String, Option<String>), Vec<usize>> = HashMap::new();
    for (pattern, family) in whole {
        let fixed = pattern.split(PLACEHOLDER).next().unwrap_or_default();
        let directory = home_of(directory_of(fixed));
        let values: Vec<FoundFile> = family.files(&pattern);
        let name = super::app_name(&pattern);
        let near = alike
            .entry((directory.to_owned(), name.clone()))
            .or_default();
        let same = near.iter().copied().find(|index| {
            apps.get(*index).is_some_and(|app| {
                let is_new = |file: &FoundFile| app.file_of(&file.environment).is_none();
                values.iter().all(is_new)
            })
        });
        match same.and_then(|index| apps.get_mut(index)) {
            Some(app) => app.values.extend(values),
            None => {
                near.push(apps.len());
                apps.push(FoundApp {
                    chart: chart_above(directory, &pattern, name.as_deref(), charts),
                    directory: directory.to_owned(),
                    values,
                    parts: Vec::new(),
                    pattern,
                    base: None,
                });
            }
        }
    }
    let mut by_place: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, app) in apps.iter().enumerate().filter(|_| !parts.is_empty()) {
        for place in [directory_of(&app.pattern), app.directory.as_str()] {
            let near = by_place.entry(place.to_owned()).or_default();
            if near.last() != Some(&index) {
                near.push(index);
            }
        }
    }
    let mut lonely = Vec::new();
    for (pattern, family) in parts {
        lonely.extend(attach(&pattern, family, &by_place, &mut apps));
    }
    for app in &mut apps {
        app.values.sort();
    }
    (apps, lonely)
}

/// The nearest chart at or above an app's files; where a chart of the app's name lies in that one's folder, it is meant.
fn chart_above(
    directory: &str,
    pattern: &str,
    name: Option<&str>,
    charts: &BTreeSet<&str>,
) -> Option<String> {
    let files = directory_of(pattern);
    let deepest = if files.contains('{') {
        directory
    } else {
        files
    };
    let mut above = ancestors(deepest);
    let chart = above.find(|above| charts.contains(above))?;
    let named = name.map(|name| join(chart, name));
    let named = named.filter(|named| charts.contains(named.as_str()));
    Some(named.unwrap_or_else(|| chart.to_owned()))
}

/// Parts of an environment's values belong to the one app whose files lie there, or in the directory above: `secrets-prod.yaml`
/// next to `values-prod.yaml` is laid over it wherever a repository says what it does with the two, and one that is no values
/// at all is an object of Kubernetes, which is told by its text. Those that belong to none are given back.
fn attach(
    pattern: &str,
    family: Family,
    by_place: &HashMap<String, Vec<usize>>,
    apps: &mut [FoundApp],
) -> Vec<FoundFile> {
    let place = directory_of(pattern);
    let at = |place: &str| by_place.get(place).map_or(&[][..], Vec::as_slice);
    let near = match at(place) {
        [] => at(directory_of(place)),
        near => near,
    };
    if near.is_empty() {
        return Vec::new();
    }
    let only = match near {
        [only] => apps.get_mut(*only),
        _ => None,
    };
    let files = family.files(pattern);
    let Some(app) = only else { return files };
    let (parts, lonely) = files
        .into_iter()
        .partition(|file| app.file_of(&file.environment).is_some());
    app.parts.extend::<Vec<FoundFile>>(parts);
    lonely
}
