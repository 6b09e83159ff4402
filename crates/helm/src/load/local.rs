//! Charts that a chart depends on by `file://…` and that `charts/` lacks (Helm: pkg/downloader/manager.go, `downloadAll`,
//! `tarFromLocalDir`). What such a chart depends on itself is not taken: Helm packs it as it lies there.

use std::path::Path;

use crate::chart::Chart;

/// The chart with those that it lacks and that can be loaded from where Chart.yaml says. Helm takes no other version.
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
        let Some(local) = dependency.local() else {
            continue;
        };
        let found = load(&path.join(local)).filter(|found| dependency.takes(&found.metadata));
        brought.extend(found.map(|found| Chart {
            place: local.to_owned(),
            ..found
        }));
    }
    chart.with_dependencies(brought)
}
