//! The `text` format.

use std::time::Duration;

use crate::check::Outcome;
use crate::workspace::Problem;

/// The findings with the lines they are about, and what was looked at.
pub fn render(outcome: &Outcome, elapsed: Duration) -> String {
    let mut text = String::new();
    for finding in &outcome.findings {
        let start = finding.location.start();
        text += &format!(
            "{}[{}]: {}\n --> {}:{}:{}\n",
            finding.severity,
            finding.rule,
            finding.message,
            finding.location.source.path,
            start.line,
            start.column
        );
    }
    text += &format!("{:?} {elapsed:?}\n", outcome.extent);
    text
}

/// One thing that is wrong with the configuration or the command line.
pub fn problem(problem: &Problem) -> String {
    format!("error: {problem}\n")
}
