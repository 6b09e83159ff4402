//! `yaml/duplicate-key`.

use envlint_yaml::{ProblemKind, Span};

use crate::masking::{Said, Text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::{Location, Severity};

rule! {
    /// A map has the same key twice.
    ///
    /// ## What it does
    ///
    /// Reports every key that appears twice in one map, in values files and in the chart's own `values.yaml`, with both
    /// places. Where both have the same value it is a warning: nothing is lost yet.
    ///
    /// ## Why it matters
    ///
    /// Helm silently keeps the last one. An edit of the first one has no effect; and when the key holds a map,
    /// everything that the first one sets is lost.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// resources:
    ///   limits: {memory: 2Gi}
    /// replicas: 3
    /// resources:
    ///   requests: {memory: 1Gi}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// resources:
    ///   limits: {memory: 2Gi}
    ///   requests: {memory: 1Gi}
    /// replicas: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.2: mappings have unique keys](https://yaml.org/spec/1.2.2/#3213-node-comparison)
    "yaml/duplicate-key", Error, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let errors = cx.source.document.errors().iter();
    for problem in errors.filter(|problem| problem.kind == ProblemKind::DuplicateKey) {
        let place = Location::new(cx.source, problem.span);
        let mut finding = out.finding(place, Text::of(&Said(&problem.message)));
        let mut is_same = false;
        if let Some(related) = &problem.related {
            let written = |span| written_of(cx.source.text(), span);
            is_same = written(problem.span).is_some_and(|one| Some(one) == written(related.span));
            finding = finding.note(
                Location::new(cx.source, related.span),
                Text::of(&Said(&related.message)),
            );
        }
        out.push(match is_same {
            true => {
                let finding = finding.help("remove one of the two, which have the same value: whoever edits the first changes nothing");
                out.lower_severity(Severity::Warning, finding)
            }
            false => finding.help("keep one of the two; Helm ignores the first"),
        });
    }
}

/// How the value of a key is written: what follows it on its line, and the lines that stand deeper. Two that are written alike
/// are the same value; none where the key stands in brackets, whose end nobody sees from here.
fn written_of(text: &str, key: Span) -> Option<Vec<&str>> {
    let start = text.get(..key.start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(start..key.start)?;
    let indent = before.len();
    if !before.chars().all(|char| matches!(char, ' ' | '-')) {
        return None;
    }
    let mut lines = text.get(key.end..)?.lines();
    let mut written = vec![lines.next()?.trim_end()];
    let is_inside = |line: &&str| {
        let deep = line.len() - line.trim_start_matches(' ').len();
        line.trim().is_empty() || deep > indent || deep == indent && is_item(line.get(deep..))
    };
    written.extend(lines.take_while(is_inside).map(str::trim_end));
    while written.last().is_some_and(|line| line.is_empty()) {
        written.pop();
    }
    Some(written)
}

/// Whether a line begins an item: those of a list may stand at the column of its key.
fn is_item(line: Option<&str>) -> bool {
    line.is_some_and(|line| line == "-" || line.starts_with("- "))
}
