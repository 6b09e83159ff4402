//! What must hold in the environments of the production tier.

mod debug_enabled;
mod latest_tag;
mod localhost;
mod missing_resources;
mod no_disruption_budget;
mod open_cors;
mod other_environment;
mod single_replica;
mod test_mode;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &debug_enabled::RULE,
    &latest_tag::RULE,
    &localhost::RULE,
    &missing_resources::RULE,
    &no_disruption_budget::RULE,
    &open_cors::RULE,
    &other_environment::RULE,
    &single_replica::RULE,
    &test_mode::RULE,
];
