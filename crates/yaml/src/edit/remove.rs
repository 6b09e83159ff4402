//! Removing keys and items.

use super::change::{Edit, EditError};
use super::comments;
use super::layout::{Layout, line_end, line_start};
use super::place::{Walk, after_colon, behind_inner_comments, dash, may_go, skip_blank, walk};
use super::render::Rendered;
use super::replace;
use crate::document::Document;
use crate::node::{Kind, Node, Origin};
use crate::path::{Path, Segment};
use crate::problem::ProblemKind;
use crate::span::Span;

/// What the comments directly above a part are about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Above {
    /// Perhaps also about what follows it, where that has none of its own and no blank line is between.
    Shared,
    /// The part alone.
    Own,
}

/// The comments directly above an entry of a block map or an item of a block list, without their `#`.
pub fn comments_above<'d>(doc: &'d Document, path: &Path) -> Vec<&'d str> {
    let (Some(root), Some(parent)) = (doc.root(), path.parent()) else {
        return Vec::new();
    };
    let place = root.get(&parent).and_then(|node| {
        let parts = parts(doc, node);
        let at = position(node, path)?;
        let before = at.checked_sub(1).and_then(|before| parts.get(before));
        Some((*parts.get(at)?, before.map_or(0, |before| before.end)))
    });
    let Some((part, bound)) = place else {
        return Vec::new();
    };
    let above = Span::new(comments::above(doc, part.start, bound), part.start);
    let lines = doc.text(above).lines().map(str::trim);
    lines.filter_map(|line| line.strip_prefix('#')).collect()
}

/// The edits that may remove what is at a path.
pub(super) fn remove(
    doc: &Document,
    layout: Layout,
    path: &Path,
    above: Above,
) -> Result<Vec<Edit>, EditError> {
    let missing = || EditError::Missing(path.clone());
    let root = doc.root().ok_or_else(missing)?;
    let parent_path = path.parent().ok_or_else(missing)?;
    // Walking to the value refuses parents that belong to other places; what is left over came by a merge key.
    if !walk(doc, root, path)?.rest.is_empty() {
        return Err(EditError::Shared(path.clone()));
    }
    let parent = walk(doc, root, &parent_path)?;
    let parts = parts(doc, parent.node);
    let at = position(parent.node, path).ok_or_else(missing)?;
    let part = *parts.get(at).ok_or_else(missing)?;
    may_go(doc, path, part)?;
    if is_duplicate(doc, part) {
        return Err(EditError::Duplicate(path.clone()));
    }
    let merges = parent
        .node
        .as_mapping()
        .is_some_and(|mapping| mapping.merge_keys().next().is_some());
    if parts.len() == 1 && !merges {
        return Ok(empty(doc, layout, &parent));
    }
    let next = at.checked_add(1).and_then(|next| parts.get(next)).copied();
    let before = at
        .checked_sub(1)
        .and_then(|before| parts.get(before))
        .copied();
    if parent.node.is_flow() {
        let of_line = from_line_in_brackets(doc, parent.node, part, before, next);
        let plain = from_brackets(part, before, next);
        return Ok(of_line.into_iter().chain([plain]).collect());
    }
    // Comments below the value that stand deeper than its key are about what is in it.
    let inner = behind_inner_comments(doc.source(), part);
    let bound = before.map_or(0, |before| before.end);
    let next_of_own = next.filter(|_| above == Above::Shared);
    let own = own_comments(doc, part, bound, next_of_own);
    let with_all = lines(doc, Span::new(own, inner), next);
    let own_lines = lines(doc, Span::new(own, part.end), next);
    let mut edits = vec![
        without_blank_line(doc, &with_all),
        with_all,
        without_blank_line(doc, &own_lines),
        own_lines,
        lines(doc, part, next),
        lines(doc, Span::new(part.start, inner), next),
    ];
    edits.dedup();
    Ok(edits)
}

/// The bytes of every entry or item that is written, in their order: key or dash to the end of the value.
fn parts(doc: &Document, collection: &Node) -> Vec<Span> {
    match collection.kind() {
        Kind::Scalar(_) => Vec::new(),
        Kind::Sequence(items) if collection.is_flow() => items
            .iter()
            .map(|item| doc.span_with_properties(item))
            .collect(),
        Kind::Sequence(items) => {
            let dashes = (0..items.len()).map(|index| dash(doc, collection, items, index));
            dashes
                .zip(items)
                .map(|(dash, item)| Span::new(dash, item.span().end))
                .collect()
        }
        Kind::Mapping(mapping) => {
            let written = mapping
                .iter()
                .filter(|(_, node)| node.origin() != Origin::Merge);
            let end =
                |key: Span, node: &Node| node.span().end.max(after_colon(doc.source(), key.end));
            written
                .map(|(key, node)| Span::new(key.span().start, end(key.span(), node)))
                .collect()
        }
    }
}

/// Which of the parts a path means.
fn position(collection: &Node, path: &Path) -> Option<usize> {
    match (collection.kind(), path.last()?) {
        (Kind::Sequence(_), Segment::Index(index)) => Some(*index),
        (Kind::Mapping(mapping), Segment::Key(key)) => {
            let mut written = mapping
                .iter()
                .filter(|(_, node)| node.origin() != Origin::Merge);
            written.position(|(other, _)| other.text() == key)
        }
        _ => None,
    }
}

fn is_duplicate(doc: &Document, part: Span) -> bool {
    let duplicates = doc
        .errors()
        .iter()
        .filter(|problem| problem.kind == ProblemKind::DuplicateKey);
    duplicates
        .into_iter()
        .any(|problem| problem.span.start == part.start)
}

/// The collection without its only entry.
fn empty(doc: &Document, layout: Layout, parent: &Walk<'_>) -> Vec<Edit> {
    let text = if parent.node.as_sequence().is_some() {
        "[]"
    } else {
        "{}"
    };
    let rendered = Rendered::Inline(text.to_owned());
    replace::replace(doc, parent, &rendered, layout)
}

/// A part with the comma behind it, or the one before it.
fn from_brackets(part: Span, before: Option<Span>, next: Option<Span>) -> Edit {
    let span = match (before, next) {
        (_, Some(next)) => Span::new(part.start, next.start),
        (Some(before), None) => Span::new(before.end, part.end),
        (None, None) => part,
    };
    Edit {
        span,
        replacement: String::new(),
    }
}

/// A part between brackets that has lines of its own: they go with the comment behind it, and the comment of the line above
/// stays.
fn from_line_in_brackets(
    doc: &Document,
    collection: &Node,
    part: Span,
    before: Option<Span>,
    next: Option<Span>,
) -> Option<Edit> {
    let source = doc.source();
    let line = line_start(source, part.start);
    let rest = behind_comma(source, part.end);
    let end = line_end(source, rest);
    let behind = source.get(rest..end)?.trim();
    let is_own_line = source.get(line..part.start)?.trim().is_empty()
        && line > collection.span().start
        && (behind.is_empty() || behind.starts_with('#'));
    let below = source.get(end..)?.find('\n').map(|at| end + at + 1)?;
    if !is_own_line || below > collection.span().end {
        return None;
    }
    let bound = before.map_or(collection.span().start, |before| before.end);
    let top = line_start(source, comments::above(doc, part.start, bound));
    let has_comma = rest > part.end;
    if next.is_some() || has_comma {
        return Some(Edit::new(Span::new(top, below), ""));
    }
    // The comma behind the one before it goes as well, and what is said behind that comma stays.
    let before = before?.end;
    let comma = behind_comma(source, before);
    let kept = source.get(comma..top)?;
    Some(Edit::new(Span::new(before, below), kept))
}

/// Behind the comma that follows, if one follows on the same line.
fn behind_comma(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    match rest.get(blanks..).is_some_and(|rest| rest.starts_with(',')) {
        true => from + blanks + 1,
        false => from,
    }
}

/// Where a part begins with the comments above that are about it and nothing else.
fn own_comments(doc: &Document, part: Span, bound: usize, next: Option<Span>) -> usize {
    let source = doc.source();
    let top = comments::above(doc, part.start, bound);
    let below = line_end(source, part.end);
    let leads_others = next.is_some_and(|next| {
        let between = source.get(below..next.start).unwrap_or_default();
        between.trim().is_empty() && between.matches('\n').count() == 1
    });
    match leads_others || comments::is_head(doc, top) {
        true => part.start,
        false => top,
    }
}

/// The removal of lines between two blank ones, together with the second of these; at the end of the file with the one
/// before.
fn without_blank_line(doc: &Document, removal: &Edit) -> Edit {
    let source = doc.source();
    let Span { start, end } = removal.span;
    let mut span = removal.span;
    let is_blank = |from: usize, to: usize| {
        let line = source.get(from..to).unwrap_or_default();
        line.ends_with('\n') && line.trim().is_empty()
    };
    let above = line_start(source, start.saturating_sub(1));
    let is_below_blank = start == line_start(source, start) && is_blank(above, start);
    let next = source
        .get(end..)
        .and_then(|rest| rest.find('\n'))
        .map_or(source.len(), |at| end + at + 1);
    if is_below_blank && end == source.len() {
        span.start = above;
    } else if is_below_blank && is_blank(end, next) {
        span.end = next;
    }
    Edit {
        span,
        replacement: String::new(),
    }
}

/// The lines of a part. Where it begins behind a dash, the next part moves up to the dash.
fn lines(doc: &Document, part: Span, next: Option<Span>) -> Edit {
    let source = doc.source();
    let first = line_start(source, part.start);
    let end = line_end(source, part.end);
    let own_line = source
        .get(first..part.start)
        .is_some_and(|before| before.trim().is_empty());
    let span = if own_line {
        let rest = source.get(end..).unwrap_or_default();
        let line_break = rest.find('\n').map_or(rest.len(), |at| at + 1);
        Span::new(first, end + line_break)
    } else {
        let to = match next {
            Some(next) if skip_spaces(source, end) == next.start => next.start,
            _ => end,
        };
        Span::new(part.start, to)
    };
    Edit {
        span,
        replacement: String::new(),
    }
}

/// Over white space; stops at a comment, which has to stay.
fn skip_spaces(source: &str, from: usize) -> usize {
    let end = skip_blank(source, from);
    let skipped = source.get(from..end).unwrap_or_default();
    skipped.find('#').map_or(end, |at| from + at)
}
