//! Where deployments begin: the directories of environments, and those that something synchronizes. And what is left out
//! of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_budget::Budget;

use super::Directories;
use super::synced::{Roots, synced_by_flux};
use super::unlisted::unlisted;
use super::unreached::{beside_others, may_deploy, not_listed, unreached};
use crate::evidence::claim::{Claims, Unread};
use crate::evidence::files::Files;
use crate::evidence::tells::Names;
use crate::naming::{environment_name, known_tier, sample_folder};
use crate::source::{Source, ancestors, directory_of, join};

/// What scripts build with kustomize.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Commands {
    /// Whether they build anything.
    pub has_any: bool,
    /// The directories that are known.
    pub directories: BTreeSet<String>,
}

/// What a workspace's kustomizations come to as a whole.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Reach {
    /// The directories that tell an environment, and that no other one of it takes up.
    pub tops: Vec<String>,
    /// Directories that something synchronizes, here or by way of others.
    reached: BTreeSet<String>,
    /// Of these, what only an environment deploys whose name tells no stage, as all that it takes up of another name: the
    /// cluster `homelab` takes up `bundles/prod-stable`.
    parts: BTreeSet<String>,
    /// What is synchronized from outside of all kustomizations.
    roots: Roots,
    /// Whether Argo CD synchronizes some, and nothing that is not known may deploy others.
    is_all_of_argo: bool,
    /// Folders of examples, with directories that would be deployed if they were none.
    samples: BTreeSet<String>,
    /// The files that the directories name which are reached.
    deployed: BTreeSet<String>,
    /// Files with deployments that no kustomization lists, next to those that one lists; with that one's directory.
    unlisted: BTreeMap<String, String>,
    /// Directories that no kustomization takes up, next to those that one takes up which is synchronized; with that one.
    left_out: BTreeMap<String, String>,
}

impl Reach {
    /// Looks at all directories, and at what synchronizes any. `built` says what scripts build, too.
    pub(in crate::evidence) fn of(
        directories: &Directories,
        sources: &[Arc<Source>],
        built: &Commands,
        files: &Files<'_>,
        names: &Names,
    ) -> Reach {
        let children: BTreeMap<&str, Vec<String>> = directories
            .iter()
            .map(|(directory, _)| (directory.as_str(), directories.children(directory)))
            .collect();
        let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (parent, children) in &children {
            for child in children {
                parents.entry(child).or_default().push(parent);
            }
        }
        let mut all = Roots::of(sources.iter(), files);
        all.closed.extend(built.directories.iter().cloned());
        let unlisted = unlisted(directories, sources, &all, files);
        let listed = sources
            .iter()
            .filter(|source| !unlisted.contains_key(&source.path));
        let mut roots = Roots::of(listed, files);
        roots.closed.extend(built.directories.iter().cloned());
        let mut reach = Reach {
            unlisted,
            ..Reach::default()
        };
        let mut open: Vec<String> = Vec::new();
        for (directory, _) in directories.iter() {
            let is_plain = |above: &str| !children.contains_key(above);
            let below_plain = || {
                ancestors(directory).any(|above| is_plain(above) && roots.closed.contains(above))
            };
            if roots.closed.contains(directory) || below_plain() {
                open.push(directory.clone());
            }
        }
        let told = |directory: &str| names.of_folders(directory);
        let is_other = |above: &str, directory: &str| {
            told(directory).is_some_and(|name| told(above).as_ref() != Some(&name))
        };
        let takes_one = |above: &str, taken: &[String]| {
            let others = taken.iter().filter(|taken| is_other(above, taken));
            let others: BTreeSet<String> = others.filter_map(|taken| told(taken)).collect();
            others.len() == 1 && told(above).is_some_and(|name| known_tier(&name).is_none())
        };
        let wholes = children
            .iter()
            .filter(|(above, taken)| takes_one(above, taken));
        let wholes: BTreeSet<&str> = wholes.map(|(above, _)| *above).collect();
        let is_part =
            |above: &str, directory: &str| wholes.contains(above) && is_other(above, directory);
        reach.reached = reached(open.clone(), &children, &|_, _| true);
        let whole = reached(open, &children, &|above, directory| {
            !is_part(above, directory)
        });
        reach.parts = reach.reached.difference(&whole).cloned().collect();
        for (directory, _) in directories.iter() {
            let above = directory_of(directory);
            let is_open = || {
                roots
                    .open
                    .iter()
                    .any(|prefix| directory.starts_with(prefix.as_str()))
            };
            let lists_others = || {
                let listed = children.get(above).into_iter().flatten();
                listed.clone().any(|child| directory_of(child) == above)
            };
            let is_taken = || parents.contains_key(directory.as_str());
            if !reach.reached.contains(directory)
                && reach.reached.contains(above)
                && directory != above
                && lists_others()
                && !is_taken()
                && !is_open()
            {
                reach.left_out.insert(directory.clone(), above.to_owned());
            }
        }
        reach.leave_out_parked(sources, files);
        let listed = sources.iter();
        let listed = listed.filter(|source| !reach.unlisted.contains_key(&source.path));
        let left = unreached(directories, listed, &reach.reached, &roots, files, names);
        for (directory, by) in left {
            if reach.left_out_with(&directory).is_none() {
                reach.left_out.insert(directory, by);
            }
        }
        reach.roots = Roots {
            has_flux: all.has_flux,
            ..roots
        };
        reach.is_all_of_argo = reach.roots.has_argo
            && !reach.reached.is_empty()
            && !built.has_any
            && !sources.iter().any(|source| is_template(source))
            && !directories.patch_applications(files);
        reach.tops = reach.tops(directories, &parents, names);
        reach.leave_out_samples();
        let reached = reach.reached.iter();
        reach.deployed = reached
            .flat_map(|directory| directories.own_files(directory, files))
            .collect();
        reach
    }

    /// Leaves out what only files synchronize that no kustomization lists.
    fn leave_out_parked(&mut self, sources: &[Arc<Source>], files: &Files<'_>) {
        for source in sources {
            let Some(by) = self.unlisted.get(&source.path) else {
                continue;
            };
            for synced in synced_by_flux(source, files) {
                let directory = synced.directory.trim_end_matches('/');
                if !self.reached.contains(directory) {
                    self.left_out.insert(directory.to_owned(), by.clone());
                }
            }
        }
    }

    /// Whether Flux deploys a directory only with those of other environments that take it up: it is a part of these,
    /// whatever it is called.
    fn is_option(&self, directory: &str, above: &[&str]) -> bool {
        self.roots.has_flux
            && !self.roots.closed.contains(directory)
            && above.iter().any(|above| self.reached.contains(*above))
    }

    /// Where the deployments of environments begin. A directory that another one of its stage takes up is a part of that
    /// one; where that one takes up several environments (`dev` takes up `dev-1` and `dev-2`), they are what is deployed.
    fn tops(
        &self,
        directories: &Directories,
        parents: &BTreeMap<&str, Vec<&str>>,
        names: &Names,
    ) -> Vec<String> {
        let told = directories.iter().filter_map(|(directory, _)| {
            let is_deployed = self.left_out_with(directory).is_none();
            let environment = names.of_folders(directory).filter(|_| is_deployed)?;
            Some((directory.as_str(), environment))
        });
        let mut told: BTreeMap<&str, String> = told.collect();
        let budget = &directories.known.budget;
        // What is synchronized is deployed as it is, and no part of an overlay that nothing leads to.
        let named = told
            .iter()
            .filter(|(directory, _)| self.roots.closed.contains(**directory));
        let beside = named.flat_map(|(directory, environment)| {
            let above = parents_of(parents, directory, budget).into_iter();
            above.filter(|above| told.get(above) == Some(environment) && self.is_unreached(above))
        });
        let beside: BTreeSet<&str> = beside.collect();
        told.retain(|directory, _| !beside.contains(directory));
        let above = |directory: &str, is_same: &dyn Fn(&str) -> bool| -> Vec<&str> {
            let above = parents_of(parents, directory, budget).into_iter();
            above
                .filter(|above| told.get(above).is_some_and(|told| is_same(told)))
                .collect()
        };
        let mut parts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut tops: BTreeSet<&str> = BTreeSet::new();
        for (directory, environment) in &told {
            let same_stage = above(directory, &|other| stage(other) == stage(environment));
            let is_part = self.parts.contains(*directory)
                || self.is_option(
                    directory,
                    &above(directory, &|told| known_tier(told).is_some()),
                );
            if same_stage.is_empty() && !is_part {
                tops.insert(directory);
            }
            for top in same_stage {
                if told.get(top) != Some(environment) {
                    parts.entry(top).or_default().insert(environment);
                }
            }
        }
        let is_split = |top: &str| parts.get(top).is_some_and(|parts| parts.len() > 1);
        let split: BTreeSet<&str> = tops.iter().copied().filter(|top| is_split(top)).collect();
        for (directory, environment) in &told {
            let is_part = above(directory, &|_| true)
                .iter()
                .any(|top| split.contains(top));
            let is_whole = above(directory, &|other| other == environment).is_empty();
            if is_part && is_whole {
                tops.insert(directory);
            }
        }
        let tops = tops.difference(&split);
        tops.map(|top| (*top).to_owned()).collect()
    }

    /// Leaves out what lies in folders of examples, where something outside of them is deployed and nothing synchronizes it.
    fn leave_out_samples(&mut self) {
        let (samples, tops): (Vec<String>, Vec<String>) = std::mem::take(&mut self.tops)
            .into_iter()
            .partition(|top| sample_of(top).is_some() && !self.reached.contains(top));
        self.tops = match tops.is_empty() {
            true => samples,
            false => {
                let folders = samples.iter().filter_map(|top| sample_of(top));
                self.samples.extend(folders.map(str::to_owned));
                tops
            }
        };
    }

    /// Whether something synchronizes a directory, here or by way of others.
    pub(super) fn is_reached(&self, directory: &str) -> bool {
        self.reached.contains(directory)
    }

    /// Whether something synchronizes a directory by its own path.
    pub(super) fn is_named(&self, directory: &str) -> bool {
        self.roots.closed.contains(directory)
    }

    /// Whether nothing that is known synchronizes a directory.
    fn is_unreached(&self, directory: &str) -> bool {
        let mut open = self.roots.open.iter();
        !self.reached.contains(directory)
            && !open.any(|prefix| directory.starts_with(prefix.as_str()))
    }

    /// What synchronizes others, and not this one.
    pub(super) fn is_beside(&self, directory: &str) -> Option<&'static str> {
        let is_left = !self.reached.contains(directory);
        match (self.roots.has_flux, self.is_all_of_argo) {
            (true, _) => Some("Flux").filter(|_| is_left),
            (false, true) => Some("Argo CD").filter(|_| self.is_unreached(directory)),
            (false, false) => None,
        }
    }

    /// Whether Flux synchronizes others, and nothing leads to a file that no cluster came to.
    pub(in crate::evidence) fn is_file_beside_flux(
        &self,
        path: &str,
        directories: &Directories,
    ) -> bool {
        let is_open = |prefix: &String| path.starts_with(prefix.as_str());
        let mut above = ancestors(directory_of(path));
        let home = above.find(|above| {
            directories.by_path.contains_key(*above) || self.roots.closed.contains(*above)
        });
        let is_plain = || home.is_some_and(|home| !directories.by_path.contains_key(home));
        // What Flux leads to was followed; Argo CD may deploy releases of Flux, too.
        let is_of_argo = || self.deployed.contains(path) || is_plain();
        let is_led_to = self.roots.has_all
            || (self.roots.has_argo && is_of_argo())
            || self.roots.open.iter().any(is_open);
        self.roots.has_flux && !is_led_to
    }

    /// The directory that lists others and leaves this one, or one above it, out.
    pub(in crate::evidence) fn left_out_with(&self, directory: &str) -> Option<(&str, &str)> {
        if self.reached.contains(directory) {
            return None;
        }
        let mut above = ancestors(directory);
        let found = above.find_map(|above| self.left_out.get_key_value(above))?;
        Some((found.0, found.1))
    }

    /// Says of each directory that is left out and holds deployments that these are none. Gives the files that only such
    /// directories are built of.
    pub(in crate::evidence) fn say_left_out(
        &self,
        directories: &Directories,
        sources: &[Arc<Source>],
        files: &Files<'_>,
        said: &mut Claims,
    ) -> BTreeSet<String> {
        let telling: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
        let deploying = sources.iter().filter(|source| may_deploy(source));
        let deploying: BTreeSet<&str> = deploying.map(|source| source.path.as_str()).collect();
        let mut left: BTreeSet<String> = BTreeSet::new();
        for (directory, by) in &self.left_out {
            let below = files.below(&join(directory, ""));
            let build = directories.build(directory, files);
            let built = build
                .resources
                .iter()
                .map(|resource| resource.path.as_str());
            let of_directory: BTreeSet<&str> = below.iter().copied().chain(built).collect();
            let is_listed = directories.by_path.contains_key(by);
            // What deploys nothing that Flux would is no part of what it leaves out.
            let wanted = if is_listed { &telling } else { &deploying };
            if of_directory.is_disjoint(wanted) {
                continue;
            }
            left.extend(of_directory.into_iter().map(str::to_owned));
            said.taken
                .extend(below.iter().map(|path| (*path).to_owned()));
            let Some(source) = directories.by_path.get(directory) else {
                continue;
            };
            said.unread.push(Unread {
                file: source.path.clone(),
                place: None,
                reason: match directories.by_path.get(by) {
                    Some(listing) => not_listed("directory", &listing.path),
                    None => beside_others(by),
                },
                is_values: false,
            });
        }
        for (file, by) in &self.unlisted {
            let listing = directories
                .by_path
                .get(by)
                .map_or(by.as_str(), |source| &source.path);
            let is_new = left.insert(file.clone());
            said.unread.extend(is_new.then(|| Unread {
                file: file.clone(),
                place: None,
                reason: not_listed("file", listing),
                is_values: false,
            }));
        }
        said.unread.extend(self.samples.iter().map(|folder| Unread {
            file: folder.clone(),
            place: None,
            reason: "a folder of examples or tests by its name, and nothing synchronizes any of it, so envlint checks no app in it".into(),
            is_values: false,
        }));
        // What is synchronized by another way stands for itself.
        for path in &self.deployed {
            left.remove(path);
        }
        left
    }
}

/// Whether the paths that an Application names are filled in before it is one.
fn is_template(source: &Source) -> bool {
    let text = source.text();
    text.contains("{{")
        && text.contains("argoproj.io/")
        && source.path.split('/').any(|folder| folder == "templates")
}

impl Directories {
    /// Whether a kustomization changes an Application: then it may synchronize another directory than the file says.
    pub(in crate::evidence) fn patch_applications(&self, files: &Files<'_>) -> bool {
        let is_one = |kind: String| matches!(kind.as_str(), "Application" | "ApplicationSet");
        self.by_path.keys().any(|directory| {
            let step = self.step(directory, files);
            let mut kinds = step.patches.iter().filter_map(|patch| patch.wanted().0);
            kinds.any(is_one)
        })
    }
}

/// How commands build directories, and how one makes an Application.
const COMMANDS: [&str; 5] = [
    "kustomize build",
    "kubectl kustomize",
    "apply -k",
    "apply --kustomize",
    "argocd app create",
];

/// Whether a script builds directories of Kustomize.
pub(in crate::evidence) fn builds_directories(text: &str) -> bool {
    COMMANDS.iter().any(|command| text.contains(command))
}

/// The folder of examples that a directory is, or lies in.
fn sample_of(directory: &str) -> Option<&str> {
    let inside = sample_folder(directory);
    let is_one = || sample_folder(&join(directory, "a")).is_some();
    inside.or_else(|| is_one().then_some(directory))
}

/// What some directories take up, directly or by way of others, where a step from one to the next `counts`.
fn reached(
    mut open: Vec<String>,
    children: &BTreeMap<&str, Vec<String>>,
    counts: &dyn Fn(&str, &str) -> bool,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    while let Some(directory) = open.pop() {
        if found.insert(directory.clone()) {
            let taken = children.get(directory.as_str()).into_iter().flatten();
            let taken = taken.filter(|taken| counts(&directory, taken));
            open.extend(taken.cloned());
        }
    }
    found
}

/// The stage of an environment; its name, where that is no known one.
fn stage(environment: &str) -> &str {
    environment_name(environment).map_or(environment, |told| told.stage)
}

/// All directories that take up a directory, directly or by way of others, as far as the ways to them may be looked at.
fn parents_of<'p>(
    parents: &BTreeMap<&str, Vec<&'p str>>,
    directory: &str,
    budget: &Budget,
) -> BTreeSet<&'p str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let of = |child: &str| parents.get(child).map_or(&[][..], Vec::as_slice);
    let mut open: Vec<&[&'p str]> = vec![of(directory)];
    while let Some(above) = open.pop() {
        if !budget.spend(above.len() as u64) {
            break;
        }
        for parent in above {
            if found.insert(parent) {
                open.push(of(parent));
            }
        }
    }
    found
}
