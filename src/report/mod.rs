//! Reports: findings as text for people and in the formats that other programs read. Writers know nothing of rules.

mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod summary;
mod text;

use std::time::Duration;

use crate::check::Outcome;
use crate::masking::{Name, ObjectName, Printable, Text, text};
use crate::rules::Finding;
use crate::source::Location;

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

/// A report, and what it leaves out.
#[derive(Debug)]
pub struct Report {
    /// Its text.
    pub text: Printable,
    /// How many findings are left out, since those who read the format take no more.
    pub left_out: usize,
}

/// The whole report, without colour.
pub fn render(format: Format, outcome: &Outcome, elapsed: Duration) -> Printable {
    render_with(format, outcome, elapsed, false).text
}

/// The report, with colour in the format for people when it is wanted.
pub fn render_with(format: Format, outcome: &Outcome, elapsed: Duration, colour: bool) -> Report {
    let mut left_out = 0;
    let text = match format {
        Format::Text => text::render(outcome, elapsed, colour),
        Format::Json => json::render(outcome),
        Format::Sarif => {
            let (text, left) = sarif::render(outcome);
            left_out = left;
            text
        }
        Format::Github => github::render(outcome, elapsed),
        Format::Gitlab => gitlab::render(outcome),
        Format::Junit => junit::render(outcome, elapsed),
        Format::Markdown => markdown::render(outcome, elapsed),
    };
    Report { text, left_out }
}

/// Says that a report is not complete.
pub fn left_out(count: usize) -> Text {
    text!(
        "{} findings, the least severe, are not in the SARIF report: GitHub takes 25,000 results and 10 MB; other formats \
         list all of them",
        count
    )
}

/// The app and the environment: "spark-connect in prod".
fn belonging(finding: &Finding) -> Option<Printable> {
    let app = Name(finding.app.as_ref()?);
    Some(match &finding.environment {
        Some(environment) => text!("{} in {}", app, Name(environment)).show(),
        None => name(app.0),
    })
}

/// The name of an app or an environment, or a path of values.
fn name(name: impl std::fmt::Display) -> Printable {
    Text::of(&Name(name)).show()
}

/// The path that a finding is about.
fn path(finding: &Finding) -> Option<Printable> {
    let path = finding.path.as_ref()?;
    Some(match finding.is_of_object {
        true => Text::of(&ObjectName(path)).show(),
        false => name(path),
    })
}

/// The path of a place's file.
fn file(location: &Location) -> Printable {
    location.source.name().show()
}
