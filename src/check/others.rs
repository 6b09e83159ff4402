//! The files that belong to no app: they are searched for secrets, and for nothing else.

use std::collections::{HashMap, HashSet};
use std::iter::once;
use std::sync::Arc;

use rayon::prelude::*;

use super::app_outcome::{AppOutcome, Quotes};
use super::role::{is_deployed, is_key, role_of, told_tier};
use super::taken::Taken;
use super::{Reach, checks};
use crate::masking::{Text, text};
use crate::naming::is_in_showing;
use crate::rules::{Check, Finding, Reporter, Role, SourceContext};
use crate::source::{ReadError, Source, is_heard};
use crate::workspace::{LayerPath, ReadFile, Workspace};

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
pub(super) fn check(
    workspace: &Workspace,
    reach: &Reach,
    looked: &AppOutcome,
    taken: &Taken<'_, '_>,
) -> AppOutcome {
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
    let searched = wanted.into_par_iter().map(|(path, is_template)| {
        let searched = match Source::search(&workspace.root, path, is_template) {
            Ok(searched) => searched,
            // What is not there is no file, whoever names it.
            Err(ReadError::Missing) => return AppOutcome::default(),
            Err(reason) => return unsearched(path, &reason),
        };
        let mut outcome = AppOutcome {
            plain: usize::from(searched.runs_pods && is_deployed(path)),
            ..AppOutcome::default()
        };
        if let Some(source) = searched.source.map(Arc::new) {
            let role = match role_of(&source, is_template, &charts) {
                Role::Applied if has_secret(&source) && is_unread(workspace, path) => Role::Unread,
                role => role,
            };
            let exposures = match role == Role::Deployed && has_secret(&source) {
                true => taken.of(&source),
                false => None,
            };
            let cx = SourceContext {
                exposures: exposures.as_ref(),
                told: told_tier(workspace, path),
                ..SourceContext::of_no_environment(workspace, &source, role)
            };
            outcome.findings = files.unsaid(search(&cx));
            if !outcome.findings.is_empty() || is_heard(source.text()) {
                let own = once((&source, LayerPath::file(path)));
                outcome.let_go(own, Quotes::All);
            }
        }
        outcome
    });
    searched.reduce(AppOutcome::default, AppOutcome::and)
}

fn unsearched(path: &str, reason: &ReadError) -> AppOutcome {
    AppOutcome {
        unsearched: vec![Unsearched {
            path: path.to_owned(),
            reason: text!("{}", reason),
        }],
        ..AppOutcome::default()
    }
}

/// Whether a file looks like values and belongs to no app.
fn is_unread(workspace: &Workspace, path: &str) -> bool {
    let mut unread = workspace.unread().iter();
    unread.any(|unread| unread.is_values && unread.file == path)
}

/// Whether anything is to be said of a secret in a file.
fn has_secret(source: &Source) -> bool {
    let mut all = source.sensitive().iter();
    all.any(|sensitive| sensitive.is_reported())
}

fn search(cx: &SourceContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (rule, check) in checks() {
        if let Check::File(check) = check
            && let Some(mut reporter) =
                Reporter::new(rule, &cx.workspace.config, None, &mut findings)
        {
            check(cx, &mut reporter);
        }
    }
    findings
}

/// What was looked at before.
struct Looked<'a> {
    /// Files of which all was read.
    whole: HashSet<&'a str>,
    /// What was found in files of which a part is a layer.
    found: HashMap<&'a str, Vec<&'a Finding>>,
}

impl<'a> Looked<'a> {
    fn of(workspace: &'a Workspace, looked: &'a AppOutcome) -> Looked<'a> {
        let deployments = workspace.apps.iter().flat_map(|app| &app.deployments);
        let layers = deployments.flat_map(|deployment| deployment.layers());
        let parts: HashSet<String> = layers
            .filter(|layer| layer.part.is_some())
            .map(|layer| layer.path.clone())
            .collect();
        let files = looked.files.iter().map(ReadFile::path);
        let mut whole: HashSet<&str> = files.filter(|path| !parts.contains(*path)).collect();
        // Who has read a link has read the file.
        let originals = whole.iter().filter_map(|path| workspace.original_of(path));
        let originals: Vec<&str> = originals.collect();
        whole.extend(originals);
        let mut found: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in &looked.findings {
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
