//! Environments that stand where those of siblings do, whatever they are called: next to `shop-staging` and
//! `shop-production`, `shop-mgmt` with `values-mgmt.yaml` is deployed to `mgmt`.

use std::collections::{BTreeMap, BTreeSet};

use super::names::chart_key;
use super::siblings::is_name;
use crate::evidence::{Claim, LayerPath};
use crate::naming::{around_values, word_in};
use crate::source::directory_of;
use crate::workspace::app::PLACEHOLDER;

/// What stands before and after the environment in a name.
type Form = (String, String);

/// What the claims of one chart in one folder have in common.
#[derive(Default)]
struct Family {
    /// The forms of the names, each with the environments that are known in it.
    forms: BTreeMap<Form, BTreeSet<String>>,
    /// The paths of layers, with `{env}` for the environment.
    layers: BTreeSet<String>,
}

/// Where a word stands that is an environment: the folder of those who say so, and whether it is the end of the name.
type Position = (String, bool, String);

/// More forms and paths are not kept of one family.
const MOST: usize = 100;

/// So many known environments have to be there before another word in their place is one, too.
const FEWEST: usize = 2;

/// Gives claims that tell no environment the word that stands where siblings have theirs: in the name, and in the path of a
/// layer, too. What one family tells so, the end of other names in the folder may repeat.
pub(super) fn tell(claims: &mut [Claim], is_told: &dyn Fn(&Claim) -> bool) {
    tell_by_names(claims, is_told);
    tell_by_files(claims, is_told);
}

/// Gives them the word that their file has where the file of a known environment has that one, of the same chart, and that the
/// name or the namespace repeats: next to `values-dev.yaml`, `values-canary-sf.yaml` of `canary-sf-shop`.
fn tell_by_files(claims: &mut [Claim], is_told: &dyn Fn(&Claim) -> bool) {
    let pattern = |claim: &Claim, word: &str| -> Option<(Option<String>, String)> {
        let path = files(claim).last()?;
        Some((chart_key(claim.chart.as_ref()), pattern_of(path, word)?))
    };
    let told = claims.iter().filter_map(|claim| {
        let word = claim.environment.as_deref()?;
        pattern(claim, word)
    });
    let told: BTreeSet<(Option<String>, String)> = told.take(MOST).collect();
    if told.is_empty() {
        return;
    }
    for claim in claims.iter_mut() {
        if claim.environment.is_some() || is_told(claim) {
            continue;
        }
        let word = files(claim).last().and_then(word_of).map(str::to_owned);
        let word = word.filter(|word| {
            let texts = claim.names.first().into_iter().chain(&claim.namespace);
            let mut texts = texts.filter(|text| *text != word);
            let is_repeated = texts.any(|text| word_in(text, word).is_some());
            let is_of_app = claim.names.contains(word);
            is_repeated
                && !is_of_app
                && pattern(claim, word).is_some_and(|pattern| told.contains(&pattern))
        });
        claim.environment = word;
    }
}

/// What the name of a file has beside the word for values.
fn word_of(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next()?;
    let stem = file.strip_suffix(".yaml").or(file.strip_suffix(".yml"))?;
    match around_values(stem)? {
        ("", word) | (word, "") => Some(word).filter(|word| is_name(word)),
        _ => None,
    }
}

fn tell_by_names(claims: &mut [Claim], is_told: &dyn Fn(&Claim) -> bool) {
    let mut families: BTreeMap<(String, Option<String>), Family> = BTreeMap::new();
    let mut open = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        if claim.environment.is_some() {
            families.entry(family_of(claim)).or_default().add(claim);
        } else if !is_told(claim) {
            open.push(index);
        }
    }
    families.retain(|_, family| {
        let forms = &mut family.forms;
        forms.retain(|_, environments| environments.len() >= FEWEST);
        !forms.is_empty()
    });
    if families.is_empty() {
        return;
    }
    let mut known: BTreeSet<Position> = BTreeSet::new();
    for index in &open {
        let Some(claim) = claims.get_mut(*index) else {
            continue;
        };
        let told = families.get(&family_of(claim));
        let Some((word, position)) = told.and_then(|family| family.told(claim)) else {
            continue;
        };
        known.extend(position);
        claim.environment = Some(word);
    }
    for index in open {
        if let Some(claim) = claims.get_mut(index)
            && claim.environment.is_none()
        {
            claim.environment = repeated(claim, &known);
        }
    }
}

fn family_of(claim: &Claim) -> (String, Option<String>) {
    let directory = directory_of(&claim.evidence.file).to_owned();
    (directory, chart_key(claim.chart.as_ref()))
}

/// The whole files that a claim has as layers.
fn files(claim: &Claim) -> impl Iterator<Item = &str> {
    let whole = |layer: &&LayerPath| layer.part.is_none();
    let files = claim.layers.iter().filter(whole);
    files.map(|layer| layer.path.as_str())
}

/// A path with `{env}` where it has the word.
fn pattern_of(path: &str, word: &str) -> Option<String> {
    word_in(path, word)?;
    Some(path.replace(word, PLACEHOLDER))
}

impl Family {
    /// Learns from a claim of a known environment.
    fn add(&mut self, claim: &Claim) {
        let Some((environment, name)) = claim.environment.as_ref().zip(claim.names.first()) else {
            return;
        };
        let patterns = files(claim).filter_map(|path| pattern_of(path, environment));
        let room = MOST.saturating_sub(self.layers.len());
        self.layers.extend(patterns.take(room));
        let Some((before, rest)) =
            word_in(name, environment).and_then(|at| name.split_at_checked(at))
        else {
            return;
        };
        let after = rest.get(environment.len()..).unwrap_or_default();
        // The whole name is the environment's: any other one would be, too.
        if !(before.is_empty() && after.is_empty()) && self.forms.len() < MOST {
            let form = (before.to_owned(), after.to_owned());
            let environments = self.forms.entry(form).or_default();
            environments.insert(environment.clone());
        }
    }

    /// The environment that a claim has by its position, and which position that is, if it is an end of the name.
    fn told(&self, claim: &Claim) -> Option<(String, Option<Position>)> {
        let name = claim.names.first()?;
        self.forms.keys().find_map(|(before, after)| {
            let word = name.strip_prefix(before.as_str())?;
            let word = word
                .strip_suffix(after.as_str())
                .filter(|word| is_name(word))?;
            let is_pattern = |path: &str| {
                pattern_of(path, word).is_some_and(|pattern| self.layers.contains(&pattern))
            };
            if !files(claim).any(is_pattern) {
                return None;
            }
            let is_end = before.is_empty() || after.is_empty();
            let directory = directory_of(&claim.evidence.file).to_owned();
            let position = (directory, after.is_empty(), word.to_owned());
            Some((word.to_owned(), is_end.then_some(position)))
        })
    }
}

/// The environment that a name has at the end where other names of the folder have it.
fn repeated(claim: &Claim, known: &BTreeSet<Position>) -> Option<String> {
    let (name, directory) = (claim.names.first()?, directory_of(&claim.evidence.file));
    let known = known.iter().find(|(folder, is_last, word)| {
        let rest = match is_last {
            true => name
                .strip_suffix(word.as_str())
                .map(|rest| rest.ends_with(['-', '_', '.'])),
            false => name
                .strip_prefix(word.as_str())
                .map(|rest| rest.starts_with(['-', '_', '.'])),
        };
        folder == directory && rest == Some(true)
    });
    known.map(|(_, _, word)| word.clone())
}
