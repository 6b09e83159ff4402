//! Two environments of one app, path by path: what belongs to each of them, what has moved, and what has not yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::Path;

use super::scope::Scope;
use crate::masking::text;
use crate::resolve::{Conflict, Declarations, DeclaredParts};
use crate::source::{Problem, Source};
use crate::values::{Aspect, OwnParts, Presence, Row, Tree, by_places, compare_with, same};

/// What promotion makes of a path, between two environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathState {
    /// It belongs to the environment: it is never promoted.
    PerEnvironment,
    /// A shared path whose value has not moved yet.
    Pending,
    /// A shared path whose value has not moved yet, and that this promotion was not asked to move.
    LeftOut,
    /// A shared path that is the same in both.
    Shared,
}

impl PathState {
    /// Whether the target keeps its own value, although the source has another one.
    pub fn stays(self) -> bool {
        matches!(self, PathState::PerEnvironment | PathState::LeftOut)
    }
}

/// One path in two environments.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    /// The path: of a single value, of a list that compares whole, or of the place where the types differ.
    pub path: Path,
    /// What of it is compared.
    pub aspect: Aspect<'a>,
    /// What promotion makes of it.
    pub state: PathState,
    /// Its value in the first environment.
    pub from: Presence<'a>,
    /// Its value in the second environment.
    pub to: Presence<'a>,
}

impl Pair<'_> {
    /// Whether the two environments have different values, one has none, or the same items stand in another order.
    pub fn differs(&self) -> bool {
        if self.aspect != Aspect::Value {
            return true;
        }
        match (self.from.value(), self.to.value()) {
            (Some(from), Some(to)) => !same(from, to),
            (None, None) => false,
            _ => true,
        }
    }
}

/// What decides which paths move: what is declared, and what was asked for.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    /// What belongs to the environment.
    pub declarations: &'a Declarations<'a>,
    /// What of the rest moves.
    pub scope: &'a Scope,
}

impl Comparison<'_> {
    /// Lays the values files of two environments side by side. The order is that of the first file, then what only the
    /// second one has.
    ///
    /// # Errors
    /// When the configuration contradicts itself on one of the paths.
    pub(super) fn pairs<'a>(
        &self,
        from: &'a Arc<Source>,
        to: &'a Arc<Source>,
    ) -> Result<Vec<Pair<'a>>, Box<Problem>> {
        let both = [values(from), values(to)];
        let rows = self.rows(&both).into_iter();
        let mut pairs = rows
            .map(|row| pair(self.declarations, row, &both))
            .collect::<Result<Vec<_>, _>>()?;
        self.scope.leave_out(&mut pairs, &both);
        Ok(pairs)
    }

    /// What a promotion of these pairs must not change in one file, seen without any other: what belongs to the
    /// environment, and what was not asked for.
    pub(super) fn kept<'a>(
        &self,
        source: &'a Arc<Source>,
        pairs: &[Pair<'_>],
    ) -> BTreeMap<Path, Tree<'a>> {
        let alone = [values(source)];
        let moving = pairs.iter().filter(|pair| pair.state == PathState::Pending);
        let moving: BTreeSet<&Path> = moving.map(|pair| &pair.path).collect();
        // In one file alone, the items of a list may go by other names than beside the other file.
        let tree = alone.iter().flatten().next();
        let left = tree.map(|tree| (tree, self.scope.left.by_places(tree)));
        let is_left = |path: &Path| {
            left.as_ref()
                .is_some_and(|(tree, left)| left.covers(&by_places(path, tree)))
        };
        let is_own = |path: &Path| {
            let class = self.declarations.classify(path, &alone);
            class.is_ok_and(|class| class.is_per_environment())
                || !(moving.contains(path) || (self.scope.holds(path, &alone) && !is_left(path)))
        };
        self.rows(&alone)
            .into_iter()
            .filter(|row| is_own(&row.path))
            .filter_map(|row| Some((row.path, row.presences.into_iter().next()?.value()?.clone())))
            .collect()
    }

    /// The paths of these environments. Lists without names go item by item where something in them is declared, or asked
    /// for, by itself.
    fn rows<'t>(&self, environments: &[Option<Tree<'t>>]) -> Vec<Row<'t>> {
        let parts = Parts {
            declared: self.declarations.own_parts(environments),
            scope: self.scope,
            environments,
        };
        compare_with(environments, &parts)
    }
}

/// What is declared, or asked for, of parts of lists by itself.
struct Parts<'d, 't> {
    declared: DeclaredParts<'d, 't>,
    scope: &'d Scope,
    environments: &'d [Option<Tree<'t>>],
}

impl<'t> OwnParts<'t> for Parts<'_, 't> {
    fn are_in(&self, path: &Path, list: &Tree<'t>) -> bool {
        let trees = || self.environments.iter().flatten().cloned();
        self.declared.are_in(path, list) || self.scope.names_within(path, list, trees()).is_some()
    }

    fn is_own(&self, path: &Path) -> bool {
        self.declared.is_own(path)
    }

    fn keys_of(&self, path: &Path) -> Vec<&str> {
        let trees = || self.environments.iter().flatten().cloned();
        let asked = self.scope.patterns();
        let asked = asked.flat_map(|(_, pattern)| pattern.item_keys(path, trees()));
        self.declared
            .keys_of(path)
            .into_iter()
            .chain(asked)
            .collect()
    }
}

/// The values of a file; none when it holds no values at all.
pub(super) fn values(source: &Arc<Source>) -> Option<Tree<'_>> {
    Tree::of(source).filter(Tree::is_mapping)
}

fn pair<'a>(
    declarations: &Declarations<'_>,
    row: Row<'a>,
    both: &[Option<Tree<'a>>],
) -> Result<Pair<'a>, Box<Problem>> {
    let class = declarations
        .classify(&row.path, both)
        .map_err(|conflict| Box::new(contradiction(declarations, &conflict, &row.path)))?;
    // A file without any values is a file without this one.
    let mut presences = row.presences.into_iter().map(|presence| match presence {
        Presence::Unknown => Presence::Missing { depth: 1 },
        known => known,
    });
    let mut next = || presences.next().unwrap_or(Presence::Missing { depth: 1 });
    let mut pair = Pair {
        path: row.path,
        aspect: row.aspect,
        state: PathState::PerEnvironment,
        from: next(),
        to: next(),
    };
    if !class.is_per_environment() {
        pair.state = match pair.differs() {
            true => PathState::Pending,
            false => PathState::Shared,
        };
    }
    Ok(pair)
}

fn contradiction(declarations: &Declarations<'_>, conflict: &Conflict<'_>, path: &Path) -> Problem {
    match declarations.source() {
        Some(source) => conflict.problem(source, path),
        // Declarations come from a configuration file; this is for those that a program makes.
        None => Problem::without_place(text!(
            "two declarations contradict each other on `{}`",
            path
        )),
    }
}
