//! YAML as Helm reads it: a tree in which every key and value knows its bytes, comments, Helm's scalar rules, edits
//! that change no other byte, and the text that Helm's `toYaml` prints.
//!
//! ```
//! use envlint_yaml::{Document, Path, Value};
//!
//! let doc = Document::parse("replicas: 3 # per zone\nenabled: yes\n");
//! assert!(doc.errors().is_empty());
//! let path: Path = "enabled".parse().expect("a path");
//! let node = doc.get(&path).expect("the value is there");
//! assert_eq!(node.to_value(), Value::Bool(true)); // YAML 1.1, as Helm reads it
//! assert_eq!(doc.position(node.span().start).line, 2);
//! assert_eq!(doc.comments()[0].text.trim(), "per zone");
//! ```
//!
//! Helm reads a values file through `sigs.k8s.io/yaml`: YAML 1.1 by a fork of goyaml v2, turned into JSON, decoded by
//! Go's `encoding/json`. What this crate says of a scalar, a key, a merge or a duplicate key is what comes out of that
//! chain; `tests/` holds the answers of the real program.
//!
//! # Rooms
//!
//! From the bottom up. A room uses only what its line names; `tests/layers.rs` holds the code to this list.
//!
//! - `number`: numbers as Go reads and prints them
//! - `value`: plain data, without places
//! - `span`: places in a source
//! - `path`: the address of a value
//! - `comment`: comments; uses `span`
//! - `problem`: what can be wrong with a file; uses `span`
//! - `scalar`: what a scalar means to Helm; uses `number`, `value`
//! - `index`: places found by the text at them
//! - `node`: the tree; uses `index`, `path`, `scalar`, `span`, `value`
//! - `address`: how values are addressed while a tree is walked; uses `node`, `path`
//! - `parse`: from text to tree; uses `comment`, `index`, `node`, `problem`, `scalar`, `span`
//! - `document`: a file with its tree; uses `comment`, `node`, `parse`, `path`, `problem`, `scalar`, `span`
//! - `edit`: edits that change no other byte; uses `comment`, `document`, `node`, `path`, `problem`, `scalar`, `span`, `value`
//! - `emit`: the text that Go prints; uses `number`, `scalar`, `value`
//! - `de`: from the tree to Rust's types; uses `node`, `path`, `scalar`, `span`, `value`

#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod address;
mod comment;
mod de;
mod document;
mod edit;
mod emit;
mod index;
mod node;
mod number;
mod parse;
mod path;
mod problem;
mod scalar;
mod span;
mod value;

pub use address::{Items, Step, field_of, names_items, same_names};
pub use comment::Comment;
pub use de::{DeError, DeErrorKind, Spanned, from_node};
pub use document::Document;
pub use document::settings::Setting;
pub use edit::{
    Applied, Arranged, Arrangement, Change, Edit, EditError, Edited, Fresh, Stays, apply, arrange,
    change_all, comments_above, insert, quoted, remove, remove_comment, reorder, set,
    set_at_anchor,
};
pub use emit::{EmitError, emit, emit_pretty, marshal};
pub use index::Index;
pub use node::{Entries, Key, Kind, Mapping, Node, Origin, Scalar, Sequence, Style};
pub use path::{Path, PathError, Segment};
pub use problem::{Problem, ProblemKind, Related};
pub use scalar::Resolved;
pub use span::{Position, Span};
pub use value::{Map, Value};
