//! What each app brings to its namespaces, for findings about what is not there: another app may bring it, or a plain
//! manifest.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use envlint_budget::Budget;

use crate::manifests::{Brought, BroughtObject};
use crate::rules::{Absent, Finding, Wanted};
use crate::source::read_text;
use crate::workspace::{App, Workspace};

/// Whether an app brings what a finding misses to an environment, or may do so.
fn may_have(brought: &Brought, absent: &Absent) -> bool {
    let Some(objects) = &brought.objects else {
        return brought.namespace == absent.namespace;
    };
    let is_there = |object: &&BroughtObject| brought.namespace_of(object) == absent.namespace;
    let mut there = objects.iter().filter(is_there);
    match &absent.what {
        Wanted::Object { kind, name } => {
            there.any(|object| object.kind == *kind && object.name == *name)
                || kind == "Secret" && brought.makes_secret(&absent.namespace, name)
        }
        Wanted::Pods(selector) => there.any(|object| {
            let labels = object.pod_labels.as_ref();
            labels.is_some_and(|labels| selector.matches(labels))
        }),
        Wanted::Services(selector) => there.any(|object| {
            let labels = object.labels.as_ref();
            labels.is_some_and(|labels| selector.matches(labels))
        }),
    }
}

/// Leaves out findings about what another app of the namespace brings, or may bring.
pub(super) fn without_present(workspace: &Workspace, all: &[Brought], findings: &mut Vec<Finding>) {
    let mut brought: HashMap<&Arc<str>, Vec<&Brought>> = HashMap::new();
    for one in all {
        brought.entry(&one.app).or_default().push(one);
    }
    findings.retain(|finding| {
        let Some(absent) = &finding.absent else {
            return true;
        };
        let is_other = |app: &&App| Some(&app.name) != finding.app.as_ref();
        let mut others = workspace.apps.iter().filter(is_other);
        !others.any(|app| may_bring(app, finding, absent, brought.get(&app.name)))
    });
    leave_out_applied(workspace, findings);
}

/// The bytes of files that are searched for objects.
const MOST_SEARCHED: u64 = 200_000_000;

/// Leaves out findings about objects that a plain manifest of the workspace holds, or a workflow makes.
fn leave_out_applied(workspace: &Workspace, findings: &mut Vec<Finding>) {
    let wanted: BTreeSet<(&str, &str)> = findings.iter().filter_map(object_of).collect();
    if wanted.is_empty() {
        return;
    }
    let names = wanted.iter().map(|(_, name)| name);
    let Ok(search) = AhoCorasick::new(names) else {
        return;
    };
    let budget = Budget::new(MOST_SEARCHED);
    let mut held: HashSet<(String, String)> = HashSet::new();
    for path in workspace.yaml_files() {
        let Ok(text) = read_text(&workspace.root, path) else {
            continue;
        };
        if !budget.spend(text.len() as u64) {
            break;
        }
        let found = search.find_overlapping_iter(&*text);
        let found: BTreeSet<usize> = found.map(|found| found.pattern().as_usize()).collect();
        for (kind, name) in found.iter().filter_map(|at| wanted.iter().nth(*at)) {
            if makes(&text, kind, name) {
                held.insert(((*kind).to_owned(), (*name).to_owned()));
            }
        }
    }
    findings.retain(|finding| {
        let object = object_of(finding);
        !object.is_some_and(|(kind, name)| held.contains(&(kind.to_owned(), name.to_owned())))
    });
}

/// The object that a finding misses.
fn object_of(finding: &Finding) -> Option<(&str, &str)> {
    match &finding.absent.as_ref()?.what {
        Wanted::Object { kind, name } => Some((kind, name)),
        Wanted::Pods(_) | Wanted::Services(_) => None,
    }
}

/// Whether a text makes an object: a manifest (also one that an operator makes a Secret of), or a command, names it.
fn makes(text: &str, kind: &str, name: &str) -> bool {
    let is_end = |char: char| !char.is_alphanumeric() && !matches!(char, '-' | '_' | '.');
    let is_named = text.lines().any(|line| {
        let mut rest = line.split(is_end);
        rest.any(|word| word == name) && (line.contains("ame:") || line.contains("create "))
    });
    let mut lines = text.lines();
    is_named
        && lines.any(|line| {
            let made = line.trim_start().strip_prefix("kind:");
            made.is_some_and(|made| made.trim().ends_with(kind)) || line.contains("create ")
        })
}

/// Whether another app may have what a finding misses.
fn may_bring(
    app: &App,
    finding: &Finding,
    absent: &Absent,
    brought: Option<&Vec<&Brought>>,
) -> bool {
    let environment = finding.environment.as_deref().unwrap_or_default();
    match brought {
        Some(all) => all
            .iter()
            .any(|one| *one.environment == *environment && may_have(one, absent)),
        // It was not checked.
        None => {
            app.deployment(environment).is_some() && app.namespace(environment) == absent.namespace
        }
    }
}
