//! The order of promotion: which environments values go through on their way to production.

use crate::workspace::{Environment, Tier, Workspace};

/// Whether a promotion to `to` may start from `from`, an environment before it. Nothing is promoted to or from a preview,
/// which tests nothing for others; environments of the production tier stand beside each other, and so do those of one
/// stage (one per region, say).
pub fn may_start(from: &Environment, to: &Environment) -> bool {
    let is_preview = |environment: &Environment| environment.tier == Tier::Preview;
    from.order < to.order && !is_preview(from) && !is_preview(to) && !from.is_beside(to)
}

/// The environments that a promotion from `from` to `to` would leave out, in promotion order: `to` would get what nobody
/// has tested there.
pub fn between<'w>(
    workspace: &'w Workspace,
    from: &Environment,
    to: &Environment,
) -> Vec<&'w Environment> {
    let after_from = |environment: &&Environment| from.order < environment.order;
    workspace
        .environments
        .iter()
        .filter(after_from)
        .filter(|environment| may_start(environment, to) && !environment.is_beside(from))
        .collect()
}
