//! Comments.

use crate::span::Span;

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
