//! The steps that lead to a value of a document, as they are written.

use super::place::dash;
use crate::document::Document;
use crate::node::{Kind, Node, Origin};
use crate::span::Span;

/// A step on the way to a value.
pub(super) struct Way {
    /// Where its key or dash begins; between brackets, where the item does.
    pub(super) start: usize,
    /// The key as it is written.
    pub(super) key: Option<Span>,
}

/// Where the key or dash begins that a value stands behind.
pub(super) fn entry_of(doc: &Document, node: &Node) -> Option<usize> {
    ways_to(doc, node).last().map(|way| way.start)
}

/// The steps that lead to a value.
pub(super) fn ways_to(doc: &Document, node: &Node) -> Vec<Way> {
    let mut ways = Vec::new();
    if let Some(root) = doc.root() {
        find(doc, root, node.span(), &mut ways);
    }
    ways
}

fn find(doc: &Document, node: &Node, target: Span, ways: &mut Vec<Way>) {
    let holds = |child: &Node| child.origin() == Origin::Written && child.span().contains(target);
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => {
            let Some((index, item)) = items.iter().enumerate().find(|(_, item)| holds(item)) else {
                return;
            };
            let start = match node.is_flow() {
                true => item.span().start,
                false => dash(doc, node, items, index),
            };
            ways.push(Way { start, key: None });
            find(doc, item, target, ways);
        }
        Kind::Mapping(mapping) => {
            if let Some((key, value)) = mapping.iter().find(|(_, value)| holds(value)) {
                let key = key.span();
                ways.push(Way {
                    start: key.start,
                    key: Some(key),
                });
                find(doc, value, target, ways);
            }
        }
    }
}
