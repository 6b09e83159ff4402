//! Many changes of one file. What does not meet in the text is made at once and proven by one reading, because reading a
//! file again for each of its changes takes a time that grows with the square of its size.

use std::collections::BTreeSet;

use super::change::{Edit, EditError};
use super::layout::Layout;
use super::remove::Above;
use super::render::Fresh;
use super::single::{ended, is_proven, put, remove, remove_with_comments, resolved, set, take_out};
use crate::document::Document;
use crate::node::Node;
use crate::path::{Path, Segment};
use crate::span::Span;

/// So many changes in a row that have to wait end the search for more.
const MOST_MISSED: usize = 64;

/// One change.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// Puts a value at a path, as [`set`](super::set()) does.
    Set(&'a Path, Fresh<'a>),
    /// Removes what is at a path, as [`remove`](super::remove()) does.
    Remove(&'a Path),
    /// The same with all comments directly above it, which are known to be about nothing else.
    RemoveWithComments(&'a Path),
}

impl<'a> Change<'a> {
    /// Where it is made.
    fn path(&self) -> &'a Path {
        match self {
            Change::Set(path, _) | Change::Remove(path) | Change::RemoveWithComments(path) => path,
        }
    }
}

/// Makes all changes. The result is that of making them one after the other.
///
/// # Errors
/// The path at which it cannot be made, and why.
pub fn change_all(
    doc: &Document,
    changes: &[Change<'_>],
) -> Result<Option<Document>, (Path, EditError)> {
    let mut edited: Option<Document> = None;
    let mut left: Vec<usize> = (0..changes.len()).collect();
    // How many changes are tried at once: fewer after a failure, more after a success.
    let mut most = changes.len();
    while let Some(first) = left.first().copied() {
        let before = edited.as_ref().unwrap_or(doc);
        let batch = Batch::of(before, changes, &left, most);
        if batch.members.len() > 1 {
            match batch.made(before, changes) {
                Some(after) => {
                    left.retain(|index| !batch.indexes.contains(index));
                    edited = Some(after);
                    most = most.saturating_mul(2);
                }
                None => most = batch.members.len() / 2,
            }
            continue;
        }
        let Some(change) = changes.get(first) else {
            break;
        };
        let made = match change {
            Change::Set(path, fresh) => set(before, path, *fresh),
            Change::Remove(path) => remove(before, path),
            Change::RemoveWithComments(path) => remove_with_comments(before, path),
        };
        let made = made.map_err(|error| (change.path().clone(), error))?;
        edited = Some(made.document);
        left.remove(0);
        most = most.max(1).saturating_mul(2);
    }
    Ok(edited)
}

/// Changes that do not meet in the text.
#[derive(Default)]
struct Batch {
    /// Which changes they are, with the paths by places, in the order they were asked for.
    members: Vec<(usize, Path)>,
    indexes: BTreeSet<usize>,
    /// Their edits by where they begin.
    edits: Vec<Edit>,
}

impl Batch {
    /// The first changes that can be made at once. What meets another one in the text waits, and what goes by a place in a
    /// list waits for everything that may move the places.
    fn of(doc: &Document, changes: &[Change<'_>], left: &[usize], most: usize) -> Batch {
        let mut batch = Batch::default();
        let mut taken: BTreeSet<Span> = BTreeSet::new();
        let mut seen: BTreeSet<&Path> = BTreeSet::new();
        let (mut has_moved, mut missed) = (false, 0);
        let layout = Layout::of(doc);
        for index in left {
            let Some(change) = changes.get(*index) else {
                continue;
            };
            if batch.members.len() >= most || missed > MOST_MISSED {
                break;
            }
            let mut asked = change.path().segments().iter();
            let by_place = asked.any(|segment| matches!(segment, Segment::Index(_)));
            // The order of changes of the same value, or of a part of it, decides what comes of them.
            let waits = (by_place && has_moved) || is_related(&seen, change.path());
            seen.insert(change.path());
            let edit = match waits {
                true => None,
                false => candidate(doc, layout, change),
            };
            let fitting = edit.and_then(|(path, edit)| {
                let joins = batch.continues(changes, change, &path, &edit);
                (joins || is_apart(&taken, edit.span)).then_some((path, edit, joins))
            });
            let Some((path, edit, joins)) = fitting else {
                // What waits may move the places of others.
                has_moved = true;
                missed += 1;
                continue;
            };
            let is_item = matches!(path.last(), Some(Segment::Index(_)));
            has_moved |= is_item && !matches!(change, Change::Set(..));
            missed = 0;
            taken.insert(edit.span);
            batch.indexes.insert(*index);
            batch.members.push((*index, path));
            match batch.edits.last_mut().filter(|_| joins) {
                Some(last) => last.replacement += &edit.replacement,
                None => batch.edits.push(edit),
            }
        }
        batch.edits.sort_by_key(|edit| edit.span);
        batch
    }

    /// Whether a change adds a key right behind the one that the last change adds, as the file has them that both come
    /// from: a run of new keys is one insertion.
    fn continues(
        &self,
        changes: &[Change<'_>],
        change: &Change<'_>,
        path: &Path,
        edit: &Edit,
    ) -> bool {
        let (Some((index, before)), Some(last)) = (self.members.last(), self.edits.last()) else {
            return false;
        };
        let written = |change: &Change<'_>| match change {
            Change::Set(_, Fresh::Node(_, node)) => Some(node.span().start),
            _ => None,
        };
        let in_order = match (changes.get(*index).and_then(written), written(change)) {
            (Some(before), Some(now)) => before < now,
            _ => false,
        };
        let is_key = matches!(path.last(), Some(Segment::Key(_)));
        in_order
            && is_key
            && edit.span.start == edit.span.end
            && edit.span == last.span
            && path.parent() == before.parent()
    }

    /// The document with all of them made, when it means what is expected.
    fn made(&self, doc: &Document, changes: &[Change<'_>]) -> Option<Document> {
        let mut expected = doc.root().map(Node::to_value).unwrap_or_default();
        let mut removed: Vec<&Path> = Vec::new();
        for (index, path) in &self.members {
            match changes.get(*index)? {
                Change::Set(_, fresh) => put(&mut expected, path, fresh.to_value()).ok()?,
                Change::Remove(_) | Change::RemoveWithComments(_) => removed.push(path),
            }
        }
        // From the end: all places are those of the document before.
        removed.sort();
        for path in removed.into_iter().rev() {
            take_out(&mut expected, path)?;
        }
        let (mut text, mut copied) = (String::with_capacity(doc.source().len()), 0);
        let mut edits = self.edits.clone();
        if let Some(last) = edits.pop() {
            edits.push(ended(doc, last));
        }
        for edit in &edits {
            text += doc.source().get(copied..edit.span.start)?;
            text += &edit.replacement;
            copied = edit.span.end;
        }
        text += doc.source().get(copied..)?;
        let after = Document::parse(text);
        is_proven(doc, &after, &edits, &expected).then_some(after)
    }
}

/// The edit that most likely makes a change, and its path by places; none where it cannot be made now.
fn candidate(doc: &Document, layout: Layout, change: &Change<'_>) -> Option<(Path, Edit)> {
    let path = resolved(doc, change.path()).ok()?;
    let edits = match change {
        Change::Set(_, fresh) => super::set::set(doc, layout, &path, *fresh),
        Change::Remove(_) => super::remove::remove(doc, layout, &path, Above::Shared),
        Change::RemoveWithComments(_) => super::remove::remove(doc, layout, &path, Above::Own),
    };
    Some((path, edits.ok()?.into_iter().next()?))
}

/// Whether one of the paths leads to the same value, to one in it or to one around it.
fn is_related(seen: &BTreeSet<&Path>, path: &Path) -> bool {
    let mut around = (0..=path.segments().len()).map(|depth| path.beginning(depth));
    let inside = seen.range::<&Path, _>(path..).next();
    inside.is_some_and(|known| path.contains(known)) || around.any(|known| seen.contains(&known))
}

/// Whether a range neither meets nor touches any of those that are taken, which do not meet each other.
fn is_apart(taken: &BTreeSet<Span>, span: Span) -> bool {
    let before = taken.range(..=span).next_back();
    let behind = taken.range(span..).next();
    before.is_none_or(|known| known.end < span.start)
        && behind.is_none_or(|known| span.end < known.start)
}
