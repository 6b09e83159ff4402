//! How comparisons and promotions are written: for people, for pull requests, and for programs.

mod blocks;
mod cluster;
mod columns;
pub mod diff;
pub mod documents;
mod outputs;
pub mod promote;
mod pull_request;
pub mod rendered;
pub mod status;

pub use outputs::outputs;
pub use pull_request::body as pull_request_body;

use crate::masking::markdown::code;
use crate::masking::{Name, Printable, Text, printable};
use crate::promotion::Patch;

/// How a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// For people: path by path, with the class of each.
    Text,
    /// The two files line by line, as `diff -u` shows them.
    Unified,
    /// For programs: one JSON object, which stays compatible.
    Json,
    /// For a pull request.
    Markdown,
    /// For programs: what makes TO of FROM, as a JSON Patch (RFC 6902), of one app or one file.
    JsonPatch,
}

/// How a promotion is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PromoteFormat {
    /// For people: what changes, and the files' unified diffs.
    Text,
    /// For programs: one JSON object, which stays compatible.
    Json,
    /// For a pull request: the same text as that of `--pr-body`.
    Markdown,
}

/// A JSON Patch.
fn patch(patch: &Patch) -> Printable {
    Printable::json(&patch.operations)
}

/// "1 path", "2 paths".
fn count(number: usize, one: &'static str, many: &'static str) -> Printable {
    printable!("{} {}", number, if number == 1 { one } else { many })
}

/// The name of an app, an environment or a file.
fn name(name: impl std::fmt::Display) -> Printable {
    Text::of(&Name(name)).show()
}

/// A value in a cell of a Markdown table.
fn in_cell(value: Option<Printable>) -> Printable {
    value.map_or_else(|| "—".into(), |value| value.rewrite(code))
}

/// One row of a Markdown table.
fn row(cells: impl IntoIterator<Item = Printable>) -> Printable {
    printable!("| {} |\n", Printable::join(cells, " | "))
}
