//! The versions of one values file, the newest first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Document, Path};

use super::History;
use super::state::{Since, Why};
use crate::git::{Committed, Past};
use crate::resolve::Transforms;
use crate::source::Source;
use crate::values::SOPS;

/// How many versions of a file are looked at.
const MOST_VERSIONS: usize = 400;

/// How much text they may have together, in bytes: a values file of usual size has less in all versions.
const MOST_TEXT: u64 = 8 << 20;

/// The values file of an environment, as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Side<'s> {
    /// Its path, relative to the workspace's root.
    pub path: &'s str,
    /// What it holds.
    pub source: &'s Arc<Source>,
    /// What a promotion from here changes in its values, now and in the past.
    pub transforms: Option<&'s Transforms<'s>>,
}

impl<'s> Side<'s> {
    /// A file whose values are compared as they are.
    pub fn of(source: &'s Arc<Source>) -> Side<'s> {
        Side {
            path: &source.path,
            source,
            transforms: None,
        }
    }

    /// The values as a promotion gives them to the other environment.
    pub fn carried(&self) -> Arc<Source> {
        match self.transforms {
            Some(transforms) => carried(transforms, self.source),
            None => Arc::clone(self.source),
        }
    }
}

/// A text after the transforms; one that they cannot be made in stays, and differs then.
fn carried(transforms: &Transforms<'_>, source: &Arc<Source>) -> Arc<Source> {
    let carried = transforms.carried(source);
    carried.unwrap_or_else(|_| Arc::clone(source))
}

/// How a file is not as the last commit has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirt {
    /// It was changed.
    Changed,
    /// The commit has it encrypted by SOPS, and it is not any more.
    Decrypted,
    /// No commit has it.
    New,
    /// It is a link.
    Link,
    /// It is in a repository of its own inside of this one.
    Elsewhere,
}

/// A text that was read before, by the name of its object, and the transforms that were made in it.
type Known = HashMap<(String, Option<[Arc<str>; 2]>), Option<Arc<Document>>>;

/// The texts of an app's values files, each read once, but for those that are on the disk.
#[derive(Debug, Default)]
pub(super) struct Texts(RefCell<Known>);

impl Texts {
    fn of(
        &self,
        past: &Past,
        blob: &str,
        transforms: Option<&Transforms<'_>>,
    ) -> Option<Arc<Document>> {
        let direction = transforms.map(|transforms| transforms.direction().clone());
        let key = (blob.to_owned(), direction);
        if let Some(known) = self.0.borrow().get(&key) {
            return known.clone();
        }
        let bytes = past.blob(blob).ok().flatten();
        let document = bytes.and_then(|bytes| document(bytes, transforms));
        self.0.borrow_mut().insert(key, document.clone());
        document
    }
}

/// A text of the past as a document. Nothing of it is ever shown, so nobody looks for the secrets in it, but for transforms,
/// which leave them alone.
fn document(bytes: Vec<u8>, transforms: Option<&Transforms<'_>>) -> Option<Arc<Document>> {
    let text = Source::text_of(bytes).ok()?;
    let document = Arc::new(Document::parse(text));
    Some(match transforms {
        None => document,
        Some(transforms) => {
            let source = Arc::new(Source::of(String::new(), document));
            Arc::clone(&carried(transforms, &source).document)
        }
    })
}

/// A change of a file.
pub(super) struct Step {
    /// When it was changed.
    pub since: Since,
    /// The place of the change in the log: larger ones are older.
    pub at: usize,
    /// What the file held before; none where it was not there, or cannot be read.
    pub before: Vec<Option<Arc<Document>>>,
    /// What it held then; none for what it holds now.
    pub after: Option<Arc<Document>>,
    /// Whether the file was not there before.
    pub is_creation: bool,
}

impl Step {
    /// Whether it and a change of another file are one.
    pub(super) fn is_with(&self, other: &Moment) -> bool {
        self.since == other.since
    }

    /// Whether it came after a change of another file. Places in the log tell apart what came in one second.
    pub(super) fn is_after(&self, other: &Moment) -> bool {
        let key = |since: &Since, at: usize| (since.time(), std::cmp::Reverse(at));
        key(&self.since, self.at) > key(&other.since, other.at)
    }

    /// When it was.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            since: self.since.clone(),
            at: self.at,
        }
    }
}

/// When a file was changed.
pub(super) struct Moment {
    pub since: Since,
    pub at: usize,
}

/// The changes of one values file.
pub(super) struct Steps<'h> {
    past: &'h Past,
    texts: &'h Texts,
    side: Side<'h>,
    /// The names of objects that were asked for, and whether they are the text on the disk.
    on_disk: RefCell<HashMap<String, bool>>,
    /// The last commit's text, where the one on the disk is another.
    uncommitted: Option<Option<Arc<Document>>>,
    /// How many of the log's changes were taken.
    taken: usize,
    /// Bytes of text that they may still have.
    text: Budget,
}

impl<'h> Steps<'h> {
    /// The changes of a file, what is not committed first.
    ///
    /// # Errors
    /// Why nothing is known of it.
    pub(super) fn of(
        history: &History<'_>,
        past: &'h Past,
        texts: &'h Texts,
        side: Side<'h>,
    ) -> Result<Steps<'h>, Why> {
        let on_disk = history.workspace.root.join(side.path);
        if on_disk.is_symlink() {
            return Err(Why::Link(side.path.into()));
        }
        let committed = past.committed(side.path, side.source.text());
        let uncommitted = match committed.map_err(|_| Why::NoCommit)? {
            Committed::Same => None,
            Committed::Other(text) => Some(document(text, side.transforms)),
            Committed::Nothing => {
                let is_empty = past.change(side.path, 0).is_none();
                if history.is_elsewhere(side.path) {
                    return Err(Why::Elsewhere(side.path.into()));
                }
                return Err(match past.incomplete().filter(|_| is_empty) {
                    Some(incomplete) => incomplete.into(),
                    None => Why::NotCommitted(side.path.into()),
                });
            }
        };
        Ok(Steps {
            past,
            texts,
            side,
            on_disk: RefCell::default(),
            uncommitted,
            taken: 0,
            text: Budget::new(MOST_TEXT),
        })
    }
}

impl Steps<'_> {
    /// Whether there may be more changes than were given.
    pub(super) fn incomplete(&self) -> Option<Why> {
        match self.is_enough() {
            true => Some(Why::TooLong),
            false => self.past.incomplete().map(Why::from),
        }
    }

    fn is_enough(&self) -> bool {
        self.taken >= MOST_VERSIONS || self.text.is_spent()
    }

    /// The text of an object. That on the disk was read already.
    fn text(&self, name: &str) -> Option<Arc<Document>> {
        let text = self.side.source.text();
        let is_on_disk = || {
            let mut known = self.on_disk.borrow_mut();
            let known = known.entry(name.to_owned());
            *known.or_insert_with(|| Past::is_content(name, text))
        };
        match self.side.transforms {
            None if is_on_disk() => Some(Arc::clone(&self.side.source.document)),
            transforms => self.texts.of(self.past, name, transforms),
        }
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if let Some(before) = self.uncommitted.take() {
            return Some(Step {
                since: Since::Uncommitted,
                at: 0,
                before: vec![before],
                after: None,
                is_creation: false,
            });
        }
        if self.is_enough() {
            return None;
        }
        let change = self.past.change(self.side.path, self.taken)?;
        self.taken += 1;
        let text = |name: &Option<String>| self.text(name.as_deref()?);
        let before: Vec<Option<Arc<Document>>> = change.before.iter().map(text).collect();
        let after = text(&change.after);
        for text in before.iter().flatten() {
            self.text.spend(text.source().len() as u64);
        }
        Some(Step {
            since: Since::Commit(Arc::clone(&change.commit)),
            at: change.at,
            is_creation: change.before.iter().all(Option::is_none),
            before,
            after,
        })
    }
}

impl History<'_> {
    /// The other paths that a values file had; none where nobody knows.
    pub fn former_paths(&self, path: &str) -> Vec<String> {
        let past = self.past();
        past.map_or_else(
            |_| Vec::new(),
            |past| past.former_paths(path, MOST_VERSIONS),
        )
    }

    /// Whether a file is in a repository of its own inside of this one: a submodule.
    pub fn is_elsewhere(&self, path: &str) -> bool {
        let folders = std::path::Path::new(path).ancestors().skip(1);
        let mut folders = folders.filter(|folder| !folder.as_os_str().is_empty());
        folders.any(|folder| self.workspace.root.join(folder).join(".git").exists())
    }

    /// How a values file is not as the last commit has it; none where it is, or where there is no repository.
    ///
    /// # Errors
    /// Why git cannot tell.
    pub fn dirt(&self, side: Side<'_>) -> Result<Option<Dirt>, Why> {
        let past = match self.past() {
            Err(Why::NoRepository) => return Ok(None),
            past => past?,
        };
        if self.workspace.root.join(side.path).is_symlink() {
            return Ok(Some(Dirt::Link));
        }
        let committed = past.committed(side.path, side.source.text());
        Ok(match committed.map_err(|_| Why::NoCommit)? {
            Committed::Nothing if self.is_elsewhere(side.path) => Some(Dirt::Elsewhere),
            Committed::Nothing => Some(Dirt::New),
            Committed::Same => None,
            Committed::Other(bytes) => Some(
                match is_encrypted(&bytes) && !has_sops(&side.source.document) {
                    true => Dirt::Decrypted,
                    false => Dirt::Changed,
                },
            ),
        })
    }
}

/// Whether SOPS has encrypted a committed text.
fn is_encrypted(committed: &[u8]) -> bool {
    let text = Source::text_of(committed.to_vec());
    text.is_ok_and(|text| has_sops(&Document::parse(text)))
}

/// Whether a file has what SOPS writes about it.
fn has_sops(document: &Document) -> bool {
    document.get(&Path::root().key(SOPS)).is_some()
}
