//! Which way a promotion may go: one environment forward.

use crate::masking::{Name, Text, text};
use crate::resolve::order;
use crate::source::Problem;
use crate::workspace::{Environment, Workspace};

/// Whether hotfixes may go back from one environment to another: to the one that is promoted to it.
///
/// # Errors
/// When the target is the source, comes after it, or is not the one before.
pub fn allowed_back(
    workspace: &Workspace,
    from: &Environment,
    to: &Environment,
    allow_skip: bool,
) -> Result<(), Problem> {
    if !order::may_start(to, from) {
        let names = workspace.environments.iter().map(|known| &known.name);
        return Err(Problem::without_place(text!(
            "nothing is promoted from `{}` to `{}`, so no hotfix goes back",
            Name(&to.name),
            Name(&from.name)
        ))
        .help(text!(
            "a backport goes from an environment to one before it; the promotion order is {}",
            Text::names(names, ", ")
        )));
    }
    let between = order::between(workspace, to, from);
    match between.last().filter(|_| !allow_skip) {
        None => Ok(()),
        Some(nearest) => Err(Problem::without_place(text!(
            "a backport from `{}` to `{}` would skip {}, and the next promotion would stop there",
            Name(&from.name),
            Name(&to.name),
            Text::names(between.iter().map(|skipped| &skipped.name), ", ")
        ))
        .help(text!(
            "carry it back to {} first, or pass --allow-skip",
            Name(&nearest.name)
        ))),
    }
}

/// Whether values may be promoted from one environment to another.
///
/// Production gets what staging has tested, so no environment between the two may be left out, unless that is asked
/// for. Preview environments test nothing for others, and environments of the production tier stand beside each other
/// (one per region, say): these are never in the way.
///
/// # Errors
/// When the target is the source, comes before it, or is not the next one.
pub fn allowed(
    workspace: &Workspace,
    from: &Environment,
    to: &Environment,
    allow_skip: bool,
) -> Result<(), Problem> {
    let order = || {
        let names = workspace.environments.iter().map(|known| &known.name);
        text!("the promotion order is {}", Text::names(names, ", "))
    };
    if from.name == to.name {
        return Err(Problem::without_place(text!(
            "`{}` cannot be promoted to itself",
            Name(&from.name)
        ))
        .help(order()));
    }
    if to.order < from.order {
        return Err(Problem::without_place(text!(
            "`{}` comes before `{}`, but a promotion only moves forward",
            Name(&to.name),
            Name(&from.name)
        ))
        .help(text!(
            "{}; to restore an earlier state of {}, revert the commit",
            order(),
            Name(&to.name)
        )));
    }
    if from.is_beside(to) {
        return Err(Problem::without_place(text!(
            "nothing is promoted from `{}` to `{}`, which stand beside each other",
            Name(&from.name),
            Name(&to.name)
        ))
        .help(text!(
            "promote to both from the environment before them; `promotion.waves` says which of the two gets a value first; {}",
            order()
        )));
    }
    let skipped: Vec<&str> = order::between(workspace, from, to)
        .iter()
        .map(|between| &*between.name)
        .collect();
    if skipped.is_empty() || allow_skip {
        return Ok(());
    }
    Err(Problem::without_place(text!(
        "a promotion from `{}` to `{}` would skip {}, so {} would get untested values",
        Name(&from.name),
        Name(&to.name),
        Text::names(&skipped, ", "),
        Name(&to.name)
    ))
    .help(text!(
        "promote to {} first, or pass --allow-skip",
        Name(skipped[0])
    )))
}
