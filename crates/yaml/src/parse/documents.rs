//! The texts that Helm hands to goyaml: it cuts a values file at its lines `---` first.

use std::borrow::Cow;

use crate::span::Span;

/// A text, where it begins in the source, and its line there, from 1.
pub(super) struct Part<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) start: usize,
    pub(super) line: usize,
    /// Whether Helm's reader of values files has made a line feed of every `\r\n` before goyaml reads the text.
    pub(super) is_cut: bool,
}

/// The parts of a file (`k8s.io/apimachinery`, `YAMLReader`): a `---` ends the one before it, and stays in a part that has
/// nothing yet. Every line of them ends with a line feed, and none begins with a mark of the byte order.
pub(super) fn parts(source: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    let (mut number, mut line) = (1, 1);
    for text in source.split_inclusive('\n') {
        let is_separator = text.starts_with("---") && at > start;
        if is_separator {
            parts.push(part(source, start, at, line));
            (start, line) = (at + text.len(), number + 1);
        }
        at += text.len();
        number += 1;
    }
    if at > start {
        parts.push(part(source, start, at, line));
    }
    parts
}

/// The text as it is.
pub(super) fn whole(source: &str) -> Vec<Part<'_>> {
    let start = mark_of_order(source);
    vec![Part {
        text: Cow::Borrowed(source.get(start..).unwrap_or_default()),
        start,
        line: 1,
        is_cut: false,
    }]
}

fn part(source: &str, start: usize, end: usize, line: usize) -> Part<'_> {
    let text = source.get(start..end).unwrap_or_default();
    let mark = mark_of_order(text);
    let (text, start) = (text.get(mark..).unwrap_or_default(), start + mark);
    let text = match text.ends_with('\n') {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{text}\n")),
    };
    Part {
        text,
        start,
        line,
        is_cut: true,
    }
}

/// How long the mark of the byte order is that a text may begin with. goyaml's reader takes one, and its scanner another.
fn mark_of_order(source: &str) -> usize {
    let marks = source
        .chars()
        .take(2)
        .take_while(|char| *char == '\u{feff}');
    marks.map(char::len_utf8).sum()
}

/// A separator that Helm's reader does not take: only a comment may follow on its line.
pub(super) fn wrong_separator(source: &str) -> Option<(Span, String)> {
    // Before the mark of the byte order is taken, so that one hides the separator behind it.
    let starts = std::iter::once(0).chain(source.match_indices("\n---").map(|(at, _)| at + 1));
    for start in starts {
        let line = source
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let Some(rest) = line.strip_prefix("---").map(str::trim) else {
            continue;
        };
        if !rest.is_empty() && !rest.starts_with('#') {
            let message =
                "Helm allows only a comment after `---`; write the value on the next line"
                    .to_owned();
            return Some((Span::new(start, start + line.len()), message));
        }
    }
    None
}
