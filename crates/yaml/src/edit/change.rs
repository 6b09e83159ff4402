//! An edit, what it makes, and why there is none.

use crate::document::Document;
use crate::path::Path;
use crate::span::Span;

/// Replaces one range of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// The text that comes.
    pub replacement: String,
}

impl Edit {
    /// The edit that puts a text in the place of a range.
    pub fn new(span: Span, replacement: impl Into<String>) -> Edit {
        Edit {
            span,
            replacement: replacement.into(),
        }
    }

    /// The source with the edit made. An edit of another source, that does not fit, changes nothing.
    pub fn apply(&self, source: &str) -> String {
        match (source.get(..self.span.start), source.get(self.span.end..)) {
            (Some(before), Some(after)) => [before, &self.replacement, after].concat(),
            _ => source.to_owned(),
        }
    }
}

/// An edit, and the document that it makes; further edits go on from that.
#[derive(Debug)]
pub struct Edited {
    /// What changes in the source that was given.
    pub edit: Edit,
    /// The document after the change.
    pub document: Document,
}

/// Why a value cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The document has errors or several YAML documents.
    #[error("the file cannot be edited: {0}")]
    Document(String),
    /// Nothing is at the path, or an item before it is missing.
    #[error("`{0}` does not exist")]
    Missing(Path),
    /// A value is already there.
    #[error("`{0}` already exists")]
    Exists(Path),
    /// The path goes through a value that is neither a map nor a list.
    #[error("`{path}` is {found}, so it cannot have `{segment}`")]
    NotACollection {
        /// The value in the way.
        path: Path,
        /// What it is.
        found: &'static str,
        /// The step that is not possible.
        segment: String,
    },
    /// The path goes through an alias or a merge key: the text belongs to another place.
    #[error(
        "`{0}` comes from an anchor elsewhere; edit it there, or replace the alias with its value first"
    )]
    Shared(Path),
    /// The value has an anchor, and aliases elsewhere would change with it.
    #[error(
        "`{path}` has an anchor that {aliases} elsewhere refer to; replace these with their values first"
    )]
    Anchored {
        /// The value with the anchor.
        path: Path,
        /// How many aliases there are, as words.
        aliases: String,
    },
    /// The key is written several times; removing one would bring another to light.
    #[error("`{0}` is written more than once; remove the duplicates first")]
    Duplicate(Path),
    /// No text was found that is read back as intended.
    #[error("`{0}` cannot be changed without changing something else; edit the file by hand")]
    Unprovable(Path),
}
