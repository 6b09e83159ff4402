//! The `json` format: other people's pipelines read it, so it is a contract (`docs/reports.md`). Every key is always there;
//! an unknown value is null.

use serde::Serialize;

use super::summary::counts;
use super::{file, name, path};
use crate::check::Outcome;
use crate::masking::Printable;
use crate::rules::Finding;
use crate::source::{Confidence, Note, Severity};

#[derive(Serialize)]
struct Report {
    version: u32,
    findings: Vec<FindingJson>,
    summary: Summary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingJson {
    rule: &'static str,
    severity: Severity,
    confidence: Confidence,
    app: Option<Printable>,
    environment: Option<Printable>,
    path: Option<Printable>,
    message: Printable,
    help: Option<Printable>,
    file: Printable,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    related: Vec<Related>,
    fixable: bool,
}

#[derive(Serialize)]
struct Related {
    file: Printable,
    line: usize,
    column: usize,
    message: Printable,
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
pub(super) fn render(outcome: &Outcome) -> Printable {
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
    Printable::json(&report)
}

fn finding(finding: &Finding) -> FindingJson {
    let (start, end) = (finding.location.start(), finding.location.end());
    FindingJson {
        rule: finding.rule,
        severity: finding.severity,
        confidence: finding.confidence,
        app: finding.app.as_ref().map(name),
        environment: finding.environment.as_ref().map(name),
        path: path(finding),
        message: finding.message.show(),
        help: finding.advice().map(Printable::from),
        file: file(&finding.location),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        related: finding.related.iter().map(related).collect(),
        fixable: finding.fix.as_ref().is_some_and(|fix| fix.safe),
    }
}

fn related(note: &Note) -> Related {
    let start = note.location.start();
    Related {
        file: file(&note.location),
        line: start.line,
        column: start.column,
        message: note.message.show(),
    }
}
