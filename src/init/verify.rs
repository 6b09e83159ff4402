//! Whether a configuration is what it was written from: the same apps with the same files, and a check that finds nothing
//! new.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use envlint_yaml::{Node, Path};

use crate::check::{Outcome, Reach, check};
use crate::rules::Finding;
use crate::source::{Severity, Source};
use crate::workspace::{App, CONFIG_FILE, Deployment, Workspace};

/// Rules that take what is configured for a decision: that everything else is shared, and that values are flat. What stood
/// in the files before was none.
const LOUDER: [&str; 3] = [
    "drift/missing-key",
    "drift/out-of-order-change",
    "layout/hierarchical-values",
];

/// What a configuration comes to.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The same.
    Good,
    /// Declarations of these paths make the check worse.
    Refused(BTreeSet<Path>),
    /// These rules say more of what is configured than of what is not.
    Louder(BTreeSet<&'static str>),
    /// Other apps, other files, or findings of which no declaration is the cause.
    Other,
}

/// Holds a configuration against the workspace that it was written from, and what a check found there.
pub(super) fn verify(workspace: &Workspace, before: &Outcome, text: &str) -> Verdict {
    let source = Arc::new(Source::new(CONFIG_FILE, text));
    let Ok(configured) = Workspace::configured(workspace.root.clone(), Arc::clone(&source)) else {
        return Verdict::Other;
    };
    if !is_same(workspace, &configured) {
        return Verdict::Other;
    }
    let apps: Vec<&App> = configured.apps.iter().collect();
    let after = check(&configured, &apps, &Reach::Below(Vec::new()));
    if after.problems.len() > before.problems.len() {
        return Verdict::Other;
    }
    let known: BTreeSet<Key<'_>> = before.findings.iter().map(key).collect();
    let is_new = |finding: &&Finding| {
        let severities = [Severity::Warning, Severity::Error];
        let severities = severities
            .into_iter()
            .filter(|other| *other >= finding.severity);
        finding.severity > Severity::Info
            && !severities
                .map(|severity| (severity, key(finding).1))
                .any(|key| known.contains(&key))
    };
    let new: Vec<&Finding> = after.findings.iter().filter(is_new).collect();
    if new.is_empty() && !is_more(before, &after) {
        return Verdict::Good;
    }
    let loud = |finding: &&Finding| finding.severity > Severity::Info;
    let spoke: BTreeSet<&str> = before
        .findings
        .iter()
        .filter(loud)
        .map(|finding| finding.rule)
        .collect();
    let rules: BTreeSet<&'static str> = new.iter().map(|finding| finding.rule).collect();
    let is_louder = |rule: &&'static str| LOUDER.contains(rule) && !spoke.contains(rule);
    let louder: BTreeSet<&'static str> = rules.into_iter().filter(is_louder).collect();
    if !louder.is_empty() {
        return Verdict::Louder(louder);
    }
    let written = written_paths(&source);
    let declared = |finding: &&Finding| declared(finding, &written);
    let paths: BTreeSet<Path> = new.iter().filter_map(declared).collect();
    match paths.is_empty() {
        true => Verdict::Other,
        false => Verdict::Refused(paths),
    }
}

/// Whether there are more errors or warnings than before.
fn is_more(before: &Outcome, after: &Outcome) -> bool {
    [Severity::Error, Severity::Warning].iter().any(|severity| {
        let count = |outcome: &Outcome| {
            let findings = outcome.findings.iter();
            findings
                .filter(|finding| finding.severity == *severity)
                .count()
        };
        count(after) > count(before)
    })
}

/// What makes a finding the same wherever it is shown.
type Key<'f> = (
    Severity,
    (&'f str, Option<&'f str>, Option<&'f str>, Option<&'f Path>),
);

fn key(finding: &Finding) -> Key<'_> {
    let subject = (
        finding.rule,
        finding.app.as_deref(),
        finding.environment.as_deref(),
        finding.path.as_ref(),
    );
    (finding.severity, subject)
}

/// The declared path that a finding speaks of: its own, or what it points at in the configuration.
fn declared(finding: &Finding, written: &HashMap<usize, Path>) -> Option<Path> {
    let location = &finding.location;
    match location.source.path == CONFIG_FILE {
        true => written.get(&location.span.start).cloned(),
        false => finding.path.clone(),
    }
}

/// The paths that a configuration declares, by the byte at which each is written.
fn written_paths(configuration: &Source) -> HashMap<usize, Path> {
    let mut written = HashMap::new();
    for list in ["perEnvironment", "apps"] {
        let root = configuration.document.root();
        if let Some(list) = root.and_then(|root| root.get(&Path::root().key(list))) {
            collect_paths(list, &mut written);
        }
    }
    written
}

fn collect_paths(node: &Node, written: &mut HashMap<usize, Path>) {
    if let Some(path) = node.as_str().and_then(|text| text.parse().ok()) {
        written.insert(node.span().start, path);
    }
    let items = node
        .as_sequence()
        .into_iter()
        .flat_map(|items| items.iter());
    items.for_each(|item| collect_paths(item, written));
    for key in ["path", "perEnvironment"] {
        if let Some(value) = node.get(&Path::root().key(key)) {
            collect_paths(value, written);
        }
    }
}

/// Whether both have the same apps, with the same files for the same environments.
fn is_same(found: &Workspace, configured: &Workspace) -> bool {
    let by_name: HashMap<&str, &App> = configured
        .apps
        .iter()
        .map(|app| (&*app.name, app))
        .collect();
    let is_same = |app: &App| {
        by_name
            .get(&*app.name)
            .is_some_and(|other| is_same_app(app, other))
    };
    found.apps.len() == configured.apps.len() && found.apps.iter().all(is_same)
}

fn is_same_app(found: &App, configured: &App) -> bool {
    let chart = |app: &App| {
        app.chart
            .as_deref()
            .map(|chart| chart.trim_start_matches('.').to_owned())
    };
    let is_same = |(found, other): (&Deployment, &Deployment)| {
        let environments = (&found.environment, &other.environment);
        environments.0.name == environments.1.name
            && environments.0.tier == environments.1.tier
            && found.layers().eq(other.layers())
    };
    chart(found) == chart(configured)
        && found.deployments.len() == configured.deployments.len()
        && found
            .deployments
            .iter()
            .zip(&configured.deployments)
            .all(is_same)
}
