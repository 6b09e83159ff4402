//! What a directory of Kustomize comes to: its objects, each with the kustomizations that change it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Document, Node};

use super::Directories;
use super::patch::{Patch, Target};
use crate::evidence::claim::{Unread, block};
use crate::evidence::files::{Files, normal};
use crate::evidence::nodes::{at, items, text};
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Source, ancestors, directory_of};

/// Directories that build on directories.
const DEEPEST: usize = 16;
/// More files and directories are not put together for one directory.
const MOST: usize = 5000;
/// Nor more for all directories, with the kustomizations that change each of the files: a directory that others take up is
/// looked at once for each way to it, and there may be more ways than directories.
const MOST_IN_ALL: u64 = 1_000_000;
/// In a longer file, patches are read without their places.
const MOST_PLACED: usize = 1 << 17;

/// What one directory comes to.
#[derive(Debug, Clone, Default)]
pub(in crate::evidence) struct Build {
    /// Files with objects, as many times as they are taken up.
    pub resources: Vec<Resource>,
    /// The entries of ConfigMaps and Secrets that are made of files. The last one wins: an overlay replaces what its base
    /// makes.
    pub generated: Vec<Generated>,
    /// The directories that it is built of, with its own.
    pub directories: BTreeSet<String>,
}

/// An entry of a ConfigMap or Secret that is made of a file.
#[derive(Debug, Clone)]
pub(in crate::evidence) struct Generated {
    /// The name of the object.
    pub name: String,
    /// Its namespace, where a kustomization tells one.
    pub namespace: Option<String>,
    pub key: String,
    pub file: String,
}

impl Build {
    /// Puts all in a namespace, as what takes it up does.
    fn move_to(&mut self, first: usize, namespace: Option<&str>) {
        let Some(namespace) = namespace else { return };
        for entry in self.generated.iter_mut().skip(first) {
            entry.namespace = Some(namespace.to_owned());
        }
    }

    /// The same changes for all that it comes to.
    pub(in crate::evidence) fn change(&mut self, step: &Arc<Step>) {
        add_step(&mut self.resources, step);
        self.move_to(0, step.namespace.as_deref());
    }

    /// The file that makes an entry of a ConfigMap or Secret, as an object in a namespace sees it; none where several may be
    /// meant.
    pub(in crate::evidence) fn generated_file(
        &self,
        name: &str,
        key: &str,
        namespace: Option<&str>,
    ) -> Option<&str> {
        let named = self.generated.iter().rev();
        let named = named.filter(|entry| entry.name == name && entry.key == key);
        let is_there = |entry: &&Generated| match (entry.namespace.as_deref(), namespace) {
            (Some(own), Some(asked)) => own == asked,
            _ => true,
        };
        let mut there = named.filter(is_there);
        let found = there.next()?;
        let is_one = there.all(|other| other.namespace == found.namespace || namespace.is_some());
        is_one.then_some(found.file.as_str())
    }
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
    ///
    /// `is_written` says whether the `spec` stands in the file as it is.
    pub(in crate::evidence) fn of_flux(source: &Source, spec: &Node, is_written: bool) -> Step {
        let of = |key: &str| text(spec, &[key]).unwrap_or_default().to_owned();
        Step {
            patches: items(spec, &["patches"])
                .iter()
                .filter_map(|patch| inline(source, patch, is_written))
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

/// What is known of directories so far.
#[derive(Debug)]
pub(super) struct Known {
    /// The steps of directories, each read once.
    steps: RefCell<BTreeMap<String, Arc<Step>>>,
    /// What directories come to, each put together once.
    builds: RefCell<BTreeMap<String, Rc<Build>>>,
    /// Directories that are not put together as a whole, as they are too large.
    cut: RefCell<BTreeSet<String>>,
    /// For what directories name, and ways from one to another.
    pub(super) budget: Budget,
}

impl Default for Known {
    fn default() -> Known {
        Known {
            steps: RefCell::default(),
            builds: RefCell::default(),
            cut: RefCell::default(),
            budget: Budget::new(MOST_IN_ALL),
        }
    }
}

/// A directory that is put together.
struct Building<'b> {
    files: &'b Files<'b>,
    /// The directories on the way to where it is.
    above: Vec<String>,
    /// How much more may be added.
    left: usize,
    /// Whether there was more.
    is_cut: bool,
    build: Build,
}

impl<'b> Building<'b> {
    fn new(files: &'b Files<'b>, build: Build) -> Building<'b> {
        Building {
            files,
            above: Vec::new(),
            left: MOST,
            is_cut: false,
            build,
        }
    }

    /// Takes something more, if there is room for it.
    fn take(&mut self, budget: &Budget) -> bool {
        let has_room = self.left > 0 && budget.spend(1);
        self.left = self.left.saturating_sub(1);
        self.is_cut |= !has_room;
        has_room
    }
}

impl Directories {
    /// What a directory is built of.
    pub(in crate::evidence) fn build(&self, directory: &str, files: &Files<'_>) -> Rc<Build> {
        if let Some(known) = self.known.builds.borrow().get(directory) {
            return Rc::clone(known);
        }
        let mut building = Building::new(files, Build::default());
        self.add(directory, &mut building);
        if building.is_cut {
            self.known.cut.borrow_mut().insert(directory.to_owned());
        }
        let build = Rc::new(building.build);
        let mut builds = self.known.builds.borrow_mut();
        builds.insert(directory.to_owned(), Rc::clone(&build));
        build
    }

    /// What a directory without a kustomization comes to for Flux, which makes one: all files below it, and of directories with
    /// a kustomization what these build.
    /// Flux: pkg/kustomize/kustomize_generator.go, `scanManifests`
    pub(in crate::evidence) fn generated(&self, directory: &str, files: &Files<'_>) -> Build {
        let mut build = Build::default();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        for path in files.below(&format!("{directory}/")) {
            if !self.known.budget.spend(1) {
                self.known.cut.borrow_mut().insert(directory.to_owned());
                break;
            }
            let mut above: Vec<&str> = ancestors(directory_of(path))
                .take_while(|above| *above != directory)
                .collect();
            above.reverse();
            let home = above
                .into_iter()
                .find(|above| self.by_path.contains_key(*above));
            match home {
                None => build.resources.push(Resource::of(path)),
                Some(home) if taken.insert(home) => {
                    let inner = self.build(home, files);
                    build.resources.extend(inner.resources.iter().cloned());
                    build.generated.extend(inner.generated.iter().cloned());
                    build.directories.extend(inner.directories.iter().cloned());
                }
                Some(_) => {}
            }
        }
        build
    }

    /// Says that directories are too large to be put together.
    pub(in crate::evidence) fn cut(&self) -> Option<Unread> {
        let cut = self.known.cut.borrow();
        let mut paths = cut
            .iter()
            .filter_map(|path| self.by_path.get_key_value(path));
        let (directory, source) = paths.next()?;
        let directory = match directory.as_str() {
            "" => ".",
            directory => directory,
        };
        Some(Unread {
            file: source.path.clone(),
            place: None,
            reason: said_text!(
                "`{}` takes up too many files and directories, or all kustomizations together do, so what {} of them build is not known as a whole",
                ObjectName(directory),
                cut.len()
            ),
            is_values: false,
        })
    }

    /// Adds components to what a directory is built of, as if its kustomization named them.
    pub(in crate::evidence) fn add_components(
        &self,
        components: &[String],
        files: &Files<'_>,
        build: &mut Build,
    ) {
        for path in components {
            let mut building = Building::new(files, std::mem::take(build));
            let before = building.build.resources.len();
            self.add(path, &mut building);
            let is_cut = building.is_cut;
            *build = building.build;
            if is_cut {
                self.known.cut.borrow_mut().insert(path.clone());
            }
            let beside = build.resources.get_mut(..before);
            add_step(beside.unwrap_or_default(), &self.step(path, files));
        }
    }

    fn add(&self, directory: &str, building: &mut Building<'_>) {
        let source = self.by_path.get(directory);
        let root = source.and_then(|source| source.document.root());
        let is_cycle = building.above.iter().any(|above| above == directory);
        let Some(root) = root.filter(|_| !is_cycle) else {
            return;
        };
        if building.above.len() >= DEEPEST {
            building.is_cut = true;
            return;
        }
        let budget = &self.known.budget;
        let files = building.files;
        building.build.directories.insert(directory.to_owned());
        building.above.push(directory.to_owned());
        let first = building.build.resources.len();
        let first_made = building.build.generated.len();
        for key in ["resources", "bases", "components"] {
            for entry in items(root, &[key]).iter().filter_map(Node::as_str) {
                if !building.take(budget) {
                    break;
                }
                let Some(path) = normal(directory, entry).filter(|_| !entry.contains("://")) else {
                    continue;
                };
                if files.is_file(&path) {
                    building.build.resources.push(Resource::of(&path));
                    continue;
                }
                let before = building.build.resources.len();
                self.add(&path, building);
                // A component changes what is there beside it, too.
                if key == "components"
                    && let Some(beside) = building.build.resources.get_mut(first..before)
                {
                    add_step(beside, &self.step(&path, files));
                    budget.spend(beside.len() as u64);
                }
            }
        }
        building.above.pop();
        add_generated(root, directory, &mut building.build, first_made);
        building
            .build
            .move_to(first_made, text(root, &["namespace"]));
        let own = building.build.resources.get_mut(first..);
        let own = own.unwrap_or_default();
        add_step(own, &self.step(directory, files));
        budget.spend(own.len() as u64);
    }

    /// What the kustomization of a directory changes.
    pub(super) fn step(&self, directory: &str, files: &Files<'_>) -> Arc<Step> {
        if let Some(known) = self.known.steps.borrow().get(directory) {
            return Arc::clone(known);
        }
        let source = self.by_path.get(directory);
        let root = source.and_then(|source| source.document.root());
        let step = match (source, root) {
            (Some(source), Some(root)) => step_of(source, root, directory, files),
            _ => Step::default(),
        };
        let step = Arc::new(step);
        let mut steps = self.known.steps.borrow_mut();
        steps.insert(directory.to_owned(), Arc::clone(&step));
        step
    }
}

/// Adds a step to each of some files.
fn add_step(resources: &mut [Resource], step: &Arc<Step>) {
    if !step.is_empty() {
        for resource in resources {
            resource.steps.push(Arc::clone(step));
        }
    }
}

/// Adds what the generators of a kustomization make. What replaces one of those that it takes up, which are there from
/// `first` on, is where that one is.
fn add_generated(root: &Node, directory: &str, build: &mut Build, first: usize) {
    for key in ["configMapGenerator", "secretGenerator"] {
        for generator in items(root, &[key]) {
            let Some(name) = text(generator, &["name"]) else {
                continue;
            };
            let below = || {
                let mut below = build.generated.iter().skip(first).rev();
                below.find(|entry| entry.name == name)?.namespace.clone()
            };
            let namespace = text(generator, &["namespace"]).map(str::to_owned);
            let namespace = namespace.or_else(below);
            for entry in items(generator, &["files"]).iter().filter_map(Node::as_str) {
                let (key, file) = entry
                    .split_once('=')
                    .unwrap_or_else(|| (entry.rsplit('/').next().unwrap_or(entry), entry));
                if let Some(path) = normal(directory, file) {
                    build.generated.push(Generated {
                        name: name.to_owned(),
                        namespace: namespace.clone(),
                        key: key.to_owned(),
                        file: path,
                    });
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
                    named: patch.span(),
                    document: Arc::clone(&file.document),
                    is_placed: true,
                    target: at(patch, &["target"]).map(Target::of),
                }),
                None => inline(source, patch, true),
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

/// A patch that is a text in a manifest, which stands in the file as it is or is changed before.
fn inline(source: &Source, patch: &Node, is_written: bool) -> Option<Patch> {
    let node = match patch.as_str() {
        Some(_) => patch,
        None => at(patch, &["patch"])?,
    };
    let is_placed = is_written && source.text().len() <= MOST_PLACED;
    let place = is_placed.then(|| block(source, node)).flatten();
    let document = match &place {
        Some(part) => part.read(source.text().to_owned()),
        None => Document::parse(node.as_str()?),
    };
    Some(Patch {
        file: source.path.clone(),
        named: patch.span(),
        document: Arc::new(document),
        is_placed: place.is_some(),
        target: at(patch, &["target"]).map(Target::of),
    })
}
