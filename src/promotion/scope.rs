//! Which of the shared paths a promotion moves, where it was asked for a part of them.

use std::collections::BTreeSet;

use envlint_yaml::{Path, Segment};

use super::comparison::{Pair, PathState};
use super::plan::Action;
use crate::masking::{Said, text};
use crate::source::Problem;
use crate::values::{Aspect, PathSet, Pattern, PatternError, Tree, is_identity};

pub(super) const ONLY: &str = "--path";
const EXCEPT: &str = "--except";

/// A part of the shared paths. All of them by default.
#[derive(Debug, Default)]
pub struct Scope {
    /// Only what one of these covers moves; everything when there are none.
    pub only: Vec<Pattern>,
    /// What one of these covers does not move, even when `only` covers it.
    pub except: Vec<Pattern>,
    /// The paths that do not move besides, as a comparison of the two environments has them: those of a backport that are
    /// no hotfixes.
    pub left: PathSet,
}

impl Scope {
    /// The part that these options name, `--path` and `--except`.
    ///
    /// # Errors
    /// When a text is not a pattern.
    pub fn parse(only: &[String], except: &[String]) -> Result<Scope, Problem> {
        Ok(Scope {
            only: patterns(ONLY, only)?,
            except: patterns(EXCEPT, except)?,
            left: PathSet::default(),
        })
    }

    /// The part of it that is changes of these kinds.
    pub(super) fn of_kinds(&self, kinds: &[Action], pairs: &[Pair<'_>]) -> Scope {
        let is_wanted = |pair: &Pair<'_>| {
            // The target comes first: it is what changes.
            let (before, after) = (pair.to.value().is_some(), pair.from.value().is_some());
            kinds.contains(&Action::between(pair.aspect, before, after))
        };
        let pending = pairs.iter().filter(|pair| pair.state == PathState::Pending);
        let (wanted, others): (Vec<_>, Vec<_>) = pending.partition(|pair| is_wanted(pair));
        let wanted: PathSet = wanted.iter().map(|pair| pair.path.clone()).collect();
        // The order of a list is not told apart from what is in it.
        let holds_wanted =
            |pair: &&&Pair<'_>| pair.aspect != Aspect::Value && wanted.reaches_into(&pair.path);
        let left = others.iter().filter(|pair| !holds_wanted(pair));
        Scope {
            only: self.only.clone(),
            except: self.except.clone(),
            left: left.map(|pair| pair.path.clone()).collect(),
        }
    }

    /// Whether all shared paths move.
    pub(super) fn is_everything(&self) -> bool {
        self.only.is_empty() && self.except.is_empty() && self.left.is_empty()
    }

    /// All patterns, with the option that each of them came from.
    pub(super) fn patterns(&self) -> impl Iterator<Item = (&'static str, &Pattern)> {
        let only = self.only.iter().map(|pattern| (ONLY, pattern));
        only.chain(self.except.iter().map(|pattern| (EXCEPT, pattern)))
    }

    /// Whether a path moves. `trees` are the values of the two environments.
    pub(super) fn holds(&self, path: &Path, trees: &[Option<Tree<'_>>]) -> bool {
        (self.only.is_empty() || covers(&self.only, path, trees)) && !self.leaves(path, trees)
    }

    /// Whether a path was named as one that does not move.
    fn leaves(&self, path: &Path, trees: &[Option<Tree<'_>>]) -> bool {
        self.left.covers(path) || covers(&self.except, path, trees)
    }

    /// The first pattern that names a part of the value at a path, with its option.
    pub(super) fn names_within<'t>(
        &self,
        path: &Path,
        value: &Tree<'_>,
        trees: impl Iterator<Item = Tree<'t>> + Clone,
    ) -> Option<(&'static str, &Pattern)> {
        self.patterns()
            .find(|(_, pattern)| pattern.names_within(path, value.node(), trees.clone()))
    }

    /// Takes the pending paths that do not move for left out.
    pub(super) fn leave_out(&self, pairs: &mut [Pair<'_>], trees: &[Option<Tree<'_>>]) {
        if self.is_everything() {
            return;
        }
        // An item whose name stays cannot come: it would be another item without it.
        let names = pairs.iter().filter(|pair| is_identity(&pair.path));
        let staying: BTreeSet<Path> = names
            .filter(|pair| pair.state == PathState::Pending && self.leaves(&pair.path, trees))
            .filter_map(|pair| pair.path.parent())
            .collect();
        let stays = |path: &Path| items_around(path).any(|item| staying.contains(&item));
        let mut moving: BTreeSet<Path> = BTreeSet::new();
        for pair in pairs
            .iter_mut()
            .filter(|pair| pair.state == PathState::Pending)
        {
            if self.holds(&pair.path, trees) && !stays(&pair.path) {
                moving.extend(items_around(&pair.path));
            } else {
                pair.state = PathState::LeftOut;
            }
        }
        // An item of which a part moves brings its name.
        for pair in pairs
            .iter_mut()
            .filter(|pair| pair.state == PathState::LeftOut)
        {
            let item = pair.path.parent().filter(|_| is_identity(&pair.path));
            if item.is_some_and(|item| moving.contains(&item)) {
                pair.state = PathState::Pending;
            }
        }
    }
}

fn covers(patterns: &[Pattern], path: &Path, trees: &[Option<Tree<'_>>]) -> bool {
    let trees = || trees.iter().flatten().cloned();
    patterns
        .iter()
        .any(|pattern| pattern.covers_in(path, trees()))
}

/// The patterns that an option is given.
pub(super) fn patterns(option: &'static str, texts: &[String]) -> Result<Vec<Pattern>, Problem> {
    let parse = |text: &String| {
        text.parse().map_err(|error: PatternError| {
            Problem::without_place(text!("{}: {}", option, Said(&error))).help(
                "write the path as a message prints it, such as `image.tag`; `*` is one segment, `**` any depth",
            )
        })
    };
    texts.iter().map(parse).collect()
}

/// The named items of lists that a path leads through.
fn items_around(path: &Path) -> impl Iterator<Item = Path> + '_ {
    let segments = path.segments().iter().enumerate();
    segments.filter_map(|(depth, segment)| {
        let is_item = matches!(segment, Segment::Match { .. });
        is_item.then(|| path.beginning(depth + 1))
    })
}
