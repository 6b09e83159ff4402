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
            last.message = more(count - SHOWN);
        }
    }
    gathered
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
            let path = finding.path.as_ref().map(Path::to_string);
            vec![path.unwrap_or_default(), file]
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

fn more(count: usize) -> Text {
    match count {
        1 => "the same here, and at 1 more place".into(),
        count => text!("the same here, and at {} more places", count),
    }
}
