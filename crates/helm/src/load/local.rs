//! Charts that a chart depends on by `file://…` and that `charts/` lacks (Helm: pkg/downloader/manager.go, `downloadAll`,
//! `tarFromLocalDir`). What such a chart depends on itself is not taken: Helm packs it as it lies there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::chart::{Chart, Metadata};

/// The chart with those that it lacks and that can be loaded from where Chart.yaml says. Helm takes no other version.
pub(super) fn bring(chart: Chart, path: &Path, load: &dyn Fn(&Path) -> Option<Chart>) -> Chart {
    let missing = chart.missing();
    let listed = chart.metadata().dependencies.iter();
    let lacked = listed.filter(|dependency| missing.contains(&dependency.name.as_str()));
    let mut brought: Vec<Chart> = Vec::new();
    // What was found at a place, which is read again only for who asks for it.
    let mut known: HashMap<PathBuf, Option<Metadata>> = HashMap::new();
    for dependency in lacked {
        // One chart may be named several times, under other names.
        if brought.iter().any(|known| known.name() == dependency.name) {
            continue;
        }
        let Some(local) = dependency.local() else {
            continue;
        };
        let Ok(place) = path.join(local).canonicalize() else {
            continue;
        };
        let is_other = |found: &Option<Metadata>| match found {
            Some(found) => !dependency.takes(found),
            None => true,
        };
        if known.get(&place).is_some_and(is_other) {
            continue;
        }
        let found = load(&place);
        let of_place = found.as_ref().map(|found| found.metadata.clone());
        if !is_other(&of_place) {
            brought.extend(found.map(|found| Chart {
                place: local.to_owned(),
                ..found
            }));
        }
        known.insert(place, of_place);
    }
    chart.with_dependencies(brought)
}
