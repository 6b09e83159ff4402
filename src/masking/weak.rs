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

/// In lines of a file: where it is the whole value of a key or of an item, in quotes or not.
pub(super) fn as_values(text: &str, is_secret: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let keys = line.match_indices(": ").map(|(at, mark)| at + mark.len());
        let items = line.match_indices("- ").map(|(at, mark)| at + mark.len());
        let starts = keys.chain(items).chain([0]);
        let values = starts.filter_map(|start| {
            let value = line.get(start..)?;
            let value = value
                .trim_end()
                .trim_end_matches(['"', '\'', ',', '}', ']']);
            let inner = value.trim_start_matches([' ', '"', '\'', '{', '[']);
            let start = start + value.len() - inner.len();
            is_secret(inner).then_some(offset + start..offset + start + inner.len())
        });
        found.extend(values);
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

/// The parts of a text that are maps or lists as Go's `fmt` prints them: `map[password:x token:y]`, `[a b]`. An index
/// (`hosts[0]`) is none.
fn printed_by_go(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut depth = 0_usize;
    for (at, char) in text.char_indices() {
        match char {
            '[' if open.is_some() => depth += 1,
            '[' => {
                let before = text.get(..at).unwrap_or_default();
                let is_index = !before.ends_with("map")
                    && before
                        .ends_with(|char: char| char.is_alphanumeric() || "_])".contains(char));
                if !is_index {
                    (open, depth) = (Some(at), 1);
                }
            }
            ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0
                    && let Some(start) = open.take()
                {
                    found.push(start..at + 1);
                }
            }
            _ => {}
        }
    }
    // What was cut has no end.
    found.extend(open.map(|start| start..text.len()));
    found
}

/// The words of a value that Go printed.
fn in_go(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for part in printed_by_go(text) {
        let inner = text.get(part.clone()).unwrap_or_default();
        let mut start = part.start;
        for (at, char) in inner.char_indices() {
            if char.is_whitespace() || matches!(char, '[' | ']' | ':' | '(' | ')') {
                found.push(start..part.start + at);
                start = part.start + at + char.len_utf8();
            }
        }
        found.push(start..part.end);
    }
    found
}

/// Passwords with blanks or colons in them: Go marks no end of a text, so every end is tried.
fn sentences_in_go(text: &str, is_secret: &impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    /// The longest that is tried, in bytes: the time is the product with the length of the text.
    const LONGEST: usize = 64;
    let longest_at = |start: usize, end: usize| {
        let mut ends = (start..=end.min(start + LONGEST + 1)).rev();
        let end = ends.find(|end| text.is_char_boundary(*end));
        text.get(start..end.unwrap_or(start)).unwrap_or_default()
    };
    let mut found = Vec::new();
    for part in printed_by_go(text) {
        let inner = text.get(part.clone()).unwrap_or_default();
        let starts = inner.match_indices([':', '[', ' ']);
        found.extend(starts.filter_map(|(at, _)| {
            let start = part.start + at + 1;
            let rest = longest_at(start, part.end);
            let mut ends = rest.match_indices([' ', ']', '\n']);
            ends.find_map(|(end, _)| {
                let range = start..start + end;
                text.get(range.clone())
                    .is_some_and(is_secret)
                    .then_some(range)
            })
        }));
    }
    found
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
            "list [hunter2 postgres] end",
            "list [postgres]",
        ] {
            assert!(found(text, "postgres") > 0, "{text}");
        }
        for text in [
            "charts/postgres/templates/service.yaml:3",
            "the chart postgres has no values",
            "postgres-operator",
            "the path hosts[postgres] is refused",
        ] {
            assert_eq!(found(text, "postgres"), 0, "{text}");
        }
        assert!(found("map[password:blue whale user:x]", "blue whale") > 0);
    }
}
