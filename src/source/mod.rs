//! Files that were read, places in them, and what is said of these places.

mod file;
mod location;
mod problem;
mod severity;
mod suggest;
pub mod write;

pub use file::{ReadError, Source, read_text};
pub use location::{Location, Note};
pub use problem::Problem;
pub use severity::Severity;
pub use suggest::nearest;
