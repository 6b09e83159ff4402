//! The lines of templates that read a value.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_helm::Read;
use envlint_yaml::{Path, Segment};

use crate::manifests::{Field, place_in, template_file};
use crate::resolve::{EnvironmentValues, ResolvedApp};
use crate::source::{Location, Source};

/// Of how many reads of one value the lines are looked for.
const MOST_READS: usize = 10_000;
/// How many lines of templates are listed for one value.
pub(super) const MOST_PLACES: usize = 5;

/// The lines that read a value for a field: those that write its key, else those of its template, of its chart, of all.
pub(super) fn places_of(
    cx: &ResolvedApp<'_>,
    values: &EnvironmentValues<'_>,
    (path, reading): (&Path, &[Read<'_>]),
    field: &Field,
) -> Vec<Location> {
    let effective = values
        .overlaid
        .as_ref()
        .and_then(|overlaid| overlaid.as_ref().ok());
    let is_reached = |read: &&Read<'_>| {
        effective.is_none_or(|effective| read.is_reached(effective, path) != Some(false))
    };
    let reached: Vec<&Read<'_>> = reading.iter().filter(is_reached).collect();
    let of = |directory: &str| {
        let inside = reached
            .iter()
            .filter(|read| read.file().starts_with(directory));
        places(cx, inside.copied())
    };
    let own = of(&field.template);
    let key = field
        .path
        .segments()
        .iter()
        .rev()
        .find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        });
    let writes = |place: &&Location| {
        let text = place.source.text();
        let start = text
            .get(..place.span.start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next());
        let line = line
            .unwrap_or_default()
            .trim_start_matches([' ', '-', '"', '\'']);
        key.is_some_and(|key| {
            let rest = line.strip_prefix(key).unwrap_or_default();
            rest.starts_with(':') || rest.starts_with("\":")
        })
    };
    let exact: Vec<Location> = own.iter().filter(writes).cloned().collect();
    if !exact.is_empty() {
        return exact;
    }
    let chart = field
        .template
        .rsplit_once("/templates/")
        .map_or("", |(chart, _)| chart);
    let wider = [own, of(&format!("{chart}/templates/")), of("")];
    wider
        .into_iter()
        .find(|places| !places.is_empty())
        .unwrap_or_default()
}

pub(super) fn places<'r>(
    cx: &ResolvedApp<'_>,
    reading: impl Iterator<Item = &'r Read<'r>>,
) -> Vec<Location> {
    let Some(chart) = cx.chart else {
        return Vec::new();
    };
    let mut found: Vec<Location> = Vec::new();
    let mut files: HashMap<String, Option<Arc<Source>>> = HashMap::new();
    for read in reading.take(MOST_READS) {
        let file = files
            .entry(read.file().to_owned())
            .or_insert_with(|| template_file(cx.workspace, chart, read.file()));
        let Some(place) = file.as_ref().and_then(|file| place_in(file, read)) else {
            continue;
        };
        let is_known = |known: &Location| {
            known.source.path == place.source.path && known.start().line == place.start().line
        };
        if !found.iter().any(is_known) {
            found.push(place);
        }
    }
    found.truncate(MOST_PLACES);
    found
}
