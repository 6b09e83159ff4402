//! Which paths belong to the environment and which are shared.

use std::sync::{Arc, LazyLock};

use envlint_budget::Budget;
use envlint_yaml::{Path, Segment};

use crate::masking::{Name, text};
use crate::source::{Location, Problem, Source};
use crate::values::{
    OwnParts, Pattern, PatternIndex, Row, Tree, compare_within, holds_secure, is_meant_as_secure,
};
use crate::workspace::{App, PerEnvironment, Workspace};

/// What may happen to a path between environments.
#[derive(Debug, Clone, Copy)]
pub enum Class<'a> {
    /// It may differ: a declaration of the configuration says so, or it is below `secrets:` or `sops:` (then there is none).
    PerEnvironment(Option<&'a PerEnvironment>),
    /// It is the same everywhere, and travels by promotion.
    Shared,
}

impl Class<'_> {
    /// Whether the path belongs to the environment.
    pub fn is_per_environment(&self) -> bool {
        matches!(self, Class::PerEnvironment(_))
    }
}

/// Two declarations that are equally specific, cover the same path and expect different things.
#[derive(Debug, Clone, Copy)]
pub struct Conflict<'a> {
    /// The first in the configuration.
    pub first: &'a PerEnvironment,
    /// The other.
    pub second: &'a PerEnvironment,
}

impl Conflict<'_> {
    /// What is wrong with the configuration, seen at a path that both cover.
    pub fn problem(&self, source: &Arc<Source>, path: &Path) -> Problem {
        let Conflict { first, second } = self;
        let message = text!(
            "`{}` and `{}` both match `{}`, are equally specific, and expect different things",
            first.path.value,
            second.path.value,
            path
        );
        Problem::located(Location::new(source, second.path.span), message)
            .note(Location::new(source, first.path.span), "the other one")
            .help(text!(
                "declare `{}` itself, with the expectation that it must meet",
                path
            ))
    }
}

/// The values and gaps of an app's environments that are laid side by side. Sixty environments may have fifty thousand paths;
/// three hundred without a path in common, each of three hundred paths, would take gigabytes.
const MOST_CELLS: u64 = 3_000_000;

/// An app's environments have more values and gaps together than are laid side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooWide;

impl TooWide {
    /// What nobody knows about the app, and the way out.
    pub fn problem(self, app: &App, environments: usize) -> Problem {
        let message = text!(
            "`{}` has too many paths in {} environments to lay them side by side, so nobody knows what differs",
            Name(&app.name),
            environments
        );
        Problem::without_place(message).help(
            "give environments that have no values in common apps of their own (`apps:` in envlint.yaml, with `environments:`)",
        )
    }
}

/// The per-environment paths that apply to one app: the workspace's and its own.
#[derive(Debug)]
pub struct Declarations<'a> {
    list: Vec<&'a PerEnvironment>,
    index: PatternIndex,
    source: Option<&'a Arc<Source>>,
    is_of_stacks: bool,
}

/// What is always per-environment: each environment selects its own backend under `secrets`, and SOPS keeps the keys and
/// the checksum of each file under `sops`.
static OWN: LazyLock<[Pattern; 2]> =
    LazyLock::new(|| ["secrets", "sops"].map(|key| Pattern::from(&Path::root().key(key))));

/// What is always per-environment in the configuration of a stack of Pulumi: the keys that encrypt it, who has them, and
/// what it imports.
const OWN_OF_STACKS: [&str; 4] = [
    "encryptionsalt",
    "encryptedkey",
    "secretsprovider",
    "environment",
];

/// Whether a path belongs to a stack of Pulumi alone: a secret is encrypted for each stack by itself, and may be plain text
/// in another one.
fn is_own_of_stack(path: &Path, stacks: &[Option<Tree<'_>>]) -> bool {
    let is_key = |segment: &Segment, keys: &[&str]| matches!(segment, Segment::Key(key) if keys.contains(&&**key));
    // Ciphertext is a map, so a part of it is at its key.
    let above = path.parent().unwrap_or_default();
    let is_secret = |stack: &Tree<'_>| {
        stack.at(path).is_some_and(|value| holds_secure(&value))
            || stack
                .at(&above)
                .is_some_and(|value| is_meant_as_secure(&value))
    };
    path.segments()
        .first()
        .is_some_and(|first| is_key(first, &OWN_OF_STACKS))
        || stacks.iter().flatten().any(is_secret)
}

impl<'a> Declarations<'a> {
    /// The declarations that apply to an app.
    pub fn of(workspace: &'a Workspace, app: &App) -> Self {
        let own = app
            .config(workspace)
            .map(|config| config.per_environment.as_slice())
            .unwrap_or_default();
        let list: Vec<&PerEnvironment> =
            workspace.config.per_environment.iter().chain(own).collect();
        Declarations {
            index: PatternIndex::of(list.iter().map(|declaration| &declaration.path.value)),
            list,
            source: workspace.config_source.as_ref(),
            is_of_stacks: app.is_of_stacks(),
        }
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All declarations, the workspace's first.
    pub fn iter(&self) -> impl Iterator<Item = &'a PerEnvironment> {
        self.list.iter().copied()
    }

    fn at(&self, numbers: Vec<usize>) -> impl Iterator<Item = &'a PerEnvironment> {
        let numbers = numbers.into_iter();
        numbers.filter_map(|number| self.list.get(number).copied())
    }

    /// The file they are declared in.
    pub fn source(&self) -> Option<&'a Arc<Source>> {
        self.source
    }

    /// The environments of an app side by side, as far as the items of their lists can be told apart: those of lists without
    /// names, too, where something in them is declared by itself.
    ///
    /// # Errors
    /// When they have more values and gaps together than [`MOST_CELLS`].
    pub fn compare<'t>(&self, environments: &[Option<Tree<'t>>]) -> Result<Vec<Row<'t>>, TooWide> {
        let cells = Budget::new(MOST_CELLS);
        compare_within(&cells, environments, &self.own_parts(environments)).ok_or(TooWide)
    }

    /// What is declared of parts of the lists in these environments.
    pub fn own_parts<'d, 't>(
        &'d self,
        environments: &'d [Option<Tree<'t>>],
    ) -> DeclaredParts<'d, 't> {
        DeclaredParts {
            declarations: self,
            environments,
        }
    }

    /// The declarations that cover a path of a value in one of these trees.
    pub fn covering<'t>(
        &self,
        path: &Path,
        trees: impl Iterator<Item = Tree<'t>> + Clone,
    ) -> impl Iterator<Item = &'a PerEnvironment> {
        let near = self.at(self.index.around(path));
        near.filter(move |declaration| declaration.path.value.covers_in(path, trees.clone()))
    }

    /// The first declaration that names something in the value that a path leads to in one of these trees.
    pub fn names_within<'t>(
        &self,
        path: &Path,
        value: &Tree<'_>,
        trees: impl Iterator<Item = Tree<'t>> + Clone,
    ) -> Option<&'a PerEnvironment> {
        let mut near = self.at(self.index.within(path));
        near.find(|declaration| {
            let pattern = &declaration.path.value;
            pattern.names_within(path, value.node(), trees.clone())
        })
    }

    /// The class of a path in these environments: that of the most specific declaration that covers it.
    ///
    /// # Errors
    /// When two equally specific declarations expect different things of it: a mistake in the configuration.
    pub fn classify(
        &self,
        path: &Path,
        environments: &[Option<Tree<'_>>],
    ) -> Result<Class<'a>, Conflict<'a>> {
        let trees = environments.iter().flatten();
        let covering = self.covering(path, trees.cloned());
        self.class_of(path, environments, covering)
    }

    /// The same, with the declarations that cover the path.
    pub(super) fn class_of(
        &self,
        path: &Path,
        environments: &[Option<Tree<'_>>],
        covering: impl IntoIterator<Item = &'a PerEnvironment>,
    ) -> Result<Class<'a>, Conflict<'a>> {
        let mut best: Option<&'a PerEnvironment> = None;
        let mut rival: Option<&'a PerEnvironment> = None;
        for declaration in covering {
            let specificity = declaration.path.value.specificity();
            match best.map(|best| specificity.cmp(&best.path.value.specificity())) {
                None | Some(std::cmp::Ordering::Greater) => {
                    (best, rival) = (Some(declaration), None)
                }
                Some(std::cmp::Ordering::Equal)
                    if best.is_some_and(|best| !agree(best, declaration)) =>
                {
                    rival = Some(declaration);
                }
                Some(_) => {}
            }
        }
        match (best, rival) {
            (Some(first), Some(second)) => Err(Conflict { first, second }),
            (Some(declaration), None) => Ok(Class::PerEnvironment(Some(declaration))),
            (None, _) if self.is_of_stacks && is_own_of_stack(path, environments) => {
                Ok(Class::PerEnvironment(None))
            }
            (None, _) if OWN.iter().any(|own| own.covers(path)) => Ok(Class::PerEnvironment(None)),
            (None, _) => Ok(Class::Shared),
        }
    }
}

/// What is declared of parts of lists, by itself.
#[derive(Debug)]
pub struct DeclaredParts<'d, 't> {
    declarations: &'d Declarations<'d>,
    environments: &'d [Option<Tree<'t>>],
}

impl<'t> OwnParts<'t> for DeclaredParts<'_, 't> {
    fn are_in(&self, path: &Path, list: &Tree<'t>) -> bool {
        let trees = self.environments.iter().flatten();
        let named = self.declarations.names_within(path, list, trees.cloned());
        named.is_some()
    }

    fn is_own(&self, path: &Path) -> bool {
        let trees = self.environments.iter().flatten();
        let mut covering = self.declarations.covering(path, trees.cloned());
        covering.next().is_some()
    }

    fn keys_of(&self, path: &Path) -> Vec<&str> {
        let trees = || self.environments.iter().flatten().cloned();
        let near = self.declarations.at(self.declarations.index.within(path));
        near.flat_map(|declaration| declaration.path.value.item_keys(path, trees()))
            .collect()
    }
}

fn agree(left: &PerEnvironment, right: &PerEnvironment) -> bool {
    left.expect.as_ref().map(|expect| &expect.value)
        == right.expect.as_ref().map(|expect| &expect.value)
}
