//! Where a value stands: what is around it, and whether it may be touched.

use super::layout::Layout;
use super::render::{self, Fresh, Manner, Rendered};
use super::text::{self, Context};
use super::{Edit, EditError, insert, is_empty, replace};
use crate::document::{Document, Span};
use crate::node::{Kind, Node, Origin, Style};
use crate::path::{Path, Segment};

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
fn through(doc: &Document, walk: &Walk<'_>) -> Result<(), EditError> {
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
pub(super) fn slot(doc: &Document, parent: &Node, segment: &Segment, child: &Node) -> Slot {
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
            Some(b'#') => at = super::layout::line_end(source, at),
            _ => return at,
        }
    }
}

/// The edits that may put a value at a path, the best one first.
pub(super) fn set(doc: &Document, path: &Path, fresh: Fresh<'_>) -> Result<Vec<Edit>, EditError> {
    let layout = Layout::of(doc);
    let Some(root) = doc.root().filter(|root| !root.span().is_empty()) else {
        let renders = renders(
            fresh,
            path.segments(),
            Manner {
                layout,
                context: Context::Block,
                style: None,
            },
        );
        return Ok(renders
            .into_iter()
            .map(|rendered| insert::into_empty(doc, rendered, layout))
            .collect());
    };
    let walk = walk(doc, root, path)?;
    let flow = matches!(walk.slot, Slot::Flow);
    if walk.rest.is_empty() || is_empty(walk.node) {
        may_go(doc, &walk.path, doc.span_with_properties(walk.node))?;
        let context = if flow { Context::Flow } else { Context::Block };
        let manner = Manner {
            layout,
            context,
            style: style_of(walk.node),
        };
        let renders = renders(fresh, &walk.rest, manner);
        return Ok(renders
            .iter()
            .filter_map(|rendered| replace::replace(doc, &walk, rendered, layout))
            .collect());
    }
    through(doc, &walk)?;
    let context = if walk.node.is_flow() {
        Context::Flow
    } else {
        Context::Block
    };
    let manner = Manner {
        layout,
        context,
        style: None,
    };
    let inner = walk.rest.get(1..).unwrap_or_default();
    let renders = renders(fresh, inner, manner);
    Ok(renders
        .into_iter()
        .flat_map(|rendered| insert::insert(doc, &walk, rendered, fresh, layout))
        .collect())
}

/// The style of a text, if it is one of those that fit on a line.
fn style_of(node: &Node) -> Option<Style> {
    let scalar = node
        .as_scalar()
        .filter(|_| node.origin() == Origin::Written && node.as_str().is_some())?;
    Some(scalar.style()).filter(|style| !matches!(style, Style::Literal | Style::Folded))
}

/// The ways to write a value under some keys that are missing.
pub(super) fn renders(fresh: Fresh<'_>, missing: &[Segment], manner: Manner) -> Vec<Rendered> {
    let mut renders = Vec::new();
    if let Fresh::Node(doc, node) = fresh {
        renders.extend(render::node(doc, node, manner));
    }
    let value = fresh.to_value();
    renders.push(render::value(&value, manner));
    renders.push(render::value(
        &value,
        Manner {
            context: Context::Flow,
            ..manner
        },
    ));
    renders.dedup();
    renders
        .into_iter()
        .map(|rendered| wrap(rendered, missing, manner))
        .collect()
}

/// Puts keys that are missing around a value.
fn wrap(rendered: Rendered, missing: &[Segment], manner: Manner) -> Rendered {
    missing.iter().rev().fold(rendered, |rendered, segment| {
        match (segment, manner.context, rendered) {
            (Segment::Key(key), Context::Flow, Rendered::Inline(text)) => {
                Rendered::Inline(format!(
                    "{{{}: {text}}}",
                    text::key(key, manner.layout.quote, Context::Flow)
                ))
            }
            (_, Context::Flow, Rendered::Inline(text)) => Rendered::Inline(format!("[{text}]")),
            (Segment::Key(key), _, rendered) => {
                let key = text::key(key, manner.layout.quote, Context::Block);
                let lines = render::entry(&key, rendered, manner.layout);
                Rendered::Lines {
                    header: String::new(),
                    lines,
                    list: false,
                }
            }
            (_, _, rendered) => Rendered::Lines {
                header: String::new(),
                lines: render::item(rendered),
                list: true,
            },
        }
    })
}
