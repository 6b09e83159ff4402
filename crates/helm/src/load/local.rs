//! Charts that a chart depends on by `file://…` and that `charts/` lacks (Helm: pkg/downloader/manager.go, `downloadAll`,
//! `tarFromLocalDir`). What such a chart depends on itself is not taken: Helm packs it as it lies there.

use std::path::Path;

use crate::chart::{Chart, Dependency};
use crate::version::satisfies;

/// The chart with those that it lacks and that can be loaded from where Chart.yaml says.
pub(super) fn bring(chart: Chart, path: &Path, load: &dyn Fn(&Path) -> Option<Chart>) -> Chart {
    let missing = chart.missing();
    let listed = chart.metadata().dependencies.iter();
    let lacked = listed.filter(|dependency| missing.contains(&dependency.name.as_str()));
    let mut brought: Vec<Chart> = Vec::new();
    for dependency in lacked {
        // One chart may be named several times, under other names.
        if brought.iter().any(|known| known.name() == dependency.name) {
            continue;
        }
        let found = dependency.local().and_then(|local| load(&path.join(local)));
        brought.extend(found.filter(|found| is_asked(found, dependency)));
    }
    chart.with_dependencies(brought)
}

/// Whether a chart is the one that another asks for: Helm takes no other.
fn is_asked(found: &Chart, asked: &Dependency) -> bool {
    let version = &asked.version;
    let is_in_range = version.is_empty() || satisfies(version, &found.metadata().version);
    found.name() == asked.name && is_in_range
}
