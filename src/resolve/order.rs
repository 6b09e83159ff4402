//! The order of promotion: which environments values go through on their way to production.

use crate::workspace::{Environment, Tier, Workspace};

/// Whether a promotion to `to` may start from `from`, an environment before it. Nothing is promoted to or from a preview,
/// which tests nothing for others; environments of the production tier stand beside each other, and so do those of one
/// stage (one per region, say).
pub fn may_start(from: &Environment, to: &Environment) -> bool {
    let is_preview = |environment: &Environment| environment.tier == Tier::Preview;
    from.order < to.order && !is_preview(from) && !is_preview(to) && !from.is_beside(to)
}

/// The place of the environment that a promotion to the one at a place starts from, of environments in promotion order; none
/// when nothing is promoted to it.
pub fn start_of(environments: &[&Environment], index: usize) -> Option<usize> {
    let to = environments.get(index)?;
    let before = environments.get(..index)?.iter().enumerate().rev();
    let mut starts = before.filter(|(_, from)| may_start(from, to));
    let (nearest, first) = starts.next()?;
    // Of several that stand beside each other, the one of the same place: `stg-eu` for `prod-eu`.
    let place = to.place();
    let mut beside = starts.filter(|(_, from)| from.is_beside(first));
    // Or else one that has a word of it: `shop-dev` for `shop-prod-eu`.
    let shares = |from: &Environment| {
        let own = from.place();
        let mut words = own.split('-').filter(|word| !word.is_empty());
        words.any(|word| place.split('-').any(|other| other == word))
    };
    let same = match first.place() == place {
        true => None,
        false => {
            let exact = beside.clone().find(|(_, from)| from.place() == place);
            let alike = || {
                beside
                    .find(|(_, from)| shares(from))
                    .filter(|_| !shares(first))
            };
            exact.or_else(alike)
        }
    };
    Some(same.map_or(nearest, |(index, _)| index))
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
