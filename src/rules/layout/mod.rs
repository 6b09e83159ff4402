//! Where the files are.

mod broken_kustomization;
mod hierarchical_values;
mod missing_environment;
mod missing_file;
mod refused_application;
mod unknown_environment;
mod unread_values;
mod written;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &broken_kustomization::RULE,
    &hierarchical_values::RULE,
    &missing_environment::RULE,
    &missing_file::RULE,
    &refused_application::RULE,
    &unknown_environment::RULE,
    &unread_values::RULE,
];
