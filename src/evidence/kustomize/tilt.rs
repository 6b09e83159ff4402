//! Tilt: directories that are deployed to the cluster on the own machine, `k8s_yaml(kustomize('overlays/local'))`.
//!
//! <https://docs.tilt.dev/api.html#api.kustomize>

use std::collections::BTreeSet;

use super::Directories;
use crate::evidence::files::{directory_of, normal};
use crate::evidence::scan::Candidate;
use crate::naming::is_local;

/// More texts are not looked at in one file.
const MOST: usize = 2000;

/// The directories for the own machine that files of Tilt name.
pub(in crate::evidence) fn directories<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    directories: &Directories,
) -> BTreeSet<String> {
    let files = candidates.filter(|file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        (name == "Tiltfile" || name.ends_with(".tilt")) && file.text.contains("kustomize(")
    });
    let named = files.flat_map(|file| {
        let home = directory_of(&file.path);
        // A directory may be held in a variable.
        let texts = file.text.split(['"', '\'']).take(MOST);
        texts.filter_map(move |text| normal(home, text))
    });
    let is_one = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or_default();
        is_local(name) && directories.by_path.contains_key(path.as_str())
    };
    named.filter(is_one).collect()
}
