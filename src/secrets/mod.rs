//! Secrets: which values are taken for one, and how they are kept out of every output; and the seven backends: what each
//! environment selects, and the objects that come of it.

pub mod app;
pub mod backends;
pub mod chart;
pub mod explain;
mod form;
mod go_json;
pub mod inventory;
pub mod output_directory;
pub mod remote_names;
pub mod render;
pub mod schema;
pub mod sealing;
pub mod selection;

pub use inventory::Inventory;
pub use selection::{Mistake, MistakeSort, Selection, Selections};
