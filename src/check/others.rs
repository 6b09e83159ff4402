//! The files that belong to no app: they are searched for secrets, and for nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::{AppOutcome, Reach, checks};
use crate::masking::{Text, text};
use crate::naming::is_put_aside;
use crate::rules::{Check, Finding, Reporter, Role, SourceContext};
use crate::source::{ReadError, Source, is_heard};
use crate::workspace::Workspace;

/// A file that was not searched for secrets.
#[derive(Debug)]
pub struct Unsearched {
    /// Its path, relative to the workspace's root.
    pub path: String,
    /// Why it was not read.
    pub reason: Text,
}

/// Searches the files in reach that were not looked at as a whole. Each is read once, and kept only where something is to be
/// said of it.
pub(super) fn check(workspace: &Workspace, reach: &Reach, looked: &[AppOutcome]) -> AppOutcome {
    let files = Looked::of(workspace, looked);
    let wanted: Vec<(&str, bool)> = workspace
        .searchable_files()
        .filter(|(path, _)| reach.covers(path) && !files.whole.contains(path))
        // What a package manager writes has names and versions of packages.
        .filter(|(path, _)| !path.ends_with("pnpm-lock.yaml"))
        // A key pair of tests is made for them.
        .filter(|(path, _)| !(is_key(path) && is_in_showing(path)))
        .filter(|(path, _)| {
            let original = workspace.original_of(path);
            original.is_none_or(|original| !reach.covers(original))
        })
        .collect();
    let charts: HashSet<&str> = workspace
        .apps
        .iter()
        .filter_map(|app| app.chart.as_deref())
        .collect();
    let read: Vec<Searched> = wanted
        .into_par_iter()
        .map(|(path, is_template)| {
            let source = match Source::search(&workspace.root, path, is_template) {
                Ok(source) => Arc::new(source?),
                // What is not there is no file, whoever names it.
                Err(ReadError::Missing) => return None,
                Err(reason) => return Some(Err(unsearched(path, &reason))),
            };
            let role = role_of(&source, is_template, &charts);
            let findings = files.unsaid(search(workspace, &source, role));
            let is_kept = !findings.is_empty() || is_heard(source.text());
            is_kept.then_some(Ok((source, findings)))
        })
        .collect();
    let mut outcome = AppOutcome::default();
    for searched in read.into_iter().flatten() {
        match searched {
            Ok((source, findings)) => {
                outcome.sources.push(source);
                outcome.findings.extend(findings);
            }
            Err(unsearched) => outcome.unsearched.push(unsearched),
        }
    }
    outcome
}

/// A file with what was found in it, or why it was not read; none when there is nothing to say of it.
type Searched = Option<Result<(Arc<Source>, Vec<Finding>), Unsearched>>;

fn unsearched(path: &str, reason: &ReadError) -> Unsearched {
    Unsearched {
        path: path.to_owned(),
        reason: text!("{}", reason),
    }
}

fn search(workspace: &Workspace, source: &Arc<Source>, role: Role) -> Vec<Finding> {
    let cx = SourceContext::of_no_environment(workspace, source, role);
    let mut findings = Vec::new();
    for (rule, check) in checks() {
        if let Check::File(check) = check
            && let Some(mut reporter) = Reporter::new(rule, &workspace.config, None, &mut findings)
        {
            check(&cx, &mut reporter);
        }
    }
    findings
}

/// Folders whose files show something, or test it.
const SHOWING: [&str; 25] = [
    "ci",
    "demo",
    "demos",
    "doc",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "github",
    "gitlab",
    "hack",
    "mock",
    "mocks",
    "quickstart",
    "sample",
    "samples",
    "test",
    "testdata",
    "testing",
    "tests",
    "tutorial",
    "tutorials",
    "circleci",
];

/// Folders with copies of what runs elsewhere, or with what runs for an hour.
const BESIDE: [&str; 10] = [
    "backups",
    "benchmark",
    "benchmarks",
    "load-test",
    "load-tests",
    "loadtest",
    "loadtests",
    "perf",
    "smoke",
    "smoke-tests",
];

/// Words in names of files that do, or that start services on a developer's machine.
const SHOWN: [&str; 7] = [
    "compose", "example", "fixture", "fixtures", "sample", "gitlab", "smoke",
];

/// What becomes of a file, by where it lies. Templates of a chart that an app deploys are deployed with it, but for its
/// tests. What was put aside is deployed no more. Settings of a program that reaches its services on its own machine are those of a developer.
fn role_of(source: &Source, is_template: bool, charts: &HashSet<&str>) -> Role {
    let path = source.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let is_beside = is_put_aside(path) || lies_in(path, &BESIDE);
    if is_in_showing(path) || is_beside || words.any(|word| SHOWN.contains(&word)) {
        return Role::Local;
    }
    let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
    let is_linked = charts.contains("") || above.any(|folder| charts.contains(folder));
    let is_of_chart = is_template && path.contains("templates/");
    match is_of_chart && is_linked {
        true => Role::Deployed,
        false if is_of_a_machine(source) || is_settings(name) => Role::Local,
        false => Role::Applied,
    }
}

/// Whether a file lies in a folder whose files show something, or test it.
fn is_in_showing(path: &str) -> bool {
    lies_in(path, &SHOWING)
}

fn lies_in(path: &str, names: &[&str]) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut folders = folders.split('/');
    folders.any(|folder| names.contains(&folder.trim_start_matches('.')))
}

/// Whether a file holds a key by its name.
fn is_key(path: &str) -> bool {
    let ends = [
        ".pem",
        ".key",
        ".p8",
        ".ppk",
        "id_rsa",
        "id_ed25519",
        "id_ecdsa",
        "id_dsa",
    ];
    ends.iter().any(|end| path.ends_with(end))
}

/// Files of settings that programs read where they are developed; what is deployed gets its settings otherwise.
fn is_settings(name: &str) -> bool {
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    (name.contains(".env") || name.ends_with(".properties")) && !is_key(name) && !is_yaml
}

/// Whether a file, which is no manifest, has an address of the own machine as the value of a setting, and no login for any
/// other.
fn is_of_a_machine(source: &Source) -> bool {
    let is_manifest = source.text().lines().any(|line| line.starts_with("kind:"));
    let is_local = |line: &str| {
        let value = line.split_once(':').map_or("", |(_, value)| value).trim();
        let host = value.trim_start_matches(['"', '\'']);
        [
            "localhost",
            "127.0.0.1",
            "http://localhost",
            "http://127.0.0.1",
        ]
        .iter()
        .any(|start| host.starts_with(start))
    };
    let is_login_elsewhere = |line: &str| {
        let host = line
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@'));
        host.is_some_and(|(_, host)| !host.starts_with("localhost") && !host.starts_with("127."))
    };
    let mut lines = source.text().lines();
    !is_manifest && lines.clone().any(is_local) && !lines.any(is_login_elsewhere)
}

/// What was looked at before.
struct Looked<'a> {
    /// Files of which all was read.
    whole: HashSet<&'a str>,
    /// What was found in files of which a part is a layer.
    found: HashMap<&'a str, Vec<&'a Finding>>,
}

impl<'a> Looked<'a> {
    fn of(workspace: &'a Workspace, looked: &'a [AppOutcome]) -> Looked<'a> {
        let deployments = workspace.apps.iter().flat_map(|app| &app.deployments);
        let layers = deployments.flat_map(|deployment| deployment.layers());
        let parts: HashSet<String> = layers
            .filter(|layer| layer.part.is_some())
            .map(|layer| layer.path.clone())
            .collect();
        let sources = looked.iter().flat_map(|outcome| &outcome.sources);
        let mut whole: HashSet<&str> = sources
            .map(|source| source.path.as_str())
            .filter(|path| !parts.contains(*path))
            .collect();
        // Who has read a link has read the file.
        let originals = whole.iter().filter_map(|path| workspace.original_of(path));
        let originals: Vec<&str> = originals.collect();
        whole.extend(originals);
        let mut found: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in looked.iter().flat_map(|outcome| &outcome.findings) {
            let path = finding.location.source.path.as_str();
            if parts.contains(path) {
                found.entry(path).or_default().push(finding);
            }
        }
        Looked { whole, found }
    }

    /// Those of a file's findings that were not said of a part of it.
    fn unsaid(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.retain(|finding| {
            let known = self.found.get(finding.location.source.path.as_str());
            let span = finding.location.span;
            !known.into_iter().flatten().any(|known| {
                let other = known.location.span;
                known.rule == finding.rule && other.start < span.end && span.start < other.end
            })
        });
        findings
    }
}
