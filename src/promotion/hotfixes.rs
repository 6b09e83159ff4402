//! Changes that were made out of order: a promotion overwrites none unless it is told to, and a backport moves nothing
//! else.

use envlint_yaml::Path;

use super::comparison::{Pair, PathState};
use super::permissions::Permissions;
use super::refusal::{Reason, Refusal};
use super::scope::Scope;
use crate::history::{Between, Query, Side, Since, State};
use crate::masking::{Name, text};
use crate::source::Location;
use crate::values::{Aspect, PathSet, Tree, same};
use crate::workspace::Environment;

/// The states of the pairs that a promotion from the earlier environment to the later one would move, by their places.
pub(super) fn states(
    between: &Between<'_>,
    earlier: Side<'_>,
    later: Side<'_>,
    pairs: &[Pair<'_>],
) -> Vec<(usize, State)> {
    let pending = pairs.iter().enumerate();
    let pending: Vec<(usize, &Pair<'_>)> = pending
        .filter(|(_, pair)| pair.state == PathState::Pending)
        .collect();
    if pending.is_empty() {
        return Vec::new();
    }
    let queries: Vec<Query<'_>> = pending
        .iter()
        .map(|(_, pair)| Query {
            path: &pair.path,
            aspect: pair.aspect,
        })
        .collect();
    let states = between.states(earlier, later, &queries);
    pending.iter().map(|(at, _)| *at).zip(states).collect()
}

/// The same states for a promotion of a revision: `present` are the source's values now, as a promotion carries them. To go back
/// once more does not undo that somebody went back.
pub(super) fn of_revision(
    states: &mut [(usize, State)],
    pairs: &[Pair<'_>],
    present: Option<&Tree<'_>>,
) {
    let is_present = |pair: &Pair<'_>| {
        let now = present.and_then(|root| root.at(&pair.path));
        match (pair.from.value(), &now) {
            (Some(from), Some(now)) => same(from, now),
            (None, None) => true,
            _ => false,
        }
    };
    for (at, state) in states {
        if let State::TakenBack(since) = state
            && pairs.get(*at).is_some_and(|pair| !is_present(pair))
        {
            *state = State::Pending(since.clone());
        }
    }
}

/// Why a promotion would overwrite hotfixes.
pub(super) fn refusals(
    permissions: &Permissions,
    (from, to): (&Environment, &Environment),
    both: &[Option<Tree<'_>>; 2],
    pairs: &[Pair<'_>],
    states: &[(usize, State)],
) -> Vec<Refusal> {
    let trees = || both.iter().flatten().cloned();
    let is_allowed = |path: &Path| {
        let mut allowed = permissions.overwrite_hotfix.iter();
        allowed.any(|pattern| pattern.covers_in(path, trees()))
    };
    let hotfixes = states.iter().filter_map(|(at, state)| {
        let since = state.out_of_order()?;
        Some((pairs.get(*at)?, state, since))
    });
    hotfixes
        .filter(|(pair, ..)| !is_allowed(&pair.path))
        .map(|(pair, state, since)| refusal(pair, (state, since), from, to))
        .collect()
}

fn refusal(
    pair: &Pair<'_>,
    (state, since): (&State, &Since),
    from: &Environment,
    to: &Environment,
) -> Refusal {
    let value = pair.to.value();
    let message = match value {
        _ if matches!(state, State::TakenBack(_)) => text!(
            "`{}` in {} was as in {}, and was taken back, {}",
            pair.path,
            Name(&to.name),
            Name(&from.name),
            since.said()
        ),
        Some(_) => text!(
            "`{}` in {} has a value that {} never had, {}",
            pair.path,
            Name(&to.name),
            Name(&from.name),
            since.said()
        ),
        None => text!(
            "`{}` is missing in {}, but {} always had it, {}",
            pair.path,
            Name(&to.name),
            Name(&from.name),
            since.said()
        ),
    };
    let refusal = Refusal::of(Reason::Hotfix, &pair.path, message)
        .help(text!(
            "carry it back with `envlint backport --from {} --to {}`, or overwrite it with `--overwrite-hotfix '{}'`",
            Name(&to.name),
            Name(&from.name),
            pair.path
        ));
    let place = |tree: &Tree<'_>| -> Location {
        match tree.as_scalar() {
            Some(_) => tree.location(),
            None => tree.key_location(),
        }
    };
    match value {
        Some(tree) => refusal.location(place(tree)),
        None => refusal,
    }
}

/// The part of a scope that is hotfixes: what a backport moves.
pub(super) fn only(scope: &Scope, pairs: &[Pair<'_>], states: &[(usize, State)]) -> Scope {
    let mut hotfixes = PathSet::default();
    let mut others: Vec<&Pair<'_>> = Vec::new();
    for (at, state) in states {
        match (pairs.get(*at), state) {
            (Some(pair), State::Hotfix(_) | State::TakenBack(_)) => {
                hotfixes.insert(pair.path.clone());
            }
            (Some(pair), _) => others.push(pair),
            (None, _) => {}
        }
    }
    // The order of a list is not told apart from what is in it.
    let holds_hotfix =
        |pair: &&&Pair<'_>| pair.aspect != Aspect::Value && hotfixes.reaches_into(&pair.path);
    let left = others.iter().filter(|pair| !holds_hotfix(pair));
    Scope {
        only: scope.only.clone(),
        except: scope.except.clone(),
        left: left.map(|pair| pair.path.clone()).collect(),
    }
}
