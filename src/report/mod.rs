//! Reports: findings as text for people and in the formats that other programs read. Writers know nothing of rules.

mod json;
pub mod text;

use std::time::Duration;

use crate::check::Outcome;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: each finding with the lines it is about.
    Text,
    /// For programs: the contract of the design's section 6.
    Json,
}

/// The whole report.
pub fn render(format: Format, outcome: &Outcome, elapsed: Duration) -> String {
    match format {
        Format::Text => text::render(outcome, elapsed),
        Format::Json => json::render(outcome),
    }
}
