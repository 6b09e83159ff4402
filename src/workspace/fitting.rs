//! Which chart values belong to, where nothing says it: one that lies near, if its own values have the same keys.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::path::Path;
use std::rc::Rc;

use envlint_budget::Budget;
use envlint_yaml::Document;

use super::discover::{FoundApp, app_name, is_outermost};
use crate::source::{ancestors, directory_of, entries_within, join, normal, read_text};

/// The charts of a workspace, as candidates for apps without one.
#[derive(Debug)]
pub(super) struct Fitting<'w> {
    root: &'w Path,
    charts: BTreeSet<&'w str>,
    /// By the name of the folder.
    by_folder: HashMap<&'w str, Vec<&'w str>>,
    /// Those that lie in no other.
    outer: Vec<&'w str>,
    known: RefCell<HashMap<String, Rc<Facts>>>,
}

/// Where charts are looked for, the surest first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// In a folder of the app's name.
    Named,
    /// Below the app's directory.
    Below,
    /// Below the directory above.
    Near,
    /// Anywhere.
    Any,
}

/// What is known of a chart.
#[derive(Debug, Default)]
struct Facts {
    name: Option<String>,
    /// Those of its own values, and its dependencies.
    keys: BTreeSet<String>,
    /// Those that its templates read.
    read: BTreeSet<String>,
    is_library: bool,
    /// The directories of the workspace that it depends on.
    parts: Vec<String>,
}

/// Among more charts none is looked for by the keys of values alone.
const MOST_TRIED: usize = 100;

/// The keys that every chart takes.
const EVERYWHERE: [&str; 3] = ["global", "nameOverride", "fullnameOverride"];

impl<'w> Fitting<'w> {
    /// The charts at these directories.
    pub(super) fn new(root: &'w Path, charts: &'w [String]) -> Fitting<'w> {
        let charts: BTreeSet<&str> = charts.iter().map(String::as_str).collect();
        let mut by_folder: HashMap<&str, Vec<&str>> = HashMap::new();
        for chart in &charts {
            let folder = chart.rsplit('/').next().unwrap_or(chart);
            by_folder.entry(folder).or_default().push(chart);
        }
        let outer = charts.iter().filter(|chart| is_outermost(chart, &charts));
        Fitting {
            root,
            outer: outer.copied().collect(),
            by_folder,
            charts,
            known: RefCell::default(),
        }
    }

    /// Whether a directory is a chart.
    pub(super) fn is_chart(&self, directory: &str) -> bool {
        self.charts.contains(directory)
    }

    /// The charts that lie in no other one.
    pub(super) fn outer(&self) -> &[&'w str] {
        &self.outer
    }

    /// The name that a chart gives itself.
    pub(super) fn name(&self, chart: &str) -> Option<String> {
        self.facts(chart).name.clone()
    }

    /// Whether the values of an app lie in charts of their own, or near one that fits them.
    pub(super) fn has_chart(&self, app: &FoundApp) -> bool {
        let mut folders = app.values.iter().map(|file| directory_of(&file.path));
        folders.all(|folder| self.is_chart(folder)) || self.chart_of(app).is_some()
    }

    /// The chart of an app, else the one near it that fits its values.
    pub(super) fn chart_of(&self, app: &FoundApp) -> Option<String> {
        if app.chart.is_some() {
            return app.chart.clone();
        }
        let name = app_name(&app.pattern);
        let first = app.values.first().map_or("", |file| file.path.as_str());
        self.chart(&app.directory, name.as_deref(), first, false)
    }

    /// The charts of the workspace that one depends on by `file://`, and those that these depend on: as many as there is room
    /// for.
    pub(super) fn parts(&self, chart: &str, room: &Budget) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![chart.to_owned()];
        while let Some(chart) = open.pop() {
            for part in &self.facts(&chart).parts {
                if !room.spend(1) {
                    return found;
                }
                if found.insert(part.clone()) {
                    open.push(part.clone());
                }
            }
        }
        found
    }

    /// The one chart that fits an app: of its name, below its directory or the one above, or the only one there is. `values`
    /// is one of its files; `is_only` says whether there is no other app.
    pub(super) fn chart(
        &self,
        directory: &str,
        name: Option<&str>,
        values: &str,
        is_only: bool,
    ) -> Option<String> {
        if self.charts.is_empty() {
            return None;
        }
        let keys = OnceCell::new();
        let fits = |chart: &str| {
            let keys =
                keys.get_or_init(|| read_text(self.root, values).ok().map(|text| keys_of(&text)));
            self.fits(keys.as_ref()?, chart)
        };
        for group in [Group::Named, Group::Below, Group::Near, Group::Any] {
            let chart = match group {
                Group::Named => {
                    let named = name.and_then(|name| self.by_folder.get(name));
                    self.only_usable(named.into_iter().flatten().copied())
                }
                Group::Below => self.only_below(directory),
                Group::Near if directory.is_empty() => None,
                Group::Near => self.only_below(directory_of(directory)),
                Group::Any => self.only_below(""),
            };
            let Some(chart) = chart else { continue };
            // A name or a lonely app says something by itself; anything else has to be seen in the values.
            let is_told = group == Group::Named || (is_only && group != Group::Any);
            let fits = fits(chart);
            if fits == Some(true) || (is_told && fits != Some(false)) {
                return Some(chart.to_owned());
            }
        }
        None
    }

    /// An app far from every chart, with the one chart of which all of its values are keys; none where it may be anything.
    pub(super) fn fitted(&self, app: FoundApp) -> Option<FoundApp> {
        if self.outer.len() > MOST_TRIED {
            return None;
        }
        let mut keys = BTreeSet::new();
        for file in &app.values {
            let document = Document::parse(read_text(self.root, &file.path).ok()?);
            let map = document.root()?.as_mapping()?;
            keys.extend(map.iter().map(|(key, _)| key.text().to_owned()));
        }
        keys.retain(|key| !EVERYWHERE.contains(&key.as_str()));
        let takes_all = |chart: &&&str| {
            let facts = self.facts(chart);
            !facts.is_library && keys.is_subset(&facts.keys)
        };
        let mut charts = self.outer.iter().filter(takes_all);
        let chart = charts
            .next()
            .filter(|_| charts.next().is_none() && !keys.is_empty())?;
        Some(FoundApp {
            chart: Some((*chart).to_owned()),
            ..app
        })
    }

    /// The one chart in a directory that lies in no other one there.
    fn only_below(&self, top: &str) -> Option<&'w str> {
        if top.is_empty() {
            return self.only_usable(self.outer.iter().copied());
        }
        if let Some(chart) = self.charts.get(top) {
            return self.only_usable(std::iter::once(*chart));
        }
        let prefix = format!("{top}/");
        let below = self
            .charts
            .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
            .copied();
        let below = below.take_while(|chart| chart.starts_with(&prefix));
        let is_outer = |chart: &&str| {
            let above = ancestors(chart).skip(1);
            let mut inside = above.take_while(|above| above.len() > top.len());
            !inside.any(|above| self.charts.contains(above))
        };
        self.only_usable(below.filter(is_outer))
    }

    /// The chart that is the only one of some that can be deployed. Of many no more are looked at than it takes to know.
    fn only_usable(&self, charts: impl Iterator<Item = &'w str>) -> Option<&'w str> {
        let mut usable = charts.filter(|chart| !self.facts(chart).is_library);
        usable.next().filter(|_| usable.next().is_none())
    }

    /// Whether most keys of values are keys of the chart's own values; not known where either has none.
    pub(super) fn fits(&self, keys: &BTreeSet<String>, chart: &str) -> Option<bool> {
        let facts = self.facts(chart);
        let own: Vec<&String> = keys
            .iter()
            .filter(|key| !EVERYWHERE.contains(&key.as_str()))
            .collect();
        let is_known = |key: &&&String| facts.keys.contains(**key) || facts.read.contains(**key);
        let shared = own.iter().filter(is_known).count();
        match shared * 3 >= own.len() * 2 {
            _ if own.is_empty() => None,
            true => Some(true),
            // Templates may hand all values on to what reads more of them.
            false => (!facts.keys.is_empty()).then_some(false),
        }
    }

    fn facts(&self, chart: &str) -> Rc<Facts> {
        if let Some(facts) = self.known.borrow().get(chart) {
            return Rc::clone(facts);
        }
        let facts = Rc::new(self.read(chart));
        let mut known = self.known.borrow_mut();
        known.insert(chart.to_owned(), Rc::clone(&facts));
        facts
    }

    fn read(&self, chart: &str) -> Facts {
        let file = |name: &str| read_text(self.root, &join(chart, name)).ok();
        let Some(text) = file("Chart.yaml") else {
            return Facts::default();
        };
        let document = Document::parse(text);
        let root = document.root();
        let text_of = |key: &str| root.and_then(|root| root.as_mapping()?.get(key)?.as_str());
        let mut keys = file("values.yaml").map_or_else(BTreeSet::new, |text| keys_of(&text));
        let dependencies =
            root.and_then(|root| root.as_mapping()?.get("dependencies")?.as_sequence());
        let mut parts = Vec::new();
        for dependency in dependencies.into_iter().flatten() {
            let text_of = |key| dependency.as_mapping()?.get(key)?.as_str();
            keys.extend(
                ["alias", "name"]
                    .into_iter()
                    .filter_map(text_of)
                    .map(str::to_owned),
            );
            let path = text_of("repository").and_then(|path| path.strip_prefix("file://"));
            let path = path.and_then(|path| normal(chart, path));
            parts.extend(path.filter(|path| self.is_chart(path)));
        }
        let mut read = BTreeSet::new();
        read_by_templates((self.root, &join(chart, "templates")), 0, &mut read);
        Facts {
            read,
            name: text_of("name").map(str::to_owned),
            is_library: text_of("type") == Some("library"),
            parts,
            keys,
        }
    }
}

/// Directories of templates in one another, and files in each of them, that are looked at.
const DEEPEST: usize = 3;
const MOST_FILES: usize = 200;

/// Adds the keys of values that templates read: `ingress` of `.Values.ingress.host`. What a chart reads need not be in its
/// own values.
fn read_by_templates((root, directory): (&Path, &str), depth: usize, keys: &mut BTreeSet<String>) {
    for entry in entries_within(root, directory).take(MOST_FILES) {
        let path = entry.file_name();
        let path = path.to_str().map(|name| join(directory, name));
        let (Ok(kind), Some(path)) = (entry.file_type(), path) else {
            continue;
        };
        if kind.is_dir() && depth < DEEPEST {
            read_by_templates((root, &path), depth + 1, keys);
        } else if kind.is_file()
            && let Ok(text) = read_text(root, &path)
        {
            let reads = text.split(".Values.").skip(1);
            let names = reads.map(|rest| {
                let is_letter = |char: char| char.is_ascii_alphanumeric() || char == '_';
                rest.split(|char| !is_letter(char))
                    .next()
                    .unwrap_or_default()
            });
            keys.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
}

/// The name that a chart gives itself.
pub(super) fn name_of(root: &Path, chart: &str) -> Option<String> {
    let text = read_text(root, &join(chart, "Chart.yaml")).ok()?;
    let document = Document::parse(text);
    let name = document.root()?.as_mapping()?.get("name")?.as_str();
    name.map(str::to_owned)
}

/// The top-level keys of a file, those of lines that are commented out included: charts list their options so.
fn keys_of(text: &str) -> BTreeSet<String> {
    let document = Document::parse(text);
    let root = document.root().and_then(|root| root.as_mapping());
    let written = root.into_iter().flat_map(|map| map.iter());
    let commented = text.lines().filter_map(|line| {
        let line = line.strip_prefix('#')?;
        let key = line.strip_prefix(' ').unwrap_or(line).split(':').next()?;
        let is_key = line.contains(':')
            && !key.is_empty()
            && key
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
        is_key.then(|| key.to_owned())
    });
    written
        .map(|(key, _)| key.text().to_owned())
        .chain(commented)
        .collect()
}
