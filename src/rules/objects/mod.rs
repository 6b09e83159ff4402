//! The objects that a chart renders, held against each other.

mod broken_digest;
mod duplicate;
mod kept_on_delete;
mod missing_configuration;
mod missing_port;
mod missing_pull_secret;
mod missing_target;
mod other_namespace;
mod selects_nothing;
mod wildcard_permission;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &broken_digest::RULE,
    &duplicate::RULE,
    &kept_on_delete::RULE,
    &missing_configuration::RULE,
    &missing_port::RULE,
    &missing_pull_secret::RULE,
    &missing_target::RULE,
    &other_namespace::RULE,
    &selects_nothing::RULE,
    &wildcard_permission::RULE,
];
