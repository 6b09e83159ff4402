//! From text to tree. `saphyr-parser` tells the events; this module gives them exact bytes (its marks count characters
//! and include what surrounds a value), finds the comments between them, and builds the nodes.
//!
//! Rooms: `builder` turns events into nodes, `gaps` walks over what lies between values, `marks` counts
//! bytes, `mapping` applies merge keys
//! and finds duplicates, `aliases` bounds what anchors may expand to,
//! `loaded` is what comes out,
//! `strict` refuses what Helm refuses, `lenient` lets pass what Helm lets pass.

mod aliases;
mod builder;
mod convert;
mod gaps;
mod lenient;
mod loaded;
mod mapping;
mod marks;
mod strict;

use std::sync::Arc;

use saphyr_parser::Parser;

use crate::problem::{Problem, ProblemKind};
use crate::span::Span;

pub(crate) use loaded::Loaded;
use loaded::report;

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
            Err(mut failure) => match lenient.relent(&failure.info, failure.at) {
                lenient::Relief::Changed => {}
                lenient::Relief::Mistake => break failure.loaded,
                lenient::Relief::Exhausted => {
                    for problem in &mut failure.loaded.problems {
                        if problem.kind == ProblemKind::Syntax {
                            problem.kind = ProblemKind::TooLarge;
                            problem.message = EXHAUSTED.to_owned();
                        }
                    }
                    break failure.loaded;
                }
            },
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

/// A file that may be one that Helm reads.
const EXHAUSTED: &str = "the file is too long to be checked: it has too many tabs between tokens, or lines of brackets and quotes that are not indented";

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
