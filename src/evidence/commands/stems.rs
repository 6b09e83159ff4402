//! Pattern rules of make: `deploy-%:` with `helm upgrade $* charts/$*` stands for every chart that lies there.
//!
//! <https://www.gnu.org/software/make/manual/html_node/Pattern-Rules.html>

use super::place::{Place, spellings};
use super::words::{ARGUMENTS, STEM};
use crate::evidence::files::{Files, directory_of, join, normal};
use crate::evidence::holes::{Bindings, bindings, fill, has_holes, hole};
use crate::evidence::scan::Candidate;
use crate::evidence::tells::Names;

/// More charts are not looked at with all values files together.
const MOST: usize = 2000;

/// What the stem is called: `$(*)`, and in a Makefile `$*`, which elsewhere is what a script is called with.
const NAMES: [&str; 2] = [STEM, ARGUMENTS];

/// Whether a chart is known but for the stem of a rule.
pub(super) fn is_stem(chart: &str, candidate: &Candidate) -> bool {
    let file = candidate.path.rsplit('/').next().unwrap_or_default();
    let is_make = file.to_ascii_lowercase().contains("makefile") || file.ends_with(".mk");
    let without = NAMES.iter().fold(chart.to_owned(), |chart, name| {
        chart.replace(&hole(name), "")
    });
    is_make && has_holes(chart) && !has_holes(&without)
}

/// The charts that lie where a command with a stem looks for one, with what is known of its values files. None where there is
/// no such chart.
pub(super) fn charts(
    chart: &str,
    known: Vec<Bindings>,
    place: &Place<'_>,
    files: &Files<'_>,
    names: &Names,
) -> Vec<Bindings> {
    let mut found: Vec<Bindings> = Vec::new();
    for bound in known {
        let called = fill(chart, &bound);
        if !has_holes(&called) {
            found.push(bound);
            continue;
        }
        for chart in charts_of(&called, place, files, names) {
            if found.len() >= MOST {
                return found;
            }
            let mut bound = bound.clone();
            bound.extend(chart);
            found.push(bound);
        }
    }
    found
}

/// What the stem may be, in the first directory that has such a chart: that of the Makefile comes before the root.
fn charts_of(chart: &str, place: &Place<'_>, files: &Files<'_>, names: &Names) -> Vec<Bindings> {
    let own = directory_of(&place.candidate.path);
    let others = place.directories.iter().map(String::as_str);
    let (first, last): (Vec<&str>, Vec<&str>) =
        others.partition(|directory| !directory.is_empty() || own.is_empty());
    let directories = first.into_iter().chain(last);
    let mut paths = directories.flat_map(|directory| {
        let spelt = spellings(chart).into_iter();
        spelt.filter_map(move |chart| normal(directory, &join(chart, "Chart.yaml")))
    });
    paths
        .find_map(|path| {
            let found = bindings(&path, files, names);
            (!found.is_empty()).then_some(found)
        })
        .unwrap_or_default()
}
