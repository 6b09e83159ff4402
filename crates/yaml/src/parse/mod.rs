//! From text to tree, as Helm reads it: with goyaml, which reads YAML 1.1. No parser of YAML 1.2 agrees with it on tabs, tags,
//! marks of documents and colons between brackets, so this is a reader of its own.
//!
//! Rooms: `documents` cuts a file as Helm does, `scan` finds tokens and comments, `compose` makes nodes of them, `mapping`
//! applies merge keys and finds duplicates, `aliases` bounds what anchors may expand to, `loaded` is what comes out,
//! `strict` refuses what goyaml does not read at all.

mod aliases;
mod compose;
mod convert;
mod documents;
mod loaded;
mod mapping;
mod scan;
mod strict;

use std::sync::Arc;

use crate::problem::{Problem, ProblemKind};
use crate::span::Span;

use compose::Composer;
use documents::Part;
pub(crate) use loaded::Loaded;
use loaded::report;

/// Reads a file as Helm reads values: cut into documents first.
pub(crate) fn load(source: &Arc<str>) -> Loaded {
    read(source, documents::parts, true)
}

/// Reads one document as goyaml reads a text that is given to it as it is.
pub(crate) fn load_text(source: &Arc<str>) -> Loaded {
    read(source, documents::whole, false)
}

fn read(source: &Arc<str>, parts: for<'a> fn(&'a str) -> Vec<Part<'a>>, is_file: bool) -> Loaded {
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
            line: None,
        };
        return Loaded {
            problems: vec![problem],
            ..Loaded::default()
        };
    }
    let parts = parts(source);
    let mut composer = Composer::new(source);
    for part in &parts {
        if composer.read(part).is_err() {
            break;
        }
    }
    let mut loaded = composer.loaded;
    let separator = is_file
        .then(|| documents::wrong_separator(source))
        .flatten();
    if let Some((span, message)) = strict::control(source).or(separator) {
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
