//! Kustomize: what a directory's `kustomization.yaml` builds on, what it changes, and the charts that it inflates.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::Node;

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, Rank, Unread};
use super::files::{Files, directory_of, join, normal};
use super::nodes::{at, is_kind, items, text};
use super::tells::Names;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source};

/// Names of the file that makes a directory one of Kustomize.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Directories that build on directories.
const DEEPEST: usize = 16;
/// More files are not put together for one directory.
const MOST: usize = 5000;

/// The Kustomize directories of a workspace, read once.
#[derive(Debug, Default)]
pub(super) struct Directories {
    by_path: BTreeMap<String, Arc<Source>>,
}

/// What one directory comes to: the files it is built of, the lowest first, and what patches them.
#[derive(Debug, Default)]
pub(super) struct Build {
    /// Files with objects.
    pub resources: Vec<String>,
    /// Patches, in order: a file, or a text in the kustomization.
    pub patches: Vec<Patch>,
    /// ConfigMaps and Secrets that are made of files: name, key, file.
    pub generated: Vec<(String, String, String)>,
}

/// A patch of some objects.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    /// What it says.
    pub body: Body,
    /// The name of what it changes, where it does not tell that itself.
    pub target: Option<String>,
}

/// What a patch says.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// A file.
    File(String),
    /// A text in a kustomization.
    Text(String),
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
        Directories { by_path }
    }

    /// The directories, and their files.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Arc<Source>)> {
        self.by_path.iter()
    }

    /// What a directory is built of.
    pub(super) fn build(&self, directory: &str, files: &Files<'_>) -> Build {
        let mut build = Build::default();
        self.add(directory, files, &mut BTreeSet::new(), &mut build);
        build
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

    fn add(
        &self,
        directory: &str,
        files: &Files<'_>,
        seen: &mut BTreeSet<String>,
        build: &mut Build,
    ) {
        let root = self
            .by_path
            .get(directory)
            .and_then(|source| source.document.root());
        let Some(root) =
            root.filter(|_| seen.len() < DEEPEST * 8 && seen.insert(directory.to_owned()))
        else {
            return;
        };
        for key in ["resources", "bases", "components"] {
            for entry in items(root, &[key]).iter().filter_map(Node::as_str) {
                let Some(path) = normal(directory, entry).filter(|_| !entry.contains("://")) else {
                    continue;
                };
                if files.is_file(&path) {
                    if build.resources.len() < MOST {
                        build.resources.push(path);
                    }
                } else {
                    self.add(&path, files, seen, build);
                }
            }
        }
        for key in ["configMapGenerator", "secretGenerator"] {
            for generator in items(root, &[key]) {
                let Some(name) = text(generator, &["name"]) else {
                    continue;
                };
                for entry in items(generator, &["files"]).iter().filter_map(Node::as_str) {
                    let (key, file) = entry
                        .split_once('=')
                        .unwrap_or_else(|| (entry.rsplit('/').next().unwrap_or(entry), entry));
                    if let Some(path) = normal(directory, file) {
                        build
                            .generated
                            .push((name.to_owned(), key.to_owned(), path));
                    }
                }
            }
        }
        for patch in items(root, &["patches"]) {
            let path = text(patch, &["path"]).and_then(|path| normal(directory, path));
            let inline = || text(patch, &["patch"]).map(|text| Body::Text(text.to_owned()));
            let body = path.map(Body::File).or_else(inline);
            let target = text(patch, &["target", "name"]).map(str::to_owned);
            build
                .patches
                .extend(body.map(|body| Patch { body, target }));
        }
        for key in ["patchesStrategicMerge", "patchesJson6902"] {
            for patch in items(root, &[key]) {
                let path = patch.as_str().or_else(|| text(patch, &["path"]));
                let body = match path.and_then(|path| normal(directory, path)) {
                    Some(path) if files.is_file(&path) => Some(Body::File(path)),
                    _ => patch.as_str().map(|text| Body::Text(text.to_owned())),
                };
                let target = text(patch, &["target", "name"]).map(str::to_owned);
                build
                    .patches
                    .extend(body.map(|body| Patch { body, target }));
            }
        }
    }
}

/// The charts that kustomizations inflate.
pub(super) fn claims(
    directories: &Directories,
    sources: &[Arc<Source>],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    for (directory, source) in directories.iter() {
        let Some(root) = source.document.root() else {
            continue;
        };
        let home = text(root, &["helmGlobals", "chartHome"]).unwrap_or("charts");
        for chart in items(root, &["helmCharts"]) {
            one(chart, directory, home, source, files, names, said);
        }
    }
    for source in sources {
        for document in source.document.documents() {
            if is_kind(document, "builtin", "HelmChartInflationGenerator") {
                let directory = directory_of(&source.path).to_owned();
                let home = text(document, &["chartHome"]).unwrap_or("charts");
                one(document, &directory, home, source, files, names, said);
            }
        }
    }
}

fn one(
    chart: &Node,
    directory: &str,
    home: &str,
    source: &Arc<Source>,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
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
    said.claims.push(Claim {
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
        also: Vec::new(),
        evidence: Evidence::at(
            &location,
            said_text!("the chart `{}` that Kustomize inflates", ObjectName(name)),
        ),
    });
}
