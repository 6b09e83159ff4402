//! What must hold in the environments of the production tier.

mod debug_enabled;
mod latest_tag;
mod localhost;
mod missing_resources;
mod no_disruption_budget;
mod open_cors;
mod other_environment;
mod shared_data;
mod single_replica;
mod smaller_than_before;
mod test_mode;
mod untested_version;

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
    &shared_data::RULE,
    &single_replica::RULE,
    &smaller_than_before::RULE,
    &test_mode::RULE,
    &untested_version::RULE,
];
