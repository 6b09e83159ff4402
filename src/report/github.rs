//! The `github` format: workflow commands, which GitHub shows as annotations on the lines of a pull request.
//!
//! Source: GitHub's documentation of workflow commands, and `toolkit/packages/core/src/command.ts` for the escapes.
//! GitHub shows the first ten errors, warnings and notices of a step each; all are in the log, and so is the summary.

use std::time::Duration;

use super::summary::summary;
use crate::check::Outcome;
use crate::rules::Finding;
use crate::source::Severity;

/// The longest message, in characters; what is longer is cut. GitHub drops annotations above 64 KiB.
const LONGEST: usize = 4_000;

/// One command for each finding, and the summary as plain text.
pub fn render(outcome: &Outcome, elapsed: Duration) -> String {
    let mut text: String = outcome.findings.iter().map(command).collect();
    text += &summary(outcome, elapsed);
    text.push('\n');
    text
}

fn command(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (finding.location.start(), finding.location.end());
    let mut properties = vec![
        ("file", finding.location.source.path.clone()),
        ("line", start.line.to_string()),
        ("endLine", end.line.to_string()),
    ];
    // Columns are taken only for what lies on one line.
    if start.line == end.line {
        properties.push(("col", start.column.to_string()));
        properties.push(("endColumn", end.column.to_string()));
    }
    properties.push(("title", finding.rule.to_owned()));
    let properties: Vec<String> = properties
        .into_iter()
        .map(|(name, value)| format!("{name}={}", property(&value)))
        .collect();
    let mut message: String = finding.message.chars().take(LONGEST).collect();
    if let Some(help) = finding.advice() {
        message += "\nhelp: ";
        message.extend(help.chars().take(LONGEST));
    }
    format!("::{level} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn escapes_as_the_runner_unescapes() {
        assert_eq!(data("50% a\r\nb: c, d"), "50%25 a%0D%0Ab: c, d");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
