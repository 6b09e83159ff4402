//! Kustomize: what a directory's `kustomization.yaml` builds on, what it changes, and the charts that it inflates.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>

mod again;
mod broken;
mod build;
mod held;
mod object;
mod patch;
mod reach;
mod synced;
mod tilt;
mod unfound;
mod unlisted;
mod unreached;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::Node;

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, Rank, Unread};
use super::files::{Files, directory_of, join, normal};
use super::nodes::{at, is_kind, items, text};
use super::tells::Names;
use crate::masking::{ObjectName, Text, text as said_text};
use crate::source::{Location, Source};
use again::Again;

/// Keys of what a kustomization reads beside resources and patches.
const MADE_WITH: [&str; 6] = [
    "generators",
    "transformers",
    "validators",
    "configurations",
    "crds",
    "components",
];

/// Names of the file that makes a directory one of Kustomize.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

pub use broken::{Broken, InVain};
pub(super) use build::{Build, Resource};
pub(super) use object::Built;
pub(super) use patch::{operations, pointer};
pub(super) use reach::{Commands, Reach, builds_directories};
pub(super) use synced::{Synced, synced_by_flux, synced_by_resource};
pub(super) use tilt::directories as directories_of_tilt;
pub(super) use variables::Variables;

/// The Kustomize directories of a workspace, read once.
#[derive(Debug, Default)]
pub(super) struct Directories {
    by_path: BTreeMap<String, Arc<Source>>,
    known: build::Known,
}

impl Directories {
    /// The directories whose kustomizations are among these files.
    pub(super) fn of(files: &Files<'_>) -> Directories {
        let mut by_path = BTreeMap::new();
        for path in files.below("") {
            let name = path.rsplit('/').next().unwrap_or(path);
            if NAMES.contains(&name)
                && let Some(source) = files.read(path)
            {
                by_path.insert(directory_of(path).to_owned(), source);
            }
        }
        Directories {
            by_path,
            ..Directories::default()
        }
    }

    /// The directories, and their files.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Arc<Source>)> {
        self.by_path.iter()
    }

    /// The files that the kustomization of a directory names itself: as objects, and as patches.
    pub(super) fn own_files(&self, directory: &str, files: &Files<'_>) -> Vec<String> {
        let root = self.by_path.get(directory);
        let root = root.and_then(|source| source.document.root());
        let keys = [
            "resources",
            "patches",
            "patchesStrategicMerge",
            "patchesJson6902",
        ];
        let entries = root.into_iter().flat_map(|root| {
            let of_key = |key: &&str| items(root, &[*key]).iter();
            keys.iter().flat_map(of_key)
        });
        let paths = entries.filter_map(|entry| entry.as_str().or_else(|| text(entry, &["path"])));
        let paths = paths.filter_map(|path| normal(directory, path));
        paths.filter(|path| files.is_file(path)).collect()
    }

    /// All files that the kustomization of a directory names: what it deploys, and what it makes or changes that with.
    fn named_files(&self, directory: &str, files: &Files<'_>) -> Vec<String> {
        let root = self.by_path.get(directory);
        let root = root.and_then(|source| source.document.root());
        let entries = root.into_iter().flat_map(|root| {
            let of_key = |key: &&str| items(root, &[*key]).iter();
            MADE_WITH.iter().flat_map(of_key)
        });
        let paths = entries.filter_map(|entry| normal(directory, entry.as_str()?));
        let mut named: Vec<String> = paths.filter(|path| files.is_file(path)).collect();
        named.extend(self.own_files(directory, files));
        named
    }

    /// The files that become the content of ConfigMaps and Secrets: `configMapGenerator`, `secretGenerator`.
    pub(super) fn contents(&self, files: &Files<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for (directory, source) in &self.by_path {
            let Some(root) = source.document.root() else {
                continue;
            };
            let generators = ["configMapGenerator", "secretGenerator"];
            let generators = generators.iter().flat_map(|key| items(root, &[*key]));
            let entries = generators.flat_map(|generator| {
                let keys = [&["files"][..], &["envs"][..]];
                keys.into_iter().flat_map(|key| items(generator, key))
            });
            for entry in entries.filter_map(Node::as_str) {
                // `key=path`
                let path = entry.split_once('=').map_or(entry, |(_, path)| path);
                found.extend(normal(directory, path).filter(|path| files.is_file(path)));
            }
        }
        found
    }

    /// The files that a directory with a kustomization brings: this one, those that it takes up, and what they build. None where
    /// it has no kustomization.
    pub(super) fn brought(&self, directory: &str, files: &Files<'_>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![directory.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(directory) = open.pop() {
            if let Some(source) = self.by_path.get(&directory)
                && seen.insert(directory.clone())
            {
                found.insert(source.path.clone());
                open.extend(self.children(&directory));
            }
        }
        if !found.is_empty() {
            let build = self.build(directory, files);
            let built = build.resources.iter();
            found.extend(built.map(|resource| resource.path.clone()));
        }
        found
    }

    /// The directories that the kustomization of a directory takes up.
    fn children(&self, directory: &str) -> Vec<String> {
        let root = self.by_path.get(directory);
        let Some(root) = root.and_then(|source| source.document.root()) else {
            return Vec::new();
        };
        let keys = ["resources", "bases", "components"];
        let entries = keys.iter().flat_map(|key| items(root, &[key]));
        let paths = entries.filter_map(|entry| normal(directory, entry.as_str()?));
        paths
            .filter(|path| self.by_path.contains_key(path))
            .collect()
    }
}

/// What takes up a directory in the end, and the environment that its folders tell.
type Overlay = (String, Evidence);

/// More directories that take up one are not followed.
const MOST_ABOVE: usize = 1000;

/// The directories that take up others, by what they take up.
struct Above<'d> {
    by_child: BTreeMap<String, Vec<&'d str>>,
}

impl<'d> Above<'d> {
    fn of(directories: &'d Directories) -> Above<'d> {
        let mut by_child: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (directory, _) in directories.iter() {
            for child in directories.children(directory) {
                by_child.entry(child).or_default().push(directory);
            }
        }
        Above { by_child }
    }

    /// The overlays that a directory is deployed with: those that something synchronizes, then those that no other takes up,
    /// then those on the way. One for each environment.
    /// A directory that `is_closed` leads no further.
    fn overlays(
        &self,
        directory: &str,
        names: &Names,
        directories: &Directories,
        reach: &Reach,
        is_closed: &dyn Fn(&str) -> bool,
    ) -> Vec<Overlay> {
        let mut all = vec![directory];
        let mut seen: BTreeSet<&str> = all.iter().copied().collect();
        let mut at = 0;
        while let Some(&next) = all.get(at).filter(|_| at < MOST_ABOVE) {
            let above = self.by_child.get(next).into_iter().flatten();
            let above = above.filter(|above| !is_closed(above));
            all.extend(above.filter(|above| seen.insert(above)));
            at += 1;
        }
        let (named, others): (Vec<&str>, Vec<&str>) = all
            .into_iter()
            .skip(1)
            .partition(|above| reach.is_named(above));
        let (inner, last): (Vec<&str>, Vec<&str>) = others
            .into_iter()
            .partition(|above| self.by_child.contains_key(*above));
        let told = |above: &&str| {
            let source = directories.by_path.get(*above)?;
            let words = said_text!("takes up `{}`", ObjectName(directory));
            let evidence = Evidence::of_file(source.path.as_str(), words);
            Some((names.of_folders(above)?, evidence))
        };
        let found: Vec<Overlay> = named.iter().chain(&last).filter_map(told).collect();
        let found = match found.is_empty() {
            true => inner.iter().filter_map(told).collect(),
            false => found,
        };
        let mut environments = BTreeSet::new();
        let once = |(environment, _): &Overlay| environments.insert(environment.clone());
        found.into_iter().filter(once).collect()
    }
}

/// The charts that kustomizations inflate.
pub(super) fn claims(
    directories: &Directories,
    sources: &[Arc<Source>],
    reach: &Reach,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let above = Above::of(directories);
    let again = Again::of(directories);
    for (directory, source) in directories.iter() {
        let Some(root) = source.document.root() else {
            continue;
        };
        if reach.left_out_with(directory).is_some() {
            continue;
        }
        let charts = items(root, &["helmCharts"]);
        if let Some((by, first)) = reach.is_beside(directory).zip(charts.first()) {
            let place = Location::new(source, first.span());
            said.unread.push(Unread::at(&place, not_deployed(by)));
            let below = files.below(&join(directory, "")).iter();
            said.taken.extend(below.map(|path| (*path).to_owned()));
            continue;
        }
        if !charts.is_empty() {
            let overlays = above.overlays(directory, names, directories, reach, &|_| false);
            let files = overlays.into_iter().map(|(_, evidence)| evidence.file);
            said.unread.extend(files.filter_map(|file| {
                Some(Unread {
                    reason: not_deployed(reach.is_beside(directory_of(&file))?),
                    file,
                    place: None,
                    is_values: false,
                })
            }));
        }
        let home = text(root, &["helmGlobals", "chartHome"]).unwrap_or("charts");
        for chart in charts {
            let is_passed = |above: &str| reach.is_beside(above).is_some();
            let is_closed = |above: &str| is_passed(above) || again.inflates(above, chart);
            let overlays = above.overlays(directory, names, directories, reach, &is_closed);
            let is_replaced = || {
                !above
                    .overlays(directory, names, directories, reach, &is_passed)
                    .is_empty()
            };
            // What takes it up inflates the chart by itself, in all environments.
            if overlays.is_empty() && is_replaced() {
                continue;
            }
            let inflating = Inflating {
                directory,
                home,
                source,
                is_reached: reach.is_reached(directory),
                overlays: &overlays,
            };
            one(chart, &inflating, files, names, said);
        }
    }
    for source in sources {
        for document in source.document.documents() {
            if is_kind(document, "builtin", "HelmChartInflationGenerator") {
                let directory = directory_of(&source.path).to_owned();
                let home = text(document, &["chartHome"]).unwrap_or("charts");
                let inflating = Inflating {
                    directory: &directory,
                    home,
                    source,
                    is_reached: reach.is_reached(&directory),
                    overlays: &[],
                };
                one(document, &inflating, files, names, said);
            }
        }
    }
}

fn not_deployed(by: &'static str) -> Text {
    said_text!(
        "{} synchronizes other directories, and none of them takes this one up, so its charts are not deployed",
        by
    )
}

/// Where a chart is inflated.
struct Inflating<'i> {
    directory: &'i str,
    /// The folder of charts.
    home: &'i str,
    source: &'i Arc<Source>,
    /// Whether something synchronizes the directory, by itself or by way of others.
    is_reached: bool,
    overlays: &'i [Overlay],
}

fn one(
    chart: &Node,
    inflating: &Inflating<'_>,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let Inflating {
        directory,
        home,
        source,
        is_reached,
        overlays,
    } = *inflating;
    let Some(name) = text(chart, &["name"]) else {
        return;
    };
    let location = Location::new(
        source,
        at(chart, &["name"]).map_or(chart.span(), Node::span),
    );
    let first = text(chart, &["valuesFile"]).into_iter();
    let more = items(chart, &["additionalValuesFiles"])
        .iter()
        .filter_map(Node::as_str);
    let mut layers = Vec::new();
    for file in first.chain(more) {
        match normal(directory, file).filter(|path| files.is_file(path)) {
            Some(path) => layers.push(LayerPath::file(path)),
            None => match normal(directory, file) {
                Some(path) => said.add_missing(name, path, Evidence::at(&location, ""), files),
                None => said.unread.push(Unread::at(
                    &location,
                    said_text!(
                        "the values file `{}` of `{}` lies outside of the workspace, so its values are not known",
                        ObjectName(file),
                        ObjectName(name)
                    ),
                )),
            },
        }
    }
    if let Some(inline) = at(chart, &["valuesInline"]).filter(|node| node.as_mapping().is_some()) {
        layers.push(LayerPath::part(source.path.as_str(), inline.span()));
    }
    let local = normal(directory, &join(home, name)).filter(|path| files.is_chart(path));
    let chart_of = match local {
        Some(path) => Chart::Local(path),
        None => {
            let repository = text(chart, &["repo"])
                .unwrap_or_default()
                .trim_end_matches('/');
            let version = text(chart, &["version"]).unwrap_or("latest");
            Chart::Remote(format!("{repository}/{name}@{version}"))
        }
    };
    let of_layers = layers.iter().rev().filter(|layer| layer.part.is_none());
    let told = of_layers
        .filter_map(|layer| names.of_path(&layer.path))
        .next();
    let release = text(chart, &["releaseName"]).map(str::to_owned);
    let namespace = text(chart, &["namespace"]).map(str::to_owned);
    let claim = Claim {
        cluster: None,
        environment: told
            .or_else(|| names.of_folders(directory))
            .or_else(|| names.of_name(namespace.as_deref()?)),
        names: release.iter().cloned().chain([name.to_owned()]).collect(),
        release,
        namespace,
        chart: Some(chart_of),
        layers,
        given: Vec::new(),
        rank: Rank::Declared,
        tool: None,
        also: Vec::new(),
        is_loose: !is_reached,
        evidence: Evidence::at(
            &location,
            said_text!("the chart `{}` that Kustomize inflates", ObjectName(name)),
        ),
    };
    if overlays.is_empty() {
        said.claims.push(claim);
        return;
    }
    // A base is deployed with each overlay that takes it up.
    let deployed = overlays.iter().map(|(environment, evidence)| Claim {
        environment: Some(environment.clone()),
        also: vec![evidence.clone()],
        ..claim.clone()
    });
    said.claims.extend(deployed);
}
