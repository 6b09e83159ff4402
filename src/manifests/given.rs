//! What is given when an app is deployed stands in maps that its values may lack: `--set vault.suffix=…` makes the map
//! `vault`, too.

use envlint_helm::Rendered;
use envlint_yaml::{Map, Path, Segment, Value};

use super::probe::Variant;
use crate::resolve::EnvironmentValues;
use crate::values::Tree;
use crate::workspace::{App, ChartFiles};

/// What the chart makes where the maps are there, and empty: what is given stays unknown. None where no map is missing, or
/// the chart does not render so.
pub(super) fn rendered(
    app: &App,
    chart: &ChartFiles,
    values: &EnvironmentValues<'_>,
) -> Option<Rendered> {
    let effective = values.effective.as_ref()?;
    let given = values.file.given();
    let given = given.filter_map(|given| given.as_path()?.parent());
    let mut missing: Vec<Path> = given.filter(|map| is_missing(effective, map)).collect();
    // Maps in maps: the outer ones first.
    missing.sort_by_key(|map| map.segments().len());
    if missing.is_empty() {
        return None;
    }
    let changes = missing.iter().map(|map| (map, Value::Map(Map::new())));
    Variant::of(app, chart, values)?.rendered_with(changes.collect())
}

/// Whether a map is not there, and nothing else stands in its way.
fn is_missing(values: &Tree<'_>, map: &Path) -> bool {
    let keys = map.segments();
    let is_key = |segment: &Segment| matches!(segment, Segment::Key(_));
    let stands = |length: usize| values.at(&map.beginning(length));
    let mut known = (1..=keys.len()).map_while(stands);
    keys.iter().all(is_key)
        && known
            .by_ref()
            .all(|tree| tree.is_mapping() || tree.is_null())
        && !stands(keys.len()).is_some_and(|tree| tree.is_mapping())
        && !keys.is_empty()
}
