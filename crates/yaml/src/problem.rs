//! What can be wrong with a file.

use crate::span::Span;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The text is not YAML. Helm refuses the file.
    Syntax,
    /// Text behind the end of the document. Helm drops it and says nothing.
    Dropped,
    /// A key is written twice in one mapping. Helm keeps the last one and says nothing.
    DuplicateKey,
    /// A key that JSON cannot have: null, a list, a map. Helm refuses the file.
    InvalidKey,
    /// A scalar that Helm cannot convert: `.inf`, `.nan`, `!!int x`, broken `!!binary`. Helm refuses the file.
    InvalidScalar,
    /// `<<` with something other than a map or a list of maps. Helm refuses the file.
    InvalidMerge,
    /// An alias of an anchor that is not finished, or so many aliases that the file explodes. Helm refuses the file.
    InvalidAlias,
    /// Nested deeper, or larger, than this crate reads.
    TooLarge,
}

/// The second place of a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// Something wrong with a file, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which sort of mistake.
    pub kind: ProblemKind,
    /// Where it is.
    pub span: Span,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The other place: the first of two equal keys.
    pub related: Option<Related>,
    /// The line that Helm names, which is not always that of the place; none where it names none.
    pub line: Option<usize>,
}

impl Problem {
    /// True when the file cannot be taken for what it seems to say: Helm refuses it, or drops a part of it.
    pub fn is_fatal(&self) -> bool {
        self.kind != ProblemKind::DuplicateKey
    }

    /// True when Helm refuses the file because of it; the document then has no root.
    pub fn is_refused(&self) -> bool {
        self.is_fatal() && self.kind != ProblemKind::Dropped
    }

    /// True when Helm may read the file, and only a bound of this crate is the reason that it is not read here.
    pub fn is_limit(&self) -> bool {
        self.kind == ProblemKind::TooLarge
    }
}
