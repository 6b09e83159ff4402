//! Steps of CircleCI's orb for helm, with the parameters that workflows give to their jobs.
//!
//! <https://circleci.com/developer/orbs/orb/circleci/helm#commands-upgrade-helm-chart>

use std::collections::BTreeMap;

use envlint_yaml::{Mapping, Node};

use super::{Asked, Task};
use crate::evidence::nodes::{at, items, text};
use crate::masking::{ObjectName, text as said_text};

/// Steps in steps (`when:`) are not looked for deeper than this.
const DEEPEST: usize = 10;
/// More calls of one job are not looked at.
const MOST: usize = 100;

/// What a job is called with.
type Parameters = BTreeMap<String, String>;

/// Adds the steps of all jobs, once for each workflow that runs the job.
pub(super) fn add(root: &Node, found: &mut Vec<Task>) {
    let jobs = at(root, &["jobs"]).and_then(Node::as_mapping);
    for (name, job) in jobs.into_iter().flat_map(Mapping::iter) {
        let mut steps = Vec::new();
        add_steps(job, 0, &mut steps);
        if steps.is_empty() {
            continue;
        }
        let defaults = defaults_of(job);
        let mut calls = calls_of(root, name.text());
        if calls.is_empty() {
            calls.push(Parameters::new());
        }
        for call in calls.iter().take(MOST) {
            let mut parameters = defaults.clone();
            parameters.extend(call.clone());
            for (kind, step, settings) in &steps {
                found.extend(asked(settings, &parameters).map(|asked| Task {
                    at: step.span().start,
                    line: asked.line(),
                    words: Some(said_text!("a step with `{}`", ObjectName(kind))),
                    ..Task::default()
                }));
            }
        }
    }
}

/// The steps that deploy a chart: the orb may have any name here.
fn add_steps<'n>(node: &'n Node, depth: usize, found: &mut Vec<(&'n str, &'n Node, &'n Mapping)>) {
    if depth > DEEPEST {
        return;
    }
    for (key, value) in node.as_mapping().into_iter().flat_map(Mapping::iter) {
        let name = key.text();
        // Version 3 of the orb has underscores in all names.
        let plain = name.replace('_', "-");
        let is_step =
            plain.ends_with("/upgrade-helm-chart") || plain.ends_with("/install-helm-chart");
        match value.as_mapping() {
            Some(settings) if is_step => found.push((name, node, settings)),
            _ => add_steps(value, depth + 1, found),
        }
    }
    for item in node.as_sequence().unwrap_or_default() {
        add_steps(item, depth + 1, found);
    }
}

fn defaults_of(job: &Node) -> Parameters {
    let parameters = at(job, &["parameters"]).and_then(Node::as_mapping);
    let parameters = parameters.into_iter().flat_map(Mapping::iter);
    parameters
        .filter_map(|(name, node)| {
            let value = text(node, &["default"])?;
            Some((name.text().to_owned(), value.to_owned()))
        })
        .collect()
}

/// What workflows call a job with.
fn calls_of(root: &Node, job: &str) -> Vec<Parameters> {
    let workflows = at(root, &["workflows"]).and_then(Node::as_mapping);
    let workflows = workflows.into_iter().flat_map(Mapping::iter);
    let jobs = workflows.flat_map(|(_, workflow)| items(workflow, &["jobs"]));
    let calls = jobs.filter_map(|entry| at(entry, &[job])?.as_mapping());
    calls
        .map(|call| {
            let texts = call.iter().filter_map(|(name, value)| {
                let value = value.as_scalar()?.text();
                Some((name.text().to_owned(), value.to_owned()))
            });
            texts.collect()
        })
        .collect()
}

fn asked(settings: &Mapping, parameters: &Parameters) -> Option<Asked> {
    let of = |key: &str| {
        let value = settings
            .get(key)
            .or_else(|| settings.get(&key.replace('-', "_")));
        let value = value?.as_scalar()?.text();
        Some(filled(value, parameters)).filter(|value| !value.is_empty())
    };
    let listed = |key: &str| -> Vec<String> {
        let value = of(key).unwrap_or_default();
        let parts = value.split(',').map(|part| part.trim().to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    };
    let set = listed("values-to-override").into_iter();
    Some(Asked {
        verb: of("dry-run")
            .filter(|dry| dry == "true")
            .map(|_| "diff upgrade".to_owned()),
        release: of("release-name"),
        chart: of("chart")?,
        namespace: of("namespace"),
        version: of("version").or_else(|| of("chart-version")),
        files: listed("values"),
        given: set
            .filter_map(|part| Some(part.split_once('=')?.0.to_owned()))
            .collect(),
        ..Asked::default()
    })
}

/// A text with its parameters: `<< parameters.values >>`. Those that nothing gives are variables that nothing sets.
fn filled(text: &str, parameters: &Parameters) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("<<") {
        out += before;
        let Some((name, after)) = behind.split_once(">>") else {
            return out + behind;
        };
        let name = name.trim();
        let value = name
            .strip_prefix("parameters.")
            .and_then(|name| parameters.get(name));
        match value.filter(|value| !value.contains("<<")) {
            Some(value) => out += value,
            None => out += &format!("${{{}}}", name.replace(['.', '-', ' '], "_")),
        }
        rest = after;
    }
    out + rest
}
