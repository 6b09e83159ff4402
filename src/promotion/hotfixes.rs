//! Changes that were made out of order: a promotion overwrites none unless it is told to, and a backport moves nothing
//! else.

use envlint_yaml::Path;

use std::sync::Arc;

use super::comparison::{Comparison, Pair, PathState};
use super::permissions::Permissions;
use super::refusal::{Reason, Refusal};
use super::scope::Scope;
use crate::history::{Between, Query, Side, Since, State};
use crate::masking::{Name, Text, text};
use crate::resolve::Rewrite;
use crate::source::{Location, Problem, Source};
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
    rewrites: &[Rewrite],
) -> Vec<Refusal> {
    let trees = || both.iter().flatten().cloned();
    let is_allowed = |path: &Path| {
        let mut allowed = permissions.overwrite_hotfix.iter();
        allowed.any(|pattern| pattern.covers_in(path, trees()))
    };
    hotfixes(pairs, states)
        .filter(|(pair, _)| !is_allowed(&pair.path))
        .filter_map(|(pair, state)| Some((pair, state, state.out_of_order()?)))
        .map(
            |(pair, state, since)| match given_by(rewrites, &pair.path) {
                Some(given) => of_given(pair, since, given, to).help(text!(
                    "change the transform, or overwrite the value with `--overwrite-hotfix '{}'`",
                    pair.path
                )),
                None => refusal(pair, (state, since), from, to),
            },
        )
        .collect()
}

/// The hotfixes that a promotion of these pairs overwrites, with when they began.
pub(super) fn overwritten(pairs: &[Pair<'_>], states: &[(usize, State)]) -> Vec<Text> {
    let told = |(pair, state): (&Pair<'_>, &State)| {
        let since = state.out_of_order()?.said();
        Some(text!("`{}` ({})", pair.path, since))
    };
    hotfixes(pairs, states).filter_map(told).collect()
}

/// Why hotfixes cannot be carried back: a transform gives the later environment its values, whatever the earlier one has.
/// Both environments are here with their values as they are compared.
///
/// # Errors
/// When the configuration contradicts itself.
pub(super) fn given_again(
    comparison: &Comparison<'_>,
    between: &Between<'_>,
    [earlier, later]: [Side<'_>; 2],
    (from, to): (&Environment, &Environment),
    given: &[Rewrite],
) -> Result<Vec<Refusal>, Box<Problem>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let carried: Arc<Source> = earlier.carried();
    let mut pairs = comparison.pairs(&carried, later.source)?;
    pairs.retain(|pair| given_by(given, &pair.path).is_some());
    let states = states(between, earlier, later, &pairs);
    let refusals = hotfixes(&pairs, &states).filter_map(|(pair, state)| {
        let (given, since) = (given_by(given, &pair.path)?, state.out_of_order()?);
        Some(of_given(pair, since, given, to).help(text!(
            "change the transform, or give the value up: `envlint promote --from {} --to {} --overwrite-hotfix '{}'`",
            Name(&from.name),
            Name(&to.name),
            pair.path
        )))
    });
    Ok(refusals.collect())
}

fn hotfixes<'p, 'a, 's>(
    pairs: &'p [Pair<'a>],
    states: &'s [(usize, State)],
) -> impl Iterator<Item = (&'p Pair<'a>, &'s State)> {
    let hotfixes = states.iter();
    let hotfixes = hotfixes.filter(|(_, state)| state.out_of_order().is_some());
    hotfixes.filter_map(|(at, state)| Some((pairs.get(*at)?, state)))
}

/// What a transform gives a path whatever the earlier environment has.
fn given_by<'r>(rewrites: &'r [Rewrite], path: &Path) -> Option<&'r Rewrite> {
    let mut given = rewrites.iter().filter(|rewrite| rewrite.is_given);
    given.find(|given| given.is_about(path))
}

/// That a path has another value than a transform gives it.
fn of_given(pair: &Pair<'_>, since: &Since, given: &Rewrite, to: &Environment) -> Refusal {
    let message = text!(
        "`{}` in {} is not what `promotion.transforms` gives it, {}",
        pair.path,
        Name(&to.name),
        since.said()
    );
    let refusal = placed(Refusal::of(Reason::Hotfix, &pair.path, message), pair);
    match given.by.first() {
        Some(place) => refusal.note(place.clone(), "the transform"),
        None => refusal,
    }
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
    placed(Refusal::of(Reason::Hotfix, &pair.path, message), pair)
        .help(text!(
            "carry it back with `envlint backport --from {0} --to {1}`, leave it out with `--except '{2}'`, or overwrite it with `--overwrite-hotfix '{2}'`",
            Name(&to.name),
            Name(&from.name),
            pair.path
        ))
}

/// A refusal at the value that was changed.
fn placed(refusal: Refusal, pair: &Pair<'_>) -> Refusal {
    let place = |tree: &Tree<'_>| -> Location {
        match tree.as_scalar() {
            Some(_) => tree.location(),
            None => tree.key_location(),
        }
    };
    match pair.to.value() {
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
