//! The objects that a chart renders, held against each other.

mod broken_digest;
mod duplicate;
mod missing_configuration;
mod missing_port;
mod missing_target;
mod selects_nothing;
mod wildcard_permission;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &broken_digest::RULE,
    &duplicate::RULE,
    &missing_configuration::RULE,
    &missing_port::RULE,
    &missing_target::RULE,
    &selects_nothing::RULE,
    &wildcard_permission::RULE,
];
