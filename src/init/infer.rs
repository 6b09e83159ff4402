//! What is expected of the paths that differ today, and whether for all apps or for single ones.

use std::collections::HashMap;

use envlint_yaml::Path;

use super::generalise::generalise;
use super::observe::{Facts, Observation};

/// What is expected of a path's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Never smaller than in the environment before.
    NonDecreasing,
    /// This text, with `{env}` for the environment's name.
    Pattern(String),
    /// No two environments share a value.
    Distinct,
    /// Nothing: it merely differs.
    Nothing,
    /// Nothing, and it looks like a version that is not promoted to the next environment yet.
    Version,
}

/// One entry of `perEnvironment`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The path, with everything in it.
    pub path: Path,
    /// What is expected.
    pub expected: Expected,
}

/// What a configuration is written from.
#[derive(Debug, Default)]
pub(super) struct Inferred {
    /// For all apps.
    pub common: Vec<Declaration>,
    /// For single apps, in the order of the apps.
    pub own: Vec<Vec<Declaration>>,
    /// How many shared paths there are, over all apps.
    pub shared: usize,
}

impl Inferred {
    /// All declarations, the common ones first.
    pub(super) fn into_declarations(self) -> Vec<Declaration> {
        self.common
            .into_iter()
            .chain(self.own.into_iter().flatten())
            .collect()
    }
}

/// A path over all apps that have it.
#[derive(Debug)]
struct Known {
    apps: usize,
    differing: usize,
    /// What holds in every app.
    facts: Facts,
}

impl Known {
    /// A path that differs in most of the apps that have it belongs to the environment everywhere; one that differs in
    /// a few belongs to these.
    fn is_common(&self) -> bool {
        self.differing * 2 > self.apps
    }
}

/// Decides what to declare. `own` says whether single apps can have declarations.
pub(super) fn infer(apps: &[Vec<Observation>], own: bool) -> Inferred {
    let mut order: Vec<&Path> = Vec::new();
    let mut known: HashMap<&Path, Known> = HashMap::new();
    for observation in apps.iter().flatten() {
        let differing = usize::from(observation.differs);
        known
            .entry(&observation.path)
            .and_modify(|known| {
                known.apps += 1;
                known.differing += differing;
                known.facts = known.facts.and(&observation.facts);
            })
            .or_insert_with(|| {
                order.push(&observation.path);
                Known {
                    apps: 1,
                    differing,
                    facts: observation.facts.clone(),
                }
            });
    }
    let is_common = |known: &Known| known.differing > 0 && (!own || known.is_common());
    let common = order.iter().map(|path| {
        let expected = known
            .get(path)
            .filter(|known| is_common(known))
            .map(|known| expected(&known.facts));
        (*path, expected)
    });
    let of_app = |app: &Vec<Observation>| {
        let leaves = app.iter().map(|observation| {
            let is_own = observation.differs
                && known
                    .get(&observation.path)
                    .is_some_and(|known| !is_common(known));
            let expected = is_own.then(|| expected(&observation.facts));
            (&observation.path, expected)
        });
        generalise(leaves)
    };
    Inferred {
        common: generalise(common),
        own: apps.iter().map(of_app).collect(),
        shared: apps
            .iter()
            .flatten()
            .filter(|observation| !observation.differs)
            .count(),
    }
}

fn expected(facts: &Facts) -> Expected {
    match &facts.pattern {
        Some(pattern) => Expected::Pattern(pattern.clone()),
        None if facts.version => Expected::Version,
        None if facts.non_decreasing => Expected::NonDecreasing,
        None if facts.distinct => Expected::Distinct,
        None => Expected::Nothing,
    }
}
