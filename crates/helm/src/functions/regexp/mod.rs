//! Go's regular expressions (RE2 syntax) on top of the `regex` crate, which has the same leftmost-first semantics and
//! linear time but another surface syntax: see [`syntax`].

mod cost;
mod search;
mod syntax;
mod table;

pub use cost::steps as expression_steps;
pub(crate) use search::mistake;
pub(super) use table::TABLE;
