//! Overlays that Flux leaves out: the cluster of their environment synchronizes other overlays of it by their paths.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Directories;
use super::synced::{ARGO, FLUX, Roots, synced_by_flux};
use crate::evidence::files::Files;
use crate::evidence::nodes::{at, is_kind};
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, Text, text};
use crate::source::{Source, ancestors, directory_of};

/// Whether a file holds what is deployed, or says what is.
pub(super) fn deploys(source: &Source) -> bool {
    let mut documents = source.document.documents().iter();
    documents.any(|node| {
        is_kind(node, ARGO, "Application")
            || is_kind(node, ARGO, "ApplicationSet")
            || is_kind(node, "helm.toolkit.fluxcd.io/", "HelmRelease")
            || is_kind(node, FLUX, "Kustomization")
    })
}

/// Whether a file holds what is deployed, or is a kustomization with charts of its own.
pub(super) fn may_deploy(source: &Source) -> bool {
    let mut documents = source.document.documents().iter();
    deploys(source) || documents.any(|node| at(node, &["helmCharts"]).is_some())
}

/// Why what a kustomization could list is not deployed.
pub(super) fn not_listed(what: &'static str, listing: &str) -> Text {
    text!(
        "`{}` does not list this {}, and nothing else here does, so it is not deployed",
        ObjectName(listing),
        what
    )
}

/// Why what the cluster of an environment could synchronize is not deployed, by a file with which it synchronizes another
/// directory.
pub(super) fn beside_others(by: &str) -> Text {
    text!(
        "Flux synchronizes others of this environment by `{}`, and nothing takes this directory up, so it is not deployed",
        ObjectName(by)
    )
}

/// The directories of environments that nothing leads to, each with the file by which the cluster of its environment
/// synchronizes another one.
pub(super) fn unreached<'s>(
    directories: &Directories,
    sources: impl Iterator<Item = &'s Arc<Source>>,
    reached: &BTreeSet<String>,
    roots: &Roots,
    files: &Files<'_>,
    names: &Names,
) -> BTreeMap<String, String> {
    // Who synchronizes the whole repository, or by something else than Flux, may deploy any.
    if roots.has_all || roots.has_argo {
        return BTreeMap::new();
    }
    let lies_in = |path: &str, directory: &str| ancestors(path).any(|above| above == directory);
    let mut clusters: BTreeMap<String, &str> = BTreeMap::new();
    let mut homes: BTreeSet<&str> = BTreeSet::new();
    for source in sources {
        let home = directory_of(&source.path);
        for synced in synced_by_flux(source, files) {
            homes.insert(home);
            let told = names.of_folders(&synced.directory);
            let is_other = !lies_in(home, &synced.directory) && !lies_in(&synced.directory, home);
            if let Some(environment) = told.filter(|_| is_other)
                && names.of_folders(home).as_ref() == Some(&environment)
            {
                clusters.entry(environment).or_insert(&source.path);
            }
        }
    }
    let left = directories.iter().filter_map(|(directory, _)| {
        let by = clusters.get(&names.of_folders(directory)?)?;
        let is_of_cluster = || {
            let mut homes = homes.iter();
            homes.any(|home| lies_in(home, directory) || lies_in(directory, home))
        };
        let is_open = || {
            let mut open = roots.open.iter();
            open.any(|prefix| directory.starts_with(prefix.as_str()))
        };
        let is_left = !reached.contains(directory) && !is_of_cluster() && !is_open();
        is_left.then(|| (directory.clone(), (*by).to_owned()))
    });
    left.collect()
}
