//! The states of all paths of an app that differ between an environment and the one that it is promoted to.

use std::collections::BTreeMap;

use envlint_yaml::Path;

use super::History;
use super::between::{Between, Query};
use super::file::Side;
use super::state::{Since, State, Why};
use crate::resolve::{Class, EnvironmentValues, ResolvedApp, Transforms};
use crate::values::{Aspect, Presence, Row, Tree, names_of, same, same_order};

/// The shared paths that differ between an environment and the one that it is promoted to.
#[derive(Debug)]
pub struct PairStates {
    /// The earlier environment, by its place in the app.
    pub from: usize,
    /// The later one.
    pub to: usize,
    /// The states by the place of the row in the app's table.
    pub rows: BTreeMap<usize, State>,
    /// The rows of per-environment paths that are new in the earlier one and that the later one lacks.
    pub waiting: BTreeMap<usize, Since>,
}

/// The states of an app's shared paths that differ, in the order of promotion; only pairs with such a path.
pub fn of_app(resolved: &ResolvedApp<'_>, history: &History<'_>) -> Vec<PairStates> {
    let between = Between::new(history);
    let targets = 0..resolved.environments.len();
    let pairs = targets.filter_map(|to| Some((resolved.promoted_from(to)?, to)));
    pairs
        .filter_map(|(from, to)| pair(resolved, &between, from, to))
        .filter(|pair| !(pair.rows.is_empty() && pair.waiting.is_empty()))
        .collect()
}

fn pair(
    resolved: &ResolvedApp<'_>,
    between: &Between<'_>,
    from: usize,
    to: usize,
) -> Option<PairStates> {
    let shared = resolved.table.iter().zip(&resolved.classes).enumerate();
    let differing: Vec<(usize, &Row<'_>)> = shared
        .filter(|(_, (row, class))| {
            class.is_ok_and(|class| !class.is_per_environment()) && differs(resolved, row, from, to)
        })
        .map(|(index, (row, _))| (index, row))
        .collect();
    let mut rows = BTreeMap::new();
    if !differing.is_empty() {
        let queries: Vec<Query<'_>> = differing
            .iter()
            .map(|(_, row)| Query {
                path: &row.path,
                aspect: row.aspect,
            })
            .collect();
        let environments = [from, to].map(|index| resolved.environments.get(index));
        let [Some(source), Some(target)] = environments else {
            return None;
        };
        let transforms =
            Transforms::between(resolved.workspace, source.environment, target.environment);
        let states = match (side(source), side(target)) {
            (Some(mut from), Some(to)) => {
                from.transforms = transforms.as_ref();
                between.states(from, to, &queries)
            }
            _ => vec![State::Unknown(Why::OtherLayer); queries.len()],
        };
        rows.extend(differing.iter().map(|(index, _)| *index).zip(states));
    }
    Some(PairStates {
        from,
        to,
        rows,
        waiting: waiting(resolved, between, from, to),
    })
}

/// The declared paths that the earlier environment's own file got after it was added, and that the later one lacks.
fn waiting(
    resolved: &ResolvedApp<'_>,
    between: &Between<'_>,
    from: usize,
    to: usize,
) -> BTreeMap<usize, Since> {
    let Some(side) = resolved.environments.get(from).and_then(side) else {
        return BTreeMap::new();
    };
    let own = Tree::of(side.source);
    // A null says that the environment has none.
    let is_own = |row: &Row<'_>| {
        own.as_ref()
            .and_then(|own| own.at(&row.path))
            .is_some_and(|tree| !tree.is_null())
    };
    let rows = resolved.table.iter().zip(&resolved.classes).enumerate();
    let lacking: Vec<(usize, &Path)> = rows
        .filter(|(_, (row, class))| {
            let is_missing = matches!(row.presences.get(to), Some(Presence::Missing { .. }));
            matches!(class, Ok(Class::PerEnvironment(Some(_)))) && is_missing && is_own(row)
        })
        .map(|(index, (row, _))| (index, &row.path))
        .collect();
    if lacking.is_empty() {
        return BTreeMap::new();
    }
    let paths: Vec<&Path> = lacking.iter().map(|(_, path)| *path).collect();
    let began = between.began(side, &paths);
    let new = lacking.iter().zip(began);
    new.filter_map(|((index, _), since)| Some((*index, since?)))
        .collect()
}

/// The environment's own values file; none where its values stand elsewhere.
fn side<'a>(values: &'a EnvironmentValues<'_>) -> Option<Side<'a>> {
    let source = values.file.source.as_ref().ok()?;
    values.file.is_own_file().then(|| Side {
        path: &values.file.path,
        ..Side::of(source)
    })
}

fn differs(resolved: &ResolvedApp<'_>, row: &Row<'_>, from: usize, to: usize) -> bool {
    let promoted = || resolved.promoted_value(row, from, to);
    match (row.presences.get(from), row.presences.get(to)) {
        (Some(Presence::Value(from)), Some(Presence::Value(to))) => match row.aspect {
            Aspect::Value => promoted().is_some_and(|promoted| !same(&promoted, to)),
            Aspect::Order { field } => !same_order(&names_of(from, field), &names_of(to, field)),
        },
        (Some(Presence::Value(_)), Some(Presence::Missing { .. }))
        | (Some(Presence::Missing { .. }), Some(Presence::Value(_))) => row.aspect == Aspect::Value,
        _ => false,
    }
}
