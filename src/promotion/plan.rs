//! What a promotion would change in one values file.

use envlint_yaml::{Path, Segment};
use serde::Serialize;

use super::comparison::{Pair, PathState};
use crate::values::{Aspect, Presence, Tree, is_identity};

/// What happens to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A path that is new.
    Add,
    /// A path with another value.
    Change,
    /// A path that goes.
    Remove,
    /// A list whose items get another order.
    Reorder,
}

impl Action {
    /// What makes the second value of the first.
    pub(super) fn between(aspect: Aspect<'_>, is_first: bool, is_second: bool) -> Action {
        match (aspect, is_first, is_second) {
            (Aspect::Order { .. }, ..) => Action::Reorder,
            (Aspect::Value, false, _) => Action::Add,
            (Aspect::Value, true, false) => Action::Remove,
            (Aspect::Value, true, true) => Action::Change,
        }
    }

    /// The word for it, in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Add => "add",
            Action::Change => "change",
            Action::Remove => "remove",
            Action::Reorder => "reorder",
        }
    }
}

/// One shared path that moves.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// The path.
    pub path: Path,
    /// What happens to it.
    pub action: Action,
    /// What of it changes.
    pub aspect: Aspect<'a>,
    /// The target's value before.
    pub before: Option<Tree<'a>>,
    /// The source's value: the target's value afterwards.
    pub after: Option<Tree<'a>>,
}

/// What a promotion would change in one values file, and what it leaves alone.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// The shared paths that move, in the order of the source; then those that go, in the order of the target.
    pub changes: Vec<Change<'a>>,
    /// The per-environment paths that differ and stay.
    pub stays: Vec<Path>,
    /// The shared paths that differ and were left out.
    pub left_out: Vec<Path>,
    /// The per-environment paths that the source has and the target lacks: the target needs values of its own.
    pub unset: Vec<Path>,
}

impl<'a> Plan<'a> {
    /// The plan that makes the shared paths of the target those of the source.
    pub(super) fn of(pairs: &[Pair<'a>]) -> Plan<'a> {
        let mut plan = Plan::default();
        let mut removals = Vec::new();
        for pair in pairs {
            match (pair.state, pair.from.value(), pair.to.value()) {
                (PathState::Pending, Some(after), before) => plan.changes.push(Change {
                    path: pair.path.clone(),
                    action: Action::between(pair.aspect, before.is_some(), true),
                    aspect: pair.aspect,
                    before: before.cloned(),
                    after: Some(after.clone()),
                }),
                (PathState::Pending, None, before) => removals.push(Change {
                    path: pair.path.clone(),
                    action: Action::Remove,
                    aspect: pair.aspect,
                    before: before.cloned(),
                    after: None,
                }),
                (PathState::PerEnvironment, Some(_), None) if is_selection(&pair.path) => {}
                (PathState::PerEnvironment, Some(_), None) => plan.unset.push(pair.path.clone()),
                (PathState::PerEnvironment, ..) if pair.differs() => {
                    plan.stays.push(pair.path.clone());
                }
                (PathState::LeftOut, ..) => plan.left_out.push(pair.path.clone()),
                (PathState::PerEnvironment | PathState::Shared, ..) => {}
            }
        }
        plan.changes.extend(removals);
        plan
    }

    /// Whether nothing would change.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Whether a path is part of the selection of a secret backend, or of what SOPS writes into the file: each environment has its
/// own, and needs no other.
pub(super) fn is_selection(path: &Path) -> bool {
    matches!(path.segments().first(), Some(Segment::Key(key)) if key == "secrets" || key == "sops")
}

/// One edit of the target's text. Whole parts that one of the two files lacks move as one piece, with their comments.
#[derive(Debug, Clone)]
pub(super) enum Step<'a> {
    /// Put the source's value at the path.
    Set(Path, Tree<'a>),
    /// Take the path out.
    Remove(Path),
    /// Put the items of the list into the order that they have here, where they go by this key.
    Reorder(Path, Tree<'a>, &'a str),
}

/// The edits that carry out a plan: removals first, so that nothing is moved that goes, and orders last, when all items are
/// there.
pub(super) fn steps<'a>(source: Option<&Tree<'a>>, pairs: &[Pair<'a>]) -> Vec<Step<'a>> {
    let mut removals: Vec<Path> = Vec::new();
    let mut sets: Vec<(Path, Tree<'a>)> = Vec::new();
    let mut holes: Vec<Path> = Vec::new();
    let mut orders: Vec<Step<'a>> = Vec::new();
    let covered = |paths: &[Path], path: &Path| paths.iter().any(|known| known.contains(path));
    for pair in pairs.iter().filter(|pair| pair.state == PathState::Pending) {
        match (&pair.from, &pair.to) {
            (Presence::Value(tree), _) if let Aspect::Order { field } = pair.aspect => {
                orders.push(Step::Reorder(pair.path.clone(), tree.clone(), field));
            }
            (Presence::Value(tree), Presence::Value(_)) => {
                sets.push((pair.path.clone(), tree.clone()))
            }
            (Presence::Value(tree), missing) => {
                let (top, tree) = whole(source, &pair.path, missing, tree);
                if !sets.iter().any(|(known, _)| known.contains(&top)) {
                    holes.extend(kept_out(&top, pairs));
                    sets.push((top, tree));
                }
            }
            (missing, _) => {
                let top = topmost_shared(&pair.path, missing, pairs);
                if !covered(&removals, &top) && !is_identity(&top) {
                    removals.push(top);
                }
            }
        }
    }
    // From the end, so that no item that goes by its place moves before its turn.
    let removals = removals.into_iter().rev().map(Step::Remove);
    let sets = sets.into_iter().map(|(path, tree)| Step::Set(path, tree));
    removals
        .chain(sets)
        .chain(holes.into_iter().rev().map(Step::Remove))
        .chain(orders)
        .collect()
}

/// The topmost part that the target lacks, as the source has it.
fn whole<'a>(
    source: Option<&Tree<'a>>,
    path: &Path,
    missing: &Presence<'a>,
    leaf: &Tree<'a>,
) -> (Path, Tree<'a>) {
    let top = prefix(path, missing);
    match source.and_then(|source| source.at(&top)) {
        Some(tree) => (top, tree),
        None => (path.clone(), leaf.clone()),
    }
}

/// The part of a path down to where an environment lacks it.
fn prefix(path: &Path, missing: &Presence<'_>) -> Path {
    let depth = match missing {
        Presence::Missing { depth } => *depth,
        Presence::Value(_) | Presence::Unknown => 1,
    };
    path.beginning(depth)
}

/// The topmost part that holds the path and nothing that stays, and that the source lacks.
fn topmost_shared(path: &Path, missing: &Presence<'_>, pairs: &[Pair<'_>]) -> Path {
    let highest = prefix(path, missing).segments().len();
    (highest..path.segments().len())
        .map(|depth| path.beginning(depth))
        .find(|top| {
            !pairs.iter().any(|pair| {
                pair.state.stays() && pair.to.value().is_some() && top.contains(&pair.path)
            })
        })
        .unwrap_or_else(|| path.clone())
}

/// The topmost parts below `top` that hold only what does not move: what belongs to the source's environment, or was left
/// out.
fn kept_out(top: &Path, pairs: &[Pair<'_>]) -> Vec<Path> {
    let below: Vec<&Pair<'_>> = pairs
        .iter()
        .filter(|pair| top.contains(&pair.path) && pair.from.value().is_some())
        .collect();
    let mut holes: Vec<Path> = Vec::new();
    for own in below.iter().filter(|pair| pair.state.stays()) {
        if holes.iter().any(|hole| hole.contains(&own.path)) {
            continue;
        }
        let hole = (top.segments().len() + 1..=own.path.segments().len())
            .map(|depth| own.path.beginning(depth))
            .find(|part| {
                below
                    .iter()
                    .all(|pair| pair.state.stays() || !part.contains(&pair.path))
            });
        holes.extend(hole);
    }
    holes
}
