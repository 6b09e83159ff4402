//! A part of a file at its place, as if nothing else were there but what its aliases name.

use std::sync::OnceLock;

use super::Document;
use crate::node::{Bytes, Kind, Node};
use crate::parse;
use crate::problem::ProblemKind;
use crate::span::Span;

/// In a longer text, anchors around a part are not looked for: it may have thousands of parts, and each reads it all.
const MOST: usize = 1 << 18;

impl Document {
    /// Reads a part of a file, at its place: what is around it becomes spaces, and lines stay lines. An alias in it may name
    /// an anchor of the YAML document that it is a part of; what that one names stays, too.
    pub fn parse_part(whole: &str, span: Span) -> Document {
        let alone = Document::parse(keep(whole, &[span]));
        let lacks_anchor = |alone: &Document| {
            let mut errors = alone.errors().iter();
            errors.any(|problem| problem.kind == ProblemKind::InvalidAlias)
        };
        match whole.len() <= MOST && lacks_anchor(&alone) {
            true => Document::parse(whole).cut(span).unwrap_or(alone),
            false => alone,
        }
    }

    /// The value at a span with all that it is made of; none where no value has that span.
    fn cut(self, span: Span) -> Option<Document> {
        let documents = self.documents().iter();
        let node = documents.filter_map(|node| find(node, span)).next()?;
        let documents = vec![node.clone()];
        let mut loaded = self.loaded;
        let spans = used(&loaded, span, self.source.len());
        let is_inside = |bytes: &Bytes| span.contains(bytes.span());
        loaded.documents = documents;
        loaded
            .comments
            .retain(|comment| span.contains(comment.span));
        loaded
            .problems
            .retain(|problem| span.contains(problem.span));
        for anchor in &mut loaded.anchors {
            anchor.uses.retain(is_inside);
        }
        Some(Document {
            source: keep(&self.source, &spans).into(),
            loaded,
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        })
    }
}

/// The value that is written at a span, at or below a node.
fn find(node: &Node, span: Span) -> Option<&Node> {
    if node.span() == span {
        return Some(node);
    }
    // What an alias or a merge key brings lies elsewhere.
    let is_above = |child: &&Node| child.span().contains(span);
    match node.kind() {
        Kind::Mapping(map) => {
            let mut children = map.iter().map(|(_, child)| child);
            find(children.find(is_above)?, span)
        }
        Kind::Sequence(items) => find(items.iter().find(is_above)?, span),
        Kind::Scalar(_) => None,
    }
}

/// A span, and those of the values that aliases in it name, and aliases in these.
fn used(loaded: &parse::Loaded, span: Span, length: usize) -> Vec<Span> {
    let mut is_kept = vec![false; length];
    let mut spans = Vec::new();
    let mut keep = |kept: Span, is_kept: &mut [bool]| {
        if let Some(bytes) = is_kept.get_mut(kept.range()) {
            bytes.fill(true);
            spans.push(kept);
        }
    };
    keep(span, &mut is_kept);
    // A value is complete before an alias can name it, so one that names others comes behind them.
    for anchor in loaded.anchors.iter().rev() {
        let is_used = |bytes: &Bytes| is_kept.get(bytes.span().start) == Some(&true);
        let value = anchor.value.span();
        if anchor.uses.iter().any(is_used) && is_kept.get(value.start) != Some(&true) {
            keep(value, &mut is_kept);
        }
    }
    spans
}

/// A text of which only these spans are left, at their places. Empty where one is no part of the text.
fn keep(text: &str, spans: &[Span]) -> String {
    let blank = |byte: &u8| if *byte == b'\n' { b'\n' } else { b' ' };
    let mut kept: Vec<u8> = text.as_bytes().iter().map(blank).collect();
    for span in spans {
        let part = text.get(span.range());
        let Some((place, part)) = kept.get_mut(span.range()).zip(part) else {
            return String::new();
        };
        place.copy_from_slice(part.as_bytes());
    }
    String::from_utf8(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> Document {
        let start = text.find("a: ").unwrap_or_default();
        let end = text.find("\nend:").unwrap_or(text.len());
        Document::parse_part(text, Span::new(start, end))
    }

    #[test]
    fn a_part_knows_the_anchors_of_its_document() {
        let text = "one: &one shop\ntwo: &two {x: *one}\nthree: &three 3\nvalues:\n  a: *two\n  # b\n  b: 1\nend: 1 # end\n";
        let document = part(text);
        assert_eq!(document.errors(), []);
        assert_eq!(document.comments().len(), 1);
        let value = |path: &str| {
            let path = path.parse().expect("a path");
            document.get(&path)?.as_str().map(str::to_owned)
        };
        assert_eq!(value("a.x").as_deref(), Some("shop"));
        assert_eq!(value("one"), None);
        let kept: Vec<&str> = document.source().split_whitespace().collect();
        assert_eq!(
            kept,
            ["shop", "{x:", "*one}", "a:", "*two", "#", "b", "b:", "1"]
        );
    }

    #[test]
    fn an_anchor_that_is_nowhere_is_still_a_mistake() {
        for text in [
            "values:\n  a: *one\nend: 1\n",
            "one: &one 1\n---\nvalues:\n  a: *one\nend: 1\n",
        ] {
            assert_eq!(part(text).errors().len(), 1, "{text}");
        }
    }

    #[test]
    fn a_part_keeps_its_place() {
        let text = "spec:\n  values: |\n    é: 1\n    a: 2\nend: x\n";
        let start = text.find("    é").unwrap_or_default();
        let end = text.find("end").unwrap_or_default();
        let kept = keep(text, &[Span::new(start, end)]);
        assert_eq!(kept.len(), text.len());
        assert_eq!(kept.lines().nth(2), Some("    é: 1"));
        assert_eq!(kept.trim(), "é: 1\n    a: 2");
        assert_eq!(keep(text, &[Span::new(1, text.len() + 1)]), "");
    }
}
