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

mod address;
mod de;
mod document;
mod edit;
mod emit;
mod node;
mod number;
mod parse;
mod path;
mod scalar;
mod value;

pub use address::{Items, Step, field_of};
pub use de::{DeError, DeErrorKind, Spanned, from_node};
pub use document::{Comment, Document, Position, Problem, ProblemKind, Related, Span};
pub use edit::{Edit, EditError, Edited, Fresh, insert, remove, reorder, set};
pub use emit::{EmitError, emit, emit_pretty, marshal};
pub use node::{Entries, Key, Kind, Mapping, Node, Origin, Scalar, Style};
pub use path::{Path, PathError, Segment};
pub use scalar::Resolved;
pub use value::{Map, Value};
