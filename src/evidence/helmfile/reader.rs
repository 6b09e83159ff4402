//! The files and trees that helmfiles are made of: each is read and parsed once for a helmfile, however many environments it has.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use envlint_yaml::Document;

use crate::evidence::copied::Copied;
use crate::evidence::files::{Files, normal};
use crate::evidence::template::Evaluator;

/// The most that is kept, in bytes of text.
const MOST: usize = 16 << 20;
/// How many bytes of YAML are parsed in one step.
const BYTES_OF_STEP: usize = 8;

/// Reads for helmfiles.
pub(super) struct Reader<'r, 'f> {
    pub files: &'r Files<'f>,
    /// The folder that is deployed as a copy.
    copied: Copied,
    pub evaluator: Rc<Evaluator>,
    texts: RefCell<HashMap<String, Option<Rc<str>>>>,
    documents: RefCell<HashMap<String, Rc<Document>>>,
    kept: Cell<usize>,
}

impl<'r, 'f> Reader<'r, 'f> {
    pub(super) fn new(files: &'r Files<'f>, copied: Copied) -> Reader<'r, 'f> {
        Reader {
            files,
            evaluator: Rc::new(Evaluator::of_helmfile(files.root(), &copied)),
            copied,
            texts: RefCell::default(),
            documents: RefCell::default(),
            kept: Cell::new(0),
        }
    }

    /// Another helmfile begins.
    pub(super) fn begin_file(&self) {
        self.evaluator.begin_file();
    }

    /// A path that a helmfile in a directory names. None where it leads out of the workspace.
    pub(super) fn path(&self, directory: &str, path: &str) -> Option<String> {
        Some(self.copied.original(normal(directory, path)?))
    }

    /// The directory that the paths in a helmfile are relative to.
    pub(super) fn home(&self, helmfile: &str) -> String {
        self.copied.home(helmfile)
    }

    /// The path of a helmfile where it is deployed.
    pub(super) fn copy_of(&self, helmfile: &str) -> String {
        self.copied.copy_of(helmfile)
    }

    /// Makes room for so many bytes.
    fn keep(&self, bytes: usize) {
        if self.kept.get() + bytes > MOST {
            self.texts.take();
            self.documents.take();
            self.kept.set(0);
        }
        self.kept.set(self.kept.get() + bytes);
    }

    /// A file of the workspace.
    pub(super) fn text(&self, path: &str) -> Option<Rc<str>> {
        if let Some(known) = self.texts.borrow().get(path) {
            return known.clone();
        }
        let text: Option<Rc<str>> = self.files.text(path).map(Rc::from);
        self.keep(text.as_ref().map_or(0, |text| text.len()));
        let mut texts = self.texts.borrow_mut();
        texts.insert(path.to_owned(), text.clone());
        text
    }

    /// The tree of a text; an empty one where the helmfile takes too long.
    pub(super) fn document(&self, text: &str) -> Rc<Document> {
        if let Some(known) = self.documents.borrow().get(text) {
            return Rc::clone(known);
        }
        let steps = (text.len() / BYTES_OF_STEP) as u64;
        if !self.evaluator.spend(steps) {
            return Rc::new(Document::parse(""));
        }
        let document = Rc::new(Document::parse(text));
        self.keep(text.len());
        let mut documents = self.documents.borrow_mut();
        documents.insert(text.to_owned(), Rc::clone(&document));
        document
    }
}
