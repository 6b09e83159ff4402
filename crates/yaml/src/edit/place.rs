//! Where a value stands: what is around it, and whether it may be touched.

use super::change::EditError;
use super::layout::{line_end, line_start};
use crate::document::Document;
use crate::node::{Kind, Node, Origin};
use crate::path::{Path, Segment};
use crate::span::Span;

/// What a value hangs on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// The document.
    Root,
    /// A key of a block map.
    Value {
        /// Where the key begins.
        key: usize,
        /// Behind the colon.
        after: usize,
    },
    /// A dash of a block list.
    Item {
        /// The offset of the dash.
        dash: usize,
    },
    /// Brackets.
    Flow,
}

/// As far as a path leads into a document.
pub(super) struct Walk<'d> {
    /// The last value that exists.
    pub(super) node: &'d Node,
    pub(super) slot: Slot,
    /// The steps to it.
    pub(super) path: Path,
    /// The steps that are missing.
    pub(super) rest: Vec<Segment>,
}

/// Follows a path to its end, or to where it ends in the document. Refuses to go through what belongs to other places.
pub(super) fn walk<'d>(
    doc: &'d Document,
    root: &'d Node,
    path: &Path,
) -> Result<Walk<'d>, EditError> {
    let mut walk = Walk {
        node: root,
        slot: Slot::Root,
        path: Path::root(),
        rest: Vec::new(),
    };
    for (at, segment) in path.segments().iter().enumerate() {
        through(doc, &walk)?;
        let child = walk.node.child(segment);
        let is_last = at + 1 == path.segments().len();
        match child {
            Some(child) if child.origin() == Origin::Merge && !is_last => {
                return Err(EditError::Shared(walk.path.join(segment.clone())));
            }
            // A key of its own wins over the one that a merge key brings, if it stands behind it.
            Some(child) if child.origin() != Origin::Merge => {
                walk.slot = slot(doc, walk.node, segment, child);
                walk.node = child;
                walk.path.push(segment.clone());
            }
            _ => {
                walk.rest = path.segments().get(at..).unwrap_or_default().to_vec();
                return Ok(walk);
            }
        }
    }
    Ok(walk)
}

/// Refuses a collection whose text is also that of other places.
pub(super) fn through(doc: &Document, walk: &Walk<'_>) -> Result<(), EditError> {
    if walk.node.origin() != Origin::Written {
        return Err(EditError::Shared(walk.path.clone()));
    }
    match doc.aliases_of(walk.node).count() {
        0 => Ok(()),
        count => Err(anchored(&walk.path, count)),
    }
}

fn anchored(path: &Path, count: usize) -> EditError {
    let aliases = if count == 1 {
        "1 alias".to_owned()
    } else {
        format!("{count} aliases")
    };
    EditError::Anchored {
        path: path.clone(),
        aliases,
    }
}

/// Refuses to remove an anchor that is used elsewhere.
pub(super) fn may_go(doc: &Document, path: &Path, span: Span) -> Result<(), EditError> {
    match doc.aliases_into(span) {
        0 => Ok(()),
        count => Err(anchored(path, count)),
    }
}

/// What `child` hangs on.
fn slot(doc: &Document, parent: &Node, segment: &Segment, child: &Node) -> Slot {
    if parent.is_flow() {
        return Slot::Flow;
    }
    match (parent.kind(), segment) {
        (Kind::Mapping(mapping), Segment::Key(key)) => {
            let key = mapping
                .entry(key)
                .map_or(child.span(), |(key, _)| key.span());
            Slot::Value {
                key: key.start,
                after: after_colon(doc.source(), key.end),
            }
        }
        (Kind::Sequence(items), Segment::Index(index)) => Slot::Item {
            dash: dash(doc, parent, items, *index),
        },
        _ => Slot::Root,
    }
}

/// Where the dash of an item of a block list stands.
pub(super) fn dash(doc: &Document, list: &Node, items: &[Node], index: usize) -> usize {
    match index.checked_sub(1).and_then(|before| items.get(before)) {
        None => list.span().start,
        Some(before) => skip_blank(doc.source(), before.span().end),
    }
}

/// Behind the colon that follows a key.
pub(super) fn after_colon(source: &str, key_end: usize) -> usize {
    let at = skip_blank(source, key_end);
    if source.as_bytes().get(at) == Some(&b':') {
        at + 1
    } else {
        key_end
    }
}

/// Over white space, line breaks and comments.
pub(super) fn skip_blank(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at = line_end(source, at),
            _ => return at,
        }
    }
}

/// The end of a part with the comments below it that stand further right than it begins.
pub(super) fn behind_inner_comments(source: &str, part: Span) -> usize {
    let column = part.start - line_start(source, part.start);
    let mut end = part.end;
    let mut at = line_end(source, part.end);
    while let Some(line) = source
        .get(at..)
        .and_then(|rest| rest.find('\n'))
        .map(|line_break| at + line_break + 1)
    {
        at = line_end(source, line);
        let text = source.get(line..at).unwrap_or_default();
        let trimmed = text.trim_start_matches(' ');
        if trimmed.starts_with('#') && text.len() - trimmed.len() > column {
            end = at;
        } else if !trimmed.is_empty() {
            break;
        }
    }
    end
}
