//! What is synchronized: the directories that objects of Flux and of Argo CD name.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_yaml::Node;

use super::build::{Resource, Step};
use super::variables::Variables;
use crate::evidence::files::{Files, normal};
use crate::evidence::nodes::{at, is_kind, items, text};
use crate::source::Source;

/// The group of Flux's objects that synchronize directories.
pub(super) const FLUX: &str = "kustomize.toolkit.fluxcd.io/";
/// The group of Argo CD's objects.
pub(super) const ARGO: &str = "argoproj.io/";

/// A directory that something synchronizes.
#[derive(Debug, Clone)]
pub(in crate::evidence) struct Synced {
    /// The directory.
    pub directory: String,
    /// What is changed in all of it.
    pub step: Arc<Step>,
    /// Components that are added to it, which change it, too.
    pub components: Vec<String>,
    /// Variables that are filled in, and what they become.
    pub variables: Arc<Variables>,
}

impl Synced {
    /// A directory as it is.
    pub(in crate::evidence) fn of(directory: &str) -> Synced {
        Synced {
            directory: directory.to_owned(),
            step: Arc::default(),
            components: Vec::new(),
            variables: Arc::default(),
        }
    }

    /// What a Kustomization of Flux synchronizes by its `spec`, which stands in the file as it is or is changed before.
    /// <https://fluxcd.io/flux/components/kustomize/kustomizations/>
    fn by(object: &Node, source: &Source, is_written: bool, files: &Files<'_>) -> Option<Synced> {
        let spec = at(object, &["spec"])?;
        let path = text(spec, &["path"])?.trim_start_matches("./");
        let directory = files.of_repository(path).filter(|path| !path.is_empty())?;
        let components = items(spec, &["components"]).iter();
        let components = components.filter_map(|entry| normal(&directory, entry.as_str()?));
        Some(Synced {
            components: components.collect(),
            variables: Arc::new(Variables::of(spec)),
            step: Arc::new(Step::of_flux(source, spec, is_written)),
            directory,
        })
    }
}

/// The directories that the objects of a file synchronize.
pub(in crate::evidence) fn synced_by_flux(source: &Source, files: &Files<'_>) -> Vec<Synced> {
    let objects = source.document.documents().iter();
    let objects = objects.filter(|node| is_kind(node, FLUX, "Kustomization"));
    objects
        .filter_map(|object| Synced::by(object, source, true, files))
        .collect()
}

/// Whether an object of a file synchronizes the root of a repository.
fn synchronizes_all(source: &Source) -> bool {
    let objects = source.document.documents().iter();
    let mut objects = objects.filter(|node| is_kind(node, FLUX, "Kustomization"));
    objects.any(|object| {
        let path = text(object, &["spec", "path"]).unwrap_or_default();
        path.trim_start_matches("./").trim_matches('/').is_empty()
    })
}

/// The directories that the objects of a file synchronize after all kustomizations that change them.
pub(in crate::evidence) fn synced_by_resource(
    resource: &Resource,
    source: &Source,
    files: &Files<'_>,
) -> Vec<Synced> {
    let objects = source.document.documents().iter();
    let objects = objects.filter(|node| is_kind(node, FLUX, "Kustomization"));
    let synced = objects.filter_map(|object| {
        let built = resource.object(object)?;
        match built.is_patched() {
            true => Synced::by(built.node(object), source, false, files),
            false => Synced::by(object, source, true, files),
        }
    });
    synced.collect()
}

/// The paths that Applications and their sets name as sources, and those that generators look for.
fn paths_of_argo(source: &Source) -> Vec<&str> {
    let mut found = Vec::new();
    for object in source.document.documents() {
        let is_one = |kind| is_kind(object, ARGO, kind);
        if !is_one("Application") && !is_one("ApplicationSet") {
            continue;
        }
        for spec in [&["spec"][..], &["spec", "template", "spec"]] {
            let single = at(object, &[spec, &["source"]].concat()).into_iter();
            let sources = single.chain(items(object, &[spec, &["sources"]].concat()));
            found.extend(sources.filter_map(|node| text(node, &["path"])));
        }
        let generators = items(object, &["spec", "generators"]).iter();
        let listed = generators.flat_map(|node| items(node, &["git", "directories"]));
        found.extend(listed.filter_map(|node| text(node, &["path"])));
    }
    found
}

/// What is synchronized from outside of all kustomizations.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// Directories.
    pub(super) closed: BTreeSet<String>,
    /// How paths begin of which a part is not known.
    pub(super) open: BTreeSet<String>,
    pub(super) has_flux: bool,
    pub(super) has_argo: bool,
    /// Whether Flux synchronizes the whole repository.
    pub(super) has_all: bool,
}

impl Roots {
    pub(super) fn of<'s>(
        sources: impl Iterator<Item = &'s Arc<Source>>,
        files: &Files<'_>,
    ) -> Roots {
        let mut roots = Roots::default();
        for source in sources {
            let flux = synced_by_flux(source, files);
            roots.has_flux |= !flux.is_empty();
            roots.has_all |= synchronizes_all(source);
            let of_one = |synced: Synced| [vec![synced.directory], synced.components].concat();
            let mut paths: Vec<String> = flux.into_iter().flat_map(of_one).collect();
            let of_argo = paths_of_argo(source).into_iter();
            roots.has_argo |= of_argo.len() > 0;
            paths.extend(of_argo.filter_map(|path| files.of_repository(path)));
            for path in paths {
                let holes = ["${", "{{", "*", "?", "[", "\u{E000}"];
                match holes.iter().filter_map(|sign| path.find(sign)).min() {
                    Some(_) if path.contains('*') && !path.contains('{') => {
                        let named = files.directories_matching(&path).into_iter();
                        roots.closed.extend(named.map(str::to_owned));
                    }
                    Some(at) => {
                        roots.open.extend(path.get(..at).map(str::to_owned));
                    }
                    None => {
                        roots.closed.insert(path.trim_end_matches('/').to_owned());
                    }
                }
            }
        }
        roots.closed.remove("");
        roots
    }
}
