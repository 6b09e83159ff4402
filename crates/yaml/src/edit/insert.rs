//! Adding keys and items.

use super::change::{Edit, EditError};
use super::comments::{self, Companions};
use super::layout::{Layout, column, line_end, line_start};
use super::place::{Walk, dash, walk};
use super::render::{Fresh, Manner, Rendered, entry, indented, item};
use super::text::{self, CollectionStyle};
use super::wrap::{renders, written_keys};
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
    let missing = walk.rest.len();
    let companions = Companions::of(fresh, missing);
    match (walk.node.kind(), first, rendered) {
        (Kind::Mapping(mapping), Segment::Key(key), Rendered::Inline(text))
            if walk.node.is_flow() =>
        {
            let last = mapping
                .iter()
                .rfind(|(_, node)| node.origin() != Origin::Merge);
            let last = last.map(|(key, _)| key.span().start).zip(last_end(mapping));
            let keys = keys(key, (fresh, missing), layout, CollectionStyle::Flow).into_iter();
            let texts = keys.map(|key| format!("{key}: {text}"));
            texts
                .flat_map(|text| into_brackets(doc, walk.node, last, (&text, &companions), layout))
                .collect()
        }
        (Kind::Sequence(items), _, Rendered::Inline(text)) if walk.node.is_flow() => {
            let last = items
                .last()
                .map(|item| (item.span().start, item.span().end));
            into_brackets(doc, walk.node, last, (&text, &companions), layout)
        }
        (_, _, Rendered::Lines { .. }) if walk.node.is_flow() => Vec::new(),
        (Kind::Mapping(mapping), Segment::Key(key), rendered) => {
            let neighbour = neighbour(doc, mapping, fresh, missing);
            let keys = keys(key, (fresh, missing), layout, CollectionStyle::Block).into_iter();
            let edits = keys.flat_map(|key| {
                let lines = entry(&key, rendered.clone(), layout);
                let lines = companions.put_around(&lines, missing - 1);
                let new = (lines.as_slice(), &companions);
                let mut edits = lines_at(doc, walk.node, new, neighbour, layout);
                if neighbour.is_some() {
                    edits.extend(lines_at(doc, walk.node, new, None, layout));
                }
                edits
            });
            edits.collect()
        }
        (Kind::Sequence(_), _, rendered) => {
            let lines = companions.put_around(&item(rendered), 0);
            lines_at(doc, walk.node, (&lines, &companions), None, layout)
        }
        _ => Vec::new(),
    }
}

/// The ways to write a new key: as the file has it that its value comes from, and in the habits of this file.
fn keys(
    key: &str,
    (fresh, missing): (Fresh<'_>, usize),
    layout: Layout,
    context: CollectionStyle,
) -> Vec<String> {
    let written = written_keys(fresh, missing).into_iter().next().flatten();
    let mut keys: Vec<String> = written.into_iter().collect();
    keys.push(text::key(key, layout.quote, context));
    keys.dedup();
    keys
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

/// The edits that may add a part between brackets: on a line of its own where the last one has one.
fn into_brackets(
    doc: &Document,
    collection: &Node,
    last: Option<(usize, usize)>,
    new: (&str, &Companions),
    layout: Layout,
) -> Vec<Edit> {
    let own_line = last.and_then(|last| on_own_line(doc, collection, last, new, layout));
    let plain = behind_last(collection, last.map(|(_, end)| end), new.0);
    own_line.into_iter().chain([plain]).collect()
}

/// A line below that of the last part between brackets, whose comment stays behind it.
fn on_own_line(
    doc: &Document,
    collection: &Node,
    (start, end): (usize, usize),
    (text, companions): (&str, &Companions),
    layout: Layout,
) -> Option<Edit> {
    let source = doc.source();
    let first = line_start(source, start);
    let indent = source
        .get(first..start)
        .filter(|indent| indent.trim().is_empty())?;
    let line = line_end(source, end);
    let behind = source.get(end..line)?;
    let (has_comma, comment) = match behind.trim_start().strip_prefix(',') {
        Some(rest) => (true, rest),
        None => (false, behind),
    };
    let is_comment = |text: &str| text.is_empty() || text.starts_with('#');
    let fits = first > collection.span().start
        && line < collection.span().end
        && is_comment(comment.trim());
    let last_comma = if has_comma { "," } else { "" };
    let next = [layout.eol, indent].concat();
    let text = companions.in_brackets(text, last_comma, &next);
    fits.then(|| Edit {
        span: Span::new(end, line),
        replacement: [",", comment, &next, &text].concat(),
    })
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
    /// Before the key that begins here, or the first of its comments.
    Before(usize),
}

/// The place that the new key has in the file that it comes from, if that file has neighbours of it that are here too.
fn neighbour(
    doc: &Document,
    mapping: &Mapping,
    fresh: Fresh<'_>,
    missing: usize,
) -> Option<Neighbour> {
    let Fresh::Node(other, node) = fresh else {
        return None;
    };
    if mapping.merge_keys().next().is_some() {
        return None;
    }
    let mut maps = Vec::new();
    maps_around(other.root()?, node.span(), &mut maps);
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
    // What stands above the first key may be about the whole file; the new key must not come between. And the first key of
    // an item stands behind a dash.
    let key = after.0.span().start;
    let top = comments::above(doc, key, 0);
    let is_own_line = doc
        .text(Span::new(line_start(doc.source(), key), key))
        .trim()
        .is_empty();
    let is_below_head = top != key && comments::is_head(doc, top);
    (is_own_line && !is_below_head).then_some(Neighbour::Before(top))
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

/// Adds lines to a block collection, with the blank line above or below them that they have where they come from.
fn lines_at(
    doc: &Document,
    collection: &Node,
    (lines, companions): (&[String], &Companions),
    neighbour: Option<Neighbour>,
    layout: Layout,
) -> Vec<Edit> {
    let source = doc.source();
    let column = column(doc, collection.span().start);
    let text = indented(lines.to_vec(), column)
        .collect::<Vec<_>>()
        .join(layout.eol);
    let behind = |end: usize| {
        let edit = |at: usize, blank: &str| Edit {
            span: Span::new(at, at),
            replacement: [layout.eol, blank, &text].concat(),
        };
        let end = line_end(source, end);
        let blank = if companions.blank_above {
            layout.eol
        } else {
            ""
        };
        // Blank lines at the end of a `|+` are part of it; the proof tells which place is right.
        let mut edits = vec![edit(end, blank), edit(end, "")];
        edits.push(edit(behind_blank_lines(source, end), ""));
        edits.dedup();
        edits
    };
    match neighbour {
        Some(Neighbour::Behind(end)) => behind(end),
        Some(Neighbour::Before(key)) => {
            let at = line_start(source, key);
            let blank = if companions.blank_below {
                layout.eol
            } else {
                ""
            };
            vec![Edit {
                span: Span::new(at, at),
                replacement: [&text, layout.eol, blank].concat(),
            }]
        }
        None => behind(collection.span().end),
    }
}

/// The end of the last blank line behind the end of a line, without its line break.
pub(super) fn behind_blank_lines(source: &str, from: usize) -> usize {
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
    let context = CollectionStyle::of(node.is_flow());
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
                let before = doc.text(Span::new(line_start(doc.source(), at), at));
                let has_own_line = before.trim().is_empty() && at > node.span().start;
                let end = [layout.eol, before].concat();
                let replacement = match has_own_line {
                    true => Companions::of(fresh, 1).in_brackets(&text, ",", &end) + &end,
                    false => format!("{text}, "),
                };
                Some(Edit::new(Span::new(at, at), replacement))
            }
            (Rendered::Lines { .. }, true) => None,
            (rendered, false) => {
                let companions = Companions::of(fresh, 1);
                let mut lines = companions.put_around(&item(rendered), 0);
                lines.extend(companions.blank_below.then(String::new));
                // Comments above an item are about it; only at the head of the file they may be about all.
                let dash = dash(doc, node, items, index);
                let before = index.checked_sub(1).and_then(|before| items.get(before));
                let bound = before.map_or(0, |before| before.span().end);
                let top = Some(comments::above(doc, dash, bound));
                let at = top.filter(|top| !comments::is_head(doc, *top));
                Some(lines_before(doc, at.unwrap_or(dash), lines, layout))
            }
        });
    Ok(edits.collect())
}

/// Lines before a dash, which is pushed down to a line of its own.
fn lines_before(doc: &Document, dash: usize, lines: Vec<String>, layout: Layout) -> Edit {
    let column = column(doc, dash);
    let indent = " ".repeat(column);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        // The first one stands where the dash stood, and a blank line has no end that anybody sees.
        if at > 0 && !line.is_empty() {
            text += &indent;
        }
        text += line;
        text += layout.eol;
    }
    text += &indent;
    Edit {
        span: Span::new(dash, dash),
        replacement: text,
    }
}
