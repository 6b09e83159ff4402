//! Finding apps by the names of files. They come last, after the evidence.
//!
//! [`forms`] reads what a path tells, [`family`] puts siblings together, [`apps`] makes apps of them, [`naming`] gives each
//! the name that a person would give it, and [`unclaimed`] says what is left.

mod apps;
mod family;
mod forms;
mod naming;
mod unclaimed;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub(super) use apps::{FoundApp, FoundFile};
use forms::read_known;
pub(super) use naming::{app_name, folder_among, is_of_tools, is_telling, repository_name};
pub(super) use unclaimed::{Unclaimed, is_aside, of_known};

use super::Environment;
use super::app::PLACEHOLDER;
use crate::evidence::Foreign;
use crate::naming::{
    environment_name, is_folder_of_environments, is_no_environment, may_tell, word_in,
};
use crate::source::{ancestors, directory_of};
use forms::Reading;

/// What names of files tell.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The apps, by the directory that they lie in.
    pub apps: Vec<FoundApp>,
    /// Files far from every chart that only the environments' names tell: `config/prod.yaml`. They may be anything.
    pub far: Vec<FoundApp>,
    /// Files that look like values and belong to none of them.
    pub unclaimed: Vec<Unclaimed>,
}

impl Found {
    /// The names of environments that only files in a folder of environments tell, next to those of known names:
    /// `environments/acme.yaml` next to `environments/prod.yaml`.
    pub(super) fn house(&self) -> BTreeSet<String> {
        let files = self.apps.iter().flat_map(FoundApp::files);
        let of_folder = files.filter(|file| {
            let above = file.pattern.split_once(PLACEHOLDER).map(|(above, _)| above);
            let folder = above.and_then(|above| above.strip_suffix('/'));
            let folder = folder.and_then(|folder| folder.rsplit('/').next());
            folder.is_some_and(is_folder_of_environments)
        });
        let names = of_folder.map(|file| file.environment.clone());
        names
            .filter(|name| environment_name(name).is_none() && !is_no_environment(name))
            .collect()
    }
}

/// Groups the files of a workspace into apps by the names of the files. `foreign` are those that are no values by their
/// texts: objects of Kubernetes, pipelines.
///
/// `declared` are the environments of the configuration; without any, the known names are looked for, and beside files of
/// these the names of `house`, which pipelines tell.
pub(super) fn discover(
    files: &[String],
    declared: &[Environment],
    house: &BTreeSet<String>,
    foreign: &BTreeMap<String, Foreign>,
) -> Found {
    let mut names: Vec<&str> = declared.iter().flat_map(Environment::names).collect();
    names.sort_unstable_by_key(|name| (Reverse(name.len()), *name));
    // Folders of one name are many, and each asks; most names are asked for once, and tell nothing at a glance.
    let known: RefCell<HashMap<String, Option<Reading>>> = RefCell::default();
    let read = |name: &str| match names.is_empty() {
        false => read_declared(name, &names),
        true if !may_tell(name) => None,
        true => {
            if let Some(reading) = known.borrow().get(name) {
                return reading.clone();
            }
            let reading = read_known(name);
            known.borrow_mut().insert(name.to_owned(), reading.clone());
            reading
        }
    };
    let charts = charts(files);
    let open = names.is_empty().then_some(house);
    family::families(files, &charts, &read, open, foreign)
}

/// Leaves out an app that is another one once more: all of its files are links to files that are known for the same
/// environments, or that evidence names (`used`).
pub(super) fn drop_copies(
    apps: &mut Vec<FoundApp>,
    used: &BTreeSet<String>,
    copies: &HashMap<String, String>,
) {
    if copies.is_empty() {
        return;
    }
    let known = apps.iter().flat_map(FoundApp::files);
    let known: HashSet<(String, String)> = known
        .map(|file| (file.environment.clone(), file.path.clone()))
        .collect();
    let is_copy = |file: &FoundFile| {
        copies.get(&file.path).is_some_and(|original| {
            used.contains(original) || known.contains(&(file.environment.clone(), original.clone()))
        })
    };
    apps.retain(|app| !app.files().all(is_copy));
}

/// A declared name, alone or as a word of another one. Of several the longest counts, which comes first in `names`.
fn read_declared(name: &str, names: &[&str]) -> Option<Reading> {
    names.iter().find_map(|known| {
        let at = word_in(name, known)?;
        Some(Reading {
            at: at..at + known.len(),
            sure: true,
        })
    })
}

/// Whether a file may be values by its name: no definition of a chart or of Kustomize, no example.
pub(super) fn may_be_values(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !family::is_not_deployed(path)
        && !matches!(
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
    let app = apps::home_of(directory_of(fixed));
    let charts: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.strip_suffix("/Chart.yaml"))
        .filter(|chart| is_at_or_below(chart, app))
        .collect();
    let mut outermost = charts.iter().filter(|chart| is_outermost(chart, &charts));
    outermost
        .next()
        .filter(|_| outermost.next().is_none())
        .copied()
}

/// Whether a chart lies in no other one.
pub(super) fn is_outermost(chart: &str, charts: &BTreeSet<&str>) -> bool {
    let mut above = ancestors(chart).skip(1);
    !above.any(|above| charts.contains(above))
}

/// Whether a directory is another one, or lies in it.
pub(super) fn is_at_or_below(directory: &str, above: &str) -> bool {
    above.is_empty()
        || directory == above
        || directory
            .strip_prefix(above)
            .is_some_and(|rest| rest.starts_with('/'))
}
