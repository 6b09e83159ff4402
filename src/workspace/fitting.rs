//! Which chart values belong to, where nothing says it: one that lies near, if its own values have the same keys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use envlint_yaml::Document;

use super::discover::is_at_or_below;
use crate::source::read_text;

/// The charts of a workspace, as candidates for apps without one.
#[derive(Debug)]
pub(super) struct Fitting<'w> {
    root: &'w Path,
    charts: &'w [String],
    /// Those that lie in no other.
    outer: Vec<&'w String>,
    known: BTreeMap<String, Facts>,
}

/// What is known of a chart.
#[derive(Debug, Clone, Default)]
struct Facts {
    name: Option<String>,
    keys: BTreeSet<String>,
    is_library: bool,
}

/// The keys that every chart takes.
const EVERYWHERE: [&str; 3] = ["global", "nameOverride", "fullnameOverride"];

impl<'w> Fitting<'w> {
    /// The charts at these directories, the deepest first.
    pub(super) fn new(root: &'w Path, charts: &'w [String]) -> Fitting<'w> {
        Fitting {
            root,
            outer: outermost(charts.iter().collect()),
            charts,
            known: BTreeMap::new(),
        }
    }

    /// Whether a directory is a chart.
    pub(super) fn is_chart(&self, directory: &str) -> bool {
        self.charts.iter().any(|chart| chart == directory)
    }

    /// The charts that lie in no other one.
    pub(super) fn outer(&self) -> &[&'w String] {
        &self.outer
    }

    /// The name that a chart gives itself.
    pub(super) fn name(&mut self, chart: &str) -> Option<String> {
        self.facts(chart).name
    }

    /// The one chart that fits an app: of its name, below or beside its directory, or the only one there is. `values` is
    /// one of its files; `is_only` says whether there is no other app.
    pub(super) fn chart(
        &mut self,
        directory: &str,
        name: Option<&str>,
        values: &str,
        is_only: bool,
    ) -> Option<String> {
        if self.charts.is_empty() {
            return None;
        }
        let charts = self.charts;
        let of_name: Vec<&String> = charts
            .iter()
            .filter(|chart| name.is_some_and(|name| chart.rsplit('/').next() == Some(name)))
            .collect();
        let above = directory.rsplit_once('/').map_or("", |(above, _)| above);
        let near = |top: &str| -> Vec<&'w String> {
            if top.is_empty() {
                return self.outer.clone();
            }
            let below = charts.iter().filter(|chart| is_at_or_below(chart, top));
            outermost(below.collect())
        };
        let groups = [
            of_name,
            near(directory),
            if directory.is_empty() {
                Vec::new()
            } else {
                near(above)
            },
            self.outer.clone(),
        ];
        for (index, group) in groups.into_iter().enumerate() {
            let usable: Vec<&String> = group
                .into_iter()
                .filter(|chart| !self.facts(chart).is_library)
                .collect();
            let [chart] = usable.as_slice() else { continue };
            // A name or a lonely app says something by itself; anything else has to be seen in the values.
            if (index == 0 && self.fits(values, chart) != Some(false))
                || (is_only && index < 3 && self.fits(values, chart) != Some(false))
                || self.fits(values, chart) == Some(true)
            {
                return Some((*chart).clone());
            }
        }
        None
    }

    /// Whether most keys of a values file are keys of the chart's own values; not known where either has none.
    fn fits(&mut self, values: &str, chart: &str) -> Option<bool> {
        let text = read_text(self.root, values).ok()?;
        let keys = keys_of(&text);
        let facts = self.facts(chart);
        let own: Vec<&String> = keys
            .iter()
            .filter(|key| !EVERYWHERE.contains(&key.as_str()))
            .collect();
        if own.is_empty() || facts.keys.is_empty() {
            return None;
        }
        let shared = own.iter().filter(|key| facts.keys.contains(**key)).count();
        Some(shared * 3 >= own.len() * 2)
    }

    fn facts(&mut self, chart: &str) -> Facts {
        if let Some(facts) = self.known.get(chart) {
            return facts.clone();
        }
        let facts = self.read(chart);
        self.known.insert(chart.to_owned(), facts.clone());
        facts
    }

    fn read(&self, chart: &str) -> Facts {
        let file = |name: &str| read_text(self.root, &file_of(chart, name)).ok();
        let Some(text) = file("Chart.yaml") else {
            return Facts::default();
        };
        let document = Document::parse(text);
        let root = document.root();
        let text_of = |key: &str| root.and_then(|root| root.as_mapping()?.get(key)?.as_str());
        let mut keys = file("values.yaml").map_or_else(BTreeSet::new, |text| keys_of(&text));
        let dependencies =
            root.and_then(|root| root.as_mapping()?.get("dependencies")?.as_sequence());
        for dependency in dependencies.into_iter().flatten() {
            for key in ["alias", "name"] {
                let name = dependency
                    .as_mapping()
                    .and_then(|map| map.get(key)?.as_str());
                keys.extend(name.map(str::to_owned));
            }
        }
        Facts {
            name: text_of("name").map(str::to_owned),
            is_library: text_of("type") == Some("library"),
            keys,
        }
    }
}

/// The name that a chart gives itself.
pub(super) fn name_of(root: &Path, chart: &str) -> Option<String> {
    let text = read_text(root, &file_of(chart, "Chart.yaml")).ok()?;
    let document = Document::parse(text);
    let name = document.root()?.as_mapping()?.get("name")?.as_str();
    name.map(str::to_owned)
}

/// A file of a chart.
pub(super) fn file_of(chart: &str, name: &str) -> String {
    match chart {
        "" => name.to_owned(),
        chart => format!("{chart}/{name}"),
    }
}

/// The charts that lie in no other of them.
fn outermost(charts: Vec<&String>) -> Vec<&String> {
    let is_outermost = |chart: &&String| {
        let mut others = charts.iter().filter(|other| *other != chart);
        others.all(|other| !is_at_or_below(chart, other))
    };
    charts.iter().copied().filter(is_outermost).collect()
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
