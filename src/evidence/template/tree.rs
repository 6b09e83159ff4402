//! The files of the repository, as templates of helmfile read them: what lies outside of it is not there for them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::evidence::copied::Copied;
use crate::evidence::files::normal;
use crate::source::{place_within, read_text};

/// The most that is kept, in bytes of text.
const MOST: usize = 16 << 20;
/// More files of a directory are not listed.
const MOST_FILES: usize = 10_000;

/// Where a template stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The files.
    pub tree: Rc<Tree>,
    /// The directory that its paths are relative to.
    pub directory: String,
}

impl Place {
    /// A path of the template as one of the workspace. None where it leads out of it.
    pub(super) fn path(&self, path: &str) -> Option<String> {
        let is_absolute = path.starts_with(['/', '\\']) || path.contains(':');
        let path = normal(&self.directory, path).filter(|_| !is_absolute)?;
        Some(self.tree.copied.original(path))
    }
}

/// An entry of a directory.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub name: String,
    pub is_directory: bool,
}

/// The files below a workspace's root.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    /// The folder that is deployed as a copy.
    copied: Copied,
    texts: RefCell<HashMap<String, Option<Rc<str>>>>,
    /// The files that were read.
    read: RefCell<BTreeSet<String>>,
    listings: RefCell<HashMap<String, Option<Rc<[Entry]>>>>,
    kept: Cell<usize>,
}

impl Tree {
    pub(super) fn new(root: &Path, copied: &Copied) -> Tree {
        Tree {
            root: root.to_owned(),
            copied: copied.clone(),
            texts: RefCell::default(),
            read: RefCell::default(),
            listings: RefCell::default(),
            kept: Cell::new(0),
        }
    }

    pub(super) fn is_file(&self, path: &str) -> bool {
        place_within(&self.root, path).is_some_and(|place| place.is_file())
    }

    pub(super) fn is_directory(&self, path: &str) -> bool {
        place_within(&self.root, path).is_some_and(|place| place.is_dir())
    }

    /// Makes room for so many bytes.
    fn keep(&self, bytes: usize) {
        if self.kept.get() + bytes > MOST {
            self.texts.take();
            self.listings.take();
            self.kept.set(0);
        }
        self.kept.set(self.kept.get() + bytes);
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &str) -> Option<Rc<str>> {
        if let Some(known) = self.texts.borrow().get(path) {
            return known.clone();
        }
        let text: Option<Rc<str>> = read_text(&self.root, path).ok().map(Rc::from);
        self.keep(path.len() + text.as_ref().map_or(0, |text| text.len()));
        if text.is_some() {
            self.read.borrow_mut().insert(path.to_owned());
        }
        let mut texts = self.texts.borrow_mut();
        texts.insert(path.to_owned(), text.clone());
        text
    }

    /// The files that were read until now.
    pub(super) fn read(&self) -> BTreeSet<String> {
        self.read.borrow().clone()
    }

    /// What is in a directory, by name.
    pub(super) fn entries(&self, path: &str) -> Option<Rc<[Entry]>> {
        if let Some(known) = self.listings.borrow().get(path) {
            return known.clone();
        }
        let found = self.listed(path);
        self.keep(path.len() + 100 * found.as_ref().map_or(0, |found| found.len()));
        let mut listings = self.listings.borrow_mut();
        listings.insert(path.to_owned(), found.clone());
        found
    }

    fn listed(&self, path: &str) -> Option<Rc<[Entry]>> {
        let found = std::fs::read_dir(place_within(&self.root, path)?).ok()?;
        let entries = found.flatten().take(MOST_FILES).filter_map(|entry| {
            Some(Entry {
                name: entry.file_name().into_string().ok()?,
                is_directory: entry.file_type().ok()?.is_dir(),
            })
        });
        let mut entries: Vec<Entry> = entries.filter(|entry| entry.name != ".git").collect();
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        Some(entries.into())
    }
}
