//! Texts that are documents themselves: JSON or YAML in a block of text, as the last applied configuration of an object.

use std::ops::Range;

use envlint_budget::Budget;
use envlint_yaml::{Document, Node};

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
    let document = Document::parse(text.to_owned());
    let is_map_or_list = |root: &Node| root.as_scalar().is_none();
    if document.errors().iter().any(|error| error.is_fatal())
        || !document.documents().iter().any(is_map_or_list)
    {
        return Vec::new();
    }
    let found = walk::within(&document, depth + 1, left);
    let hits = found.into_iter().flat_map(|sensitive| {
        let is_one_part = sensitive.parts.len() == 1;
        let parts = sensitive.parts.into_iter();
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
