//! Reports: findings as text for people and in the formats that other programs read. Writers know nothing of rules.

mod excerpt;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
pub mod markdown;
mod sarif;
mod summary;
pub mod text;

pub use markdown::{code as markdown_code, escape as markdown_text};

use std::time::Duration;

use serde::Serialize;

use crate::check::Outcome;
use crate::rules::Finding;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: each finding with the lines it is about.
    Text,
    /// For programs: one JSON object, which stays compatible.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands: annotations on a pull request on GitHub.
    Github,
    /// A Code Quality report for GitLab.
    Gitlab,
    /// JUnit's XML, one test suite for each app.
    Junit,
    /// A comment on a pull request.
    Markdown,
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
        Format::Sarif => sarif::render(outcome),
        Format::Github => github::render(outcome, elapsed),
        Format::Gitlab => gitlab::render(outcome),
        Format::Junit => junit::render(outcome, elapsed),
        Format::Markdown => markdown::render(outcome, elapsed),
    }
}

/// The app and the environment: "spark-connect in prod".
fn belonging(finding: &Finding) -> Option<String> {
    let app = finding.app.as_ref()?;
    Some(match &finding.environment {
        Some(environment) => format!("{app} in {environment}"),
        None => app.to_string(),
    })
}

/// Plain data as indented JSON, with a line break at the end.
fn pretty(data: &impl Serialize) -> String {
    // The reports' types have only text as keys and no serializer of their own: writing them to memory cannot fail.
    let mut text = serde_json::to_string_pretty(data).unwrap_or_default();
    text.push('\n');
    text
}
