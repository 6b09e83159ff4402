//! Where a cluster begins of which no name tells the environment: the objects of Flux that nothing else synchronizes.

use std::collections::BTreeSet;

use super::clusters::{Syncs, lies_in};
use crate::naming::cluster_of;
use crate::source::{ancestors, directory_of};

/// Folders of a cluster with the objects that synchronize it.
const OF_FLUX: [&str; 3] = ["flux", "flux-system", "bootstrap"];

/// A file that a cluster begins with.
pub(super) struct Entry<'s> {
    pub file: &'s str,
    /// What folders call the cluster, where they do.
    pub name: Option<String>,
    /// Whether it has a folder of clusters, or synchronizes the directory that it lies in. Next to such ones, others are left
    /// over.
    pub is_sure: bool,
}

/// The files that clusters begin with.
pub(super) fn entries(syncs: &Syncs) -> Vec<Entry<'_>> {
    let files = syncs.files.iter().map(String::as_str);
    let begins = files.filter_map(|file| Some((file, home(file, syncs)?)));
    let begins: Vec<(&str, &str)> = begins.collect();
    let homes: BTreeSet<&str> = begins.iter().map(|(_, home)| *home).collect();
    let found = begins.iter().map(|(file, home)| {
        let name = cluster_of(home);
        let is_own = || syncs.by(home).iter().any(|(by, _)| by == file);
        Entry {
            file,
            name: name
                .or_else(|| above_flux(home).filter(|_| homes.len() > 1))
                .map(str::to_owned),
            is_sure: name.is_some() || is_own(),
        }
    });
    found.collect()
}

/// The directory of the cluster that begins with a file: the one around it that it synchronizes itself, else its own. None
/// where something outside of a directory around the file synchronizes that.
fn home<'p>(file: &'p str, syncs: &Syncs) -> Option<&'p str> {
    let by = |above: &str, is_inside: bool| {
        let mut by = syncs.by(above).iter();
        by.any(|(file, _)| lies_in(file, above) == is_inside)
    };
    if ancestors(file).any(|above| by(above, false)) {
        return None;
    }
    let around = ancestors(directory_of(file)).filter(|above| by(above, true));
    around.last().or(Some(directory_of(file)))
}

/// The folder that holds the one with what synchronizes a cluster: `kubernetes/main/flux`.
fn above_flux(home: &str) -> Option<&str> {
    let folders: Vec<&str> = home.split('/').collect();
    let at = folders.iter().position(|folder| OF_FLUX.contains(folder))?;
    folders.get(at.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::above_flux;

    #[test]
    fn folders_above_those_of_flux_name_clusters() {
        assert_eq!(above_flux("kubernetes/main/flux/cluster"), Some("main"));
        assert_eq!(above_flux("flux/cluster"), None);
    }
}
