//! What pods may do to their nodes.

mod beyond_baseline;
mod beyond_restricted;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&beyond_baseline::RULE, &beyond_restricted::RULE];
