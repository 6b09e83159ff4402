//! The `markdown` format: a comment on a pull request.

use std::time::Duration;

use super::summary::{result, summary};
use super::{file, name};
use crate::check::Outcome;
use crate::masking::markdown::{code, escape, prose};
use crate::masking::{Printable, printable};
use crate::rules::Finding;
use crate::source::Severity;

/// Where a report is cut, in bytes: GitHub takes comments of 65,536 characters.
const LONGEST: usize = 60_000;

/// A table for each app, and the summary.
pub(super) fn render(outcome: &Outcome, elapsed: Duration) -> Printable {
    let mut text = printable!("### envlint: {}\n", result(outcome));
    let mut left = 0;
    for (app, findings) in by_app(&outcome.findings) {
        let mut table = match app {
            Some(app) => printable!("\n#### {}\n\n", name(app).rewrite(escape)),
            None => Printable::from("\n#### Workspace\n\n"),
        };
        table.push("| | Rule | Where | What |\n| --- | --- | --- | --- |\n");
        let mut rows = 0;
        for finding in &findings {
            let row = row(finding);
            if text.len() + table.len() + row.len() > LONGEST {
                break;
            }
            table.push(row);
            rows += 1;
        }
        left += findings.len() - rows;
        if rows > 0 {
            text.push(table);
        }
    }
    if left > 0 {
        text.push(printable!(
            "\n{} more findings do not fit here; run `envlint check` to see them all.\n",
            left
        ));
    }
    text.push(printable!(
        "\n{}\n",
        summary(outcome, elapsed).rewrite(escape)
    ));
    text
}

/// The findings by app, in the order of the apps' names; those of the workspace come last.
fn by_app(findings: &[Finding]) -> Vec<(Option<&str>, Vec<&Finding>)> {
    let mut apps: Vec<Option<&str>> = findings
        .iter()
        .map(|finding| finding.app.as_deref())
        .collect();
    apps.sort_by_key(|app| (app.is_none(), *app));
    apps.dedup();
    apps.into_iter()
        .map(|app| {
            let mine = |finding: &&Finding| finding.app.as_deref() == app;
            (app, findings.iter().filter(mine).collect())
        })
        .collect()
}

fn row(finding: &Finding) -> Printable {
    let mark = match finding.severity {
        Severity::Error => "❌ error",
        Severity::Warning => "⚠️ warning",
        Severity::Info => "ℹ️ info",
    };
    let line = finding.location.start().line;
    let place = printable!("{}:{}", file(&finding.location), line).rewrite(code);
    let environment = match &finding.environment {
        Some(environment) => printable!(" ({})", name(environment).rewrite(escape)),
        None => Printable::default(),
    };
    let mut what = finding.message.show().rewrite(prose);
    if let Some(help) = finding.advice() {
        what.push("<br>**help:** ");
        what.push(help.show().rewrite(prose));
    }
    printable!(
        "| {} | `{}` | {}{} | {} |\n",
        mark,
        finding.rule,
        place,
        environment,
        what
    )
}
