//! Folders of clusters and of environments: which of them are environments, though their names are not known, or tell one
//! with others.

use std::collections::{BTreeMap, BTreeSet};

use super::tells::Names;
use crate::naming::{is_local, is_no_environment};

/// The folder of clusters, as it begins a path.
const CLUSTERS: &str = "clusters/";
/// Folders of environments, as they begin a path.
const ENVIRONMENTS: [&str; 4] = ["environments/", "environment/", "envs/", "stages/"];

/// Words in names of clusters that something is only tried on, or that are none.
const TRIALS: [&str; 8] = [
    "test",
    "tests",
    "e2e",
    "ci",
    "example",
    "examples",
    "template",
    "templates",
];

/// What the folders of clusters tell.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those whose names are not known, next to one whose name is.
    pub unknown: BTreeSet<String>,
    /// Those that are environments by their whole names, with these.
    pub named: BTreeMap<String, String>,
}

/// A folder of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cluster<'p> {
    /// The folder that holds clusters, with a slash behind it.
    home: &'p str,
    name: &'p str,
}

impl Cluster<'_> {
    fn path(&self) -> String {
        format!("{}{}", self.home, self.name)
    }

    /// The folder above the one that holds clusters: an account, a region.
    fn account(&self) -> &str {
        let above = self.home.trim_end_matches('/').rsplit('/').nth(1);
        above.unwrap_or_default()
    }

    /// The paths of folders that hold clusters of several accounts are alike but for these.
    fn kind(&self) -> String {
        let mut folders: Vec<&str> = self.home.trim_end_matches('/').split('/').collect();
        let account = folders.len().checked_sub(2);
        if let Some(account) = account.and_then(|at| folders.get_mut(at)) {
            *account = "*";
        }
        folders.join("/")
    }
}

/// The folders in those of one name, in some paths.
fn folders<'p>(paths: impl Iterator<Item = &'p str>, of: &str) -> BTreeSet<Cluster<'p>> {
    let below = format!("/{of}");
    let cluster = |path: &'p str| {
        let begins = path.starts_with(of).then_some(0);
        let at = begins.or_else(|| path.find(&below).map(|at| at + 1))?;
        let (home, rest) = path.split_at_checked(at + of.len())?;
        let (name, _) = rest.split_once('/')?;
        Some(Cluster { home, name })
    };
    paths.filter_map(cluster).collect()
}

pub(super) fn found<'p>(paths: impl Iterator<Item = &'p str> + Clone, names: &Names) -> Found {
    let mut kinds: BTreeMap<String, Vec<Cluster<'p>>> = BTreeMap::new();
    for cluster in folders(paths.clone(), CLUSTERS) {
        kinds.entry(cluster.kind()).or_default().push(cluster);
    }
    let mut found = Found::default();
    for clusters in kinds.into_values() {
        found.add(&clusters, names);
    }
    for of in ENVIRONMENTS {
        found.add_local(&folders(paths.clone(), of), names);
    }
    found
}

impl Found {
    /// Adds the environments on somebody's own machine that lie next to known ones: `environments/local`.
    fn add_local(&mut self, folders: &BTreeSet<Cluster<'_>>, names: &Names) {
        let known = folders
            .iter()
            .filter(|folder| names.of_word(folder.name).is_some());
        let homes: BTreeSet<&str> = known.map(|folder| folder.home).collect();
        let local = folders.iter().filter(|folder| is_local(folder.name));
        let local = local.filter(|folder| homes.contains(folder.home));
        self.unknown.extend(local.map(Cluster::path));
    }

    /// Adds what clusters of one kind tell together.
    fn add(&mut self, clusters: &[Cluster<'_>], names: &Names) {
        let (known, unknown): (Vec<Cluster<'_>>, Vec<Cluster<'_>>) = clusters
            .iter()
            .copied()
            .partition(|cluster| names.of_word(cluster.name).is_some());
        let homes: BTreeSet<&str> = known.iter().map(|cluster| cluster.home).collect();
        let products: BTreeSet<&str> = known.iter().map(|cluster| product(cluster.name)).collect();
        let unknown = unknown.into_iter().filter(|cluster| {
            let product = product(cluster.name);
            let is_alike = !product.is_empty() && products.contains(product);
            is_environment(cluster.name) && (homes.contains(cluster.home) || is_alike)
        });
        let unknown: Vec<Cluster<'_>> = unknown.collect();
        self.unknown.extend(unknown.iter().map(Cluster::path));
        // Two that tell one environment by a part of their names: of each, the whole name is meant.
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for cluster in &known {
            let word = names.of_word(cluster.name);
            if let Some(word) = word.filter(|word| word != cluster.name) {
                *told.entry(word).or_default() += 1;
            }
        }
        if told.values().all(|count| *count < 2) {
            return;
        }
        for cluster in &known {
            let mut others = known.iter().filter(|other| other.name == cluster.name);
            let name = match (others.nth(1), cluster.account()) {
                (Some(_), account) if !account.is_empty() => format!("{}-{account}", cluster.name),
                _ => cluster.name.to_owned(),
            };
            self.named.insert(cluster.path(), name);
        }
    }
}

/// What stands before the last word of a name: `shop` of `shop-prod`.
fn product(name: &str) -> &str {
    name.rsplit_once(['-', '_', '.'])
        .map_or("", |(product, _)| product)
}

/// Whether a folder next to those of environments is one, too. `values-local.yaml` is a part of values; `clusters/local` is
/// a cluster.
pub(super) fn is_environment(name: &str) -> bool {
    let mut words = name.split(['-', '_', '.']);
    let is_trial = words.any(|word| TRIALS.contains(&word));
    !is_trial && (is_local(name) || !is_no_environment(name))
}
