//! Putting the entries of many maps and the items of many lists in other orders, with one reading of the file for all of
//! them: reading it again for each takes a time that grows with the square of its size.

use std::collections::BTreeSet;

use super::change::Edit;
use super::comments;
use super::layout::line_end;
use super::place::behind_inner_comments;
use super::reorder;
use super::single::{ended, has_same_comments, is_proven, lookup, resolved};
use crate::comment::Comment;
use crate::document::Document;
use crate::node::{Kind, Mapping, Node, Origin};
use crate::path::Path;
use crate::span::Span;
use crate::value::Value;

/// The new order of what is in a map or a list.
#[derive(Clone, Debug)]
pub struct Arrangement {
    /// The map or the list.
    pub path: Path,
    /// `order[n]` is the present place of the entry or item that is to stand at place n.
    pub order: Vec<usize>,
}

/// Why a map or a list stays in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// It is a map in brackets, or a list in brackets with comments.
    Flow,
    /// An anchor, an alias or a merge key is in it, and its place counts.
    Anchor,
    /// The comment at the top of the file may be about the file, or about the first key.
    Head,
    /// No text was found that is read back as intended.
    Unprovable,
}

/// What came of a number of arrangements.
#[derive(Debug)]
pub struct Arranged {
    /// The document with those made that could be; none where that is the old one.
    pub document: Option<Document>,
    /// Which of them were not made, by their places, and why.
    pub stays: Vec<(usize, Stays)>,
}

/// One arrangement, as an edit.
struct Made<'a> {
    at: usize,
    arrangement: &'a Arrangement,
    edit: Edit,
}

/// Makes arrangements of maps and lists of which none lies in another one. Each takes the comments along that stand directly
/// above an entry or item and in it; no comment goes, and what is between them stays in its place. One that cannot be proven is
/// left out, and the others are made.
pub fn arrange(doc: &Document, arrangements: &[Arrangement]) -> Arranged {
    let mut stays = Vec::new();
    let mut made: Vec<Made<'_>> = Vec::new();
    for (at, arrangement) in arrangements.iter().enumerate() {
        match edit(doc, arrangement) {
            Ok(edit) => made.push(Made {
                at,
                arrangement,
                edit: ended(doc, edit),
            }),
            Err(why) => stays.push((at, why)),
        }
    }
    made.sort_by_key(|made| made.edit.span);
    let mut kept: Vec<&Made<'_>> = Vec::new();
    let made: Vec<&Made<'_>> = made.iter().collect();
    accept(doc, &made, &mut kept, &mut stays);
    kept.sort_by_key(|made| made.edit.span);
    stays.sort_by_key(|(at, _)| *at);
    Arranged {
        document: (!kept.is_empty()).then(|| Document::parse(text(doc, &kept))),
        stays,
    }
}

/// Adds those that can be proven. Most often all of them can; one that cannot is found by halving.
fn accept<'m>(
    doc: &Document,
    made: &[&'m Made<'m>],
    kept: &mut Vec<&'m Made<'m>>,
    stays: &mut Vec<(usize, Stays)>,
) {
    if made.is_empty() {
        return;
    }
    kept.extend(made);
    kept.sort_by_key(|made| made.edit.span);
    if is_made(doc, kept) {
        return;
    }
    let failed: BTreeSet<usize> = made.iter().map(|made| made.at).collect();
    kept.retain(|made| !failed.contains(&made.at));
    match made {
        [one] => {
            let why = match doc.touches_anchor(one.edit.span) {
                true => Stays::Anchor,
                false => Stays::Unprovable,
            };
            stays.push((one.at, why));
        }
        _ => {
            let (first, second) = made.split_at(made.len() / 2);
            accept(doc, first, kept, stays);
            accept(doc, second, kept, stays);
        }
    }
}

fn text(doc: &Document, made: &[&Made<'_>]) -> String {
    let (mut text, mut copied) = (String::with_capacity(doc.source().len()), 0);
    for Made { edit, .. } in made {
        text += doc
            .source()
            .get(copied..edit.span.start)
            .unwrap_or_default();
        text += &edit.replacement;
        copied = edit.span.end;
    }
    text + doc.source().get(copied..).unwrap_or_default()
}

/// Whether the new text means what is intended: the same values, the lists and maps in their new orders, and every comment.
fn is_made(doc: &Document, made: &[&Made<'_>]) -> bool {
    let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
    for made in made {
        if let Some(Value::Seq(items)) = lookup(&mut expected, &made.arrangement.path) {
            let order = made.arrangement.order.iter();
            *items = order.filter_map(|from| items.get(*from).cloned()).collect();
        }
    }
    let after = Document::parse(text(doc, made));
    let edits: Vec<Edit> = made.iter().map(|made| made.edit.clone()).collect();
    let has_order = |made: &&Made<'_>| {
        let path = &made.arrangement.path;
        let maps = [doc, &after].map(|doc| doc.get(path).and_then(Node::as_mapping));
        let [Some(old), Some(new)] = maps else {
            return true;
        };
        let keys = |map: &'_ Mapping| -> Vec<String> {
            map.iter().map(|(key, _)| key.text().to_owned()).collect()
        };
        let (old, order) = (keys(old), made.arrangement.order.iter());
        let wanted: Vec<String> = order.filter_map(|from| old.get(*from).cloned()).collect();
        keys(new) == wanted
    };
    is_proven(doc, &after, &edits, &expected)
        && has_same_comments(doc, &after)
        && made.iter().all(has_order)
}

/// The edit that makes an arrangement.
fn edit(doc: &Document, Arrangement { path, order }: &Arrangement) -> Result<Edit, Stays> {
    let known = resolved(doc, path).map_err(|_| Stays::Unprovable)?;
    let node = doc.get(&known).ok_or(Stays::Unprovable)?;
    if !is_whole(node, order) {
        return Err(Stays::Unprovable);
    }
    // Between brackets, a comment is next to an item, or not.
    let is_in_brackets = |comment: &Comment| node.span().contains(comment.span);
    if node.is_flow() && (node.as_mapping().is_some() || doc.comments().iter().any(is_in_brackets))
    {
        return Err(Stays::Flow);
    }
    let merges = node.as_mapping().map(Mapping::merge_keys);
    let has_merges = merges.is_some_and(|mut merges| merges.next().is_some());
    if has_merges || node.origin() != Origin::Written {
        return Err(Stays::Anchor);
    }
    match node.kind() {
        Kind::Mapping(map) => {
            let parts = entries(doc, map, order)?;
            reorder::arranged(doc, &parts, order).ok_or(Stays::Unprovable)
        }
        _ => {
            let edits = reorder::reorder(doc, &known, order).map_err(|_| Stays::Unprovable)?;
            edits.into_iter().next().ok_or(Stays::Unprovable)
        }
    }
}

/// Whether an order names every entry or item once.
fn is_whole(node: &Node, order: &[usize]) -> bool {
    let length = match node.kind() {
        Kind::Scalar(_) => return false,
        Kind::Sequence(items) => items.len(),
        Kind::Mapping(map) => map.len(),
    };
    let places: BTreeSet<usize> = order.iter().copied().collect();
    order.len() == length && places.len() == length && places.iter().all(|place| *place < length)
}

/// The bytes of every entry of a block map: from the comments directly above its key to the end of its last line, with the
/// comments below that stand further right than the key.
fn entries(doc: &Document, map: &Mapping, order: &[usize]) -> Result<Vec<Span>, Stays> {
    let source = doc.source();
    let mut parts: Vec<Span> = Vec::with_capacity(map.len());
    for (key, value) in map {
        let key = key.span();
        let above = parts.last().map_or(0, |before| before.end);
        let end = line_end(source, value.span().end.max(key.end));
        let end = behind_inner_comments(source, Span::new(key.start, end));
        parts.push(Span::new(comments::above(doc, key.start, above), end));
    }
    let first = map.iter().next().map(|(key, _)| key.span().start);
    let (Some(part), Some(key)) = (parts.first(), first) else {
        return Ok(parts);
    };
    let moves = order.first() != Some(&0);
    match moves && part.start < key && comments::is_head(doc, part.start) {
        true => Err(Stays::Head),
        false => Ok(parts),
    }
}
