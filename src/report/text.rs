//! The `text` format: for people, in the manner of rustc.

use std::time::Duration;

use super::belonging;
use super::summary::summary;
use crate::check::Outcome;
use crate::masking::Printable;
use crate::source::{self, Heading};

/// The findings with the lines they are about, and at the end what was looked at and how it went.
pub(super) fn render(outcome: &Outcome, elapsed: Duration, colour: bool) -> Printable {
    let mut text = Printable::default();
    for finding in &outcome.findings {
        let heading = Heading {
            severity: finding.severity,
            word: None,
            label: Some(finding.rule),
        };
        let place = Some(&finding.location);
        text.push(source::render(
            heading,
            finding,
            place,
            belonging(finding),
            colour,
        ));
        text.push("\n\n");
    }
    text.push(summary(outcome, elapsed));
    text.push("\n");
    text
}
