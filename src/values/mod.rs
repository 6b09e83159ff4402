//! Values: one tree per environment, laid side by side, path by path.

mod ciphertext;
mod compare;
mod cover;
mod databases;
mod documents;
mod located;
mod order;
mod parts;
mod path_set;
mod pattern;
mod pattern_index;
mod plain_key;
mod printed;
mod quantity;
mod section;
mod stack;
mod tree;
mod version;
mod words;
mod workload;

pub use ciphertext::{SOPS, is_ciphertext, is_sealed, sops_checksum};
pub use compare::{
    Aspect, Presence, Row, compare, compare_with, compare_within, same, same_as_before, same_nodes,
    same_type,
};
pub use databases::{DATABASES, Database, databases};
pub use documents::several_documents;
pub use located::Located;
pub use order::{is_identity, names_of, same_order};
pub use parts::OwnParts;
pub use path_set::{PathSet, by_places};
pub use pattern::{Pattern, PatternError};
pub use pattern_index::PatternIndex;
pub use plain_key::{PlainKey, plain_key};
pub use printed::printed;
pub use quantity::{Measure, compare as compare_measures, duration, measure, percentage, quantity};
pub use section::{Section, Sections, is_off, is_off_on_the_way, turned_off};
pub use stack::{holds_secure, is_meant_as_secure, is_secure, is_stack_file, secures};
pub use tree::{SourceOf, Tree, TreeKind};
pub use version::Version;
pub use words::words_of;
pub use workload::{
    Amount, Budget, MOST_WORKLOADS, Workload, budget_in, integer, is_budget, is_foreign,
    is_of_copies, is_run_otherwise, is_scaler, pods_of, workloads,
};
