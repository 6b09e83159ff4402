//! The `gitlab` format: a Code Quality report, which GitLab shows in merge requests.
//!
//! Source: GitLab's documentation, "Code Quality report format".

use serde::Serialize;

use super::fingerprint::fingerprints;
use crate::check::Outcome;
use crate::masking::{Printable, text};
use crate::rules::Finding;
use crate::source::Severity;

#[derive(Serialize)]
struct Issue {
    description: Printable,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: GitlabLocation,
}

#[derive(Serialize)]
struct GitlabLocation {
    path: Printable,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// The findings as a JSON list.
pub(super) fn render(outcome: &Outcome) -> Printable {
    let issues: Vec<Issue> = outcome
        .findings
        .iter()
        .zip(fingerprints(&outcome.findings))
        .map(|(finding, fingerprint)| issue(finding, fingerprint))
        .collect();
    Printable::json(&issues)
}

fn issue(finding: &Finding, fingerprint: String) -> Issue {
    let description = match finding.advice() {
        Some(help) => text!("{} ({})", finding.message, help),
        None => finding.message.clone(),
    };
    Issue {
        description: description.show(),
        check_name: finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: GitlabLocation {
            path: super::file(&finding.location),
            lines: Lines {
                begin: finding.location.start().line,
                end: finding.location.end().line,
            },
        },
    }
}
