//! What Applications bring: an Application of an environment leads to a folder with others, or with charts that Kustomize
//! inflates. Where these tell no environment themselves, those do that lead to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::Node;

use super::{GROUP, application};
use crate::evidence::claim::{Claim, Claims, Evidence, Rank};
use crate::evidence::files::{Files, directory_of, join};
use crate::evidence::kustomize::Directories;
use crate::evidence::nodes::{at, is_kind, items, text};
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source};

/// The files that all Applications together lead to, and the steps from deployments back to the Applications that lead to them.
const MOST: usize = 100_000;
const MOST_STEPS: u64 = 5_000_000;

/// An Application that leads to a folder of this repository.
struct Leading {
    file: String,
    environment: Option<String>,
    evidence: Evidence,
}

/// The Applications, and those that lead to each file.
#[derive(Default)]
struct Led {
    all: Vec<Leading>,
    by_file: BTreeMap<String, Vec<usize>>,
    count: usize,
}

/// Gives the deployments that tell no environment those of the Applications that lead to them.
pub(in crate::evidence) fn tell(
    sources: &[Arc<Source>],
    directories: &Directories,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let mut led = Led::default();
    for source in sources {
        let objects = source.document.documents().iter();
        for object in objects.filter(|node| is_kind(node, GROUP, "Application")) {
            led.add(source, object, directories, files, names);
        }
    }
    let steps = Budget::new(MOST_STEPS);
    let claims = std::mem::take(&mut said.claims);
    for claim in claims {
        let is_open = claim.environment.is_none() && claim.rank == Rank::Declared;
        let found = match is_open {
            true => led.environments(&claim.evidence.file, &steps),
            false => BTreeMap::new(),
        };
        if found.is_empty() {
            said.claims.push(claim);
            continue;
        }
        let each = found.into_iter().map(|(environment, evidence)| Claim {
            environment: Some(environment),
            also: claim.also.iter().cloned().chain([evidence]).collect(),
            is_loose: false,
            ..claim.clone()
        });
        said.claims.extend(each);
    }
}

impl Led {
    fn add(
        &mut self,
        source: &Arc<Source>,
        object: &Node,
        directories: &Directories,
        files: &Files<'_>,
        names: &Names,
    ) {
        let name = text(object, &["metadata", "name"]).unwrap_or_default();
        let destination = text(object, &["spec", "destination", "name"]);
        let environment = names
            .of_path(&source.path)
            .or_else(|| names.of_name(name))
            .or_else(|| names.of_name(application::words_of(destination?)));
        let place = at(object, &["metadata", "name"]).map_or(object.span(), Node::span);
        let words = said_text!("the Application `{}` leads to it", ObjectName(name));
        let index = self.all.len();
        self.all.push(Leading {
            file: source.path.clone(),
            environment,
            evidence: Evidence::at(&Location::new(source, place), words),
        });
        let single = at(object, &["spec", "source"]).into_iter();
        for node in single.chain(items(object, &["spec", "sources"])) {
            for file in brought(node, directories, files) {
                if self.count < MOST && file != source.path {
                    self.count += 1;
                    self.by_file.entry(file).or_default().push(index);
                }
            }
        }
    }

    /// The environments that lead to a file, each with the Application that tells it: the nearest of each way.
    fn environments(&self, file: &str, steps: &Budget) -> BTreeMap<String, Evidence> {
        let mut found = BTreeMap::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![file];
        while let Some(file) = open.pop() {
            let leading = self.by_file.get(file).into_iter().flatten();
            for leading in leading.filter_map(|index| self.all.get(*index)) {
                if !steps.spend(1) {
                    return BTreeMap::new();
                }
                match &leading.environment {
                    Some(environment) => {
                        let evidence = || leading.evidence.clone();
                        found.entry(environment.clone()).or_insert_with(evidence);
                    }
                    None if seen.insert(&leading.file) => open.push(&leading.file),
                    None => {}
                }
            }
        }
        found
    }
}

/// The files of this repository that a source of an Application brings, where it is no chart.
fn brought(node: &Node, directories: &Directories, files: &Files<'_>) -> Vec<String> {
    let is_here = text(node, &["repoURL"]).is_none_or(|url| files.is_own(url));
    let path = text(node, &["path"]).filter(|_| is_here);
    let Some(path) = path.and_then(|path| files.of_repository(path)) else {
        return Vec::new();
    };
    let directory = path.trim_end_matches('/');
    if directory.is_empty() || files.is_chart(directory) {
        return Vec::new();
    }
    let built = directories.brought(directory, files);
    if !built.is_empty() {
        return built.into_iter().collect();
    }
    let is_deep = at(node, &["directory", "recurse"]).and_then(Node::as_bool) == Some(true);
    let below = files.below(&join(directory, "")).iter();
    let below = below.filter(|path| is_deep || directory_of(path) == directory);
    below.map(|path| (*path).to_owned()).collect()
}
