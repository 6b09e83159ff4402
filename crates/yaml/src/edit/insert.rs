//! Adding keys and items.

use super::change::{Edit, EditError};
use super::layout::{Layout, column, line_end, line_start};
use super::place::{Walk, dash, walk};
use super::render::{Fresh, Manner, Rendered, comment_behind_key, entry, indented, item};
use super::text::{self, Context};
use super::wrap::renders;
use crate::document::Document;
use crate::node::{Kind, Mapping, Node, Origin};
use crate::path::{Path, Segment};
use crate::span::Span;

/// The first value of a file that has none.
pub(super) fn into_empty(doc: &Document, rendered: Rendered, layout: Layout) -> Edit {
    let source = doc.source();
    let lines = match rendered {
        Rendered::Inline(text) => vec![text],
        Rendered::Lines { header, lines, .. } if header.is_empty() => lines,
        Rendered::Lines { header, lines, .. } => std::iter::once(header)
            .chain(indented(lines, layout.width))
            .collect(),
    };
    let is_line_start = source.is_empty() || source == "\u{feff}" || source.ends_with('\n');
    let before = if is_line_start { "" } else { layout.eol };
    let replacement = [before, &lines.join(layout.eol), layout.eol].concat();
    Edit {
        span: Span::new(source.len(), source.len()),
        replacement,
    }
}

/// The edits that may add the first missing step of a walk to the collection where it ended.
pub(super) fn insert(
    doc: &Document,
    walk: &Walk<'_>,
    rendered: Rendered,
    fresh: Fresh<'_>,
    layout: Layout,
) -> Vec<Edit> {
    let Some(first) = walk.rest.first() else {
        return Vec::new();
    };
    match (walk.node.kind(), first) {
        (Kind::Mapping(mapping), Segment::Key(key)) if walk.node.is_flow() => {
            let Rendered::Inline(text) = rendered else {
                return Vec::new();
            };
            let key = text::key(key, layout.quote, Context::Flow);
            vec![behind_last(
                walk.node,
                last_end(mapping),
                &format!("{key}: {text}"),
            )]
        }
        (Kind::Sequence(items), _) if walk.node.is_flow() => {
            let Rendered::Inline(text) = rendered else {
                return Vec::new();
            };
            vec![behind_last(
                walk.node,
                items.last().map(|item| item.span().end),
                &text,
            )]
        }
        (Kind::Mapping(mapping), Segment::Key(key)) => {
            let key_text = text::key(key, layout.quote, Context::Block);
            let mut lines = entry(&key_text, rendered, layout);
            annotate(&mut lines, fresh, walk.rest.len());
            let neighbour = neighbour(mapping, fresh, walk.rest.len());
            lines_at(doc, walk.node, lines, neighbour, layout)
        }
        (Kind::Sequence(_), _) => lines_at(doc, walk.node, item(rendered), None, layout),
        _ => Vec::new(),
    }
}

/// Gives the key of a map or list of another file the comment that stands behind it there.
fn annotate(lines: &mut [String], fresh: Fresh<'_>, missing: usize) {
    let Fresh::Node(doc, node) = fresh else {
        return;
    };
    let own = lines
        .get_mut(missing.saturating_sub(1))
        .filter(|line| line.ends_with(':'));
    if let (Some(line), Some(comment)) = (own, comment_behind_key(doc, node)) {
        line.push(' ');
        line.push_str(comment);
    }
}

/// Where the last entry ends that is written between the brackets.
fn last_end(mapping: &Mapping) -> Option<usize> {
    let written = mapping
        .iter()
        .filter(|(_, node)| node.origin() != Origin::Merge);
    written
        .map(|(key, node)| node.span().end.max(key.span().end))
        .max()
}

fn behind_last(collection: &Node, last: Option<usize>, text: &str) -> Edit {
    // An entry without an end of its own (only a merge key) leaves the place before the bracket.
    let at = last.unwrap_or(collection.span().end.saturating_sub(1));
    Edit {
        span: Span::new(at, at),
        replacement: format!(", {text}"),
    }
}

/// Beside which entry a new key stands.
#[derive(Clone, Copy, Debug)]
enum Neighbour {
    /// Behind the entry that ends here.
    Behind(usize),
    /// Before the key that begins here.
    Before(usize),
}

/// The place that the new key has in the file that it comes from, if that file has neighbours of it that are here too.
fn neighbour(mapping: &Mapping, fresh: Fresh<'_>, missing: usize) -> Option<Neighbour> {
    let Fresh::Node(doc, node) = fresh else {
        return None;
    };
    if mapping.merge_keys().next().is_some() {
        return None;
    }
    let mut maps = Vec::new();
    maps_around(doc.root()?, node.span(), &mut maps);
    let (theirs, key) = *maps.get(maps.len().checked_sub(missing)?)?;
    let keys: Vec<&str> = theirs.iter().map(|(key, _)| key.text()).collect();
    let at = keys.iter().position(|other| *other == key)?;
    let before = keys
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rev()
        .find_map(|key| mapping.get(key));
    if let Some(node) = before {
        return Some(Neighbour::Behind(node.span().end));
    }
    let after = keys
        .get(at + 1..)
        .unwrap_or_default()
        .iter()
        .find_map(|key| mapping.entry(key))?;
    // What stands above the first key may be about the whole file; the new key must not come between.
    let is_first = mapping
        .iter()
        .next()
        .is_some_and(|(first, _)| first.span() == after.0.span());
    (!is_first).then(|| Neighbour::Before(after.0.span().start))
}

/// The maps on the way to a value, and the key that each is left by.
fn maps_around<'n>(node: &'n Node, target: Span, maps: &mut Vec<(&'n Mapping, &'n str)>) {
    let holds = |child: &Node| child.origin() == Origin::Written && child.span().contains(target);
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => {
            if let Some(item) = items.iter().find(|item| holds(item)) {
                maps_around(item, target, maps);
            }
        }
        Kind::Mapping(mapping) => {
            if let Some((key, value)) = mapping.iter().find(|(_, value)| holds(value)) {
                maps.push((mapping, key.text()));
                maps_around(value, target, maps);
            }
        }
    }
}

/// Adds lines to a block collection.
fn lines_at(
    doc: &Document,
    collection: &Node,
    lines: Vec<String>,
    neighbour: Option<Neighbour>,
    layout: Layout,
) -> Vec<Edit> {
    let source = doc.source();
    let column = column(doc, collection.span().start);
    let text = indented(lines, column).collect::<Vec<_>>().join(layout.eol);
    let behind = |end: usize| {
        let edit = |at: usize| Edit {
            span: Span::new(at, at),
            replacement: [layout.eol, &text].concat(),
        };
        let end = line_end(source, end);
        // Blank lines at the end of a `|+` are part of it; the proof tells which place is right.
        vec![edit(end), edit(behind_blank_lines(source, end))]
    };
    match neighbour {
        Some(Neighbour::Behind(end)) => behind(end),
        Some(Neighbour::Before(key)) => {
            let at = above_comments(source, line_start(source, key), column);
            vec![Edit {
                span: Span::new(at, at),
                replacement: [&text, layout.eol].concat(),
            }]
        }
        None => behind(collection.span().end),
    }
}

fn behind_blank_lines(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    let text = rest
        .find(|char: char| !char.is_ascii_whitespace())
        .unwrap_or(rest.len());
    let blank = rest.get(..text).unwrap_or_default();
    let end = from + blank.rfind('\n').unwrap_or(0);
    if source
        .get(..end)
        .is_some_and(|before| before.ends_with('\r'))
    {
        end - 1
    } else {
        end
    }
}

/// Above the comments that stand directly over a line, at its column.
fn above_comments(source: &str, line: usize, column: usize) -> usize {
    let indent = " ".repeat(column);
    let mut at = line;
    while at > 0 {
        let above = line_start(source, at - 1);
        let text = source.get(above..at).unwrap_or_default();
        if above == at
            || !text
                .strip_prefix(&indent)
                .is_some_and(|rest| rest.starts_with('#'))
        {
            break;
        }
        at = above;
    }
    at
}

/// The edits that may add an item before another one of a list.
pub(super) fn item_before(
    doc: &Document,
    list: &Path,
    index: usize,
    fresh: Fresh<'_>,
) -> Result<Vec<Edit>, EditError> {
    let layout = Layout::of(doc);
    let missing = || EditError::Missing(list.index(index));
    let root = doc.root().ok_or_else(missing)?;
    // Walking to the item refuses what stands under an alias or an anchor.
    walk(doc, root, &list.index(index))?;
    let node = root.get(list).ok_or_else(missing)?;
    let items = node.as_sequence().ok_or_else(missing)?;
    let next = items.get(index).ok_or_else(missing)?;
    let context = if node.is_flow() {
        Context::Flow
    } else {
        Context::Block
    };
    let renders = renders(
        fresh,
        &[],
        Manner {
            layout,
            context,
            style: None,
        },
    );
    let edits = renders
        .into_iter()
        .filter_map(|rendered| match (rendered, node.is_flow()) {
            (Rendered::Inline(text), true) => {
                let at = doc.span_with_properties(next).start;
                Some(Edit {
                    span: Span::new(at, at),
                    replacement: format!("{text}, "),
                })
            }
            (Rendered::Lines { .. }, true) => None,
            (rendered, false) => Some(lines_before(
                doc,
                dash(doc, node, items, index),
                item(rendered),
                layout,
            )),
        });
    Ok(edits.collect())
}

/// Lines before a dash, which is pushed down to a line of its own.
fn lines_before(doc: &Document, dash: usize, lines: Vec<String>, layout: Layout) -> Edit {
    let column = column(doc, dash);
    let separator = [layout.eol, &" ".repeat(column)].concat();
    let mut text = String::new();
    for line in lines {
        text.push_str(&line);
        text.push_str(if line.is_empty() {
            layout.eol
        } else {
            &separator
        });
    }
    Edit {
        span: Span::new(dash, dash),
        replacement: text,
    }
}
