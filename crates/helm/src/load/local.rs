//! Charts that a chart depends on by `file://…` and that `charts/` lacks (Helm: pkg/downloader/manager.go, `downloadAll`,
//! `tarFromLocalDir`). What such a chart depends on itself is not taken: Helm packs it as it lies there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::chart::{Chart, Dependency};
use crate::version::satisfies;

/// The chart with those that it lacks and that can be loaded from where Chart.yaml says.
pub(super) fn bring(chart: Chart, path: &Path, load: &dyn Fn(&Path) -> Option<Chart>) -> Chart {
    let missing = chart.missing();
    let listed = chart.metadata().dependencies.iter();
    let lacked = listed.filter(|dependency| missing.contains(&dependency.name.as_str()));
    let mut brought: Vec<Chart> = Vec::new();
    // What was found at a place, which is read again only for who asks for it.
    let mut known: HashMap<PathBuf, Option<(String, String)>> = HashMap::new();
    for dependency in lacked {
        // One chart may be named several times, under other names.
        if brought.iter().any(|known| known.name() == dependency.name) {
            continue;
        }
        let local = dependency.local().map(|local| path.join(local));
        let Some(place) = local.and_then(|local| local.canonicalize().ok()) else {
            continue;
        };
        let is_other = |found: &Option<(String, String)>| match found {
            Some((name, version)) => !is_asked(name, version, dependency),
            None => true,
        };
        if known.get(&place).is_some_and(is_other) {
            continue;
        }
        let found = load(&place);
        let called = |chart: &Chart| (chart.name().to_owned(), chart.metadata().version.clone());
        let of_place = found.as_ref().map(called);
        if !is_other(&of_place) {
            brought.extend(found);
        }
        known.insert(place, of_place);
    }
    chart.with_dependencies(brought)
}

/// Whether a chart of this name and version is the one that another asks for: Helm takes no other.
fn is_asked(name: &str, version: &str, asked: &Dependency) -> bool {
    let is_in_range = asked.version.is_empty() || satisfies(&asked.version, version);
    name == asked.name && is_in_range
}
