//! What containers ask for, in any environment.

mod amounts;
mod exceeds_quota;
mod invalid_quantity;
mod missing_limits;
mod namespaces;
mod outside_limit_range;
mod requests_exceed_limits;
mod unknown_key;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &exceeds_quota::RULE,
    &invalid_quantity::RULE,
    &missing_limits::RULE,
    &outside_limit_range::RULE,
    &requests_exceed_limits::RULE,
    &unknown_key::RULE,
];
