//! From text to tree. `saphyr-parser` tells the events; this module gives them exact bytes (its marks count characters
//! and include what surrounds a value), finds the comments between them, and builds the nodes.
//!
//! Rooms: `builder` turns events into nodes, `gaps` walks over what lies between values, `marks` counts
//! bytes, `mapping` applies merge keys
//! and finds duplicates, `aliases` bounds what anchors may expand to,
//! `strict` refuses what Helm refuses, `lenient` lets pass what Helm lets pass.

mod aliases;
mod builder;
mod gaps;
mod lenient;
mod mapping;
mod marks;
mod strict;

use std::sync::Arc;

use saphyr_parser::Parser;

use crate::document::{Comment, Problem, ProblemKind, Related, Span};
use crate::node::{Bytes, Node};

/// How deep collections may nest, aliases counted with what they stand for. Helm's limit is 10,000; this one keeps
/// everything that walks a tree safe on the 2 MiB stack of a worker thread, and is far above any real file.
pub(crate) const MAX_DEPTH: usize = 256;

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

/// Reads a file.
pub(crate) fn load(source: &Arc<str>) -> Loaded {
    if u32::try_from(source.len()).is_err() {
        let message = format!(
            "the file has {} bytes; files of 4 GiB and more are not read",
            source.len()
        );
        let problem = Problem {
            kind: ProblemKind::TooLarge,
            span: Span::default(),
            message,
            related: None,
        };
        return Loaded {
            problems: vec![problem],
            ..Loaded::default()
        };
    }
    let mut lenient = lenient::Lenient::new(source);
    let mut loaded = loop {
        match read(source, &lenient) {
            Ok(loaded) => break loaded,
            Err(failure) => {
                if !lenient.relent(&failure.info, failure.at) {
                    break failure.loaded;
                }
            }
        }
    };
    if let Some((span, message)) = strict::source(source) {
        report(
            &mut loaded.problems,
            ProblemKind::Syntax,
            span,
            message,
            None,
        );
    }
    aliases::check(&mut loaded);
    loaded.problems.sort_by_key(|problem| problem.span.start);
    if loaded.problems.iter().any(Problem::is_refused) {
        loaded.documents.clear();
    }
    loaded
}

/// What was read up to a syntax error.
struct Failure {
    loaded: Loaded,
    info: String,
    /// Where, in the text that the parser saw.
    at: usize,
}

fn read(source: &Arc<str>, lenient: &lenient::Lenient<'_>) -> Result<Loaded, Box<Failure>> {
    let mut parser = Parser::new_from_str(lenient.text());
    let mut builder = builder::Builder::new(source, lenient);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                let at = builder.syntax_error(&error);
                return Err(Box::new(Failure {
                    loaded: builder.finish(),
                    info: error.info().to_owned(),
                    at,
                }));
            }
        }
        if builder.stopped() {
            break;
        }
    }
    Ok(builder.finish())
}

/// Keeps a problem as long as there are not too many; a fatal one always finds room.
fn report(
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
    };
    if problems.len() < MAX_PROBLEMS {
        problems.push(problem);
    } else if problem.is_fatal()
        && let Some(last) = problems.last_mut().filter(|last| !last.is_fatal())
    {
        *last = problem;
    }
}
