//! Text whose lines are masked by what stands on them: YAML that is shown, and weak secrets in any output.

use envlint_yaml::Document;

use super::placeholder;
use super::quote::quote;
use crate::sensitive::{self, promises_secret, settings};

/// A YAML text as it may be shown: manifests, a values file before and after a change. Every line stays a line, so that
/// a diff can be made of the texts as they are and shown with these lines.
pub fn mask_lines(text: &str) -> String {
    let document = Document::parse(text);
    let found = sensitive::detect(&document);
    super::learn(&found);
    quote(text, 0..text.len(), &sensitive::parts(&found)).text
}

/// Hides values that `is_secret` knows where a line sets them or quotes them beside a secret-like key. None when there
/// are none.
pub(super) fn hide_settings(text: &str, is_secret: impl Fn(&str) -> bool) -> Option<String> {
    let mut hidden: Option<String> = None;
    let mut copied = 0;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mut ranges: Vec<std::ops::Range<usize>> = settings(line)
            .into_iter()
            .chain(quoted(line))
            .filter(|range| line.get(range.clone()).is_some_and(&is_secret))
            .collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges.dedup();
        for range in ranges {
            let (start, end) = (offset + range.start, offset + range.end);
            if start < copied {
                continue;
            }
            let out = hidden.get_or_insert_default();
            *out += text.get(copied..start).unwrap_or_default();
            *out += &placeholder(line.get(range).unwrap_or_default().chars().count());
            copied = end;
        }
        offset += line.len();
    }
    let mut hidden = hidden?;
    hidden += text.get(copied..).unwrap_or_default();
    Some(hidden)
}

/// What stands in quotes, backticks or cells of a table on a line that names a secret-like key.
fn quoted(line: &str) -> Vec<std::ops::Range<usize>> {
    if !promises_secret(line) {
        return Vec::new();
    }
    ['`', '"', '\'', '|']
        .into_iter()
        .flat_map(|quote| between(line, quote))
        .collect()
}

/// The parts of a line between one quote and the next, blanks at their ends taken off.
pub fn between(line: &str, quote: char) -> Vec<std::ops::Range<usize>> {
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
