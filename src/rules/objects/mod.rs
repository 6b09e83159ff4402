//! The objects that a chart renders, held against each other.

mod addresses;
mod backends;
mod broken_digest;
mod by_name;
mod conventions;
mod duplicate;
mod duplicate_variable;
mod invalid_name;
mod kept_on_delete;
mod missing_configuration;
mod missing_label;
mod missing_port;
mod missing_pull_secret;
mod missing_target;
mod name_pattern;
mod other_namespace;
mod refused_by_project;
mod selects_nothing;
mod ways;
mod wildcard_permission;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &broken_digest::RULE,
    &duplicate::RULE,
    &duplicate_variable::RULE,
    &invalid_name::RULE,
    &kept_on_delete::RULE,
    &missing_configuration::RULE,
    &missing_label::RULE,
    &missing_port::RULE,
    &missing_pull_secret::RULE,
    &missing_target::RULE,
    &name_pattern::RULE,
    &other_namespace::RULE,
    &refused_by_project::RULE,
    &selects_nothing::RULE,
    &wildcard_permission::RULE,
];
