//! Flux: HelmReleases, as they stand in an environment's directory or as Kustomize puts them together.
//!
//! <https://fluxcd.io/flux/components/helm/helmreleases/>

mod charts;
mod clusters;
mod config_maps;
mod entries;
mod neighbours;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::Node;

use super::claim::{Chart, Claim, Claims, Evidence, Rank, Unread, given};
use super::files::Files;
use super::kustomize::{Build, Built, Directories, Reach, Resource, Variables};
use super::nodes::{at, is_kind, text};
use super::tells::Names;
use crate::masking::{ObjectName, text as said_text};
use crate::naming::environment_name;
use crate::source::{Location, Source, directory_of};
use charts::Repositories;
use clusters::Syncs;
use config_maps::ConfigMaps;
pub(super) use neighbours::beside_known;
use values::Values;

/// The group of Flux's Helm objects.
const GROUP: &str = "helm.toolkit.fluxcd.io/";

/// The files with HelmReleases, by path.
type Sources<'s> = BTreeMap<&'s str, &'s Arc<Source>>;

/// Directories that clusters synchronize, one from another; more are not looked at.
const MOST_REACHED: usize = 20_000;

/// What the HelmReleases of some files say. `left` are the files that only belong to what is not deployed.
pub(super) fn claims(
    sources: &[Arc<Source>],
    directories: &Directories,
    reach: &Reach,
    left: &BTreeSet<String>,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let deployed = sources.iter().filter(|source| !left.contains(&source.path));
    let by_path: Sources<'_> = deployed
        .map(|source| (source.path.as_str(), source))
        .collect();
    let config_maps = ConfigMaps::of(files);
    let repositories = Repositories::of(sources);
    let cx = Cx {
        files,
        names,
        build: None,
        variables: None,
        clusters: None,
        cluster: None,
        walked: None,
        synced: None,
        by_path: &by_path,
        config_maps: &config_maps,
        repositories: &repositories,
    };
    // What an environment's directory builds, and what a cluster of it synchronizes.
    let mut built = cx.claim_directories(directories, reach, said);
    built.extend(left.iter().cloned());
    // A release that no kustomization of an environment puts together stands for itself.
    let layers = said.claims.iter().flat_map(|claim| &claim.layers);
    let taken: BTreeSet<String> = layers.map(|layer| layer.path.clone()).collect();
    for source in sources {
        if taken.contains(&source.path) || built.contains(&source.path) {
            continue;
        }
        let own = directories.build(directory_of(&source.path), files);
        let same = own
            .resources
            .iter()
            .find(|resource| resource.path == source.path);
        let alone = || Resource::of(&source.path);
        let resource = same.cloned().unwrap_or_else(alone);
        let cx = Cx {
            build: Some(&own),
            ..cx
        };
        match reach.is_file_beside_flux(&source.path, directories) {
            true => cx.claim_unreached(&resource, said),
            false => {
                cx.claim_all(&resource, &source.path, said);
            }
        }
    }
    say_unused_patches(sources, directories, files, said);
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

#[derive(Clone, Copy)]
struct Cx<'c, 'f> {
    files: &'c Files<'f>,
    names: &'c Names,
    build: Option<&'c Build>,
    variables: Option<&'c Variables>,
    /// The environments that clusters are.
    clusters: Option<&'c BTreeSet<String>>,
    /// What the cluster is called, where its name tells no environment.
    cluster: Option<&'c str>,
    /// What Flux synchronizes, and the environment whose cluster is followed.
    walked: Option<(&'c Syncs, &'c str)>,
    /// The directory that is synchronized.
    synced: Option<&'c str>,
    by_path: &'c Sources<'c>,
    config_maps: &'c ConfigMaps<'c, 'f>,
    repositories: &'c Repositories<'c>,
}

/// A HelmRelease as a directory builds it.
struct Release<'r> {
    node: &'r Node,
    /// Its name in its own file.
    name: &'r str,
}

impl Cx<'_, '_> {
    /// The claims of all HelmReleases in a file that name a chart; others are patches. Whether there is any.
    fn claim_all(&self, resource: &Resource, directory: &str, said: &mut Claims) -> bool {
        let Some(source) = self.by_path.get(resource.path.as_str()) else {
            return false;
        };
        let documents = source.document.documents().iter();
        let mut releases = documents
            .filter(|node| is_kind(node, GROUP, "HelmRelease") && names_chart(node))
            .peekable();
        let is_any = releases.peek().is_some();
        for object in releases {
            if let Some(built) = resource.object(object) {
                self.claim(source, object, &built, directory, said);
            }
        }
        is_any
    }

    /// The claims of a file that nothing leads to which Flux synchronizes: what tells an environment may be deployed there
    /// all the same; of the rest it is said that it is not deployed, once for the file.
    fn claim_unreached(&self, resource: &Resource, said: &mut Claims) {
        let mut own = Claims::default();
        self.claim_all(resource, &resource.path, &mut own);
        let (told, left): (Vec<Claim>, Vec<Claim>) = std::mem::take(&mut own.claims)
            .into_iter()
            .partition(|claim| claim.environment.is_some());
        if !told.is_empty() || left.is_empty() {
            said.unread.append(&mut own.unread);
            said.missing.append(&mut own.missing);
        }
        if let Some(first) = left.first() {
            let reason = said_text!(
                "Flux synchronizes other directories, and none of them takes up {}, so it is not deployed",
                first.evidence.words
            );
            said.unread.push(Unread::of(&first.evidence, reason));
        }
        for claim in &left {
            let files = claim.layers.iter().filter(|layer| layer.part.is_none());
            for layer in files {
                let known = said.named.entry(layer.path.clone());
                known.or_insert_with(|| claim.evidence.clone());
            }
        }
        said.claims.extend(told);
    }

    fn claim(
        &self,
        source: &Arc<Source>,
        object: &Node,
        built: &Built<'_>,
        directory: &str,
        said: &mut Claims,
    ) {
        let filled = |name: &str| match self.variables {
            Some(variables) => variables.fill(name),
            None => name.to_owned(),
        };
        let name = text(object, &["metadata", "name"]).unwrap_or_default();
        let name = filled(name);
        let name = name.as_str();
        let place = at(object, &["metadata", "name"]).map_or(object.span(), Node::span);
        let evidence = Evidence::at(
            &Location::new(source, place),
            said_text!("the HelmRelease `{}`", ObjectName(name)),
        );
        let node = built.node(object);
        let release = Release { node, name };
        let chart = self.chart(node).map(|chart| match chart {
            Chart::Remote(reference) => Chart::Remote(filled(&reference)),
            local => local,
        });
        let is_here = matches!(chart, Some(Chart::Local(_)));
        let mut values = Values::default();
        self.add_files(&release, is_here, &evidence, &mut values, said);
        self.add_references(&release, &mut values);
        values.add_own(source, object, built);
        for reason in values.open.iter().cloned() {
            said.unread.push(Unread::of(&evidence, reason));
        }
        let release_name = text(node, &["spec", "releaseName"]).map(filled);
        let namespace = text(node, &["spec", "targetNamespace"])
            .or_else(|| text(node, &["metadata", "namespace"]));
        let folder = text(node, &["spec", "chart", "spec", "chart"]);
        let folder = folder.and_then(|chart| chart.rsplit('/').next());
        said.claims.push(Claim {
            cluster: self.cluster.map(str::to_owned),
            names: [
                Some(name.to_owned()),
                release_name.clone(),
                folder.map(str::to_owned),
            ]
            .into_iter()
            .flatten()
            .collect(),
            environment: self.environment(source, name, directory),
            release: release_name.or_else(|| default_name(node).as_deref().map(filled)),
            namespace: namespace.map(filled),
            chart,
            layers: values.layers,
            // Where some values are not here, any path may be given by them.
            given: match values.open.is_empty() {
                true => values.given.iter().filter_map(|name| given(name)).collect(),
                false => "**".parse().into_iter().collect(),
            },
            rank: Rank::Declared,
            tool: Some("Flux"),
            also: Vec::new(),
            is_loose: false,
            evidence,
        });
    }

    /// Whether the directory of an environment takes up a file from elsewhere: it is deployed to that one, whatever its own
    /// folder is called, as `apps/prod` takes up `options/loadtest`.
    fn is_taken_up(&self, source: &Source) -> bool {
        self.synced.is_some_and(|synced| {
            let told = self.names.of_folders(synced);
            let is_stage = told.is_some_and(|told| environment_name(&told).is_some());
            is_stage && !clusters::lies_in(&source.path, synced)
        })
    }

    fn environment(&self, source: &Source, name: &str, directory: &str) -> Option<String> {
        // The cluster `prod` may hold folders for stages of its own: `deployments/shop/staging`.
        let own = self.names.of_folders(directory_of(&source.path));
        let by = self.names.of_folders(directory);
        let stage = |name: &Option<String>| {
            let told = environment_name(name.as_deref()?);
            told.map(|told| told.stage)
        };
        let is_cluster = own.as_ref().is_some_and(|own| {
            let mut clusters = self.clusters.into_iter().flatten();
            clusters.any(|cluster| cluster == own)
        });
        let is_other = stage(&own).is_some() && by.is_some() && stage(&own) != stage(&by);
        // What the folder of a cluster holds others may take up.
        let is_other = is_other && !is_cluster && !self.is_taken_up(source);
        own.filter(|_| is_other)
            .or(by)
            .or_else(|| self.names.of_path(&source.path))
            .or_else(|| self.names.of_name(name))
    }
}

/// The longest name of a release; Flux shortens others with a hash.
const LONGEST_NAME: usize = 53;

/// The name of a release that tells none.
/// Flux: helm-controller/api, `HelmRelease.GetReleaseName`
fn default_name(release: &Node) -> Option<String> {
    let name = text(release, &["metadata", "name"])?;
    let name = match text(release, &["spec", "targetNamespace"]) {
        Some(namespace) => format!("{namespace}-{name}"),
        None => name.to_owned(),
    };
    (name.len() <= LONGEST_NAME).then_some(name)
}
