//! One secret at several places is one finding: whoever revokes it revokes it everywhere. Each environment has its own, though:
//! there it is one for each file.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_yaml::Path;

use crate::masking::{Text, text};
use crate::rules::Finding;
use crate::source::{Note, Severity};

/// How many of the other places are pointed at.
const SHOWN: usize = 5;

/// Leaves the first finding of each secret of a file, with notes of the other places. The findings are in order.
pub(super) fn gather(findings: Vec<Finding>) -> Vec<Finding> {
    let mut gathered: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: HashMap<Key<_>, usize> = HashMap::new();
    let mut others: HashMap<usize, usize> = HashMap::new();
    for finding in findings {
        if finding.secret.is_some()
            && let Some(before) = gathered.last_mut()
            && is_of_one_text(before, &finding)
        {
            let count = others.entry(gathered.len() - 1).or_default();
            *count += 1;
            let before = gathered.last_mut();
            if let Some(before) = before.filter(|_| *count <= SHOWN) {
                before.related.push(Note {
                    location: finding.location,
                    message: "another one here".into(),
                });
            }
            continue;
        }
        if let Some(secret) = finding.secret.clone() {
            let keys = keys_of(&finding, &secret);
            let first = keys.iter().find_map(|key| known.get(key).copied());
            let first = first.unwrap_or(gathered.len());
            known.extend(keys.into_iter().map(|key| (key, first)));
            if let Some(before) = gathered.get_mut(first) {
                let count = others.entry(first).or_default();
                *count += 1;
                if *count <= SHOWN {
                    before.related.push(Note {
                        location: finding.location,
                        message: "the same here".into(),
                    });
                }
                before.severity = before.severity.max(finding.own.severity);
                continue;
            }
        }
        gathered.push(finding);
    }
    for (first, count) in others {
        if let Some(last) = gathered
            .get_mut(first)
            .and_then(|finding| finding.related.last_mut())
            .filter(|_| count > SHOWN)
        {
            let said = last.message.clone();
            last.message = more(said, count - SHOWN);
        }
    }
    gathered
}

/// Whether two findings are about secrets in one text of several lines, which is moved to a Secret as a whole.
fn is_of_one_text(before: &Finding, finding: &Finding) -> bool {
    let (there, here) = (&before.location, &finding.location);
    let is_same = before.rule == finding.rule
        && before.path.is_some()
        && before.path == finding.path
        && before.environment == finding.environment
        && before.severity == finding.severity
        && there.source.path == here.source.path;
    let between = here.source.text().get(there.span.end..here.span.start);
    is_same && between.is_some_and(|between| !between.contains("\n---"))
}

/// What findings of one secret have in common: rule, place, environment, severity, secret.
type Key<Secret> = (
    &'static str,
    String,
    Option<Arc<str>>,
    Option<Severity>,
    Secret,
);

/// The keys of a finding: with one in common, two are about one secret.
fn keys_of<Secret: Clone>(finding: &Finding, secret: &Secret) -> Vec<Key<Secret>> {
    let environment = finding.environment.clone();
    let known_by = environment.is_none().then_some(finding.severity);
    let file = finding.location.source.path.clone();
    let places = match (&environment, finding.severity, finding.rule) {
        // An error has a line of its own to change, whoever else has the secret.
        (Some(_), ..) | (None, Severity::Error, _) => vec![file],
        // A password that everybody knows is the same one only in one file, and in copies of it.
        (None, _, "secrets/default-password") => {
            // A template has no paths: a copy of it has its name.
            let name = || file.rsplit('/').next().unwrap_or(&file).to_owned();
            let path = finding.path.as_ref().map(Path::to_string);
            vec![path.unwrap_or_else(name), file]
        }
        (None, ..) => vec![String::new()],
    };
    let key = |place| {
        (
            finding.rule,
            place,
            environment.clone(),
            known_by,
            secret.clone(),
        )
    };
    places.into_iter().map(key).collect()
}

fn more(said: Text, count: usize) -> Text {
    match count {
        1 => text!("{}, and at 1 more place", said),
        count => text!("{}, and at {} more places", said, count),
    }
}
