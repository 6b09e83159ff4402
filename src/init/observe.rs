//! What can be seen of one path of one app: whether it differs, what holds of its values, and what is wrong with them.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use envlint_yaml::{Path, Segment};

use super::kinds::{Kind, kind};
use crate::naming::{environment_name, family};
use crate::resolve::{Class, ResolvedApp};
use crate::values::{
    Aspect, Measure, Row, Tree, Version, compare_measures, is_ciphertext, measure, same, words_of,
};
use crate::workspace::{Environment, Tier};

/// One path of one app.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Observation {
    /// The path.
    pub path: Path,
    /// Whether two environments have different values, or one has none.
    pub differs: bool,
    /// What holds of the values.
    pub facts: Facts,
}

/// What holds of a path's values in all environments that have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    /// What the path is, by its name.
    pub kind: Kind,
    /// They are one text with the environment's name in it: the text with `{env}` for the name.
    pub pattern: Option<String>,
    /// Each has the name of its environment in it, in some spelling.
    pub named: bool,
    /// They are numbers, quantities or durations, and none is smaller than the one before.
    pub non_decreasing: bool,
    /// No two are the same.
    pub distinct: bool,
    /// They are addresses by their form.
    pub addresses: bool,
    /// They are versions.
    pub versions: bool,
    /// They are true or false: whether something is, and not what or how much.
    pub switches: bool,
    /// They are ciphertext: each environment has other keys.
    pub encrypted: bool,
    /// The first environments alone have it, or only the last ones do, and there it is the same: an addition or a removal that
    /// may be on its way.
    pub travels: bool,
    /// What looks wrong.
    pub defect: Option<Defect>,
}

/// What looks wrong with a difference: nobody should declare it away without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// Production is smaller than the environment before it.
    SmallerProduction,
    /// Production runs in a debug mode.
    DebugInProduction,
    /// A value of production names another environment.
    OtherEnvironment,
    /// A value of production is an address of the own machine.
    Localhost,
    /// A later environment has a higher version than the one before.
    Overtaken,
}

impl Facts {
    /// What holds of both.
    pub(super) fn and(&self, other: &Facts) -> Facts {
        Facts {
            kind: self.kind,
            pattern: self
                .pattern
                .clone()
                .filter(|pattern| other.pattern.as_ref() == Some(pattern)),
            named: self.named && other.named,
            non_decreasing: self.non_decreasing && other.non_decreasing,
            distinct: self.distinct && other.distinct,
            addresses: self.addresses && other.addresses,
            versions: self.versions && other.versions,
            switches: self.switches || other.switches,
            encrypted: self.encrypted && other.encrypted,
            travels: self.travels && other.travels,
            defect: self.defect.or(other.defect),
        }
    }

    /// What is known of a path of which only the name may be looked at.
    fn of(kind: Kind) -> Facts {
        Facts {
            kind,
            pattern: None,
            named: false,
            non_decreasing: false,
            distinct: false,
            addresses: false,
            versions: false,
            switches: false,
            encrypted: false,
            travels: false,
            defect: None,
        }
    }
}

/// What was seen so far, each once: most apps of a workspace are made alike, and hold the same paths.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<HashSet<Arc<Observation>>>);

impl Seen {
    /// The observations, shared with the apps of which the same was seen.
    pub(super) fn shared(&self, observations: Vec<Observation>) -> Vec<Arc<Observation>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = observations.into_iter().map(|observation| {
            if let Some(known) = known.get(&observation) {
                return Arc::clone(known);
            }
            let observation = Arc::new(observation);
            known.insert(Arc::clone(&observation));
            observation
        });
        shared.collect()
    }
}

/// Looks at every path of an app, but for those that are per-environment by themselves: what is below `secrets:`.
pub(super) fn app(cx: &ResolvedApp<'_>) -> Vec<Observation> {
    let others: BTreeSet<&str> = cx
        .workspace
        .environments
        .iter()
        .map(|environment| &*environment.name)
        .collect();
    let rows = cx.table.iter().zip(&cx.classes);
    rows.filter(|(_, class)| !matches!(class, Ok(Class::PerEnvironment(None))))
        .map(|(row, _)| {
            let differs = row.differs() || row.is_missing_somewhere();
            Observation {
                path: row.path.clone(),
                differs,
                facts: Facts {
                    travels: travels(row),
                    ..facts(cx, &others, row)
                },
            }
        })
        .collect()
}

/// Whether the environments that have a path are the first ones, or the last ones and more than one, and have the same there.
/// What only the last one has is more often its own.
fn travels(row: &Row<'_>) -> bool {
    let having: Vec<(usize, &Tree<'_>)> = row.values().collect();
    let (Some((first, value)), Some((last, _))) = (having.first(), having.last()) else {
        return false;
    };
    let is_run = last - first + 1 == having.len() && having.len() < row.presences.len();
    let is_end = *first == 0 || (*last + 1 == row.presences.len() && having.len() > 1);
    is_run && is_end && having.iter().all(|(_, other)| same(value, other))
}

/// The value of a path in one environment.
type Valued<'r, 'a> = (usize, &'r Environment, &'r Tree<'a>);

fn facts(cx: &ResolvedApp<'_>, others: &BTreeSet<&str>, row: &Row<'_>) -> Facts {
    if row.aspect != Aspect::Value {
        return Facts::of(Kind::Other);
    }
    let kind = kind(&row.path);
    let values: Vec<Valued<'_, '_>> = row
        .values()
        .filter_map(|(index, tree)| Some((index, cx.environments.get(index)?.environment, tree)))
        .collect();
    let is_secret = |(_, _, tree): &Valued<'_, '_>| {
        let secrets = tree.source().secrets();
        secrets.touching(tree.node().span()).next().is_some()
    };
    // The text of a secret is written nowhere, nor what follows from it.
    if values.is_empty() || values.iter().any(is_secret) {
        return Facts::of(kind);
    }
    if values.iter().all(|(_, _, tree)| is_ciphertext(tree)) {
        return Facts {
            encrypted: true,
            ..Facts::of(kind)
        };
    }
    let texts: Option<Vec<(usize, &Environment, &str)>> = values
        .iter()
        .map(|(index, environment, tree)| Some((*index, *environment, tree.as_str()?)))
        .collect();
    let Some(texts) = texts else {
        return Facts {
            switches: values.iter().any(|(_, _, tree)| tree.as_bool().is_some()),
            defect: switched_on(&row.path, &values),
            ..Facts::of(kind)
        };
    };
    let only: Vec<&str> = texts.iter().map(|(_, _, text)| *text).collect();
    let is = |wanted: fn(&Measure) -> bool| {
        only.iter()
            .all(|text| measure(text).is_some_and(|measure| wanted(&measure)))
    };
    // One value says nothing about a second one; and a path that one environment lacks may be waiting for its promotion.
    let several = only.len() > 1;
    let everywhere = several && !row.is_missing_somewhere();
    let is_amount = is(|measure| !matches!(measure, Measure::Version(_)));
    let defect = switched_on(&row.path, &values)
        .or_else(|| wrong_text(kind, others, &texts))
        .or_else(|| out_of_order(cx, kind, &texts));
    Facts {
        pattern: pattern(&texts).filter(|_| several),
        named: texts
            .iter()
            .all(|(_, environment, text)| has_word(text, |word| is_name_of(environment, word))),
        non_decreasing: everywhere && is_amount && is_rising(&only),
        distinct: everywhere && only.iter().collect::<BTreeSet<_>>().len() == only.len(),
        addresses: only.iter().all(|text| is_address(text)),
        versions: is(|measure| matches!(measure, Measure::Version(_))),
        switches: values.iter().any(|(_, _, tree)| tree.as_bool().is_some()),
        defect,
        ..Facts::of(kind)
    }
}

/// A debug mode that production has.
fn switched_on(path: &Path, values: &[Valued<'_, '_>]) -> Option<Defect> {
    let is_debug = path.segments().iter().any(|segment| match segment {
        Segment::Key(key) | Segment::Match { value: key, .. } => {
            words_of(key).iter().any(|word| word == "debug")
        }
        Segment::Index(_) => false,
    });
    let is_on = |(_, environment, tree): &Valued<'_, '_>| {
        environment.tier == Tier::Production
            && (tree.as_bool() == Some(true) || tree.as_str() == Some("true"))
    };
    (is_debug && values.iter().any(is_on)).then_some(Defect::DebugInProduction)
}

/// What a text of production should not be.
fn wrong_text(
    kind: Kind,
    others: &BTreeSet<&str>,
    texts: &[(usize, &Environment, &str)],
) -> Option<Defect> {
    let production = || {
        let is_production = |environment: &Environment| environment.tier == Tier::Production;
        texts
            .iter()
            .filter(move |(_, environment, _)| is_production(environment))
    };
    let is_verbose = |text: &str| ["debug", "trace"].contains(&&*text.to_ascii_lowercase());
    if kind == Kind::Level && production().any(|(_, _, text)| is_verbose(text)) {
        return Some(Defect::DebugInProduction);
    }
    let is_local = |text: &str| text.contains("localhost") || text.contains("127.0.0.1");
    if production().any(|(_, _, text)| is_local(text)) {
        return Some(Defect::Localhost);
    }
    let is_foreign = |(_, environment, text): &(usize, &Environment, &str)| {
        let is_other = |word: &str| {
            let is_known =
                others.contains(word) || environment_name(word).is_some_and(|told| told.sure);
            let is_production =
                environment_name(word).is_some_and(|told| told.tier == Tier::Production);
            is_known && !is_production && !is_name_of(environment, word)
        };
        has_word(text, is_other)
    };
    let is_there = production().any(is_foreign);
    is_there.then_some(Defect::OtherEnvironment)
}

/// An amount or a version that does not go the way of promotion.
fn out_of_order(
    cx: &ResolvedApp<'_>,
    kind: Kind,
    texts: &[(usize, &Environment, &str)],
) -> Option<Defect> {
    let pairs = texts.iter().filter_map(|(index, environment, text)| {
        let from = cx.promoted_from(*index)?;
        let (_, _, before) = texts.iter().find(|(index, _, _)| *index == from)?;
        Some((*environment, *before, *text))
    });
    for (environment, before, text) in pairs {
        match kind {
            Kind::Amount => {
                let is_smaller = compare_measures(before, text) == Some(Ordering::Greater);
                if environment.tier == Tier::Production && is_smaller {
                    return Some(Defect::SmallerProduction);
                }
            }
            Kind::Version => {
                let (before, after) = (Version::read(before), Version::read(text));
                let is_higher =
                    |(before, after): (Version, Version)| after.compare(&before).is_gt();
                if before.zip(after).is_some_and(is_higher) {
                    return Some(Defect::Overtaken);
                }
            }
            Kind::Address | Kind::Level | Kind::Place | Kind::Other => {}
        }
    }
    None
}

/// Whether a word of a text is as wanted: words end where a letter or digit does.
fn has_word(text: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    let mut words = text.split(|char: char| !char.is_alphanumeric());
    words.any(|word| !word.is_empty() && is_wanted(word))
}

/// Whether a word is an environment's name, in any spelling.
fn is_name_of(environment: &Environment, word: &str) -> bool {
    let own = environment_name(&environment.name).map(|told| told.stage);
    environment
        .names()
        .any(|name| name == word || family(name) == family(word))
        || own.is_some() && environment_name(word).map(|told| told.stage) == own
}

/// The text that all values are, with `{env}` for the environment's name.
fn pattern(texts: &[(usize, &Environment, &str)]) -> Option<String> {
    let mut patterns = texts
        .iter()
        .map(|(_, environment, text)| with_placeholder(text, &environment.name));
    let first = patterns.next()??;
    patterns
        .all(|pattern| pattern.as_ref() == Some(&first))
        .then_some(first)
}

/// Puts `{env}` where the environment's name stands as a word: `dev` in `shop-dev.example.com`, not in `device`.
fn with_placeholder(text: &str, name: &str) -> Option<String> {
    if name.is_empty() || text.contains("{env}") {
        return None;
    }
    let is_edge = |char: Option<char>| !char.is_some_and(char::is_alphanumeric);
    let (mut pattern, mut copied) = (String::new(), 0);
    for (at, _) in text.match_indices(name) {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        if is_edge(before) && is_edge(after) {
            pattern += text.get(copied..at).unwrap_or_default();
            pattern += "{env}";
            copied = at + name.len();
        }
    }
    if copied == 0 {
        return None;
    }
    pattern += text.get(copied..).unwrap_or_default();
    Some(pattern)
}

fn is_rising(texts: &[&str]) -> bool {
    texts.windows(2).all(|pair| {
        matches!(
            compare_measures(pair[0], pair[1]),
            Some(Ordering::Less | Ordering::Equal)
        )
    })
}

/// Whether a text is an address by its form: a URL, or a name with several domains.
fn is_address(text: &str) -> bool {
    text.contains("://")
        || (text.matches('.').count() > 1
            && text.contains(char::is_alphabetic)
            && !text.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_environment_is_a_word() {
        for (text, name, expected) in [
            (
                "shop-dev.example.com",
                "dev",
                Some("shop-{env}.example.com"),
            ),
            ("s3a://events/dev", "dev", Some("s3a://events/{env}")),
            ("dev", "dev", Some("{env}")),
            ("dev-dev", "dev", Some("{env}-{env}")),
            ("device.dev", "dev", Some("device.{env}")),
            ("device", "dev", None),
            ("shop_dev_1", "dev", Some("shop_{env}_1")),
            ("shopdev", "dev", None),
            ("{env}-dev", "dev", None),
            ("prod", "dev", None),
        ] {
            assert_eq!(with_placeholder(text, name).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_are_told_by_their_form() {
        for (text, expected) in [
            ("https://a", true),
            ("db.eu.example.com", true),
            ("1.2.3", false),
            ("info", false),
            ("One. Two. Three.", false),
        ] {
            assert_eq!(is_address(text), expected, "{text}");
        }
    }
}
