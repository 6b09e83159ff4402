//! What must hold in the environments of the production tier.

mod debug_enabled;
mod latest_tag;
mod missing_resources;
mod no_disruption_budget;
mod single_replica;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &debug_enabled::RULE,
    &latest_tag::RULE,
    &missing_resources::RULE,
    &no_disruption_budget::RULE,
    &single_replica::RULE,
];
