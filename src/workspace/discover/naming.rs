//! The name that a person would give an app.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use super::forms::yaml_stem;
use crate::naming::{
    around_values, environment_name, is_among, is_folder_of_environments, is_place,
    is_spelled_as_part,
};
use crate::source::{directory_of, remote_name};
use crate::workspace::app::PLACEHOLDER;

/// Names of folders and files that say how something is deployed.
const TOOLS: [&str; 28] = [
    "helm",
    "chart",
    "charts",
    "helm-chart",
    "helm-charts",
    "helmchart",
    "helmcharts",
    "helm_chart",
    "helm_charts",
    "helm_deploy",
    "helm-deploy",
    "helmfile",
    "helmfiles",
    "helmfile.d",
    "values",
    "value",
    "deploy",
    "deploys",
    "deployment",
    "deployments",
    "deployment-config",
    "k8s",
    "k8",
    "kube",
    "kubernetes",
    "kustomize",
    "manifests",
    "manifest",
];

/// Names of folders and files that say what kind of thing lies there, and not what for.
const GENERIC: [&str; 33] = [
    "pipeline",
    "pipelines",
    "infra",
    "infrastructure",
    "gitops",
    "argocd",
    "argo",
    "argo-cd",
    "flux",
    "apps",
    "app",
    "applications",
    "application",
    "services",
    "service",
    "releases",
    "release",
    "src",
    "ci",
    "cd",
    "cicd",
    "ops",
    "devops",
    "config",
    "configs",
    "configuration",
    "projects",
    "base",
    "bases",
    "common",
    "conf",
    "main",
    "all",
];

/// Whether a word says how something is deployed, and nothing of what.
pub(crate) fn is_of_tools(word: &str) -> bool {
    is_among(&TOOLS, word.trim_start_matches(['.', '_']))
}

/// Whether a word names the thing itself: not its kind, its environment or its place.
pub(crate) fn is_telling(word: &str) -> bool {
    let word = word.trim_start_matches(['.', '_']);
    !word.is_empty()
        && !word.contains('{')
        && !is_among(&TOOLS, word)
        && !is_among(&GENERIC, word)
        && !is_folder_of_environments(word)
        && !is_spelled_as_part(word)
        && !is_place(word)
        && environment_name(word).is_none_or(|told| !told.place.is_empty())
}

/// What a repository is called: at its remote, else its folder.
pub(crate) fn repository_name(root: &Path) -> String {
    let folder = root.file_name();
    remote_name(root)
        .or_else(|| folder.map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "app".to_owned())
}

/// The name of the app whose values files have a pattern: the nearest telling word of the path. None where there is none.
pub(crate) fn app_name(pattern: &str) -> Option<String> {
    let (stem, _) = yaml_stem(pattern)?;
    let (directory, file) = stem.rsplit_once('/').unwrap_or(("", stem));
    let of_file = match around_values(file) {
        Some((before, after)) => [before, after],
        None => [file, ""],
    };
    let (above, below) = match directory.rsplit_once(PLACEHOLDER) {
        // What stands beside the environment in one folder, `{env}_new`, is no folder below it.
        Some((above, behind)) => (above, behind.split_once('/').map_or("", |(_, below)| below)),
        None => (directory, ""),
    };
    // `shop-{env}/values.yaml`: what stands beside the environment tells the most.
    let beside = directory
        .split('/')
        .filter(|segment| segment.contains(PLACEHOLDER))
        .map(without_environment);
    let mut words = of_file
        .into_iter()
        .map(without_environment)
        .chain(folders(below))
        .chain(beside)
        .chain(folders(above));
    let name = words.find(|word| is_telling(word));
    name.map(Cow::into_owned)
}

/// The names of folders that are no placeholders, the deepest first.
fn folders(path: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let folders = path.split('/').rev();
    let folders = folders.filter(|folder| !folder.contains('{'));
    folders.map(|folder| Cow::Borrowed(folder.trim_start_matches('.')))
}

/// The folder that an app lies in which is called as an environment is, where folders next to it hold others of the same form:
/// `deployments/dev/config/{env}.yaml` next to `deployments/shop/config/{env}.yaml`.
pub(crate) fn folder_among(pattern: &str, patterns: &BTreeSet<&str>) -> Option<String> {
    let fixed = pattern.split(PLACEHOLDER).next()?;
    let mut at = 0;
    let folders = directory_of(fixed).split('/').map(|folder| {
        let start = at;
        at += folder.len() + 1;
        (start, folder)
    });
    let is_it = |(start, folder): &(usize, &str)| {
        let before = pattern.get(..*start).unwrap_or_default();
        let after = pattern.get(start + folder.len()..).unwrap_or_default();
        let next = patterns
            .range(before..)
            .take_while(|other| other.starts_with(before));
        let is_beside = |other: &&str| {
            let between = other
                .get(before.len()..)
                .and_then(|rest| rest.strip_suffix(after));
            between.is_some_and(|name| !name.contains('/') && is_telling(name))
        };
        let is_nearest = || app_name(after.trim_start_matches('/')).is_none();
        environment_name(folder).is_some() && is_nearest() && next.take(MOST_BESIDE).any(is_beside)
    };
    let found: Vec<(usize, &str)> = folders.collect();
    found
        .into_iter()
        .rev()
        .find(is_it)
        .map(|(_, folder)| folder.to_owned())
}

/// More apps next to one are not looked at.
const MOST_BESIDE: usize = 100;

/// What is left of a name when the environment is taken out.
fn without_environment(name: &str) -> Cow<'_, str> {
    let separators = ['-', '_', '.'];
    let pieces = name
        .split(PLACEHOLDER)
        .map(|piece| piece.trim_matches(separators));
    let mut pieces = pieces.filter(|piece| !piece.is_empty());
    let first = pieces.next().unwrap_or_default();
    pieces.fold(Cow::Borrowed(first), |name, piece| {
        Cow::Owned(format!("{name}-{piece}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_a_person_would_give() {
        for (pattern, name) in [
            ("apps/shop/values-{env}.yaml", Some("shop")),
            ("shop/helm/values-{env}.yaml", Some("shop")),
            ("clusters/{env}/shop/values.yaml", Some("shop")),
            ("envs/{env}/shop.yaml", Some("shop")),
            ("envs/{env}/shop-values.yaml", Some("shop")),
            (
                "services/web/deploy/environments/{env}/values.yaml",
                Some("web"),
            ),
            ("shop-{env}/values.yaml", Some("shop")),
            ("deploy/{env}_shop/values.yaml", Some("shop")),
            ("values/{env}/all.yaml", None),
            ("monitoring/tempo-values-{env}.yaml", Some("tempo")),
            ("values/shop.{env}.yaml", Some("shop")),
            (".helm/values-{env}.yaml", None),
            ("helm_deploy/values-{env}.yaml", None),
            ("values-{env}.yaml", None),
            ("environments/{env}/values.yaml", None),
            ("deploy/{env}/eu/values.yaml", None),
        ] {
            assert_eq!(app_name(pattern).as_deref(), name, "{pattern}");
        }
    }
}
