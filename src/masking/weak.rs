//! Where a text holds a weak secret: an ordinary word that is somebody's password. It is hidden where it stands as a
//! value, and left alone in sentences, paths and names.

use std::ops::Range;

use crate::sensitive::{promises_secret, settings};

/// In a text of any origin: where it is the whole of it, in quotes, set under a secret-like key, or a part of a value as
/// Go prints it.
pub(super) fn anywhere(text: &str, is_secret: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let whole = start..text.trim_end().len().max(start);
    let quoted = text
        .split_inclusive('\n')
        .scan(0, |offset, line| {
            let at = *offset;
            *offset += line.len();
            Some((at, line))
        })
        .flat_map(|(at, line)| {
            let quoted = quoted(line).into_iter();
            quoted.map(move |range| at + range.start..at + range.end)
        });
    let mut found: Vec<Range<usize>> = std::iter::once(whole)
        .chain(settings(text))
        .chain(quoted)
        .chain(in_go(text))
        .filter(|range| text.get(range.clone()).is_some_and(&is_secret))
        .collect();
    found.extend(sentences_in_go(text, &is_secret));
    found
}

/// In a line of a file: where it is set under a secret-like key, or in quotes beside one.
pub(super) fn in_settings(text: &str, is_secret: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let quoted = match promises_secret(line) {
            true => quoted(line),
            false => Vec::new(),
        };
        let values = settings(line).into_iter().chain(quoted);
        found.extend(
            values
                .filter(|range| line.get(range.clone()).is_some_and(&is_secret))
                .map(|range| offset + range.start..offset + range.end),
        );
        offset += line.len();
    }
    found
}

/// What stands in quotes or backticks.
fn quoted(line: &str) -> Vec<Range<usize>> {
    ['`', '"', '\'']
        .into_iter()
        .flat_map(|quote| between(line, quote))
        .collect()
}

/// The parts of a line between one quote and the next, blanks at their ends taken off.
fn between(line: &str, quote: char) -> Vec<Range<usize>> {
    let places: Vec<usize> = line.match_indices(quote).map(|(at, _)| at).collect();
    places
        .windows(2)
        .filter_map(|pair| {
            let (start, end) = (pair.first()? + 1, *pair.last()?);
            let inner = line.get(start..end)?;
            let from = start + (inner.len() - inner.trim_start().len());
            let to = start + inner.trim_end().len();
            (from < to).then_some(from..to)
        })
        .collect()
}

/// Whether a text holds a map or a list as Go's `fmt` prints it: `map[password:x token:y]`, `[a b]`.
fn holds_go(text: &str) -> bool {
    text.contains("map[")
}

/// The words of a value that Go printed.
fn in_go(text: &str) -> Vec<Range<usize>> {
    if !holds_go(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for (at, char) in text.char_indices().chain([(text.len(), ' ')]) {
        if char.is_whitespace() || matches!(char, '[' | ']' | ':' | '(' | ')') {
            found.push(start..at);
            start = at + char.len_utf8();
        }
    }
    found
}

/// Passwords with blanks or colons in them: Go marks no end of a text, so every end is tried.
fn sentences_in_go(text: &str, is_secret: &impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    /// The longest that is tried, in bytes: the time is the product with the length of the text.
    const LONGEST: usize = 64;
    if !holds_go(text) {
        return Vec::new();
    }
    let starts = text.match_indices([':', '[', ' ']).map(|(at, _)| at + 1);
    starts
        .filter_map(|start| {
            let rest = text.get(start..)?;
            let ends = rest.match_indices([' ', ']', '\n']).map(|(at, _)| at);
            ends.take_while(|end| *end <= LONGEST)
                .map(|end| start..start + end)
                .find(|range| text.get(range.clone()).is_some_and(is_secret))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, secret: &str) -> usize {
        anywhere(text, |part| part == secret).len()
    }

    #[test]
    fn a_word_is_hidden_where_it_is_a_value() {
        for text in [
            "postgres",
            " postgres\n",
            "got 'postgres', want number",
            "value \"postgres\" is not of type integer",
            "db.password=postgres",
            "(map[password:postgres user:app])",
            "map[users:[a postgres b]]",
        ] {
            assert!(found(text, "postgres") > 0, "{text}");
        }
        for text in [
            "charts/postgres/templates/service.yaml:3",
            "the chart postgres has no values",
            "postgres-operator",
        ] {
            assert_eq!(found(text, "postgres"), 0, "{text}");
        }
        assert!(found("map[password:blue whale user:x]", "blue whale") > 0);
    }
}
