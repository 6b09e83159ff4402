//! Files with deployments that no kustomization lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Directories;
use super::synced::Roots;
use super::unreached::deploys;
use crate::evidence::files::Files;
use crate::source::{Source, ancestors, directory_of, is_yaml};

/// How many files of a folder a kustomization lists where the others are left out on purpose.
const LISTED: usize = 2;

/// The files with deployments that no kustomization lists, next to files that one does: kustomize deploys what is listed.
pub(super) fn unlisted(
    directories: &Directories,
    sources: &[Arc<Source>],
    roots: &Roots,
    files: &Files<'_>,
) -> BTreeMap<String, String> {
    let mut listed: BTreeSet<String> = BTreeSet::new();
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for (directory, _) in directories.iter() {
        for path in directories.named_files(directory, files) {
            let folder = directory_of(&path).to_owned();
            *counts.entry((folder, directory.as_str())).or_default() += 1;
            listed.insert(path);
        }
    }
    let open = sources
        .iter()
        .filter(|source| !listed.contains(&source.path) && is_yaml(&source.path))
        .filter(|source| deploys(source));
    let by = open.filter_map(|source| {
        let folder = directory_of(&source.path);
        // A folder without a kustomization may be synchronized as it is.
        let mut above = ancestors(folder);
        let home = above.find(|above| directories.by_path.contains_key(*above))?;
        let is_plain = home != folder
            && ancestors(folder)
                .take_while(|above| *above != home)
                .any(|above| roots.closed.contains(above));
        // A set whose path has an open part may lead below the kustomization, where it does not lead to that one.
        let is_open = roots.open.iter().any(|prefix| {
            folder.starts_with(prefix.as_str()) && !home.starts_with(prefix.as_str())
        });
        let count = counts.get(&(folder.to_owned(), home)).copied();
        let is_left = count.is_some_and(|count| count >= LISTED) && !is_plain && !is_open;
        is_left.then(|| (source.path.clone(), home.to_owned()))
    });
    by.collect()
}
