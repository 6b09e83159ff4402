//! Reports: findings as text for people and in the formats that other programs read. Writers know nothing of rules.

mod excerpt;
mod json;
mod summary;
pub mod text;

use std::time::Duration;

use serde::Serialize;

use crate::check::Outcome;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: each finding with the lines it is about.
    Text,
    /// For programs: one JSON object, which stays compatible.
    Json,
}

/// The whole report, without colour.
pub fn render(format: Format, outcome: &Outcome, elapsed: Duration) -> String {
    render_with(format, outcome, elapsed, false)
}

/// The whole report, with colour in the format for people when it is wanted.
pub fn render_with(format: Format, outcome: &Outcome, elapsed: Duration, colour: bool) -> String {
    match format {
        Format::Text => text::render(outcome, elapsed, colour),
        Format::Json => json::render(outcome),
    }
}

/// Plain data as indented JSON, with a line break at the end.
fn pretty(data: &impl Serialize) -> String {
    // The reports' types have only text as keys and no serializer of their own: writing them to memory cannot fail.
    let mut text = serde_json::to_string_pretty(data).unwrap_or_default();
    text.push('\n');
    text
}
