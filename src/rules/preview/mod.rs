//! What an environment of a pull request shares with others, and should not.

mod host_without_number;
mod shared_database;

use super::{AppContext, Rule};
use crate::naming::is_local;
use crate::resolve::EnvironmentValues;
use crate::workspace::Tier;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&host_without_number::RULE, &shared_database::RULE];

/// The environments of pull requests: those of the tier `preview`, if their name or the configuration says so. The machine of
/// a developer is none.
fn previews<'c, 'a>(cx: &'c AppContext<'a>) -> impl Iterator<Item = &'c EnvironmentValues<'a>> {
    cx.environments.iter().filter(|values| {
        let environment = values.environment;
        environment.tier == Tier::Preview
            && environment.is_tier_told
            && !is_local(&environment.name)
    })
}
