//! Values: one tree per environment, laid side by side, path by path.

mod classify;
mod compare;
mod pattern;
mod quantity;
mod tree;

pub use classify::{Class, Conflict, Declarations};
pub use compare::{Cell, Row, compare, same, same_type};
pub use pattern::{Pattern, PatternError};
pub use quantity::{Measure, compare as compare_measures, measure, quantity};
pub use tree::{Tree, TreeKind, overlay};
