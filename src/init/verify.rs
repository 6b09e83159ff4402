//! Whether a configuration is what it was written from: the same apps with the same files, and a check that finds nothing
//! new.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use envlint_yaml::{Node, Path};

use crate::check::{Outcome, Reach, check_unshown};
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

/// A configuration that has the same apps with the same files as the workspace that it was written from.
#[derive(Debug)]
pub(super) struct Candidate {
    workspace: Workspace,
    source: Arc<Source>,
}

impl Candidate {
    /// Reads a configuration; none where it has other apps, other files, or mistakes.
    pub(super) fn read(found: &Workspace, text: &str) -> Option<Candidate> {
        let source = Arc::new(Source::new(CONFIG_FILE, text));
        let workspace = found.configured_as(Arc::clone(&source)).ok()?;
        is_same(found, &workspace).then_some(Candidate { workspace, source })
    }

    /// Holds what a check finds of some apps against what it found of them before.
    pub(super) fn verdict(&self, before: &Before, some: &[&App]) -> Verdict {
        let names: HashSet<&str> = some.iter().map(|app| &*app.name).collect();
        let apps = self.workspace.apps.iter();
        let apps: Vec<&App> = apps.filter(|app| names.contains(&*app.name)).collect();
        let after = check_unshown(&self.workspace, &apps, &Reach::Below(Vec::new()));
        if after.problems.len() > before.problems {
            return Verdict::Other;
        }
        let new: Vec<&Finding> = after
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Info && !before.knows(finding))
            .collect();
        if new.is_empty() && !before.is_exceeded_by(&after) {
            return Verdict::Good;
        }
        let rules: BTreeSet<&'static str> = new.iter().map(|finding| finding.rule).collect();
        let is_louder = |rule: &&'static str| LOUDER.contains(rule) && !before.spoke.contains(rule);
        let louder: BTreeSet<&'static str> = rules.into_iter().filter(is_louder).collect();
        if !louder.is_empty() {
            return Verdict::Louder(louder);
        }
        let written = written_paths(&self.source);
        let declared = |finding: &&Finding| declared(finding, &written);
        let paths: BTreeSet<Path> = new.iter().filter_map(declared).collect();
        match paths.is_empty() {
            true => Verdict::Other,
            false => Verdict::Refused(paths),
        }
    }
}

/// What a check found before there was a configuration: as much of it as is compared with. The findings quote files, of
/// which there may be ten thousands.
#[derive(Debug)]
pub(super) struct Before {
    known: HashMap<Subject, Severity>,
    /// The rules that said anything loud.
    spoke: BTreeSet<&'static str>,
    counts: [usize; 2],
    problems: usize,
}

impl Before {
    /// What a check finds of some apps.
    pub(super) fn of(workspace: &Workspace, some: &[&App]) -> Before {
        let outcome = check_unshown(workspace, some, &Reach::Below(Vec::new()));
        let mut known = HashMap::new();
        let mut spoke = BTreeSet::new();
        for finding in &outcome.findings {
            if finding.severity > Severity::Info {
                spoke.insert(finding.rule);
            }
            let most = known.entry(subject(finding)).or_insert(finding.severity);
            *most = finding.severity.max(*most);
        }
        Before {
            known,
            spoke,
            counts: counts(&outcome),
            problems: outcome.problems.len(),
        }
    }

    /// Whether the same was said, and as loud.
    fn knows(&self, finding: &Finding) -> bool {
        let known = self.known.get(&subject(finding));
        known.is_some_and(|known| *known >= finding.severity)
    }

    /// Whether there are more errors or warnings than before.
    fn is_exceeded_by(&self, after: &Outcome) -> bool {
        let mut both = counts(after).into_iter().zip(self.counts);
        both.any(|(after, before)| after > before)
    }
}

/// How many errors and warnings there are.
fn counts(outcome: &Outcome) -> [usize; 2] {
    [Severity::Error, Severity::Warning].map(|severity| {
        let findings = outcome.findings.iter();
        let such = findings.filter(|finding| finding.severity == severity);
        such.count()
    })
}

/// What makes a finding the same wherever it is shown: rule, app, environment, path.
type Subject = (
    &'static str,
    Option<Arc<str>>,
    Option<Arc<str>>,
    Option<Path>,
);

fn subject(finding: &Finding) -> Subject {
    (
        finding.rule,
        finding.app.clone(),
        finding.environment.clone(),
        finding.path.clone(),
    )
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
    // Stacks of pull requests follow the environments that are declared.
    let is_same = |found: &Deployment| {
        configured.deployments.iter().any(|other| {
            let environments = (&found.environment, &other.environment);
            environments.0.name == environments.1.name
                && environments.0.tier == environments.1.tier
                && found.layers().eq(other.layers())
        })
    };
    chart(found) == chart(configured)
        && found.deployments.len() == configured.deployments.len()
        && found.deployments.iter().all(is_same)
}
