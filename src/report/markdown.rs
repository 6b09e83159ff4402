//! The `markdown` format: a comment on a pull request.

use std::time::Duration;

use super::summary::{result, summary};
use super::{file, name};
use crate::check::Outcome;
use crate::masking::{Printable, printable};
use crate::rules::Finding;
use crate::source::Severity;

/// Where a report is cut, in bytes: GitHub takes comments of 65,536 characters.
const LONGEST: usize = 60_000;

/// A table for each app, and the summary.
pub fn render(outcome: &Outcome, elapsed: Duration) -> Printable {
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

/// A sentence with words in backticks: those become code, and everything else is text and nothing but text.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // Backticks that do not pair, or stand side by side, come out of a value: they mean nothing.
    let inner_is_empty = |part: &&str| part.is_empty();
    let inner = parts
        .get(1..parts.len().saturating_sub(1))
        .unwrap_or_default();
    if parts.len().is_multiple_of(2) || inner.iter().any(inner_is_empty) {
        return escape(text);
    }
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            if index % 2 == 1 {
                code(part)
            } else {
                escape(part)
            }
        })
        .collect()
}

/// Text as code in a cell of a table.
fn code(text: &str) -> String {
    let text = one_line(text);
    if text.contains('`') || text.trim().is_empty() {
        return escape(&text);
    }
    // A bar ends a cell even in code; a backslash before it is taken away.
    format!("`{}`", text.replace('|', "\\|"))
}

/// Text that means only itself, in a cell of a table or outside of one: no markup, no HTML, no mention of a person.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in one_line(text).chars() {
        match char {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '@' => escaped += "&#64;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                escaped.push('\\');
                escaped.push(char);
            }
            char => escaped.push(char),
        }
    }
    // The replacement of a secret is the one thing in brackets that should read as it is everywhere.
    escaped
        .replace("\\[redacted", "[redacted")
        .replace(" chars\\]", " chars]")
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r'])
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn text_stays_text() {
        for (text, expected) in [
            ("`a.b` is missing", "`a.b` is missing"),
            ("a|b `c|d`", "a\\|b `c\\|d`"),
            ("<img src=x> @all", "&lt;img src=x&gt; &#64;all"),
            ("odd ` one", "odd \\` one"),
            ("two `` side", "two \\`\\` side"),
            ("a\nb", "a b"),
            ("*x* [y](z)", "\\*x\\* \\[y\\](z)"),
        ] {
            assert_eq!(prose(text), expected, "{text}");
        }
    }
}
