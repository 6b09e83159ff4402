//! Environments of which nothing tells what they are for: rules about production are silent there, and that is said.

use std::collections::BTreeSet;

use crate::masking::{Name, Text, text};
use crate::workspace::{Tier, Workspace};

/// How many environments a line names.
const MOST: usize = 5;

/// Says in a line which environments apps are deployed to that have no known tier; nothing where there is none.
pub(super) fn untold<'w>(workspaces: impl Iterator<Item = &'w Workspace> + Clone) -> Text {
    let apps = workspaces.flat_map(|workspace| &workspace.apps);
    let environments = || {
        let deployments = apps.clone().flat_map(|app| &app.deployments);
        deployments.map(|known| &known.environment)
    };
    let untold = environments().filter(|environment| !environment.is_tier_told);
    let names: BTreeSet<&str> = untold.map(|environment| &*environment.name).collect();
    let Some(first) = names.first() else {
        return Text::new();
    };
    let shown = names.iter().map(|name| text!("`{}`", Name(name)));
    let has_production = environments().any(|environment| environment.tier == Tier::Production);
    let reason = match has_production {
        true => "so rules about production say nothing of what is deployed there",
        false => "and no environment is known as production, so rules about production say nothing",
    };
    text!(
        "note: what {} {} for is not known, {}; list all environments in envlint.yaml, each with its tier: \
         `{}: {{tier: production}}`\n",
        Text::first(shown, MOST),
        if names.len() == 1 { "is" } else { "are" },
        reason,
        Name(first)
    )
}
