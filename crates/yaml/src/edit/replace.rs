//! Replacing a value that exists.

use super::change::Edit;
use super::insert::behind_blank_lines;
use super::layout::{Layout, column, line_end, line_start};
use super::place::{Slot, Walk, behind_inner_comments};
use super::render::{Indent, Rendered, indented, with_blanks};
use crate::document::Document;
use crate::node::{Node, Origin, Style};
use crate::span::Span;

/// The edits that may put `rendered` in the place of the value that a walk ended at; none where lines cannot stand.
pub(super) fn replace(
    doc: &Document,
    walk: &Walk<'_>,
    rendered: &Rendered,
    layout: Layout,
) -> Vec<Edit> {
    let Some(edit) = one(doc, walk, rendered, layout) else {
        return Vec::new();
    };
    // Blank lines behind the text of a `|+` belong to it; the proof tells which is right.
    let end = behind_blank_lines(doc.source(), edit.span.end);
    let keeps = matches!(rendered, Rendered::Lines { header, .. } if is_block_header(header) && header.contains('+'));
    let with_blank_lines = (keeps && end > edit.span.end).then(|| Edit {
        span: Span::new(edit.span.start, end),
        replacement: edit.replacement.clone(),
    });
    std::iter::once(edit).chain(with_blank_lines).collect()
}

fn one(doc: &Document, walk: &Walk<'_>, rendered: &Rendered, layout: Layout) -> Option<Edit> {
    match rendered {
        Rendered::Inline(text) => Some(inline(doc, walk.node, walk.slot, text)),
        Rendered::Lines {
            header,
            lines,
            indent,
        } => {
            let new = Lines {
                header,
                lines,
                step: indent.columns(layout),
                is_list: *indent == Indent::List,
                eol: layout.eol,
            };
            match walk.slot {
                Slot::Flow => None,
                Slot::Value { key, after } => Some(under_key(doc, walk.node, (key, after), &new)),
                Slot::Item { dash } => Some(in_item(doc, walk.node, dash, &new)),
                Slot::Root => Some(at_root(doc, walk.node, &new)),
            }
        }
    }
}

/// New lines, and how far they stand behind their key.
struct Lines<'a> {
    header: &'a str,
    lines: &'a [String],
    step: usize,
    is_list: bool,
    eol: &'static str,
}

/// Whether what stands on the line of the key says that the text of a block follows.
fn is_block_header(header: &str) -> bool {
    header.starts_with(['|', '>'])
}

impl Lines<'_> {
    fn at(&self, column: usize) -> String {
        indented(self.lines.to_vec(), column)
            .collect::<Vec<_>>()
            .join(self.eol)
    }

    /// The same without comments at the beginning that stand in the file already.
    fn without_comments(&self, known: &str, column: usize) -> String {
        let known: Vec<&str> = known.lines().map(str::trim).collect();
        let is_known = |line: &&String| line.starts_with('#') && known.contains(&line.trim());
        let lines = self.lines.iter().skip_while(is_known).cloned().collect();
        indented(lines, column).collect::<Vec<_>>().join(self.eol)
    }

    /// All lines but those of a value without a header, with the comment that stays in the place; only where there is none, with
    /// that of the other file. The comment stands behind the header of a block, else behind the last line.
    fn with_header(&self, column: usize, tail: &str) -> String {
        let indicators = self.header.split([' ', '\t', '#']).next();
        let rest = self.at(column);
        match tail {
            "" => [self.header, self.eol, &rest].concat(),
            tail if is_block_header(self.header) => {
                [indicators.unwrap_or_default(), tail, self.eol, &rest].concat()
            }
            tail => [self.header, self.eol, &rest, tail].concat(),
        }
    }

    /// The first line stands where the text begins, the others at a column; `tail` is a comment for the first line.
    fn behind_dash(&self, column: usize, tail: &str) -> String {
        if !self.header.is_empty() {
            return self.with_header(column, tail);
        }
        let rest = self.lines.get(1..).unwrap_or_default().to_vec();
        let rest = indented(rest, column).map(|line| [self.eol, &line].concat());
        [self.lines.first().map_or("", String::as_str), tail]
            .into_iter()
            .map(str::to_owned)
            .chain(rest)
            .collect()
    }
}

/// True for a collection of lines.
fn is_block_collection(node: &Node) -> bool {
    node.origin() == Origin::Written && node.as_scalar().is_none() && !node.is_flow()
}

fn is_block_scalar(node: &Node) -> bool {
    let style = node
        .as_scalar()
        .filter(|_| node.origin() == Origin::Written)
        .map(|scalar| scalar.style());
    matches!(style, Some(Style::Literal | Style::Folded))
}

/// A value on one line. The comment of the key's line stays.
fn inline(doc: &Document, node: &Node, slot: Slot, text: &str) -> Edit {
    let old = doc.span_with_properties(node);
    if is_block_collection(node) {
        let (entry, from, space) = match slot {
            Slot::Value { key, after } => (key, after, " "),
            Slot::Item { dash } => (dash, dash + 1, " "),
            Slot::Root | Slot::Flow => (old.start, old.start, ""),
        };
        // Comments below that stand deeper than the key are about what was in it.
        let end = line_end(doc.source(), old.end);
        let end = behind_inner_comments(doc.source(), Span::new(entry, end));
        let span = Span::new(from, end);
        let tail = comment_between(doc, from, node.span().start);
        return Edit {
            span,
            replacement: [space, text, &tail].concat(),
        };
    }
    if is_block_scalar(node) {
        let tail = comment_between(
            doc,
            node.span().start,
            line_end(doc.source(), node.span().start),
        );
        return Edit {
            span: old,
            replacement: [text, &tail].concat(),
        };
    }
    let before = old
        .start
        .checked_sub(1)
        .and_then(|at| doc.source().as_bytes().get(at));
    let space = match before {
        _ if !old.is_empty() || matches!(slot, Slot::Root) => "",
        Some(b':' | b'-') => " ",
        // A key without a colon, as in `{a, b}`.
        _ => ": ",
    };
    Edit {
        span: old,
        replacement: [space, text].concat(),
    }
}

/// The comment on the line of `from`, before `to`, with the space before it.
fn comment_between(doc: &Document, from: usize, to: usize) -> String {
    let end = line_end(doc.source(), from).min(to);
    let comment = comment_from(doc, from).filter(|span| span.start < end);
    comment
        .map(|span| with_blanks(doc, span).to_owned())
        .unwrap_or_default()
}

/// The first comment from an offset on.
fn comment_from(doc: &Document, from: usize) -> Option<Span> {
    let comments = doc.comments();
    comments
        .get(comments.partition_point(|comment| comment.span.start < from))
        .map(|comment| comment.span)
}

/// The comment that stands on a value's first or last line, outside of the value.
fn tail(doc: &Document, node: &Node, from: usize) -> String {
    let source = doc.source();
    let before = comment_between(doc, from, node.span().start);
    if !before.is_empty() || is_block_collection(node) {
        return before;
    }
    if is_block_scalar(node) {
        return comment_between(doc, node.span().start, line_end(source, node.span().start));
    }
    comment_between(doc, node.span().end, line_end(source, node.span().end) + 1)
}

/// Where the last line of a value ends.
fn end_of(doc: &Document, node: &Node) -> usize {
    line_end(doc.source(), node.span().end)
}

fn under_key(doc: &Document, node: &Node, (key, after): (usize, usize), new: &Lines<'_>) -> Edit {
    let source = doc.source();
    let end = end_of(doc, node);
    let key_column = column(doc, key);
    let first = line_start(source, node.span().start);
    if is_block_collection(node) && new.header.is_empty() && first > after {
        let old = column(doc, node.span().start);
        // A list may stand at the column of its key, a map may not.
        let fits = old > key_column || (new.is_list && old == key_column);
        let known = source.get(after..first).unwrap_or_default();
        let column = if fits { old } else { key_column + new.step };
        let text = new.without_comments(known, column);
        return Edit {
            span: Span::new(first, end),
            replacement: text,
        };
    }
    let column = key_column + new.step;
    let tail = tail(doc, node, after);
    let replacement = match new.header.is_empty() {
        true => [tail.as_str(), new.eol, &new.at(column)].concat(),
        false => [" ", &new.with_header(column, &tail)].concat(),
    };
    Edit {
        span: Span::new(after, end),
        replacement,
    }
}

fn in_item(doc: &Document, node: &Node, dash: usize, new: &Lines<'_>) -> Edit {
    let old = doc.span_with_properties(node);
    let tail = tail(doc, node, dash + 1);
    let on_dash_line = old.start <= line_end(doc.source(), dash);
    let (from, space, column) = if on_dash_line && !old.is_empty() {
        (old.start, "", column(doc, old.start))
    } else {
        (dash + 1, " ", column(doc, dash) + 2)
    };
    let replacement = [space, &new.behind_dash(column, &tail)].concat();
    Edit {
        span: Span::new(from, end_of(doc, node)),
        replacement,
    }
}

fn at_root(doc: &Document, node: &Node, new: &Lines<'_>) -> Edit {
    let old = doc.span_with_properties(node);
    let column = if new.header.is_empty() { 0 } else { new.step };
    let tail = if is_block_collection(node) {
        String::new()
    } else {
        tail(doc, node, old.start)
    };
    Edit {
        span: Span::new(old.start, end_of(doc, node)),
        replacement: new.behind_dash(column, &tail),
    }
}
