//! The `github` format: workflow commands, which GitHub shows as annotations on the lines of a pull request.
//!
//! Source: GitHub's documentation of workflow commands, and `toolkit/packages/core/src/command.ts` for the escapes.
//! GitHub shows the first ten errors, warnings and notices of a step each; all are in the log, and so is the summary.

use std::time::Duration;

use super::file;
use super::summary::summary;
use crate::check::Outcome;
use crate::masking::{Printable, printable};
use crate::rules::Finding;
use crate::source::Severity;

/// The longest message, in characters; what is longer is cut. GitHub drops annotations above 64 KiB.
const LONGEST: usize = 4_000;

/// One command for each finding, and the summary as plain text.
pub(super) fn render(outcome: &Outcome, elapsed: Duration) -> Printable {
    let mut text: Printable = outcome.findings.iter().map(command).collect();
    text.push(summary(outcome, elapsed));
    text.push("\n");
    text
}

fn command(finding: &Finding) -> Printable {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (finding.location.start(), finding.location.end());
    let mut properties = vec![
        printable!("file={}", file(&finding.location).rewrite(property)),
        printable!("line={}", start.line),
        printable!("endLine={}", end.line),
    ];
    // Columns are taken only for what lies on one line.
    if start.line == end.line {
        properties.push(printable!("col={}", start.column));
        properties.push(printable!("endColumn={}", end.column));
    }
    properties.push(printable!("title={}", finding.rule));
    let mut message = finding.message.show().cut(LONGEST, "");
    if let Some(help) = finding.advice() {
        message.push("\nhelp: ");
        message.push(help.show().cut(LONGEST, ""));
    }
    printable!(
        "::{} {}::{}\n",
        level,
        Printable::join(properties, ","),
        message.rewrite(data)
    )
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
