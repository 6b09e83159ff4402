//! Folders of clusters that are called anything: `base/fallback` next to `base/staging` and `base/production`, where each
//! synchronizes a directory of its own name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::evidence::clusters::is_environment;
use crate::evidence::files::Files;
use crate::evidence::kustomize::synced_by_flux;
use crate::evidence::tells::Names;
use crate::naming::word_in;
use crate::source::{Source, ancestors, directory_of};

/// So many folders of known environments have to synchronize the like.
const FEWEST: usize = 2;

/// The folder around a folder, and the directory that the inner one synchronizes, with a placeholder for its name.
type Form<'p> = (&'p str, String);

/// The folders that tell no environment and synchronize what those of known environments next to them do.
pub(in crate::evidence) fn beside_known(
    sources: &[Arc<Source>],
    files: &Files<'_>,
    names: &Names,
) -> BTreeSet<String> {
    if names.are_declared() {
        return BTreeSet::new();
    }
    let mut forms: BTreeMap<Form<'_>, BTreeSet<&str>> = BTreeMap::new();
    for source in sources {
        for synced in synced_by_flux(source, files) {
            for folder in ancestors(directory_of(&source.path)) {
                let (around, name) = folder.rsplit_once('/').unwrap_or(("", folder));
                if !name.is_empty() && word_in(&synced.directory, name).is_some() {
                    let form = synced.directory.replace(name, "*");
                    forms.entry((around, form)).or_default().insert(folder);
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    for folders in forms.into_values() {
        let name = |folder: &str| folder.rsplit('/').next().unwrap_or_default().to_owned();
        let (known, others): (Vec<&str>, Vec<&str>) = folders
            .into_iter()
            .partition(|folder| names.of_word(&name(folder)).is_some());
        if known.len() >= FEWEST {
            let others = others
                .into_iter()
                .filter(|folder| is_environment(&name(folder)));
            found.extend(others.map(str::to_owned));
        }
    }
    found
}
