//! `promotion.freeze`: times in which nothing is promoted to an environment.

use jiff::Timestamp;

use super::refusal::{Reason, Refusal};
use crate::masking::{Name, text};
use crate::source::Location;
use crate::workspace::{Environment, Freeze, Tier, Workspace};

/// The freeze that holds for an environment at a time.
pub fn freeze_of<'w>(
    workspace: &'w Workspace,
    to: &Environment,
    now: Timestamp,
) -> Option<&'w Freeze> {
    let concerns = |freeze: &Freeze| match freeze.environments.is_empty() {
        true => to.tier == Tier::Production,
        false => freeze
            .environments
            .iter()
            .any(|name| *name.value == *to.name),
    };
    let mut freezes = workspace.config.promotion.freeze.iter();
    freezes.find(|freeze| concerns(freeze) && freeze.holds_at(now))
}

/// Why nothing is promoted to an environment now.
pub(super) fn refusal(workspace: &Workspace, freeze: &Freeze, to: &Environment) -> Refusal {
    let zone = freeze.zone.as_ref();
    let zone = zone.and_then(|zone| zone.value.0.iana_name());
    let message = text!(
        "`promotion.freeze` allows no promotion to {} from {} to {} ({})",
        Name(&to.name),
        Name(freeze.from.value),
        Name(freeze.to.value),
        Name(zone.unwrap_or("UTC"))
    );
    let refusal = Refusal::because(Reason::Freeze, message).help(
        "wait until it is over; if it cannot wait, pass --during-freeze with the reason, which is written into the pull request",
    );
    match &workspace.config_source {
        Some(source) => refusal.location(Location::new(source, freeze.from.span)),
        None => refusal,
    }
}
