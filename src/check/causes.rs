//! Findings of one cause are said once: whoever changes the line that decides, changes it for all deployments that have it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::masking::{Name, Text, text};
use crate::rules::{Cause, Finding};
use crate::workspace::{Environment, Workspace};

/// How many others are named.
const MOST_SUBJECTS: usize = 4;

/// How many apps are named.
const MOST_APPS: usize = 3;

/// What the findings of one cause are about.
#[derive(Default)]
struct About {
    environments: BTreeSet<Arc<str>>,
    apps: BTreeSet<Arc<str>>,
    subjects: BTreeSet<Text>,
}

impl About {
    fn take(&mut self, finding: &Finding, cause: &Cause) {
        self.environments.extend(finding.environment.clone());
        self.apps.extend(finding.app.clone());
        if !cause.subject.is_empty() {
            self.subjects.insert(cause.subject.clone());
        }
    }

    /// ` in staging and prod of ` and the apps, if there are several.
    fn deployments(&self, order: &[Environment]) -> Text {
        let place = |name: &Arc<str>| order.iter().position(|known| known.name == *name);
        let mut environments: Vec<&Arc<str>> = self.environments.iter().collect();
        environments.sort_by_key(|name| place(name));
        if environments.is_empty() {
            return Text::new();
        }
        let mut said = text!(" in {}", Text::listed(&environments));
        let quoted = |app: &Arc<str>| text!("`{}`", Name(app));
        match self.apps.len() {
            0 | 1 => {}
            2..=MOST_APPS => said.push(text!(
                " of {}",
                Text::join(self.apps.iter().map(quoted), " and ")
            )),
            count => {
                let named = self.apps.iter().take(MOST_APPS).map(quoted);
                let named = Text::join(named, ", ");
                said.push(text!(" of {} and {} more apps", named, count - MOST_APPS));
            }
        }
        said
    }

    /// `; also ` and what else has it.
    fn others(&self, first: &Text) -> Text {
        let others: Vec<&Text> = self
            .subjects
            .iter()
            .filter(|other| *other != first)
            .collect();
        match others.is_empty() {
            true => Text::new(),
            false => text!(
                "; also {}",
                Text::first(others.into_iter().cloned(), MOST_SUBJECTS)
            ),
        }
    }
}

/// Leaves out what is said of a link to a file, where the same is said of that file, or of another link to it.
pub(super) fn without_copies(workspace: &Workspace, findings: &mut Vec<Finding>) {
    let original = |finding: &Finding| workspace.original_of(&finding.location.source.path);
    let key = |finding: &Finding, path: &str| {
        let start = finding.location.span.start;
        (
            path.to_owned(),
            start,
            finding.rule,
            finding.message.clone(),
        )
    };
    let links: HashSet<&str> = findings.iter().filter_map(original).collect();
    if links.is_empty() {
        return;
    }
    let files = findings
        .iter()
        .filter(|finding| links.contains(&*finding.location.source.path));
    let mut known: HashSet<_> = files
        .map(|finding| key(finding, &finding.location.source.path))
        .collect();
    findings.retain(|finding| {
        original(finding).is_none_or(|original| known.insert(key(finding, original)))
    });
}

/// Leaves the first finding of each cause, with the list of what has it. The findings are in order, and so are the
/// environments: in that of promotion.
pub(super) fn joined(findings: Vec<Finding>, order: &[Environment]) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut causes: Vec<(usize, Cause, About)> = Vec::new();
    let mut known: HashMap<(&str, (String, Text)), usize> = HashMap::new();
    for mut finding in findings {
        let Some(cause) = finding.cause.take() else {
            kept.push(finding);
            continue;
        };
        let at = *known
            .entry((finding.rule, cause.mark.clone()))
            .or_insert(causes.len());
        match causes.get_mut(at) {
            Some((first, _, about)) => {
                about.take(&finding, &cause);
                if let Some(first) = kept.get_mut(*first) {
                    first.severity = first.severity.max(finding.severity);
                    first.confidence = first.confidence.max(finding.confidence);
                }
            }
            None => {
                let mut about = About::default();
                about.take(&finding, &cause);
                causes.push((kept.len(), cause, about));
                kept.push(finding);
            }
        }
    }
    for (first, cause, about) in causes {
        if let Some(finding) = kept.get_mut(first) {
            finish(finding, cause, &about, order);
        }
    }
    kept
}

/// Leaves one of the findings that say the same of one place, with the names of the other apps: several may have a chart or
/// a layer in common, and it need not matter for the first of them.
pub(super) fn said_once(findings: &mut Vec<Finding>) {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known = HashMap::new();
    let mut others: BTreeMap<usize, BTreeSet<Arc<str>>> = BTreeMap::new();
    for finding in findings.drain(..) {
        let span = finding.location.span;
        let key = (
            finding.rule,
            finding.location.source.path.clone(),
            span.start,
            span.end,
            finding.message.clone(),
            // What is said once of several deployments is not said yet.
            finding
                .cause
                .is_some()
                .then(|| (finding.app.clone(), finding.environment.clone())),
        );
        match known.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(kept.len());
                kept.push(finding);
            }
            Entry::Occupied(entry) => {
                let first = kept.get(*entry.get());
                let is_other = first.is_some_and(|first| first.app != finding.app);
                let app = finding.app.clone().filter(|_| is_other);
                others.entry(*entry.get()).or_default().extend(app);
            }
        }
    }
    for (at, apps) in others.into_iter().filter(|(_, apps)| !apps.is_empty()) {
        if let Some(finding) = kept.get_mut(at) {
            let apps = apps.iter().map(|app| text!("`{}`", Name(app)));
            let named = Text::first(apps, MOST_APPS);
            finding.message.push(text!("; the same for {}", named));
        }
    }
    *findings = kept;
}

/// A finding by itself.
pub(super) fn alone(mut finding: Finding) -> Finding {
    if let Some(cause) = finding.cause.take() {
        let mut about = About::default();
        about.take(&finding, &cause);
        finish(&mut finding, cause, &about, &[]);
    }
    finding
}

fn finish(finding: &mut Finding, cause: Cause, about: &About, order: &[Environment]) {
    finding.message.push(about.deployments(order));
    finding.message.push(cause.rest);
    finding.message.push(about.others(&cause.subject));
    if about.apps.len() > 1 {
        finding.app = None;
    }
    if about.environments.len() > 1 {
        finding.environment = None;
    }
}
