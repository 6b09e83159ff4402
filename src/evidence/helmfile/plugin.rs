//! Applications of Argo CD that run helmfile by a plugin: which helmfile, for which environment.
//!
//! <https://argo-cd.readthedocs.io/en/stable/operator-manual/config-management-plugins/>,
//! <https://github.com/travisghansen/argo-cd-helmfile>

use std::sync::Arc;

use envlint_yaml::Node;

use super::inner::helmfiles_at;
use super::runs::{Command, Run};
use crate::evidence::claim::Evidence;
use crate::evidence::files::{Files, normal};
use crate::evidence::nodes::{at, is_kind, items, text};
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source};

/// Variables of plugins that name the environment.
const ENVIRONMENTS: [&str; 7] = [
    "HELMFILE_ENVIRONMENT",
    "HELMFILE_ENV",
    "HELMFILE_ENV_NAME",
    "ENVIRONMENT_NAME",
    "ENVIRONMENT",
    "ENV_NAME",
    "ENV",
];
/// Variables that name the helmfile, or its directory.
const FILES: [&str; 3] = ["HELMFILE_FILE", "HELMFILE_FILE_PATH", "HELMFILE_PATH"];
/// Those that have options of the command line.
const OPTIONS: &str = "HELMFILE_GLOBAL_OPTIONS";

/// What Applications run.
pub(super) fn runs(applications: &[Arc<Source>], files: &Files<'_>) -> Vec<Run> {
    let mut found = Vec::new();
    for source in applications {
        for object in source.document.documents() {
            if !is_kind(object, "argoproj.io/", "Application") {
                continue;
            }
            let single = at(object, &["spec", "source"]).into_iter();
            for node in single.chain(items(object, &["spec", "sources"])) {
                found.extend(of_source(source, object, node, files));
            }
        }
    }
    found
}

/// What one source of an Application runs.
fn of_source(source: &Arc<Source>, object: &Node, node: &Node, files: &Files<'_>) -> Vec<Run> {
    let variables = items(node, &["plugin", "env"]);
    let plugin = text(node, &["plugin", "name"]).unwrap_or_default();
    let is_one = plugin.contains("helmfile")
        || variables.iter().any(|variable| {
            text(variable, &["name"]).is_some_and(|name| name.starts_with("HELMFILE_"))
        });
    let repository = text(node, &["repoURL"]).unwrap_or_default();
    let is_here = files.is_own(repository) || !files.has_address();
    let directory = text(node, &["path"]).and_then(|path| files.of_repository(path));
    let Some(directory) = directory.filter(|_| is_one && is_here) else {
        return Vec::new();
    };
    let value = |wanted: &str| {
        let mut named = variables.iter();
        let found = named.find(|variable| text(variable, &["name"]) == Some(wanted))?;
        text(found, &["value"])
    };
    let by_option = || {
        let mut words = value(OPTIONS)?.split_whitespace();
        words.find(|word| matches!(*word, "-e" | "--environment"))?;
        words.next()
    };
    let named = ENVIRONMENTS.iter().find_map(|name| value(name));
    let environment = named.or_else(by_option).map(str::to_owned);
    let place = at(object, &["metadata", "name"]).map_or(object.span(), Node::span);
    let name = text(object, &["metadata", "name"]).unwrap_or_default();
    let words = said_text!(
        "the Application `{}`, which runs helmfile",
        ObjectName(name)
    );
    let by = Command::of(Evidence::at(&Location::new(source, place), words));
    let file = FILES.iter().find_map(|name| value(name));
    let wanted = file.map_or_else(
        || vec!["helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.d"],
        |file| vec![file],
    );
    let paths = wanted.iter().filter_map(|path| normal(&directory, path));
    let mut found = paths.map(|path| helmfiles_at(&path, files));
    let helmfiles = found.find(|found| !found.is_empty()).unwrap_or_default();
    let run = |helmfile: String| Run {
        helmfile,
        is_open: false,
        environment: environment.clone(),
        values: Vec::new(),
        deploys: true,
        by: by.clone(),
    };
    helmfiles.into_iter().map(run).collect()
}
