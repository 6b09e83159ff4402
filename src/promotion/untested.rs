//! Values of a revision that the environment before production never had.

use super::plan::Change;
use super::refusal::{Reason, Refusal};
use crate::history::{Between, Query, Side};
use crate::masking::{Name, text};
use crate::resolve::{Transforms, order};
use crate::workspace::{AppFiles, Environment, Tier, Workspace};

/// Why a promotion to production would bring values that the environment before it never had. `source` is what the
/// source had in the revision.
pub(super) fn refusals(
    workspace: &Workspace,
    between: &Between<'_>,
    files: &AppFiles,
    (from, to): (&Environment, &Environment),
    source: Side<'_>,
    changes: &[Change<'_>],
) -> Vec<Refusal> {
    let before = files.values.iter().rev();
    let mut before = before.filter(|file| order::may_start(&file.environment, to));
    let Some(stage) = before.next().filter(|_| to.tier == Tier::Production) else {
        return Vec::new();
    };
    // What the environment before production itself had, it had.
    let (false, Ok(own)) = (stage.environment.name == from.name, &stage.source) else {
        return Vec::new();
    };
    let arriving: Vec<&Change<'_>> = changes
        .iter()
        .filter(|change| change.after.is_some())
        .collect();
    let queries: Vec<Query<'_>> = arriving
        .iter()
        .map(|change| Query {
            path: &change.path,
            aspect: change.aspect,
        })
        .collect();
    let transforms = Transforms::between(workspace, &stage.environment, to);
    let side = Side {
        transforms: transforms.as_ref(),
        ..Side::of(own)
    };
    let had = between.had(side, source, &queries);
    let untested = arriving.iter().zip(had);
    untested
        .filter(|(_, had)| *had == Some(false))
        .map(|(change, _)| {
            let message = text!(
                "`{}` would get a value that {} never had",
                change.path,
                Name(&stage.environment.name)
            );
            Refusal::of(Reason::Untested, &change.path, message).help(text!(
                "promote it to {} first, and test it there",
                Name(&stage.environment.name)
            ))
        })
        .collect()
}
