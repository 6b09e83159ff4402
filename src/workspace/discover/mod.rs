//! Finding apps by the names of files. They come last, after the evidence.
//!
//! [`forms`] reads what a path tells, [`family`] puts siblings together, [`naming`] gives what they make up the name that a
//! person would give it.

mod family;
mod forms;
mod naming;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

pub(super) use family::{FoundApp, FoundFile, Unclaimed};
use forms::read_known;
pub(super) use naming::{app_name, is_telling};

use super::Environment;
use super::app::PLACEHOLDER;
use forms::Reading;

/// What names of files tell.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The apps, by the directory that they lie in.
    pub apps: Vec<FoundApp>,
    /// Files that look like values and belong to none of them.
    pub unclaimed: Vec<Unclaimed>,
}

/// Groups the files of a workspace into apps by the names of the files. `is_plain` says of a file whether its text may be
/// values: no object of Kubernetes, no workflow.
///
/// `declared` are the environments of the configuration; without any, the known names are looked for, and beside files of
/// these the names of `house`, which pipelines tell.
pub(super) fn discover(
    files: &[String],
    declared: &[Environment],
    house: &BTreeSet<String>,
    is_plain: &dyn Fn(&str) -> bool,
) -> Found {
    let names: BTreeSet<&str> = declared.iter().flat_map(Environment::names).collect();
    // Folders of one name are many, and each asks.
    let known: RefCell<HashMap<String, Option<Reading>>> = RefCell::default();
    let read = |name: &str| {
        if let Some(reading) = known.borrow().get(name) {
            return reading.clone();
        }
        let reading = match names.is_empty() {
            true => read_known(name),
            false => read_declared(name, &names),
        };
        known.borrow_mut().insert(name.to_owned(), reading.clone());
        reading
    };
    let charts = charts(files);
    let open = names.is_empty().then_some(house);
    family::families(files, &charts, &read, open, is_plain)
}

/// A declared name, alone or as a word of another one.
fn read_declared(name: &str, names: &BTreeSet<&str>) -> Option<Reading> {
    if names.contains(name) {
        return Some(Reading {
            at: 0..name.len(),
            sure: true,
        });
    }
    let is_edge = |char: Option<char>| char.is_none_or(|char| matches!(char, '-' | '_' | '.'));
    let mut longest: Vec<&&str> = names.iter().collect();
    longest.sort_by_key(|known| std::cmp::Reverse(known.len()));
    longest.into_iter().find_map(|known| {
        let at = name.find(known)?;
        let before = name.get(..at)?.chars().next_back();
        let after = name.get(at + known.len()..)?.chars().next();
        (is_edge(before) && is_edge(after)).then(|| Reading {
            at: at..at + known.len(),
            sure: true,
        })
    })
}

/// Whether a file may be values by its name: no definition of a chart or of Kustomize.
pub(super) fn may_be_values(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !matches!(
        name,
        "Chart.yaml" | "Chart.lock" | "kustomization.yaml" | "kustomization.yml"
    )
}

/// The directories of the charts among files, the deepest first.
pub(super) fn charts(files: &[String]) -> Vec<String> {
    let mut charts: Vec<String> = files
        .iter()
        .filter_map(|file| match file.as_str() {
            "Chart.yaml" => Some(String::new()),
            file => file.strip_suffix("/Chart.yaml").map(str::to_owned),
        })
        .collect();
    charts.sort_by_key(|chart| std::cmp::Reverse(chart.len()));
    charts
}

/// The one chart below the directory that a pattern of values files belongs to, where there is exactly one: `chart/`
/// beside `environments/{env}.yaml`. Discovery does not take it for the app's own; a person may.
pub(super) fn chart_below<'f>(files: &'f [String], pattern: &str) -> Option<&'f str> {
    let fixed = pattern.split(PLACEHOLDER).next().unwrap_or_default();
    let app = family::directory_of(fixed.rsplit_once('/').map_or("", |(above, _)| above));
    let charts: Vec<&str> = files
        .iter()
        .filter_map(|file| file.strip_suffix("/Chart.yaml"))
        .filter(|chart| is_at_or_below(chart, app))
        .collect();
    let is_outermost = |chart: &&&str| {
        let others = charts.iter().filter(|other| *other != *chart);
        others
            .into_iter()
            .all(|other| !is_at_or_below(chart, other))
    };
    let mut outermost = charts.iter().filter(is_outermost);
    outermost
        .next()
        .filter(|_| outermost.next().is_none())
        .copied()
}

/// Whether a directory is another one, or lies in it.
pub(super) fn is_at_or_below(directory: &str, above: &str) -> bool {
    above.is_empty()
        || directory == above
        || directory
            .strip_prefix(above)
            .is_some_and(|rest| rest.starts_with('/'))
}
