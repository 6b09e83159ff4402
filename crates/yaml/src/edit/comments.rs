//! Which comments belong to an entry or an item, and travel with it.

use super::layout::{column, line_end, line_start};
use super::place::dash;
use super::render::{Fresh, Rendered, comment_behind_key};
use crate::document::Document;
use crate::node::{Kind, Node, Origin};
use crate::path::Segment;
use crate::span::Span;

/// Where the comments begin that stand directly above a key or dash, at its column and behind `bound`; the key or dash
/// itself where there are none.
pub(super) fn above(doc: &Document, entry: usize, bound: usize) -> usize {
    let source = doc.source();
    let width = column(doc, entry);
    let mut start = entry;
    let mut line = line_start(source, entry);
    let is_own_line = source
        .get(line..entry)
        .is_some_and(|before| before.bytes().all(|byte| byte == b' '));
    while is_own_line && line > bound.max(1) {
        let before = line_start(source, line - 1);
        let text = source.get(before..line).unwrap_or_default();
        let indent = text.len() - text.trim_start_matches(' ').len();
        if before < bound
            || before == line
            || indent != width
            || !text.trim_start().starts_with('#')
        {
            break;
        }
        start = before + indent;
        line = before;
    }
    start
}

/// Whether nothing stands above a comment but the beginning of the document: then it may be about the whole file.
pub(super) fn is_head(doc: &Document, comment: usize) -> bool {
    let before = doc.source().get(..comment).unwrap_or_default();
    before
        .trim_start_matches('\u{feff}')
        .lines()
        .all(|line| line.trim().is_empty() || line.starts_with("---") || line.starts_with('%'))
}

/// The comments that a value of another file brings along.
#[derive(Default)]
pub(super) struct Companions {
    above: Vec<String>,
    behind: Option<String>,
}

impl Companions {
    /// The comments of a value, of which so many steps are missing where it goes: those directly above the first of these,
    /// and the one on the line of the value.
    pub(super) fn of(fresh: Fresh<'_>, missing: usize) -> Companions {
        let Fresh::Node(doc, node) = fresh else {
            return Companions::default();
        };
        let mut starts = Vec::new();
        if let Some(root) = doc.root() {
            ways_to(doc, root, node.span(), &mut starts);
        }
        let entry = starts
            .len()
            .checked_sub(missing)
            .and_then(|at| starts.get(at));
        let above = entry.map(|entry| (above(doc, *entry, 0), *entry));
        let above = above.filter(|(comments, _)| !is_head(doc, *comments));
        let lines = above.map_or("", |(comments, entry)| doc.text(Span::new(comments, entry)));
        Companions {
            above: lines
                .lines()
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect(),
            behind: behind(doc, node),
        }
    }

    /// The first entry or item of a collection that was empty, with the comments; `missing` are the steps that it lacked. None
    /// where there are no comments, or no lines for them.
    pub(super) fn around(&self, rendered: &Rendered, missing: &[Segment]) -> Option<Rendered> {
        let Rendered::Lines {
            header,
            lines,
            list,
        } = rendered
        else {
            return None;
        };
        let is_nothing = self.above.is_empty() && self.behind.is_none();
        if is_nothing || missing.is_empty() || !header.is_empty() {
            return None;
        }
        let keys = missing.iter().all(|step| matches!(step, Segment::Key(_)));
        let own = match missing {
            [_] => 0,
            // Each key is a line; a dash is none.
            _ if keys => missing.len() - 1,
            _ => lines.len(),
        };
        Some(Rendered::Lines {
            header: String::new(),
            lines: self.put_around(lines, own),
            list: *list,
        })
    }

    /// The lines of a new entry or item with the comments. `own` is the line of the value.
    pub(super) fn put_around(&self, lines: &[String], own: usize) -> Vec<String> {
        let mut all = self.above.clone();
        all.extend_from_slice(lines);
        let is_last = own + 1 == lines.len();
        if let (Some(line), Some(comment)) = (all.get_mut(self.above.len() + own), &self.behind)
            && (is_last || line.ends_with(':'))
        {
            line.push_str(comment);
        }
        all
    }
}

/// The comment on the line of a value's key, or behind a value on one line, with the space before it.
fn behind(doc: &Document, node: &Node) -> Option<String> {
    if let Some(comment) = comment_behind_key(doc, node) {
        return Some(format!(" {comment}"));
    }
    let (start, end) = (node.span().start, node.span().end);
    let source = doc.source();
    let has_end = node.as_scalar().is_some() || node.is_flow();
    let is_one_line = has_end && line_end(source, start) >= end;
    let rest = source.get(end..line_end(source, end))?;
    let is_comment = rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#');
    (is_one_line && is_comment).then(|| rest.trim_end().to_owned())
}

/// Where the keys and dashes begin that lead to a value.
fn ways_to(doc: &Document, node: &Node, target: Span, starts: &mut Vec<usize>) {
    let holds = |child: &Node| child.origin() == Origin::Written && child.span().contains(target);
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => {
            if let Some(index) = items.iter().position(holds) {
                let item = items.get(index).filter(|_| node.is_flow());
                starts.push(
                    item.map_or_else(|| dash(doc, node, items, index), |item| item.span().start),
                );
                items
                    .iter()
                    .skip(index)
                    .take(1)
                    .for_each(|item| ways_to(doc, item, target, starts));
            }
        }
        Kind::Mapping(mapping) => {
            if let Some((key, value)) = mapping.iter().find(|(_, value)| holds(value)) {
                starts.push(key.span().start);
                ways_to(doc, value, target, starts);
            }
        }
    }
}
