//! Places in a source: bytes for programs, lines and columns for people.

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
