//! What reading a file gives.

use crate::comment::Comment;
use crate::node::{Bytes, Node};
use crate::problem::{Problem, ProblemKind, Related};
use crate::span::Span;

/// How deep collections may nest, aliases counted with what they stand for. Helm's limit is 10,000; this one keeps
/// everything that walks a tree safe on the 2 MiB stack of a worker thread, and is far above any real file.
pub(crate) const MAX_DEPTH: usize = 256;

/// How many keys and values one file may have: each takes some hundred bytes of memory until a check is done. The largest
/// files that people write, definitions of resources by the thousand lines, have a tenth of it.
pub(crate) const MAX_SIZE: usize = 500_000;

/// How many problems of one file are kept.
const MAX_PROBLEMS: usize = 100;

/// What reading a file gives.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) documents: Vec<Node>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) anchors: Vec<Anchor>,
    pub(crate) properties: Vec<Properties>,
    /// How many keys and values it has.
    pub(crate) size: usize,
}

/// An anchor, and where it is used.
#[derive(Debug)]
pub(crate) struct Anchor {
    /// The value that it names, without the anchor itself. Empty until the value is complete.
    pub(crate) value: Bytes,
    /// The aliases.
    pub(crate) uses: Vec<Bytes>,
}

/// The anchor and tag that are written before a value.
#[derive(Debug)]
pub(crate) struct Properties {
    /// Where the value begins.
    pub(crate) value: u32,
    /// Where its first property begins.
    pub(crate) start: u32,
}

/// Keeps a problem as long as there are not too many; a fatal one always finds room.
pub(super) fn report(
    problems: &mut Vec<Problem>,
    kind: ProblemKind,
    span: Span,
    message: String,
    related: Option<Related>,
) {
    let problem = Problem {
        kind,
        span,
        message,
        related,
        line: None,
    };
    if problems.len() < MAX_PROBLEMS {
        problems.push(problem);
    } else if problem.is_fatal()
        && let Some(last) = problems.last_mut().filter(|last| !last.is_fatal())
    {
        *last = problem;
    }
}
