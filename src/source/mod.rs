//! Files that were read, places in them, and what is said of these places.

mod conflict;
mod diagnostic;
mod excerpt;
mod file;
mod ignores;
mod location;
mod paths;
mod severity;
mod snippet;
mod suggest;
mod walk;
mod work_tree;
pub mod write;

pub use conflict::{Conflict, conflicts};
pub use diagnostic::{Confidence, Diagnostic, Problem};
pub use file::{
    DEPLOYING, MOST_VALUES, ReadError, Searched, Source, WORKFLOWS, is_heard, may_limit,
    read_regular, read_text,
};
pub use ignores::Ignored;
pub use location::{Location, Note};
pub use paths::{ancestors, comparable_address, directory_of, is_yaml, join, normal};
pub use severity::Severity;
pub use snippet::{Heading, render};
pub use suggest::{has_same_letters, nearest, nearest_within, slip, slip_within};
pub use walk::{Entry, Kind, MOST_ENTRIES, Walk, Walked};
pub use work_tree::{boundary, entries_within, place_within, remote_name, remote_owner, work_tree};
