//! What a person should have seen before a promotion is written, though nothing refuses it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_yaml::Path;

use super::comparison::{Pair, values};
use super::plan::{Action, Change, Plan};
use super::promote::Request;
use super::{items, layered, stop};
use crate::history::{State, Why};
use crate::masking::{Name, Text, text};
use crate::source::Source;
use crate::values::{Aspect, Tree, same};
use crate::workspace::ValuesFile;

/// More paths of one sort are not listed.
const MOST: usize = 10;

/// The warnings of an app's plan; `target` is the file that changes, and `present` are the source's values as they are on the disk.
pub(super) fn of(
    request: &Request<'_>,
    plan: &Plan<'_>,
    target: Option<&ValuesFile>,
    present: &Arc<Source>,
    pairs: &[Pair<'_>],
    states: &[(usize, State)],
) -> Vec<Text> {
    let mut found = stop::downgrades(&plan.changes);
    found.extend(backward(request, plan, present).into_iter().take(MOST));
    found.extend(undecided(request, plan, pairs, states));
    found.extend(untold(request, plan, pairs, states));
    found.extend(items::warnings(pairs).into_iter().take(MOST));
    let layered = target.map(|file| layered::warnings(file, &plan.changes));
    found.extend(layered.into_iter().flatten().take(MOST));
    found
}

/// Changes that give the target an older value than it has: the source has the target's value now, and the revision lacks it.
/// So a hotfix that was carried back goes once more.
fn backward(request: &Request<'_>, plan: &Plan<'_>, present: &Arc<Source>) -> Vec<Text> {
    let Some(revision) = &request.revision else {
        return Vec::new();
    };
    let now = values(present);
    let is_back = |path: &Path, target: Option<&Tree<'_>>| {
        let now = now.as_ref().and_then(|root| root.at(path));
        match (now, target) {
            (Some(now), Some(target)) => same(&now, target),
            (None, None) => true,
            _ => false,
        }
    };
    let changes = plan.changes.iter();
    let changes = changes.filter(|change| change.aspect == Aspect::Value);
    changes
        .filter(|change| is_back(&change.path, change.before.as_ref()))
        .map(|change| {
            text!(
                "`{}` in {} goes back: {} has the same there now, and {} is older",
                change.path,
                Name(&request.to.name),
                Name(&request.from.name),
                Name(&revision.name)
            )
        })
        .collect()
}

/// That there is no history which would tell of hotfixes, where something of the target is overwritten or removed.
fn untold(
    request: &Request<'_>,
    plan: &Plan<'_>,
    pairs: &[Pair<'_>],
    states: &[(usize, State)],
) -> Option<Text> {
    let overwritten: HashSet<&Path> = plan
        .changes
        .iter()
        .filter(|change| change.before.is_some())
        .map(|change| &change.path)
        .collect();
    let untold: Vec<&Why> = states
        .iter()
        .filter_map(|(at, state)| match state {
            State::Unknown(why) if why.is_without_history() => Some((pairs.get(*at)?, why)),
            _ => None,
        })
        .filter(|(pair, _)| overwritten.contains(&pair.path))
        .map(|(_, why)| why)
        .collect();
    let first = untold.first()?;
    let (paths, is, way) = match (untold.len(), first) {
        (1, Why::Shallow) => (
            "path",
            "is",
            ": fetch all commits (`git fetch --unshallow`)",
        ),
        (_, Why::Shallow) => (
            "paths",
            "are",
            ": fetch all commits (`git fetch --unshallow`)",
        ),
        (1, _) => ("path", "is", ""),
        _ => ("paths", "are", ""),
    };
    Some(text!(
        "{} {} of {} {} replaced or removed, and nothing tells whether somebody changed {} there, since {}{}",
        untold.len(),
        paths,
        Name(&request.to.name),
        is,
        if untold.len() == 1 { "it" } else { "them" },
        first.said(),
        way
    ))
}

/// Changes of paths of which the history does not tell which environment is ahead, the first ones.
fn undecided(
    request: &Request<'_>,
    plan: &Plan<'_>,
    pairs: &[Pair<'_>],
    states: &[(usize, State)],
) -> Vec<Text> {
    // Without any history, that is said once for all paths (`untold`).
    let is_undecided = |state: &State| matches!(state, State::Unknown(Why::NeverEqual));
    let undecided = states.iter().filter(|(_, state)| is_undecided(state));
    let paths = undecided.filter_map(|(at, _)| pairs.get(*at).map(|pair| &pair.path));
    let mut by_path: HashMap<&Path, &Change<'_>> = HashMap::new();
    for change in &plan.changes {
        by_path.entry(&change.path).or_insert(change);
    }
    let changes = paths
        .filter_map(|path| by_path.get(path))
        .filter(|change| change.before.is_some());
    changes
        .take(MOST)
        .map(|change| {
            let what = match change.action {
                Action::Remove => "removed",
                _ => "overwritten",
            };
            text!(
                "`{}` of {} is {}, though nothing tells whether {} or {} is ahead",
                change.path,
                Name(&request.to.name),
                what,
                Name(&request.from.name),
                Name(&request.to.name)
            )
        })
        .collect()
}
