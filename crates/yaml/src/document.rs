//! A file: its source, its documents, its comments and what is wrong with it.

use std::sync::{Arc, OnceLock};

use crate::node::{Bytes, Node};
use crate::parse;
use crate::path::Path;

/// A range of bytes in the source; `end` is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// The same as a standard range, to index the source with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// True when it has no bytes: a value that is not written.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// True when `other` lies inside of this span (or is equal to it).
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A place for people: both numbers start at 1, and the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1. A byte order mark is not counted.
    pub column: usize,
}

/// A comment of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
    /// The text after the `#`, as written.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
    /// True when nothing but white space stands before it on its line.
    pub own_line: bool,
}

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
}

/// One file of YAML. Plain data: it can be shared between threads.
#[derive(Debug)]
pub struct Document {
    source: Arc<str>,
    loaded: parse::Loaded,
    lines: OnceLock<Vec<u32>>,
}

impl Document {
    /// Reads a file. Never fails: what is wrong is in [`Document::errors`].
    ///
    /// A file that Helm refuses has no root, so that nothing is concluded from half a file.
    pub fn parse(source: impl Into<Arc<str>>) -> Document {
        let source = source.into();
        let loaded = parse::load(&source);
        Document {
            source,
            loaded,
            lines: OnceLock::new(),
        }
    }

    /// The text as it was given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text of a span; empty when the span is not inside of the source or splits a character.
    pub fn text(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// What is wrong, in the order of the source. At most 100 problems are kept.
    pub fn errors(&self) -> &[Problem] {
        &self.loaded.problems
    }

    /// The value of the first YAML document. `None` for a file that is empty, has only comments, or cannot be read.
    pub fn root(&self) -> Option<&Node> {
        self.loaded.documents.first()
    }

    /// The values of all YAML documents of the stream. Helm overlays them, the later ones over the earlier ones.
    pub fn documents(&self) -> &[Node] {
        &self.loaded.documents
    }

    /// The comments in the order of the source.
    pub fn comments(&self) -> &[Comment] {
        &self.loaded.comments
    }

    /// The value at a path of the first YAML document.
    pub fn get(&self, path: &Path) -> Option<&Node> {
        self.root()?.get(path)
    }

    /// The span of a value together with the anchor and tag that are written before it.
    pub fn span_with_properties(&self, node: &Node) -> Span {
        let span = node.span();
        let properties = &self.loaded.properties;
        let found = properties
            .binary_search_by_key(&span.start, |properties| properties.value as usize)
            .ok();
        let start = found
            .and_then(|at| properties.get(at))
            .map_or(span.start, |properties| properties.start as usize);
        Span::new(start, span.end)
    }

    /// The places of the aliases of the anchor that is written before a value; empty when there is no anchor, or no
    /// alias of it.
    pub fn aliases_of(&self, node: &Node) -> impl Iterator<Item = Span> {
        let span = node.span();
        let anchors = self
            .loaded
            .anchors
            .iter()
            .filter(move |anchor| anchor.value.span() == span);
        anchors.flat_map(|anchor| anchor.uses.iter().map(|bytes| bytes.span()))
    }

    /// True when an anchor or an alias is written inside of a span.
    pub(crate) fn touches_anchor(&self, span: Span) -> bool {
        let inside = |bytes: &Bytes| span.contains(bytes.span());
        self.loaded
            .anchors
            .iter()
            .any(|anchor| inside(&anchor.value) || anchor.uses.iter().any(inside))
    }

    /// How many aliases outside of a span refer to anchors inside of it.
    pub(crate) fn aliases_into(&self, span: Span) -> usize {
        let inside = self
            .loaded
            .anchors
            .iter()
            .filter(|anchor| span.contains(anchor.value.span()));
        inside
            .flat_map(|anchor| &anchor.uses)
            .filter(|bytes| !span.contains(bytes.span()))
            .count()
    }

    /// Line and column of a byte offset. An offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = self.lines.get_or_init(|| line_starts(&self.source));
        let line = lines.partition_point(|start| *start as usize <= offset);
        let start = lines
            .get(line.wrapping_sub(1))
            .map_or(0, |start| *start as usize);
        let before = self.source.get(start..offset).unwrap_or_default();
        let mark = usize::from(start == 0 && before.starts_with('\u{feff}'));
        Position {
            line,
            column: before.chars().count() - mark + 1,
        }
    }
}

/// Offsets at which lines begin. Sources are below 4 GiB (see `parse::load`), larger ones have no nodes to place.
fn line_starts(source: &str) -> Vec<u32> {
    let breaks = source
        .bytes()
        .enumerate()
        .filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0)
        .chain(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
        .collect()
}
