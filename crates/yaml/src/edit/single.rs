//! One edit, proven: the new text is read again, and must have the new value at the path and the old values everywhere else.

use super::change::{Edit, EditError, Edited};
use super::layout::Layout;
use super::remove::Above;
use super::render::Fresh;
use crate::document::Document;
use crate::node::Node;
use crate::path::{Path, Segment};
use crate::problem::Problem;
use crate::span::Span;
use crate::value::{Map, Value};

/// Puts a value at a path. What is missing on the way is added: keys of maps, and the item after the last of a list.
///
/// A new key stands where the file that the value comes from has it (after the same neighbour), or at the end.
///
/// # Errors
/// See [`EditError`]; the document itself never changes.
pub fn set<'a>(
    doc: &Document,
    path: &Path,
    value: impl Into<Fresh<'a>>,
) -> Result<Edited, EditError> {
    let fresh = value.into();
    let path = resolved(doc, path)?;
    let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
    put(&mut expected, &path, fresh.to_value())?;
    prove(
        doc,
        &path,
        &expected,
        &super::set::set(doc, Layout::of(doc), &path, fresh)?,
    )
}

/// Puts a single value at a path whose own value, or one around it, has an anchor, and at all other paths where aliases and
/// merge keys bring it.
///
/// # Errors
/// See [`EditError`]; [`EditError::Unprovable`] where it is brought to a path that is not among them.
pub fn set_at_anchor<'a>(
    doc: &Document,
    path: &Path,
    others: &[&Path],
    value: impl Into<Fresh<'a>>,
) -> Result<Edited, EditError> {
    let fresh = value.into();
    let path = resolved(doc, path)?;
    let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
    put(&mut expected, &path, fresh.to_value())?;
    for other in others {
        put(&mut expected, &resolved(doc, other)?, fresh.to_value())?;
    }
    let edits = super::set::at_anchor(doc, Layout::of(doc), &path, fresh)?;
    prove(doc, &path, &expected, &edits)
}

/// Adds a value. The last step of the path is a key that the map does not have, or the index that the new item of a
/// list will have.
///
/// # Errors
/// See [`EditError`].
pub fn insert<'a>(
    doc: &Document,
    path: &Path,
    value: impl Into<Fresh<'a>>,
) -> Result<Edited, EditError> {
    let fresh = value.into();
    let path = resolved(doc, path)?;
    let Some(Segment::Index(index)) = path.last() else {
        return if doc.get(&path).is_some() {
            Err(EditError::Exists(path))
        } else {
            set(doc, &path, fresh)
        };
    };
    let parent = path.parent().unwrap_or_default();
    let count = doc
        .get(&parent)
        .and_then(Node::as_sequence)
        .map_or(0, <[Node]>::len);
    if *index >= count {
        return if *index == count {
            set(doc, &path, fresh)
        } else {
            Err(EditError::Missing(path))
        };
    }
    let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
    if let Some(Value::Seq(items)) = lookup(&mut expected, &parent) {
        items.insert(*index, fresh.to_value());
    }
    prove(
        doc,
        &path,
        &expected,
        &super::insert::item_before(doc, &parent, *index, fresh)?,
    )
}

/// Removes a key with its value, or an item of a list, together with the comment on its line and those directly above it.
/// Comments above stay where another entry follows without a blank line or a comment of its own, since they may be about
/// both, and at the head of the file.
/// A collection that loses its last entry becomes `{}` or `[]`.
///
/// # Errors
/// See [`EditError`].
pub fn remove(doc: &Document, path: &Path) -> Result<Edited, EditError> {
    removed(doc, path, Above::Shared)
}

/// The same with all comments directly above it.
pub(super) fn remove_with_comments(doc: &Document, path: &Path) -> Result<Edited, EditError> {
    removed(doc, path, Above::Own)
}

fn removed(doc: &Document, path: &Path, above: Above) -> Result<Edited, EditError> {
    let path = resolved(doc, path)?;
    if doc.get(&path).is_none() {
        return Err(EditError::Missing(path));
    }
    let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
    if take_out(&mut expected, &path).is_none() {
        return Err(EditError::Missing(path));
    }
    prove(
        doc,
        &path,
        &expected,
        &super::remove::remove(doc, Layout::of(doc), &path, above)?,
    )
}

/// Puts the items of a list in another order: `order[n]` is the present place of the item that is to stand at place n.
/// An item takes along the comments directly above it and in it; no comment goes, and no byte outside of the list changes.
///
/// # Errors
/// See [`EditError`]; an order that does not name every item once is [`EditError::Missing`].
pub fn reorder(doc: &Document, path: &Path, order: &[usize]) -> Result<Edited, EditError> {
    let path = resolved(doc, path)?;
    let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
    let Some(Value::Seq(items)) = lookup(&mut expected, &path) else {
        return Err(EditError::Missing(path));
    };
    let mut named = vec![false; items.len()];
    for from in order {
        match named.get_mut(*from) {
            Some(known) if !*known => *known = true,
            _ => return Err(EditError::Missing(path.index(*from))),
        }
    }
    if let Some(forgotten) = named.iter().position(|known| !known) {
        return Err(EditError::Missing(path.index(forgotten)));
    }
    let moved = order.iter().filter_map(|from| items.get(*from).cloned());
    *items = moved.collect();
    let edited = prove(
        doc,
        &path,
        &expected,
        &super::reorder::reorder(doc, &path, order)?,
    )?;
    match has_same_comments(doc, &edited.document) {
        true => Ok(edited),
        false => Err(EditError::Unprovable(path)),
    }
}

/// Whether two documents have the same comments, in whatever order.
pub(super) fn has_same_comments(before: &Document, after: &Document) -> bool {
    let texts = |doc: &Document| {
        let comments = doc.comments().iter();
        let mut texts: Vec<String> = comments.map(|comment| comment.text.to_string()).collect();
        texts.sort();
        texts
    };
    texts(before) == texts(after)
}

/// Reads each candidate's result, and returns the first one that means what is expected.
fn prove(
    doc: &Document,
    path: &Path,
    expected: &Value,
    candidates: &[Edit],
) -> Result<Edited, EditError> {
    for edit in candidates {
        let edit = ended(doc, edit.clone());
        let document = Document::parse(edit.apply(doc.source()));
        if is_proven(doc, &document, std::slice::from_ref(&edit), expected) {
            return Ok(Edited { edit, document });
        }
    }
    Err(EditError::Unprovable(path.clone()))
}

/// An edit that makes the end of a text without a last line break, ended with one where the last value needs it: the text of
/// a block scalar has it, to all readers but Helm's, only where the file has it.
pub(super) fn ended(doc: &Document, edit: Edit) -> Edit {
    let source = doc.source();
    let is_end = edit.span.end == source.len() && !source.ends_with('\n');
    if !is_end || edit.replacement.ends_with('\n') || is_read_alike(&edit.apply(source)) {
        return edit;
    }
    Edit {
        replacement: edit.replacement + Layout::of(doc).eol,
        ..edit
    }
}

/// Whether all readers read a text alike: Helm adds a line break where the last line has none.
fn is_read_alike(text: &str) -> bool {
    let value = |doc: Document| doc.root().map(Node::to_value);
    text.ends_with('\n') || value(Document::parse_text(text)) == value(Document::parse(text))
}

/// Whether edits, in the order of the text, made a document that means what is expected and lost no comment.
pub(super) fn is_proven(
    doc: &Document,
    after: &Document,
    edits: &[Edit],
    expected: &Value,
) -> bool {
    after.documents().len() == 1
        && !after.errors().iter().any(Problem::is_fatal)
        && after.errors().len() <= doc.errors().len()
        && comments_stand(doc, edits, after)
        && after.root().map(Node::to_value).as_ref() == Some(expected)
        && (is_read_alike(after.source()) || !is_read_alike(doc.source()))
}

/// True when every comment outside of the replaced bytes is still a comment, and no other text became one.
fn comments_stand(doc: &Document, edits: &[Edit], after: &Document) -> bool {
    let mut new = after
        .comments()
        .iter()
        .map(|comment| comment.span)
        .peekable();
    let mut old = doc.comments().iter().map(|comment| comment.span).peekable();
    // Where a byte behind the edits so far is in the new text: what was added to its offset, and what was taken off.
    let (mut added, mut gone) = (0, 0);
    for edit in edits {
        while let Some(span) = old.next_if(|span| span.end <= edit.span.start) {
            if new.next()
                != Some(Span::new(
                    span.start + added - gone,
                    span.end + added - gone,
                ))
            {
                return false;
            }
        }
        while old.next_if(|span| span.start < edit.span.end).is_some() {}
        let written = edit.span.start + added - gone + edit.replacement.len();
        while new.next_if(|span| span.start < written).is_some() {}
        added += edit.replacement.len();
        gone += edit.span.end - edit.span.start;
    }
    let moved = |span: Span| Span::new(span.start + added - gone, span.end + added - gone);
    old.map(moved).eq(new)
}

/// The path with every match turned into an index, of a document that can be edited.
pub(super) fn resolved(doc: &Document, path: &Path) -> Result<Path, EditError> {
    if let Some(problem) = doc.errors().iter().find(|problem| problem.is_fatal()) {
        let at = doc.position(problem.span.start);
        return Err(EditError::Document(format!(
            "{} (line {}, column {})",
            problem.message, at.line, at.column
        )));
    }
    if doc.documents().len() > 1 {
        return Err(EditError::Document(
            "it has several YAML documents".to_owned(),
        ));
    }
    let mut node = doc.root();
    let mut resolved = Path::root();
    for segment in path.segments() {
        let step = match segment {
            Segment::Match { field, value } => {
                let items = node.and_then(Node::as_sequence).unwrap_or_default();
                let found = items.iter().position(|item| item.matches(field, value));
                Segment::Index(
                    found.ok_or_else(|| EditError::Missing(resolved.join(segment.clone())))?,
                )
            }
            other => other.clone(),
        };
        node = node.and_then(|node| node.child(&step));
        resolved.push(step);
    }
    Ok(resolved)
}

/// The value at a path, in plain data.
pub(super) fn lookup<'v>(value: &'v mut Value, path: &Path) -> Option<&'v mut Value> {
    path.segments()
        .iter()
        .try_fold(value, |value, segment| match (value, segment) {
            (Value::Map(map), Segment::Key(key)) => map.get_mut(key),
            (Value::Seq(items), Segment::Index(index)) => items.get_mut(*index),
            _ => None,
        })
}

/// Takes the value at a path out of plain data.
pub(super) fn take_out(root: &mut Value, path: &Path) -> Option<Value> {
    let parent = path.parent()?;
    match (lookup(root, &parent)?, path.last()?) {
        (Value::Map(map), Segment::Key(key)) => map.remove(key),
        (Value::Seq(items), Segment::Index(index)) if *index < items.len() => {
            Some(items.remove(*index))
        }
        _ => None,
    }
}

/// Puts a value into plain data; maps that are missing or null on the way are made.
pub(super) fn put(root: &mut Value, path: &Path, new: Value) -> Result<(), EditError> {
    let mut at = Path::root();
    let mut value = root;
    for segment in path.segments() {
        if value.is_null() {
            *value = if matches!(segment, Segment::Index(_)) {
                Value::Seq(Vec::new())
            } else {
                Value::Map(Map::new())
            };
        }
        value = match (value, segment) {
            (Value::Map(map), Segment::Key(key)) => map.entry(key.clone()).or_default(),
            (Value::Seq(items), Segment::Index(index)) => {
                if *index == items.len() {
                    items.push(Value::Null);
                }
                items
                    .get_mut(*index)
                    .ok_or_else(|| EditError::Missing(at.join(segment.clone())))?
            }
            (other, segment) => {
                let found = match other {
                    Value::Map(_) => "a map",
                    Value::Seq(_) => "a list",
                    _ => "a single value",
                };
                return Err(EditError::NotACollection {
                    path: at,
                    found,
                    segment: segment.to_string(),
                });
            }
        };
        at.push(segment.clone());
    }
    *value = new;
    Ok(())
}
