//! Putting the items of a list in another order.

use super::change::{Edit, EditError};
use super::comments;
use super::layout::line_end;
use super::place::{behind_inner_comments, dash, walk};
use crate::document::Document;
use crate::node::Node;
use crate::path::Path;
use crate::span::Span;

/// The edits that may put the items at the places that `order` says: `order[n]` is where the item for place n stands now.
/// An item takes the comments along that stand directly above it and in it. Blank lines, commas and comments that stand by
/// themselves stay where they are.
pub(super) fn reorder(
    doc: &Document,
    path: &Path,
    order: &[usize],
) -> Result<Vec<Edit>, EditError> {
    let missing = || EditError::Missing(path.clone());
    let root = doc.root().ok_or_else(missing)?;
    // Walking to an item refuses a list that stands under an alias or an anchor.
    walk(doc, root, &path.index(0))?;
    let list = root.get(path).ok_or_else(missing)?;
    let items = list.as_sequence().ok_or_else(missing)?;
    if list.is_flow() {
        let parts: Vec<Span> = items
            .iter()
            .map(|item| doc.span_with_properties(item))
            .collect();
        let edit = in_lines(doc, list, &parts, order).or_else(|| arranged(doc, &parts, order));
        return Ok(edit.into_iter().collect());
    }
    let parts = parts(doc, list, items);
    // Blank lines behind the text of a `|+` belong to it, and go with the item; the proof tells which is right.
    let source = doc.source();
    let with_blank_lines: Vec<Span> = parts
        .iter()
        .map(|part| Span::new(part.start, behind_blank_lines(source, part.end)))
        .collect();
    let candidates = [parts, with_blank_lines];
    Ok(candidates
        .iter()
        .filter_map(|parts| arranged(doc, parts, order))
        .collect())
}

/// An item between brackets that has lines of its own: what stands above it, its comma, and the comment behind that.
struct Line {
    above: Span,
    comma: Span,
    behind: Span,
}

/// The items of a list in brackets in another order, with the comments above and behind them; commas stay. None where there is
/// no comment, or two items share a line: nobody knows then which of them it is about.
fn in_lines(doc: &Document, list: &Node, parts: &[Span], order: &[usize]) -> Option<Edit> {
    let mut comments = doc.comments().iter();
    if !comments.any(|comment| list.span().contains(comment.span)) {
        return None;
    }
    let source = doc.source();
    let mut from = line_end(source, list.span().start);
    let mut lines: Vec<Line> = Vec::with_capacity(parts.len());
    for part in parts {
        let line = line(source, from, *part)?;
        from = line.behind.end;
        lines.push(line);
    }
    let whole = Span::new(lines.first()?.above.start, from);
    let mut text = String::new();
    for (place, from) in order.iter().enumerate() {
        let line = lines.get(*from)?;
        let pieces = [
            line.above,
            *parts.get(*from)?,
            lines.get(place)?.comma,
            line.behind,
        ];
        text.extend(pieces.map(|piece| doc.text(piece)));
    }
    Some(Edit {
        span: whole,
        replacement: text,
    })
}

/// What is around an item, from the end of the line before it; none where something else is on its lines.
fn line(source: &str, from: usize, item: Span) -> Option<Line> {
    let is_own = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if !source.get(from..item.start)?.split('\n').all(is_own) {
        return None;
    }
    let end = line_end(source, item.end);
    let rest = source.get(item.end..end)?;
    let comma = match rest.trim_start().starts_with(',') {
        true => item.end + rest.find(',')? + 1,
        false => item.end,
    };
    is_own(source.get(comma..end)?).then_some(Line {
        above: Span::new(from, item.start),
        comma: Span::new(item.end, comma),
        behind: Span::new(comma, end),
    })
}

/// The parts in another order, with what is between them left in its place.
pub(super) fn arranged(doc: &Document, parts: &[Span], order: &[usize]) -> Option<Edit> {
    let source = doc.source();
    let whole = Span::new(parts.first()?.start, parts.last()?.end);
    let mut text = String::new();
    for (place, from) in order.iter().enumerate() {
        if let Some(before) = place.checked_sub(1) {
            text += source.get(parts.get(before)?.end..parts.get(place)?.start)?;
        }
        text += doc.text(*parts.get(*from)?);
    }
    Some(Edit {
        span: whole,
        replacement: text,
    })
}

/// The bytes of every item of a block list: from the comments directly above it to the end of its last line, with the
/// comments below that stand further right than its dash.
fn parts(doc: &Document, list: &Node, items: &[Node]) -> Vec<Span> {
    let source = doc.source();
    let mut parts: Vec<Span> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let dash = dash(doc, list, items, index);
        let above = parts.last().map_or(0, |before| before.end);
        let end = line_end(source, item.span().end.max(dash + 1));
        let end = behind_inner_comments(source, Span::new(dash, end));
        parts.push(Span::new(comments::above(doc, dash, above), end));
    }
    parts
}

/// The end of the last blank line that follows the line that ends here.
fn behind_blank_lines(source: &str, from: usize) -> usize {
    let mut end = from;
    while let Some(next) = source
        .get(end..)
        .and_then(|rest| rest.find('\n'))
        .map(|line_break| end + line_break + 1)
    {
        let line = line_end(source, next);
        let is_blank = next < source.len()
            && source
                .get(next..line)
                .is_some_and(|line| line.trim().is_empty());
        if !is_blank {
            break;
        }
        end = line;
    }
    end
}
