//! What a directory of Kustomize comes to: its objects, each with the kustomizations that change it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Document, Node};

use super::Directories;
use super::patch::{Patch, Target};
use crate::evidence::claim::block;
use crate::evidence::files::{Files, normal};
use crate::evidence::nodes::{at, items, text};
use crate::source::Source;

/// Directories that build on directories.
const DEEPEST: usize = 16;
/// More files and directories are not put together for one directory.
const MOST: usize = 5000;
/// In a longer file, patches are read without their places.
const MOST_PLACED: usize = 1 << 17;

/// What one directory comes to.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Build {
    /// Files with objects, as many times as they are taken up.
    pub resources: Vec<Resource>,
    /// ConfigMaps and Secrets that are made of files: name, key, file.
    pub generated: Vec<(String, String, String)>,
    /// The directories that it is built of, with its own.
    pub directories: BTreeSet<String>,
}

/// A file with objects in it.
#[derive(Debug, Clone, Default)]
pub(in crate::evidence) struct Resource {
    /// The file.
    pub path: String,
    /// The kustomizations that change its objects, the innermost first.
    pub steps: Vec<Arc<Step>>,
}

impl Resource {
    /// A file that no kustomization changes.
    pub(in crate::evidence) fn of(path: &str) -> Resource {
        Resource {
            path: path.to_owned(),
            steps: Vec::new(),
        }
    }
}

/// What one kustomization changes.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Step {
    pub patches: Vec<Patch>,
    pub prefix: String,
    pub suffix: String,
    pub namespace: Option<String>,
}

impl Step {
    fn is_empty(&self) -> bool {
        let Step {
            patches,
            prefix,
            suffix,
            namespace,
        } = self;
        patches.is_empty() && prefix.is_empty() && suffix.is_empty() && namespace.is_none()
    }

    /// What a `Kustomization` of Flux changes in all that it builds.
    /// <https://fluxcd.io/flux/components/kustomize/kustomizations/#patches>
    pub(in crate::evidence) fn of_flux(source: &Source, spec: &Node) -> Step {
        let of = |key: &str| text(spec, &[key]).unwrap_or_default().to_owned();
        Step {
            patches: items(spec, &["patches"])
                .iter()
                .filter_map(|patch| inline(source, patch))
                .collect(),
            prefix: of("namePrefix"),
            suffix: of("nameSuffix"),
            namespace: text(spec, &["targetNamespace"]).map(str::to_owned),
        }
    }

    /// The files of the patches.
    pub(in crate::evidence) fn files(&self) -> impl Iterator<Item = &str> {
        self.patches.iter().map(|patch| patch.file.as_str())
    }
}

/// The steps of directories, each read once.
pub(super) type Steps = RefCell<BTreeMap<String, Arc<Step>>>;

impl Directories {
    /// What a directory is built of.
    pub(in crate::evidence) fn build(&self, directory: &str, files: &Files<'_>) -> Build {
        let mut build = Build::default();
        let mut left = MOST;
        self.add(directory, files, &mut Vec::new(), &mut left, &mut build);
        build
    }

    /// Adds components to what a directory is built of, as if its kustomization named them.
    pub(in crate::evidence) fn add_components(
        &self,
        components: &[String],
        files: &Files<'_>,
        build: &mut Build,
    ) {
        let mut left = MOST;
        for path in components {
            let before = build.resources.len();
            self.add(path, files, &mut Vec::new(), &mut left, build);
            let beside = build.resources.get_mut(..before);
            add_step(beside.unwrap_or_default(), &self.step(path, files));
        }
    }

    fn add(
        &self,
        directory: &str,
        files: &Files<'_>,
        above: &mut Vec<String>,
        left: &mut usize,
        build: &mut Build,
    ) {
        let source = self.by_path.get(directory);
        let root = source.and_then(|source| source.document.root());
        let is_cycle = above.iter().any(|above| above == directory);
        let Some(root) = root.filter(|_| *left > 0 && above.len() < DEEPEST && !is_cycle) else {
            return;
        };
        *left -= 1;
        build.directories.insert(directory.to_owned());
        above.push(directory.to_owned());
        let first = build.resources.len();
        for key in ["resources", "bases", "components"] {
            for entry in items(root, &[key]).iter().filter_map(Node::as_str) {
                let Some(path) = normal(directory, entry).filter(|_| !entry.contains("://")) else {
                    continue;
                };
                if files.is_file(&path) {
                    if build.resources.len() < MOST {
                        build.resources.push(Resource::of(&path));
                    }
                    continue;
                }
                let before = build.resources.len();
                self.add(&path, files, above, left, build);
                // A component changes what is there beside it, too.
                let beside = build.resources.get_mut(first..before);
                if key == "components"
                    && let Some(beside) = beside
                {
                    add_step(beside, &self.step(&path, files));
                }
            }
        }
        above.pop();
        add_generated(root, directory, build);
        let own = build.resources.get_mut(first..).unwrap_or_default();
        add_step(own, &self.step(directory, files));
    }

    /// What the kustomization of a directory changes.
    fn step(&self, directory: &str, files: &Files<'_>) -> Arc<Step> {
        if let Some(known) = self.steps.borrow().get(directory) {
            return Arc::clone(known);
        }
        let source = self.by_path.get(directory);
        let root = source.and_then(|source| source.document.root());
        let step = match (source, root) {
            (Some(source), Some(root)) => step_of(source, root, directory, files),
            _ => Step::default(),
        };
        let step = Arc::new(step);
        let mut steps = self.steps.borrow_mut();
        steps.insert(directory.to_owned(), Arc::clone(&step));
        step
    }
}

/// Adds a step to each of some files.
pub(in crate::evidence) fn add_step(resources: &mut [Resource], step: &Arc<Step>) {
    if !step.is_empty() {
        for resource in resources {
            resource.steps.push(Arc::clone(step));
        }
    }
}

fn add_generated(root: &Node, directory: &str, build: &mut Build) {
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
}

fn step_of(source: &Source, root: &Node, directory: &str, files: &Files<'_>) -> Step {
    let of = |key: &str| text(root, &[key]).unwrap_or_default().to_owned();
    let mut patches = Vec::new();
    for key in ["patchesStrategicMerge", "patches", "patchesJson6902"] {
        for patch in items(root, &[key]) {
            let path = patch.as_str().or_else(|| text(patch, &["path"]));
            let path = path.filter(|path| !path.contains('\n'));
            let read = path
                .and_then(|path| normal(directory, path))
                .and_then(|path| files.read(&path));
            patches.extend(match read {
                Some(file) => Some(Patch {
                    file: file.path.clone(),
                    document: Arc::clone(&file.document),
                    is_placed: true,
                    target: at(patch, &["target"]).map(Target::of),
                }),
                None => inline(source, patch),
            });
        }
    }
    Step {
        patches,
        prefix: of("namePrefix"),
        suffix: of("nameSuffix"),
        namespace: text(root, &["namespace"]).map(str::to_owned),
    }
}

/// A patch that is a text in a manifest.
fn inline(source: &Source, patch: &Node) -> Option<Patch> {
    let node = match patch.as_str() {
        Some(_) => patch,
        None => at(patch, &["patch"])?,
    };
    let place = block(source, node).filter(|_| source.text().len() <= MOST_PLACED);
    let document = match &place {
        Some(part) => part.read(source.text().to_owned()),
        None => Document::parse(node.as_str()?),
    };
    Some(Patch {
        file: source.path.clone(),
        document: Arc::new(document),
        is_placed: place.is_some(),
        target: at(patch, &["target"]).map(Target::of),
    })
}
