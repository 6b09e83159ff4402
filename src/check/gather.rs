//! One secret at several places is one finding: whoever revokes it revokes it everywhere. Each environment has its own, though:
//! there it is one for each file.

use std::collections::HashMap;

use envlint_yaml::Path;

use crate::masking::{Text, text};
use crate::rules::Finding;
use crate::source::{Note, Severity};

/// How many of the other places are pointed at.
const SHOWN: usize = 5;

/// Leaves the first finding of each secret of a file, with notes of the other places. The findings are in order.
pub(super) fn gather(findings: Vec<Finding>) -> Vec<Finding> {
    let mut gathered: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known = HashMap::new();
    let mut others: HashMap<usize, usize> = HashMap::new();
    for finding in findings {
        if let Some(secret) = finding.secret.clone() {
            let environment = finding.environment.clone();
            // A password that everybody knows is the same one only in copies of a file.
            let place = match (&environment, finding.rule) {
                (Some(_), _) => finding.location.source.path.clone(),
                (None, "secrets/default-password") => finding
                    .path
                    .as_ref()
                    .map(Path::to_string)
                    .unwrap_or_default(),
                (None, _) => String::new(),
            };
            // An error has a line of its own to change, whoever else has the secret.
            let place = match (&environment, finding.severity) {
                (None, Severity::Error) => finding.location.source.path.clone(),
                _ => place,
            };
            let known_by = environment.is_none().then_some(finding.severity);
            let key = (finding.rule, place, environment, known_by, secret);
            let first = *known.entry(key).or_insert(gathered.len());
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

fn more(count: usize) -> Text {
    match count {
        1 => "the same here, and at 1 more place".into(),
        count => text!("the same here, and at {} more places", count),
    }
}
