//! Which comments belong to an entry or an item, and travel with it.

use super::layout::{column, line_end, line_start};
use super::render::{Fresh, Rendered, comment_behind_key};
use super::ways::ways_to;
use crate::document::Document;
use crate::node::Node;
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

/// What a value of another file brings along: its comments, and blank lines around it.
#[derive(Default)]
pub(super) struct Companions {
    above: Vec<String>,
    behind: Option<String>,
    /// Whether the comment stands behind the last of several lines.
    at_end: bool,
    /// Whether a blank line stands above it and its comments.
    pub(super) blank_above: bool,
    /// Whether one stands below it.
    pub(super) blank_below: bool,
}

impl Companions {
    /// The comments of a value, of which so many steps are missing where it goes: those directly above the first of these,
    /// and the one on the line of the value.
    pub(super) fn of(fresh: Fresh<'_>, missing: usize) -> Companions {
        let Fresh::Node(doc, node) = fresh else {
            return Companions::default();
        };
        let starts = ways_to(doc, node);
        let entry = starts.len().checked_sub(missing);
        let entry = entry.and_then(|at| starts.get(at)).map(|way| way.start);
        let above = entry.map(|entry| (above(doc, entry, 0), entry));
        let top = above.map_or(0, |(comments, _)| comments);
        let above = above.filter(|(comments, _)| !is_head(doc, *comments));
        let lines = above.map_or("", |(comments, entry)| doc.text(Span::new(comments, entry)));
        let source = doc.source();
        let end = node.span().end;
        Companions {
            blank_above: is_blank_above(source, top),
            blank_below: is_blank_below(source, line_end(source, end)),
            at_end: (node.as_scalar().is_some() || node.is_flow())
                && line_end(source, node.span().start) < end,
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
            indent,
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
            indent: *indent,
        })
    }

    /// The lines of a new entry or item with the comments. `own` is the line of the value.
    pub(super) fn put_around(&self, lines: &[String], own: usize) -> Vec<String> {
        let mut all = self.above.clone();
        all.extend_from_slice(lines);
        let is_last = own + 1 == lines.len();
        let closes = |line: &String| line.ends_with([']', '}', '"', '\'']);
        let own = match self.at_end && lines.last().is_some_and(closes) {
            true => lines.len() - 1,
            false => own,
        };
        let is_end = own + 1 == lines.len() && self.at_end;
        if let (Some(line), Some(comment)) = (all.get_mut(self.above.len() + own), &self.behind)
            && (is_last || is_end || line.ends_with(':'))
        {
            line.push_str(comment);
        }
        all
    }

    /// The same between brackets, where the part stands on a line of its own: a comma is behind it unless it is the last.
    pub(super) fn in_brackets(&self, text: &str, comma: &str, eol: &str) -> String {
        let mut all = self.above.clone();
        all.push([text, comma, self.behind.as_deref().unwrap_or_default()].concat());
        all.join(eol)
    }
}

/// Whether a blank line stands above a line that is not the first one.
fn is_blank_above(source: &str, at: usize) -> bool {
    let before = source.get(..line_start(source, at)).unwrap_or_default();
    let is_blank = before
        .lines()
        .next_back()
        .is_some_and(|line| line.trim().is_empty());
    is_blank && !before.trim().is_empty()
}

/// Whether a blank line follows the line that ends here, and more behind it.
fn is_blank_below(source: &str, end: usize) -> bool {
    let rest = source.get(end..).unwrap_or_default();
    let mut lines = rest.lines().skip(1);
    lines.next().is_some_and(|line| line.trim().is_empty()) && !rest.trim().is_empty()
}

/// The comment on the line of a value's key, or behind a value on one line, with the space before it.
fn behind(doc: &Document, node: &Node) -> Option<String> {
    if let Some(comment) = comment_behind_key(doc, node) {
        return Some(comment.to_owned());
    }
    let (start, end) = (node.span().start, node.span().end);
    let source = doc.source();
    let has_end = node.as_scalar().is_some() || node.is_flow();
    let is_one_line = line_end(source, start) >= end;
    // The text of a block scalar has no comment behind it.
    let has_end = has_end && (is_one_line || !source.get(start..)?.starts_with(['|', '>']));
    let rest = source.get(end..line_end(source, end))?;
    // Between brackets, a comma follows the value.
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    let is_comment = rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#');
    (has_end && is_comment).then(|| rest.trim_end().to_owned())
}
