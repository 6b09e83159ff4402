//! The `gitlab` format: a Code Quality report, which GitLab shows in merge requests.
//!
//! Source: GitLab's documentation, "Code Quality report format".

use serde::Serialize;

use super::fingerprint::fingerprints;
use crate::check::Outcome;
use crate::rules::Finding;
use crate::source::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// The findings as a JSON list.
pub fn render(outcome: &Outcome) -> String {
    let issues: Vec<Issue<'_>> = outcome
        .findings
        .iter()
        .zip(fingerprints(&outcome.findings))
        .map(|(finding, fingerprint)| issue(finding, fingerprint))
        .collect();
    super::pretty(&issues)
}

fn issue(finding: &Finding, fingerprint: String) -> Issue<'_> {
    let description = match finding.advice() {
        Some(help) => format!("{} ({help})", finding.message),
        None => finding.message.clone(),
    };
    Issue {
        description,
        check_name: finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Place {
            path: &finding.location.source.path,
            lines: Lines {
                begin: finding.location.start().line,
                end: finding.location.end().line,
            },
        },
    }
}
