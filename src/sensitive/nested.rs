//! Texts that are documents themselves: JSON or YAML in a block of text, as the last applied configuration of an object.

use std::ops::Range;

use envlint_budget::Budget;
use envlint_yaml::{Document, Node, Span};

use super::Reason;
use super::examine::{Hit, hit};
use super::sift::may_set;
use super::walk;
use super::words::reads_like_words;

/// How deep texts are read as documents: each level costs another look at all that is in it.
const DEEPEST: usize = 3;

/// The secrets of a text that is a document, which no line of it tells: the entries of a Secret, a list or a block below a
/// secret-like key. They are masked; what is reported is left to the settings that the text has.
pub(super) fn hits(text: &str, depth: usize, left: &Budget) -> Vec<Hit> {
    if depth >= DEEPEST || !may_be_document(text) || !may_set(text) {
        return Vec::new();
    }
    let document = Document::parse(without_actions(text));
    let is_map_or_list = |root: &Node| root.as_scalar().is_none();
    if document.errors().iter().any(|error| error.is_fatal())
        || !document.documents().iter().any(is_map_or_list)
    {
        return Vec::new();
    }
    let found = walk::within(&document, depth + 1, left);
    let is_written = |part: &Span| {
        !text
            .get(part.range())
            .is_none_or(|written| written.contains("{{"))
    };
    let hits = found.into_iter().flat_map(|sensitive| {
        let is_one_part = sensitive.parts.len() == 1;
        let parts = sensitive.parts.into_iter().filter(is_written);
        let (secret, decoded) = (sensitive.secret, sensitive.decoded);
        parts.map(move |part| {
            let written = text.get(part.range()).unwrap_or_default();
            // Of an escaped one, also what it says.
            let says = decoded.as_ref().unwrap_or(&secret).expose();
            Hit {
                decoded: (is_one_part && says != written).then(|| says.to_owned()),
                ..hit(part.range(), Reason::Named)
            }
        })
    });
    hits.collect()
}

/// A text with a word for every action (`{{ … }}`), and nothing for those that are lines of their own: YAML as it will be when
/// `tpl` has rendered it. Every byte that is left stays in its place.
fn without_actions(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut fill = |range: Range<usize>, with: u8| {
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = with;
            }
        }
    };
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open;
        let rest = text.get(start..).unwrap_or_default();
        let end = start + rest.find("}}").map_or(rest.len(), |at| at + 2);
        fill(start..end, b'x');
        from = end;
    }
    let mut offset = 0;
    for line in text.split_inclusive('\n').filter(|_| from > 0) {
        let trimmed = line.trim();
        if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
            fill(offset..offset + line.len(), b' ');
        }
        offset += line.len();
    }
    // Whole characters were replaced: it is UTF-8 as before.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a hit of a text in a document is one. Texts document what they set: words under a secret-like key that nobody chose
/// are more often words.
pub(super) fn is_hit(text: &str, hit: &Hit) -> bool {
    let secret = text.get(hit.range.clone()).unwrap_or_default();
    hit.reason != Reason::Named || !reads_like_words(secret)
}

fn may_be_document(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with(['{', '[']) || text.trim_end().contains('\n')
}

/// The hits of a text, and what it has beside them when it is read as a document; in the order of the text.
pub(super) fn with(mut hits: Vec<Hit>, text: &str, depth: usize, left: &Budget) -> Vec<Hit> {
    if hits.iter().any(|hit| hit.range.len() == text.len()) {
        return hits;
    }
    let mut added = Vec::new();
    for other in self::hits(text, depth, left) {
        // The hits do not overlap, so those that this one touches stand together.
        let first = hits.partition_point(|known| known.range.end <= other.range.start);
        let touched = hits.get(first..).unwrap_or_default().iter();
        let mut touched = touched
            .take_while(|known| known.range.start < other.range.end)
            .peekable();
        if touched.peek().is_none() {
            added.push(other);
            continue;
        }
        let mut start = other.range.start;
        for known in touched {
            added.extend(piece(start..known.range.start));
            start = known.range.end;
        }
        added.extend(piece(start..other.range.end));
    }
    hits.extend(added);
    hits.sort_by_key(|hit| hit.range.start);
    hits
}

/// What is left of a secret beside a part of it that is known.
fn piece(range: Range<usize>) -> Option<Hit> {
    (range.start < range.end).then(|| hit(range, Reason::Named))
}
