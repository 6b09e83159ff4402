//! Where secrets come from: each environment's selection, and the objects of the seven backends.

mod incomplete_backend;
mod no_backend;
mod several_backends;
mod shared_across_environments;

use super::Rule;

/// The rules of this folder.
pub const RULES: &[&Rule] = &[
    &incomplete_backend::RULE,
    &no_backend::RULE,
    &several_backends::RULE,
    &shared_across_environments::RULE,
];
