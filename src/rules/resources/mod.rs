//! What containers ask for, in any environment.

mod invalid_quantity;
mod requests_exceed_limits;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&invalid_quantity::RULE, &requests_exceed_limits::RULE];
