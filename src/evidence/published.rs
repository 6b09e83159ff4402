//! Charts that lie in this repository and are deployed from where it publishes them: a workflow packs `charts/shop`, and a
//! HelmRelease names `https://acme.github.io/deploy`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_helm::satisfies;

use super::claim::{Chart, Claim, Claims, Unread};
use super::files::{Files, join};
use super::nodes::{is_kind, text};
use super::scan::Candidate;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Source, remote_name};

/// A chart that claims name, in parts: `acme/shop@1.0.0`.
struct Reference<'r> {
    repository: &'r str,
    name: &'r str,
    version: &'r str,
}

impl<'r> Reference<'r> {
    fn of(claim: &'r Claim) -> Option<Reference<'r>> {
        let Some(Chart::Remote(reference)) = &claim.chart else {
            return None;
        };
        let (rest, version) = reference.rsplit_once('@')?;
        let (repository, name) = rest.rsplit_once('/')?;
        Some(Reference {
            repository,
            name,
            version,
        })
    }
}

/// How texts publish charts: the words, and how the addresses begin from where they are deployed then.
const PUBLISHERS: [(&str, &str); 5] = [
    ("chart-releaser", "https://"),
    ("cr upload", "https://"),
    ("helm push", "oci://"),
    ("helm cm-push", "https://"),
    ("helm-gh-pages", "https://"),
];

/// Names the chart of this repository in each claim that deploys it from where it is published, where the version is the
/// one that lies here. Otherwise that is said, and the app is not looked at with it.
pub(super) fn resolve(
    candidates: &[Candidate],
    sources: &[Arc<Source>],
    files: &Files<'_>,
    said: &mut Claims,
) {
    let charts = charts(files);
    let references = || said.claims.iter().filter_map(Reference::of);
    if charts.is_empty() || references().next().is_none() {
        return;
    }
    let urls = urls(sources);
    let address = |repository: &str| -> String {
        let url = urls.get(repository).map_or(repository, |url| url);
        url.trim_end_matches('/').to_ascii_lowercase()
    };
    let mut asked: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for reference in references() {
        let names = asked.entry(address(reference.repository)).or_default();
        names.insert(reference.name);
    }
    let publishers = publishers(candidates);
    let own: BTreeSet<String> = asked
        .iter()
        .filter(|(address, names)| {
            let here = names.iter().filter(|name| charts.contains_key(**name));
            is_own(address, here.count(), names.len(), &publishers, files)
        })
        .map(|(address, _)| address.clone())
        .collect();
    let chart_of = |claim: &Claim| {
        let reference = Reference::of(claim)?;
        let chart = charts.get(reference.name)?;
        let is_own = own.contains(&address(reference.repository));
        let is_it = chart.fits(reference.version);
        is_own.then(|| (chart.directory.clone(), is_it))
    };
    // An app that has another version in one environment is not looked at with this one.
    let mut others: BTreeSet<(Option<String>, String)> = BTreeSet::new();
    for claim in &said.claims {
        let Some((directory, false)) = chart_of(claim) else {
            continue;
        };
        others.insert((claim.names.first().cloned(), directory.clone()));
        let (Some(reference), Some(chart)) = (
            Reference::of(claim),
            Reference::of(claim).and_then(|reference| charts.get(reference.name)),
        ) else {
            continue;
        };
        said.unread.push(Unread::of(
            &claim.evidence,
            said_text!(
                "it deploys version {} of the chart `{}`, which has version {} here, so the app is not checked with it",
                ObjectName(reference.version),
                ObjectName(&directory),
                ObjectName(&chart.version)
            ),
        ));
    }
    let resolved: Vec<Option<String>> = said
        .claims
        .iter()
        .map(|claim| {
            let (directory, is_it) = chart_of(claim)?;
            let key = (claim.names.first().cloned(), directory);
            (is_it && !others.contains(&key)).then_some(key.1)
        })
        .collect();
    for (claim, directory) in said.claims.iter_mut().zip(resolved) {
        if let Some(directory) = directory {
            claim.chart = Some(Chart::Local(directory));
        }
    }
}

/// A chart of the repository.
struct Own {
    directory: String,
    version: String,
}

impl Own {
    fn fits(&self, asked: &str) -> bool {
        matches!(asked, "" | "latest" | "*") || satisfies(asked, &self.version)
    }
}

/// The charts by their names; of several with one name, none is known to be meant.
fn charts(files: &Files<'_>) -> BTreeMap<String, Own> {
    let mut charts: BTreeMap<String, Option<Own>> = BTreeMap::new();
    for directory in files.charts() {
        let definition = files.read(&join(directory, "Chart.yaml"));
        let root = definition
            .as_ref()
            .and_then(|source| source.document.root());
        let of = |key: &str| root.and_then(|root| text(root, &[key]));
        let (Some(name), Some(version)) = (of("name"), of("version")) else {
            continue;
        };
        let own = Own {
            directory: directory.to_owned(),
            version: version.to_owned(),
        };
        let known = charts.entry(name.to_owned());
        known.and_modify(|known| *known = None).or_insert(Some(own));
    }
    let charts = charts.into_iter();
    charts
        .filter_map(|(name, own)| Some((name, own?)))
        .collect()
}

/// The addresses of the repositories that files of Flux define, by name.
fn urls(sources: &[Arc<Source>]) -> BTreeMap<&str, &str> {
    let objects = sources
        .iter()
        .flat_map(|source| source.document.documents());
    let objects =
        objects.filter(|object| is_kind(object, "source.toolkit.fluxcd.io/", "HelmRepository"));
    let named = objects.filter_map(|object| {
        let url = text(object, &["spec", "url"])?;
        Some((text(object, &["metadata", "name"])?, url))
    });
    named.collect()
}

/// Whether charts at an address are those of this repository: it has the repository's name, a text that publishes charts
/// names it, or one does and most of what is asked for there lies here.
fn is_own(
    address: &str,
    here: usize,
    all: usize,
    publishers: &[(&str, String)],
    files: &Files<'_>,
) -> bool {
    if here == 0 || !address.contains("://") {
        return false;
    }
    let name = remote_name(files.root()).map(|name| name.to_ascii_lowercase());
    if name.is_some_and(|name| address.split('/').skip(3).any(|part| part == name)) {
        return true;
    }
    let mut publishers = publishers
        .iter()
        .filter(|(start, _)| address.starts_with(start))
        .peekable();
    let is_usual = publishers.peek().is_some() && here * 2 > all;
    is_usual || publishers.any(|(_, text)| text.contains(address))
}

/// More texts that publish charts are not looked at.
const MOST: usize = 50;

/// The texts that publish charts, in lower case, with how the addresses begin.
fn publishers(candidates: &[Candidate]) -> Vec<(&'static str, String)> {
    let start = |file: &Candidate| {
        let mut publishers = PUBLISHERS.iter();
        let found = publishers.find(|(words, _)| file.text.contains(words));
        found.map(|(_, start)| *start)
    };
    let scripts = candidates.iter().filter(|file| file.hints.commands);
    let found = scripts.filter_map(|file| Some((start(file)?, file.text.to_ascii_lowercase())));
    found.take(MOST).collect()
}
