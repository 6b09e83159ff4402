//! Environments that only the values files of a chart tell which makes Applications: `values-blue.yaml` of the chart is for
//! `blue` where the Applications that it makes read a `values-blue.yaml`, too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::made::Situation;
use crate::evidence::claim::{Chart, Claim, Claims, Evidence};
use crate::evidence::files::Files;
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, Text, text};
use crate::naming::around_values;
use crate::source::{Source, directory_of};

/// What a chart makes with some values.
pub(super) struct Made {
    pub(super) situation: Situation,
    /// The environment that the name of its values file is.
    pub(super) word: Option<String>,
    /// The manifests, with the place of the template that makes each, and what it says.
    pub(super) parts: Vec<(Evidence, Arc<Source>, Claims)>,
}

impl Made {
    fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.parts.iter().flat_map(|(_, _, said)| &said.claims)
    }
}

/// What the name of a values file has beside the word for values: `blue` of `values-blue.yaml`.
fn word_of(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.strip_suffix(".yaml").or(file.strip_suffix(".yml"))?;
    match around_values(stem)? {
        ("", word) | (word, "") => Some(word).filter(|word| !word.is_empty()),
        _ => None,
    }
}

fn words(claim: &Claim) -> impl Iterator<Item = &str> {
    let whole = claim.layers.iter().filter(|layer| layer.part.is_none());
    whole.filter_map(|layer| word_of(&layer.path))
}

/// The environments that the values files of a chart are called.
pub(super) struct Words<'m> {
    /// The chart's directory.
    maker: &'m str,
    words: BTreeSet<String>,
}

impl<'m> Words<'m> {
    pub(super) fn of(maker: &'m str, words: BTreeSet<String>) -> Words<'m> {
        Words { maker, words }
    }
}

/// Says of the files of these environments that no Application reads them, where they lie in a chart next to those that are
/// deployed: their names tell what they are for, and nothing is deployed with them.
pub(super) fn say_left(told: &[Words<'_>], files: &Files<'_>, said: &mut Claims) {
    for Words { maker, words } in told.iter().filter(|told| !told.words.is_empty()) {
        let charts = said.claims.iter().filter_map(|claim| match &claim.chart {
            Some(Chart::Local(chart)) if words.contains(claim.environment.as_deref()?) => {
                Some(directory_of(chart))
            }
            _ => None,
        });
        let homes: BTreeSet<&str> = charts.collect();
        let layers = said.claims.iter().flat_map(|claim| &claim.layers);
        let read: BTreeSet<&str> = layers.map(|layer| layer.path.as_str()).collect();
        let left = files.below("").iter().filter_map(|path| {
            let word = word_of(path).filter(|word| words.contains(*word))?;
            let chart = directory_of(path);
            let is_left = chart != *maker
                && files.is_chart(chart)
                && homes.contains(directory_of(chart))
                && !read.contains(path);
            is_left.then(|| {
                let reason = text!(
                    "no Application that the chart `{}` makes for `{}` reads this file",
                    ObjectName(*maker),
                    ObjectName(word)
                );
                ((*path).to_owned(), reason)
            })
        });
        let left: Vec<(String, Text)> = left.collect();
        said.left.extend(left);
    }
}

/// Finds out the environments of what a chart makes with each of its values files. `is_fixed` tells the files that a template
/// names whatever the values are. Gives the environments that are words of these files.
pub(super) fn place(
    each: &mut [Made],
    is_fixed: &dyn Fn(&str) -> bool,
    names: &Names,
) -> BTreeSet<String> {
    let known = telling(each, is_fixed, names);
    for made in each {
        // Of what a chart makes that is deployed for an environment, nothing else may tell it.
        if let Some(environment) = &made.situation.environment {
            let claims = made
                .parts
                .iter_mut()
                .flat_map(|(.., said)| &mut said.claims);
            for claim in claims {
                claim.environment.get_or_insert_with(|| environment.clone());
            }
            continue;
        }
        let word = made.situation.paths().next_back().and_then(word_of);
        let word = word.filter(|word| known.contains(*word) || known.len() > 1);
        let Some(word) = word.filter(|_| !known.is_empty() && !made.parts.is_empty()) else {
            continue;
        };
        let word = word.to_owned();
        let claims = made
            .parts
            .iter_mut()
            .flat_map(|(.., said)| &mut said.claims);
        for claim in claims.filter(|claim| !tells_own(claim, &word)) {
            claim.environment = Some(word.clone());
        }
        made.word = Some(word);
    }
    known
}

/// The words that are environments: those of the files of the chart that the files of its Applications have, too, and only
/// those of the same environment. None where each tells an environment of its own by the known names.
fn telling(each: &[Made], is_fixed: &dyn Fn(&str) -> bool, names: &Names) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if names.are_declared() {
        return found;
    }
    let mut makers: BTreeMap<&str, usize> = BTreeMap::new();
    for made in each {
        let of_one: BTreeSet<&str> = made.claims().flat_map(words).collect();
        for word in of_one {
            *makers.entry(word).or_default() += 1;
        }
    }
    for made in each
        .iter()
        .filter(|made| made.situation.environment.is_none())
    {
        let Some(path) = made.situation.paths().next_back() else {
            continue;
        };
        let Some(word) = word_of(path) else { continue };
        let is_read = made
            .claims()
            .flat_map(words)
            .any(|of_claim| of_claim == word);
        if is_read && makers.get(word) == Some(&1) && !is_fixed(path) {
            found.insert(word.to_owned());
        }
    }
    let told: BTreeSet<String> = found
        .iter()
        .filter_map(|word| names.of_word(word))
        .collect();
    match told.len() == found.len() {
        true => BTreeSet::new(),
        false => found,
    }
}

/// Whether the files of a claim tell another environment by a whole name.
fn tells_own(claim: &Claim, word: &str) -> bool {
    let Some(environment) = claim.environment.as_deref() else {
        return false;
    };
    let is_it = |path: &str| {
        word_of(path) == Some(environment) || path.split('/').any(|part| part == environment)
    };
    let whole = claim.layers.iter().filter(|layer| layer.part.is_none());
    !words(claim).any(|of_claim| of_claim == word)
        && whole.map(|layer| &layer.path).any(|path| is_it(path))
}
