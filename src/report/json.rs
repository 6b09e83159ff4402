//! The `json` format: a contract (design, section 6). Every key is always there; what is not known is null.

use serde::Serialize;

use super::summary::counts;
use crate::check::Outcome;
use crate::rules::Finding;
use crate::source::{Confidence, Note, Severity};

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<FindingJson<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingJson<'a> {
    rule: &'a str,
    severity: Severity,
    confidence: Confidence,
    app: Option<&'a str>,
    environment: Option<&'a str>,
    path: Option<String>,
    message: &'a str,
    help: Option<String>,
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    related: Vec<Related<'a>>,
    fixable: bool,
}

#[derive(Serialize)]
struct Related<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    apps: usize,
    environments: usize,
    error: usize,
    warning: usize,
    info: usize,
    suppressed: usize,
}

/// The findings as one JSON object.
pub fn render(outcome: &Outcome) -> String {
    let counts = counts(outcome);
    let report = Report {
        version: 1,
        findings: outcome.findings.iter().map(finding).collect(),
        summary: Summary {
            apps: outcome.extent.apps,
            environments: outcome.extent.environments,
            error: counts.error,
            warning: counts.warning,
            info: counts.info,
            suppressed: outcome.extent.suppressed,
        },
    };
    super::pretty(&report)
}

fn finding(finding: &Finding) -> FindingJson<'_> {
    let (start, end) = (finding.location.start(), finding.location.end());
    FindingJson {
        rule: finding.rule,
        severity: finding.severity,
        confidence: finding.confidence,
        app: finding.app.as_deref(),
        environment: finding.environment.as_deref(),
        path: finding.path.as_ref().map(ToString::to_string),
        message: &finding.message,
        help: finding.advice(),
        file: &finding.location.source.path,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        related: finding.related.iter().map(related).collect(),
        fixable: finding.fix.as_ref().is_some_and(|fix| fix.safe),
    }
}

fn related(note: &Note) -> Related<'_> {
    let start = note.location.start();
    Related {
        file: &note.location.source.path,
        line: start.line,
        column: start.column,
        message: &note.message,
    }
}
