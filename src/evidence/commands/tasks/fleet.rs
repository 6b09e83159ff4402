//! Fleet of Rancher: a chart in a `fleet.yaml`, and what is different for some clusters. The others get it as it is.
//!
//! <https://fleet.rancher.io/ref-fleet-yaml>

use std::collections::BTreeSet;

use envlint_yaml::{Document, Node};

use super::objects::LABELS;
use super::{Asked, Task, texts};
use crate::evidence::files::Files;
use crate::evidence::nodes::{at, items, text};
use crate::masking::{ObjectName, Text, text as said_text};

/// More files of Fleet are not looked at for the clusters that they name.
const MOST: usize = 300;

/// Adds what a file deploys: once for each target that is different, and as it is for the clusters that only other files name.
pub(super) fn add(root: &Node, files: &Files<'_>, found: &mut Vec<Task>) {
    let Some(helm) = at(root, &["helm"]) else {
        return;
    };
    let base = |key: &str| of_any_case(root, key).map(str::to_owned);
    let mut asked = Asked {
        chart: ".".to_owned(),
        namespace: base("namespace").or_else(|| base("defaultNamespace")),
        ..Asked::default()
    };
    lay_over(&mut asked, helm);
    let is_open = |helm: &Node| !items(helm, &["valuesFrom"]).is_empty();
    let open =
        || -> Option<Text> { Some("values of the cluster (`valuesFrom`) are not known".into()) };
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut is_whole = true;
    let targets = targets(root);
    for target in &targets {
        let Some(name) = text(target, &["name"]) else {
            is_whole = false;
            continue;
        };
        match label(target) {
            Some(label) => drop(told.insert(label)),
            None => is_whole = false,
        }
        if at(target, &["doNotDeploy"]).and_then(Node::as_bool) == Some(true) {
            continue;
        }
        let mut asked = asked.clone();
        let own = ["namespace", "defaultNamespace"];
        let own = own.iter().find_map(|key| of_any_case(target, key));
        asked.namespace = own.map(str::to_owned).or(asked.namespace);
        let own = at(target, &["helm"]);
        if let Some(helm) = own {
            lay_over(&mut asked, helm);
        }
        found.push(Task {
            at: target.span().start,
            line: asked.line(),
            words: Some(said_text!("the target `{}` of Fleet", ObjectName(name))),
            target: Some(name.to_owned()),
            environment: label(target).map(|(_, value)| value.to_owned()),
            open: open().filter(|_| is_open(helm) || own.is_some_and(is_open)),
            written: asked.written,
            ..Task::default()
        });
    }
    let task = |environment: Option<String>| Task {
        at: helm.span().start,
        line: asked.line(),
        words: Some("a chart of Fleet".into()),
        environment,
        open: open().filter(|_| is_open(helm)),
        written: asked.written.clone(),
        ..Task::default()
    };
    if targets.is_empty() {
        found.push(task(None));
    } else if is_whole {
        let keys: BTreeSet<&str> = told.iter().map(|(key, _)| *key).collect();
        let others = named(files).into_iter().filter(|(key, value)| {
            keys.contains(key.as_str()) && !told.contains(&(key.as_str(), value.as_str()))
        });
        found.extend(others.map(|(_, value)| task(Some(value))));
    }
}

/// What is different for some clusters; `targets` is what it was called first.
fn targets(root: &Node) -> Vec<&Node> {
    let keys = ["targetCustomizations", "targets"];
    keys.iter().flat_map(|key| items(root, &[key])).collect()
}

/// The labels of clusters that all files of Fleet name.
fn named(files: &Files<'_>) -> BTreeSet<(String, String)> {
    let all = files.below("").iter();
    let all = all.filter(|path| path.ends_with("/fleet.yaml") || path.ends_with("/fleet.yml"));
    let texts = all.take(MOST).filter_map(|path| files.text(path));
    let mut found = BTreeSet::new();
    for document in texts.map(Document::parse) {
        let targets = document.documents().iter().flat_map(targets);
        let labels = targets.filter_map(label);
        found.extend(labels.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    found
}

/// The label that tells the environment of the clusters that a target selects.
/// <https://fleet.rancher.io/gitrepo-targets>
fn label(target: &Node) -> Option<(&'static str, &str)> {
    let mut labels = LABELS.iter().filter_map(|key| {
        let value = text(target, &["clusterSelector", "matchLabels", key])?;
        Some((*key, value))
    });
    labels.next()
}

/// The text at a key that Fleet reads in any case.
fn of_any_case<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    let mut entries = node.as_mapping()?.iter();
    let (_, value) = entries.find(|(known, _)| known.text().eq_ignore_ascii_case(key))?;
    Some(value.as_scalar()?.text())
}

/// What a target says comes over what is said for all; its values files come last. Values lie below all files (Fleet:
/// internal/bundlereader, `generateValues`).
fn lay_over(asked: &mut Asked, helm: &Node) {
    // What a template leaves empty is not said.
    let of = |key: &str| {
        let text = text(helm, &[key]).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    if let Some(chart) = of("chart") {
        asked.chart = match of("repo") {
            Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
            None => chart,
        };
    }
    asked.release = of("releaseName").or(asked.release.take());
    asked.version = of("version").or(asked.version.take());
    asked
        .files
        .extend(at(helm, &["valuesFiles"]).map(texts).unwrap_or_default());
    if let Some(values) = at(helm, &["values"]) {
        asked.add_map(values, false);
    }
}
