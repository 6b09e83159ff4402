//! A repository that is a folder of another one: manifests that are written for that one name paths from its root, as
//! `libs/infrastructure/charts/shop` for `charts/shop` here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::Node;

use super::files::{Files, comparable, normal};
use super::nodes::{at, is_kind, items, text};
use crate::source::Source;

/// How many paths of one repository have to lie here without the folder, before it counts.
const FEWEST: usize = 2;
/// Folders in folders that a repository may be.
const DEEPEST: usize = 4;
/// More paths of one repository are not looked at.
const MOST: usize = 500;
/// Generators in generators: Argo CD takes two.
const DEEPEST_GENERATOR: usize = 4;
/// More files are not looked at to find those that patterns name.
const MOST_FILES: u64 = 2_000_000;

/// The folder of another repository that this one is.
#[derive(Debug, Default)]
pub(super) struct Subtree {
    /// The folder, with a slash at its end.
    pub folder: String,
    /// The addresses of the repository with that folder.
    pub addresses: BTreeSet<String>,
}

/// The paths that manifests name, by what they say of the repository: its address, or the name of a source.
type Named = BTreeMap<String, BTreeSet<String>>;

/// The folder that this repository is, by manifests in it: none of the paths that they name of the other repository lies
/// here as it is, and all that begin with the folder lie here without it.
pub(super) fn subtree(sources: &[Arc<Source>], files: &Files<'_>) -> Option<Subtree> {
    let mut found: Option<Subtree> = None;
    let here = Here::of(files);
    for (address, paths) in named(sources) {
        let is_few = (FEWEST..=MOST).contains(&paths.len());
        if !is_few || paths.iter().any(|path| here.has(path)) {
            continue;
        }
        let Some(folder) = folder_of(&paths, &here) else {
            continue;
        };
        let known = found.get_or_insert_with(|| Subtree {
            folder: folder.clone(),
            ..Subtree::default()
        });
        if known.folder == folder {
            known.addresses.insert(address);
        }
    }
    found
}

/// The shortest folder without which all paths below it lie here, and several of them by more than a single name.
fn folder_of(paths: &BTreeSet<String>, here: &Here<'_, '_>) -> Option<String> {
    let folders = paths.iter().flat_map(|path| {
        let ends = path.match_indices('/').take(DEEPEST);
        ends.filter_map(|(at, _)| path.get(..=at))
    });
    let mut folders: Vec<&str> = folders.collect::<BTreeSet<&str>>().into_iter().collect();
    folders.sort_by_key(|folder| folder.len());
    let is_it = |folder: &&str| {
        let mut inside = paths.iter().filter_map(|path| path.strip_prefix(*folder));
        let is_telling = |path: &&str| path.contains('/');
        inside.clone().filter(is_telling).count() >= FEWEST && inside.all(|path| here.has(path))
    };
    folders.into_iter().find(is_it).map(str::to_owned)
}

/// What lies here, by the paths that were asked for.
struct Here<'h, 'f> {
    files: &'h Files<'f>,
    known: RefCell<HashMap<String, bool>>,
    room: Budget,
}

impl<'h, 'f> Here<'h, 'f> {
    fn of(files: &'h Files<'f>) -> Here<'h, 'f> {
        Here {
            files,
            known: RefCell::default(),
            room: Budget::new(MOST_FILES),
        }
    }

    /// Whether a path or a pattern names anything.
    fn has(&self, path: &str) -> bool {
        if let Some(known) = self.known.borrow().get(path) {
            return *known;
        }
        let files = self.files;
        let is_there = match path.contains('*') {
            true => {
                self.room.spend(files.around(path) as u64)
                    && (!files.matching(path).is_empty()
                        || !files.directories_matching(path).is_empty())
            }
            false => files.is_file(path) || files.is_directory(path),
        };
        self.known.borrow_mut().insert(path.to_owned(), is_there);
        is_there
    }
}

fn named(sources: &[Arc<Source>]) -> Named {
    let mut named = Named::new();
    for object in sources
        .iter()
        .flat_map(|source| source.document.documents())
    {
        if is_kind(object, "argoproj.io/", "Application")
            || is_kind(object, "argoproj.io/", "ApplicationSet")
        {
            add_argo(object, &mut named);
        } else if is_kind(object, "kustomize.toolkit.fluxcd.io/", "Kustomization") {
            let name = text(object, &["spec", "sourceRef", "name"]);
            add(name, text(object, &["spec", "path"]), &mut named);
        }
    }
    named
}

fn add_argo(object: &Node, named: &mut Named) {
    for spec in [&["spec"][..], &["spec", "template", "spec"]] {
        let single = at(object, &[spec, &["source"]].concat()).into_iter();
        for node in single.chain(items(object, &[spec, &["sources"]].concat())) {
            let address = text(node, &["repoURL"]).map(comparable);
            add(address.as_deref(), text(node, &["path"]), named);
        }
    }
    let mut open: Vec<(&Node, usize)> = Vec::new();
    open.extend(
        items(object, &["spec", "generators"])
            .iter()
            .map(|node| (node, 0)),
    );
    while let Some((generator, depth)) = open.pop() {
        let address = text(generator, &["git", "repoURL"]).map(comparable);
        for entry in ["directories", "files"]
            .iter()
            .flat_map(|key| items(generator, &["git", key]))
        {
            add(address.as_deref(), text(entry, &["path"]), named);
        }
        let inner = ["matrix", "merge"]
            .iter()
            .flat_map(|key| items(generator, &[key, "generators"]));
        open.extend(
            inner
                .map(|node| (node, depth + 1))
                .filter(|_| depth < DEEPEST_GENERATOR),
        );
    }
}

/// Adds what is known of a path: the folders before a part that something fills in.
fn add(address: Option<&str>, path: Option<&str>, named: &mut Named) {
    let (Some(address), Some(path)) = (address, path) else {
        return;
    };
    let open = ["{{", "${"].iter().filter_map(|sign| path.find(sign)).min();
    let known = match open {
        Some(at) => path
            .get(..at)
            .and_then(|known| known.rsplit_once('/'))
            .map(|(known, _)| known),
        None => Some(path),
    };
    let known = known.and_then(|path| normal("", path.trim_start_matches('/')));
    if let Some(known) = known.filter(|path| path.contains('/')) {
        named.entry(address.to_owned()).or_default().insert(known);
    }
}
