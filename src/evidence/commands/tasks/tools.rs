//! Files of tools that deploy charts, by their names: DevSpace ([`devspace`]), Garden, Kluctl.
//!
//! <https://docs.garden.io/reference/action-types/deploy/helm>,
//! <https://kluctl.io/docs/kluctl/deployments/helm/>

use envlint_yaml::Node;

use super::{Asked, Task, devspace, texts};
use crate::evidence::files::{Files, directory_of, join};
use crate::evidence::nodes::{at, text};
use crate::masking::{ObjectName, text as said_text};

/// Adds what a file deploys, if it is one of these.
pub(super) fn add(path: &str, root: &Node, files: &Files<'_>, found: &mut Vec<Task>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with("devspace.") {
        devspace::add(root, found);
    } else if name.ends_with("garden.yml") || name.ends_with("garden.yaml") {
        garden(root, found);
    } else if matches!(name, "helm-chart.yaml" | "helm-chart.yml") {
        kluctl(path, root, files, found);
    }
}

pub(super) fn owned(node: &Node, keys: &[&str]) -> Option<String> {
    let text = text(node, keys).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

pub(super) fn of_repository(repository: Option<String>, chart: String) -> String {
    match repository {
        Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
        None => chart,
    }
}

pub(super) fn task(node: &Node, asked: &Asked, tool: &'static str) -> Task {
    let release = asked.release.as_deref().unwrap_or_default();
    Task {
        at: node.span().start,
        line: asked.line(),
        words: Some(said_text!(
            "the deployment `{}` of {}",
            ObjectName(release),
            tool
        )),
        is_of_folder: true,
        written: asked.written.clone(),
        ..Task::default()
    }
}

/// An action has its settings in `spec`, a module of older versions next to its type.
fn garden(root: &Node, found: &mut Vec<Task>) {
    if text(root, &["type"]) != Some("helm") {
        return;
    }
    let spec = at(root, &["spec"]).unwrap_or(root);
    // A part of the name of a file that Garden fills in is one of an environment as any variable is.
    let filled = |text: String| text.replace("${environment.name}", "${environment}");
    let of = |keys: &[&str]| owned(spec, keys).map(filled);
    let chart = [
        &["chart", "path"][..],
        &["chart", "name"],
        &["chartPath"],
        &["chart"],
    ];
    let chart = chart.iter().find_map(|keys| of(keys));
    let repository = of(&["chart", "repo"]).or_else(|| of(&["repo"]));
    let files = at(spec, &["valueFiles"]).map(texts).unwrap_or_default();
    let mut asked = Asked {
        release: of(&["releaseName"]).or_else(|| owned(root, &["name"])),
        // A chart lies next to the file, where nothing else is said.
        chart: of_repository(repository, chart.unwrap_or_else(|| ".".to_owned())),
        namespace: of(&["namespace"]),
        version: of(&["chart", "version"]).or_else(|| of(&["version"])),
        files: files.into_iter().map(filled).collect(),
        ..Asked::default()
    };
    if let Some(values) = at(spec, &["values"]) {
        asked.add_map(values, true);
    }
    found.push(task(root, &asked, "Garden"));
}

/// The values of a chart lie next to its file.
fn kluctl(path: &str, root: &Node, files: &Files<'_>, found: &mut Vec<Task>) {
    let Some(chart) = at(root, &["helmChart"]) else {
        return;
    };
    let name = owned(chart, &["chartName"]).or_else(|| owned(chart, &["path"]));
    let Some(name) = name else { return };
    let home = directory_of(path);
    let values = ["helm-values.yaml", "helm-values.yml"].iter();
    let values = values.filter(|file| files.is_file(&join(home, file)));
    let asked = Asked {
        release: owned(chart, &["releaseName"]),
        chart: of_repository(owned(chart, &["repo"]), name),
        namespace: owned(chart, &["namespace"]),
        version: owned(chart, &["chartVersion"]),
        files: values.map(|file| (*file).to_owned()).collect(),
        ..Asked::default()
    };
    found.push(task(chart, &asked, "Kluctl"));
}
