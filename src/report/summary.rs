//! The last line of a report for people: what was looked at, and how it went.

use std::time::Duration;

use crate::check::Outcome;
use crate::masking::{Printable, printable};
use crate::rules::Finding;
use crate::source::Severity;

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Infos.
    pub info: usize,
}

/// Counts the findings of a report by severity.
pub(super) fn counts(outcome: &Outcome) -> Counts {
    counts_of(&outcome.findings)
}

/// Counts findings by severity.
pub(super) fn counts_of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        *match finding.severity {
            Severity::Error => &mut counts.error,
            Severity::Warning => &mut counts.warning,
            Severity::Info => &mut counts.info,
        } += 1;
    }
    counts
}

/// One line: "1 app, 3 environments, 214 values, 38 rules, 4 ms: no findings".
pub(super) fn summary(outcome: &Outcome, elapsed: Duration) -> Printable {
    let extent = &outcome.extent;
    let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    printable!(
        "{}, {}, {}, {}, {} ms: {}",
        number(extent.apps, "app"),
        number(extent.environments, "environment"),
        number(extent.values, "value"),
        number(extent.rules, "rule"),
        elapsed,
        result(outcome),
    )
}

/// What was found: "2 errors, 1 warning, 1 suppressed".
pub(super) fn result(outcome: &Outcome) -> Printable {
    let counts = counts(outcome);
    let mut parts: Vec<Printable> = [
        (counts.error, "error"),
        (counts.warning, "warning"),
        (counts.info, "info"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| number(count, word))
    .collect();
    if parts.is_empty() {
        parts.push("no findings".into());
    }
    if outcome.extent.suppressed > 0 {
        parts.push(printable!("{} suppressed", outcome.extent.suppressed));
    }
    if !outcome.problems.is_empty() {
        parts.push("not everything was checked".into());
    }
    Printable::join(parts, ", ")
}

/// A number and what it counts, in the singular or the plural.
fn number(count: usize, word: &'static str) -> Printable {
    let plural = if count == 1 { "" } else { "s" };
    printable!("{} {}{}", count, word, plural)
}
