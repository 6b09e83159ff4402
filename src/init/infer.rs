//! Which of the paths that differ today belong to the environment, and whether in all apps or in single ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use envlint_yaml::Path;

use super::generalise::generalise;
use super::kinds::Kind;
use super::observe::{Defect, Facts, Observation};

/// What is expected of a per-environment path's values.
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
}

/// One entry of `perEnvironment`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The path, with everything in it.
    pub path: Path,
    /// What is expected.
    pub expected: Expected,
}

/// A difference that is not declared, so that `check` reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The path.
    pub path: Path,
    /// What looks wrong; none for a difference of which nothing says whom it belongs to.
    pub defect: Option<Defect>,
    /// The apps that have it.
    pub apps: Vec<Arc<str>>,
}

/// What a configuration is written from.
#[derive(Debug, Default)]
pub(super) struct Inferred {
    /// Per-environment paths of all apps.
    pub common: Vec<Declaration>,
    /// Per-environment paths of single apps, in the order of the apps.
    pub own: Vec<Vec<Declaration>>,
    /// Versions that differ until they are promoted.
    pub travelling: Vec<Path>,
    /// What is not declared, defects first.
    pub kept: Vec<Kept>,
}

/// What is to be done with a path that differs.
pub(super) enum Verdict {
    /// It belongs to the environment.
    Declare(Expected),
    /// It is shared, and waits for its promotion.
    Travels,
    /// A person has to look.
    Keep(Option<Defect>),
}

pub(super) fn verdict(facts: &Facts) -> Verdict {
    if let Some(defect) = facts.defect {
        return Verdict::Keep(Some(defect));
    }
    if let Some(pattern) = &facts.pattern {
        return Verdict::Declare(Expected::Pattern(pattern.clone()));
    }
    let distinct = || match facts.distinct {
        true => Expected::Distinct,
        false => Expected::Nothing,
    };
    match facts.kind {
        _ if facts.encrypted => Verdict::Declare(Expected::Nothing),
        Kind::Version => Verdict::Travels,
        Kind::Place if facts.switches => Verdict::Declare(Expected::Nothing),
        _ if facts.switches => Verdict::Keep(None),
        Kind::Amount if facts.non_decreasing => Verdict::Declare(Expected::NonDecreasing),
        Kind::Address => Verdict::Declare(distinct()),
        Kind::Amount | Kind::Place | Kind::Level => Verdict::Declare(Expected::Nothing),
        Kind::Other if facts.addresses => Verdict::Declare(distinct()),
        Kind::Other if facts.named => Verdict::Declare(Expected::Nothing),
        Kind::Other if facts.versions => Verdict::Travels,
        Kind::Other => Verdict::Keep(None),
    }
}

/// A path over all apps that have it.
#[derive(Debug)]
struct Known {
    apps: usize,
    declared: usize,
    kept: usize,
    /// What holds in every app.
    facts: Facts,
}

impl Known {
    /// A path that belongs to the environment in most of the apps that have it does so in all apps, unless that would hide a
    /// defect in one of them. Without `own`, apps cannot say it for themselves.
    fn is_common(&self, own: bool) -> bool {
        self.declared > 0 && self.kept == 0 && (!own || self.declared * 2 > self.apps)
    }
}

/// Decides what to declare. `own` says whether single apps can have declarations; `refused` are paths that cannot be
/// declared, since that makes the check worse.
pub(super) fn infer(
    apps: &[(Arc<str>, Vec<Arc<Observation>>)],
    own: bool,
    refused: &BTreeSet<Path>,
) -> Inferred {
    let mut order: Vec<&Path> = Vec::new();
    let mut known: HashMap<&Path, Known> = HashMap::new();
    let is_refused = |path: &Path| {
        refused
            .iter()
            .any(|refused| refused.contains(path) || path.contains(refused))
    };
    let judge = |observation: &Observation| match verdict(&observation.facts) {
        Verdict::Declare(_) if is_refused(&observation.path) => Verdict::Keep(None),
        verdict => verdict,
    };
    let mut travelling: BTreeSet<&Path> = BTreeSet::new();
    let mut kept: BTreeMap<&Path, Kept> = BTreeMap::new();
    for (app, observation) in of_apps(apps) {
        let entry = known.entry(&observation.path).or_insert_with(|| {
            order.push(&observation.path);
            Known {
                apps: 0,
                declared: 0,
                kept: 0,
                facts: observation.facts.clone(),
            }
        });
        entry.facts = entry.facts.and(&observation.facts);
        entry.apps += 1;
        if !observation.differs {
            continue;
        }
        match judge(observation) {
            Verdict::Declare(_) => entry.declared += 1,
            Verdict::Travels => {
                travelling.insert(&observation.path);
            }
            Verdict::Keep(defect) => {
                entry.kept += 1;
                keep(&mut kept, app, &observation.path, defect);
            }
        }
    }
    let common = order.iter().map(|path| {
        let known = known.get(path).filter(|known| known.is_common(own));
        (*path, known.map(|known| expected(&known.facts)))
    });
    let common = generalise(common);
    let own = apps.iter().map(|(app, observations)| {
        let leaves = observations.iter().map(|observation| {
            let path = &observation.path;
            let is_own =
                observation.differs && known.get(path).is_some_and(|known| !known.is_common(own));
            let expected = match judge(observation) {
                Verdict::Declare(expected) if is_own && own => Some(expected),
                Verdict::Declare(_) if is_own => {
                    keep(&mut kept, app, path, None);
                    None
                }
                _ => None,
            };
            (path, expected)
        });
        generalise(leaves.collect::<Vec<_>>().into_iter())
    });
    let own = own.collect();
    travelling.retain(|path| !kept.contains_key(path));
    let mut kept: Vec<Kept> = kept.into_values().collect();
    kept.sort_by_key(|known| (known.defect.is_none(), known.defect));
    Inferred {
        common,
        own,
        travelling: travelling.into_iter().cloned().collect(),
        kept,
    }
}

fn of_apps(
    apps: &[(Arc<str>, Vec<Arc<Observation>>)],
) -> impl Iterator<Item = (&Arc<str>, &Observation)> {
    apps.iter()
        .flat_map(|(app, observations)| observations.iter().map(move |seen| (app, &**seen)))
}

fn keep<'p>(
    kept: &mut BTreeMap<&'p Path, Kept>,
    app: &Arc<str>,
    path: &'p Path,
    defect: Option<Defect>,
) {
    let known = kept.entry(path).or_insert_with(|| Kept {
        path: path.clone(),
        defect: None,
        apps: Vec::new(),
    });
    known.defect = known.defect.or(defect);
    known.apps.push(Arc::clone(app));
}

/// What may be expected of a path in all apps.
fn expected(facts: &Facts) -> Expected {
    match verdict(facts) {
        Verdict::Declare(expected) => expected,
        Verdict::Travels | Verdict::Keep(_) => Expected::Nothing,
    }
}
