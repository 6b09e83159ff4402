//! Findings, as rules report them.

use std::collections::BTreeSet;

use super::Finding;
use crate::masking::{between, placeholder};
use crate::source::Location;

/// Hides what the sentences of a finding quote of the secret values that it points at. Rules should not quote them; a
/// schema that refuses a value, for one, does.
pub fn mask_finding(finding: &mut Finding) {
    let mut secrets = BTreeSet::new();
    collect(&finding.location, &mut secrets);
    for note in &finding.related {
        collect(&note.location, &mut secrets);
    }
    if let Some(path) = &finding.path {
        let below = finding.location.source.secrets().below(path);
        secrets.extend(
            below
                .filter(|sensitive| !sensitive.path.is_root())
                .map(|sensitive| sensitive.secret.expose().to_owned()),
        );
    }
    if secrets.is_empty() {
        return;
    }
    finding.message = hide(&finding.message, &secrets);
    finding.help = finding.help.take().map(|help| hide(&help, &secrets));
    for note in &mut finding.related {
        note.message = hide(&note.message, &secrets);
    }
}

/// The secrets that a location touches.
fn collect(location: &Location, secrets: &mut BTreeSet<String>) {
    let touching = location.source.secrets().touching(location.span);
    secrets.extend(touching.map(|sensitive| sensitive.secret.expose().to_owned()));
}

/// Replaces what stands in quotes, or behind a sign, and is one of the secrets.
fn hide(text: &str, secrets: &BTreeSet<String>) -> String {
    let mut ranges: Vec<std::ops::Range<usize>> = ['`', '"', '\'']
        .into_iter()
        .flat_map(|quote| between(text, quote))
        .chain(crate::sensitive::settings(text))
        .filter(|range| {
            text.get(range.clone())
                .is_some_and(|part| secrets.contains(part))
        })
        .collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut hidden = String::with_capacity(text.len());
    let mut copied = 0;
    for range in ranges {
        if range.start < copied {
            continue;
        }
        hidden += text.get(copied..range.start).unwrap_or_default();
        hidden += &placeholder(text.get(range.clone()).unwrap_or_default().chars().count());
        copied = range.end;
    }
    hidden += text.get(copied..).unwrap_or_default();
    hidden
}
