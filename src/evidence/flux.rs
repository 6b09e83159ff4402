//! Flux: HelmReleases, as they stand in an environment's directory or as Kustomize puts them together.
//!
//! <https://fluxcd.io/flux/components/helm/helmreleases/>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Document, Node};

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, Rank, Unread, given};
use super::files::Files;
use super::kustomize::{Body, Build, Directories, Patch};
use super::nodes::{at, is_kind, items, leaves, text};
use super::tells::Names;
use crate::masking::{Name, ObjectName, Text, text as said_text};
use crate::naming::environment_name;
use crate::source::{Location, Source, directory_of};

/// The group of Flux's Helm objects.
const GROUP: &str = "helm.toolkit.fluxcd.io/";
/// The group of what synchronizes directories.
const SYNC_GROUP: &str = "kustomize.toolkit.fluxcd.io/";

/// The files with HelmReleases, by path.
type Sources<'s> = BTreeMap<&'s str, &'s Arc<Source>>;

/// What the HelmReleases of some files say.
pub(super) fn claims(
    sources: &[Arc<Source>],
    directories: &Directories,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let by_path: Sources<'_> = sources
        .iter()
        .map(|source| (source.path.as_str(), source))
        .collect();
    // What an environment's directory builds, and what a cluster of it synchronizes.
    let mut built: BTreeSet<String> = BTreeSet::new();
    let mut claim_all = |build: &Build, resources: &[String], by: &str| {
        let cx = Cx {
            files,
            names,
            build: Some(build),
            by_path: &by_path,
        };
        // A patch says a part of a release, and is none itself.
        let files = build.patches.iter().filter_map(|patch| match &patch.body {
            Body::File(path) => Some(path.clone()),
            Body::Text(_) => None,
        });
        built.extend(files);
        for path in resources {
            for (source, release) in releases(&by_path, path) {
                built.insert(path.clone());
                cx.claim(source, release, by, said);
            }
        }
    };
    let synchronized = |path: &str| {
        let source = by_path.get(path).into_iter();
        source.flat_map(|source| synchronized(source, files, names))
    };
    // What tells the environment, and a directory that it deploys.
    let mut open: Vec<(String, String)> = Vec::new();
    for (directory, _) in directories.iter() {
        if names.of_folders(directory).is_some() {
            open.push((directory.clone(), directory.clone()));
        }
    }
    for source in sources {
        if names.of_path(&source.path).is_some() {
            let paths = synchronized(&source.path);
            open.extend(paths.map(|path| (source.path.clone(), path)));
        }
    }
    let mut reached: BTreeSet<(String, String)> = BTreeSet::new();
    while let Some((by, directory)) = open.pop() {
        let environment = names
            .of_folders(&by)
            .or_else(|| names.of_path(&by))
            .unwrap_or_default();
        if reached.len() >= MOST_REACHED || !reached.insert((environment, directory.clone())) {
            continue;
        }
        let build = directories.build(&directory, files);
        let resources = match build.resources.is_empty() && by != directory {
            true => {
                let below = files.below(&format!("{directory}/")).iter();
                below.map(|path| (*path).to_owned()).collect()
            }
            false => build.resources.clone(),
        };
        claim_all(&build, &resources, &by);
        // A directory may hold what synchronizes others.
        for path in resources.iter().flat_map(|path| synchronized(path)) {
            open.push((by.clone(), path));
        }
    }
    // A release that no kustomization of an environment puts together stands for itself.
    let layers = said.claims.iter().flat_map(|claim| &claim.layers);
    let taken: BTreeSet<String> = layers.map(|layer| layer.path.clone()).collect();
    for source in sources {
        if taken.contains(&source.path) || built.contains(&source.path) {
            continue;
        }
        let own = directories.build(directory_of(&source.path), files);
        for (source, release) in releases(&by_path, &source.path) {
            let cx = Cx {
                files,
                names,
                build: Some(&own),
                by_path: &by_path,
            };
            let directory = source.path.clone();
            cx.claim(source, release, &directory, said);
        }
    }
    say_unused_patches(sources, directories, files, said);
}

/// Files of one kustomization; in more no encrypted Secret is looked for.
const MOST_RESOURCES: usize = 100;

/// Directories that clusters synchronize, one from another; more are not looked at.
const MOST_REACHED: usize = 20_000;

/// The directories that a file synchronizes and that tell no environment themselves: `clusters/prod/infra.yaml` names
/// `./infrastructure`.
///
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/>
fn synchronized(source: &Source, files: &Files<'_>, names: &Names) -> Vec<String> {
    let objects = source.document.documents().iter();
    let objects = objects.filter(|node| is_kind(node, SYNC_GROUP, "Kustomization"));
    let paths = objects.filter_map(|node| text(node, &["spec", "path"]));
    let paths = paths.filter_map(|path| files.of_repository(path.trim_start_matches("./")));
    paths
        .filter(|path| !path.is_empty() && names.of_folders(path).is_none())
        .collect()
}

/// Says of each HelmRelease without a chart that no kustomization takes it as a patch: nothing deploys its values.
fn say_unused_patches(
    sources: &[Arc<Source>],
    directories: &Directories,
    files: &Files<'_>,
    said: &mut Claims,
) {
    let mut patches: Vec<(&str, Location, &str)> = Vec::new();
    for source in sources {
        for node in source.document.documents() {
            let is_patch = is_kind(node, GROUP, "HelmRelease") && !names_chart(node);
            let name = at(node, &["metadata", "name"]).filter(|_| is_patch);
            if let Some((name, text)) = name.and_then(|name| Some((name, name.as_str()?))) {
                patches.push((&source.path, Location::new(source, name.span()), text));
            }
        }
    }
    if patches.is_empty() {
        return;
    }
    let all = directories.iter().take(MOST_REACHED);
    let used: BTreeSet<String> = all
        .flat_map(|(directory, _)| directories.own_files(directory, files))
        .collect();
    for (path, place, name) in patches {
        if !used.contains(path) {
            let reason = said_text!(
                "the HelmRelease `{}` names no chart here, and no kustomization takes it as a patch",
                ObjectName(name)
            );
            said.unread.push(Unread::at(&place, reason));
        }
    }
}

/// Whether a HelmRelease names its chart; others are patches.
fn names_chart(release: &Node) -> bool {
    text(release, &["spec", "chart", "spec", "chart"]).is_some()
        || at(release, &["spec", "chartRef"]).is_some()
}

/// The HelmReleases in a file that name a chart; others are patches.
fn releases<'s>(by_path: &Sources<'s>, path: &str) -> Vec<(&'s Arc<Source>, &'s Node)> {
    let Some(source) = by_path.get(path) else {
        return Vec::new();
    };
    let documents = source.document.documents().iter();
    documents
        .filter(|node| is_kind(node, GROUP, "HelmRelease"))
        .filter(|node| names_chart(node))
        .map(|node| (*source, node))
        .collect()
}

struct Cx<'c, 'f> {
    files: &'c Files<'f>,
    names: &'c Names,
    build: Option<&'c Build>,
    by_path: &'c Sources<'c>,
}

impl Cx<'_, '_> {
    fn claim(&self, source: &Arc<Source>, release: &Node, directory: &str, said: &mut Claims) {
        let name = text(release, &["metadata", "name"]).unwrap_or_default();
        let chart = at(release, &["spec", "chart", "spec"]);
        let mut layers = Vec::new();
        let mut given_names = Vec::new();
        let place = at(release, &["metadata", "name"]).map_or(release.span(), Node::span);
        let location = Location::new(source, place);
        let chart_of = self.chart(release, name);
        let is_here = matches!(chart_of, Some(Chart::Local(_)));
        let evidence = Evidence::at(
            &location,
            said_text!("the HelmRelease `{}`", ObjectName(name)),
        );
        let mut open = self.add_files(release, is_here, name, &evidence, &mut layers, said);
        open.extend(self.add_references(release, &mut layers));
        add_inline(source, release, &mut layers);
        for reason in open.iter().cloned() {
            said.unread.push(Unread::of(&evidence, reason));
        }
        self.add_patches(name, &mut layers, &mut given_names);
        // The cluster `prod` may hold folders for stages of its own: `deployments/shop/staging`.
        let own = self.names.of_folders(directory_of(&source.path));
        let by = self.names.of_folders(directory);
        let stage = |name: &Option<String>| {
            let told = environment_name(name.as_deref()?);
            told.map(|told| told.stage)
        };
        let is_other = stage(&own).is_some() && by.is_some() && stage(&own) != stage(&by);
        let environment = own
            .filter(|_| is_other)
            .or(by)
            .or_else(|| self.names.of_path(&source.path))
            .or_else(|| self.names.of_name(name));
        let release_name = text(release, &["spec", "releaseName"]).map(str::to_owned);
        let namespace = text(release, &["spec", "targetNamespace"])
            .or_else(|| text(release, &["metadata", "namespace"]));
        let folder = chart
            .and_then(|chart| text(chart, &["chart"]))
            .and_then(|chart| chart.rsplit('/').next());
        said.claims.push(Claim {
            cluster: None,
            names: [
                Some(name.to_owned()),
                release_name.clone(),
                folder.map(str::to_owned),
            ]
            .into_iter()
            .flatten()
            .collect(),
            environment,
            release: release_name.or_else(|| Some(name.to_owned())),
            namespace: namespace.map(str::to_owned),
            chart: chart_of,
            layers,
            // Where some values are not here, any path may be given by them.
            given: match open.is_empty() {
                true => given_names.iter().filter_map(|name| given(name)).collect(),
                false => "**".parse().into_iter().collect(),
            },
            rank: Rank::Declared,
            also: Vec::new(),
            evidence,
        });
    }

    /// The version of the chart that the last patch of a release asks for.
    fn patched_version(&self, name: &str) -> Option<String> {
        let version = |patch: &Patch, node: &Node| {
            let version = text(node, &["spec", "chart", "spec", "version"]);
            version
                .filter(|_| is_patch_of(patch, node, name))
                .map(str::to_owned)
        };
        let patches = self.build?.patches.iter().rev();
        let mut versions = patches.filter_map(|patch| match &patch.body {
            Body::File(path) => {
                let source = self.by_path.get(path.as_str())?;
                let mut documents = source.document.documents().iter();
                documents.find_map(|node| version(patch, node))
            }
            Body::Text(text) => {
                let document = Document::parse(text.as_str());
                document.root().and_then(|node| version(patch, node))
            }
        });
        versions.next()
    }

    fn chart(&self, release: &Node, name: &str) -> Option<Chart> {
        let Some(spec) = at(release, &["spec", "chart", "spec"]) else {
            let name = text(release, &["spec", "chartRef", "name"])?;
            return Some(Chart::Remote(name.to_owned()));
        };
        let chart = text(spec, &["chart"])?;
        let is_git = matches!(
            text(spec, &["sourceRef", "kind"]),
            Some("GitRepository" | "Bucket")
        );
        let path = self.files.of_repository(chart.trim_start_matches("./"));
        if let Some(path) = path.filter(|path| is_git && self.files.is_chart(path)) {
            return Some(Chart::Local(path));
        }
        let repository = text(spec, &["sourceRef", "name"]).unwrap_or_default();
        let patched = self.patched_version(name);
        let version = patched.as_deref().or_else(|| text(spec, &["version"]));
        let version = version.unwrap_or("latest");
        Some(Chart::Remote(format!(
            "{repository}/{}@{version}",
            chart.trim_start_matches("./")
        )))
    }

    /// `valuesFiles`: paths in the source of the chart. Gives what lies elsewhere.
    fn add_files(
        &self,
        release: &Node,
        is_here: bool,
        name: &str,
        evidence: &Evidence,
        layers: &mut Vec<LayerPath>,
        said: &mut Claims,
    ) -> Vec<Text> {
        let mut elsewhere = Vec::new();
        let chart = at(release, &["spec", "chart", "spec"]);
        let files = chart.map(|chart| items(chart, &["valuesFiles"]));
        let may_miss = chart
            .and_then(|chart| at(chart, &["ignoreMissingValuesFiles"]))
            .and_then(Node::as_bool);
        let files = files.unwrap_or_default().iter().filter_map(Node::as_str);
        for file in files.filter(|file| !is_of_cluster(file)) {
            let path = self.files.of_repository(file.trim_start_matches("./"));
            match path {
                Some(path) if is_here && self.files.is_file(&path) => {
                    layers.push(LayerPath::file(path));
                }
                Some(path) if is_here && may_miss != Some(true) => {
                    said.add_missing(name, path, evidence.clone(), self.files);
                }
                Some(_) if is_here => {}
                _ => elsewhere.push(said_text!(
                    "the values file `{}` of `{}` is not in this repository, so its values are not known",
                    ObjectName(file),
                    ObjectName(name)
                )),
            }
        }
        elsewhere
    }

    /// `valuesFrom`: ConfigMaps and Secrets that Kustomize makes of files. Gives what nothing here makes.
    fn add_references(&self, release: &Node, layers: &mut Vec<LayerPath>) -> Vec<Text> {
        let mut open = Vec::new();
        for reference in items(release, &["spec", "valuesFrom"]) {
            let name = text(reference, &["name"]).unwrap_or_default();
            let key = text(reference, &["valuesKey"]).unwrap_or("values.yaml");
            // The last one wins: an overlay replaces what its base makes.
            let generated = self
                .build
                .iter()
                .flat_map(|build| build.generated.iter().rev());
            let made = generated
                .map(|(known, known_key, path)| (known == name && known_key == key, path))
                .find_map(|(is_it, path)| is_it.then_some(path));
            if let Some(path) = made.filter(|path| self.files.is_file(path)) {
                layers.push(LayerPath::file(path.as_str()));
                continue;
            }
            let kind = text(reference, &["kind"]).unwrap_or("object");
            let of = text(release, &["metadata", "name"]).unwrap_or_default();
            open.push(match self.sealed_in(name) {
                Some(path) => said_text!(
                    "the {} `{}`, from which `{}` has values, is encrypted in {}, so envlint cannot read this layer",
                    ObjectName(kind),
                    ObjectName(name),
                    ObjectName(of),
                    Name(&path)
                ),
                None => said_text!(
                    "no file here is `{}` of the {} `{}`, from which `{}` has values",
                    ObjectName(key),
                    ObjectName(kind),
                    ObjectName(name),
                    ObjectName(of)
                ),
            });
        }
        open
    }

    /// The file with the Secret of a name that is encrypted there: by SOPS, or for the controller of sealed secrets.
    fn sealed_in(&self, name: &str) -> Option<String> {
        let resources = self.build?.resources.iter().take(MOST_RESOURCES);
        let is_it = |node: &Node| {
            let is_sealed = text(node, &["kind"]) == Some("SealedSecret")
                || text(node, &["kind"]) == Some("Secret") && at(node, &["sops"]).is_some();
            is_sealed && text(node, &["metadata", "name"]) == Some(name)
        };
        let mut files = resources.filter(|path| {
            let text = self.files.text(path).unwrap_or_default();
            let may_be =
                text.contains(name) && (text.contains("sops") || text.contains("SealedSecret"));
            may_be && Document::parse(text).documents().iter().any(is_it)
        });
        files.next().cloned()
    }

    /// What patches of the environment say of the values.
    fn add_patches(&self, name: &str, layers: &mut Vec<LayerPath>, given_names: &mut Vec<String>) {
        let Some(build) = self.build else { return };
        for patch in &build.patches {
            match &patch.body {
                Body::File(path) => {
                    if let Some(source) = self.by_path.get(path.as_str()) {
                        let documents = source.document.documents().iter();
                        for node in documents.filter(|node| is_patch_of(patch, node, name)) {
                            add_inline(source, node, layers);
                        }
                    } else if let Some(text) = self.files.text(path) {
                        add_operations(&Document::parse(text), given_names);
                    }
                }
                Body::Text(text) => {
                    let document = Document::parse(text.as_str());
                    add_operations(&document, given_names);
                    let root = document
                        .root()
                        .filter(|node| is_patch_of(patch, node, name));
                    let values = root.and_then(|node| at(node, &["spec", "values"]));
                    given_names.extend(values.map(leaves).unwrap_or_default());
                }
            }
        }
    }
}

/// Whether a patch is one of a release of this name; a target may stand for all.
fn is_patch_of(patch: &Patch, node: &Node, name: &str) -> bool {
    let of = patch.target.as_deref();
    let of = of.or_else(|| text(node, &["metadata", "name"]));
    text(node, &["kind"]) == Some("HelmRelease")
        && of.is_none_or(|of| of == name || of == "all" || of.contains('*'))
}

/// Whether a text has a variable that Flux fills in for each cluster.
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
fn is_of_cluster(text: &str) -> bool {
    text.contains("${")
}

/// The values in the manifest, in the order of its layers.
fn add_inline(source: &Source, release: &Node, layers: &mut Vec<LayerPath>) {
    let values = at(release, &["spec", "values"])
        .filter(|node| node.as_mapping().is_some_and(|map| !map.is_empty()));
    if let Some(values) = values {
        layers.push(LayerPath::part(source.path.as_str(), values.span()));
    }
}

/// `- {op: replace, path: /spec/values/image/tag, value: …}`: what it names is given.
fn add_operations(document: &Document, given_names: &mut Vec<String>) {
    for operation in document
        .root()
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        let path = text(operation, &["path"]).and_then(|path| path.strip_prefix("/spec/values/"));
        given_names.extend(path.map(|path| path.replace('.', "\\.").replace('/', ".")));
    }
}
