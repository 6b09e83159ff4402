//! What clusters synchronize, one directory after the other, and what directories of environments build by themselves.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::entries::{Entry, entries};
use super::{Cx, MOST_REACHED};
use crate::evidence::claim::{Claim, Claims, Evidence};
use crate::evidence::kustomize::{
    Build, Directories, Reach, Synced, synced_by_flux, synced_by_resource,
};
use crate::naming::environment_name;
use crate::source::{ancestors, directory_of};

/// What Flux synchronizes.
#[derive(Default)]
pub(super) struct Syncs {
    /// The directories, each with the files that say so.
    by_directory: BTreeMap<String, Vec<(String, Synced)>>,
    /// These files.
    pub(super) files: BTreeSet<String>,
    /// The directories that hold such a file, or one that holds one.
    holders: BTreeSet<String>,
}

impl Syncs {
    fn of(cx: &Cx<'_, '_>) -> Syncs {
        let mut syncs = Syncs::default();
        for (path, source) in cx.by_path {
            for synced in synced_by_flux(source, cx.files) {
                let known = syncs.by_directory.entry(synced.directory.clone());
                known.or_default().push(((*path).to_owned(), synced));
                syncs.files.insert((*path).to_owned());
            }
        }
        let above = syncs.files.iter().flat_map(|path| ancestors(path));
        syncs.holders = above.map(str::to_owned).collect();
        syncs
    }

    /// The files that say that a directory is synchronized.
    pub(super) fn by(&self, directory: &str) -> &[(String, Synced)] {
        self.by_directory.get(directory).map_or(&[], Vec::as_slice)
    }
}

/// Where environments are walked from.
struct Walk<'w, 'f> {
    cx: &'w Cx<'w, 'f>,
    directories: &'w Directories,
    syncs: &'w Syncs,
    /// The environments that clusters are.
    clusters: BTreeSet<String>,
    /// What tells the environment, and a directory that it deploys.
    open: Vec<(String, Synced)>,
    reached: BTreeSet<(String, String)>,
    /// The directories that were synchronized on the way.
    followed: BTreeSet<String>,
    /// The files of it.
    built: BTreeSet<String>,
    /// Which directories are where clusters begin.
    begins: RefCell<BTreeMap<String, bool>>,
    /// What clusters of which nothing tells the environment begin with, and what they are called.
    nameless: BTreeMap<String, Option<String>>,
}

impl Cx<'_, '_> {
    /// Whether the cluster that is followed synchronizes a file, or only others do. None where nothing tells.
    pub(super) fn is_of_cluster(&self, file: &str) -> Option<bool> {
        let (syncs, environment) = self.walked?;
        let by = ancestors(directory_of(file)).flat_map(|directory| syncs.by(directory));
        let mut told: Vec<String> = by.filter_map(|(by, _)| self.names.of_path(by)).collect();
        if told.is_empty() {
            told.extend(self.names.of_folders(directory_of(file)));
        }
        let stage = |name: &str| environment_name(name).map(|told| (told.stage, told.place));
        let is_it = |told: &String| match (stage(told), stage(environment)) {
            (Some(told), Some(own)) => {
                told.0 == own.0 && (told.1 == own.1 || told.1.is_empty() || own.1.is_empty())
            }
            _ => told == environment,
        };
        (!told.is_empty()).then(|| told.iter().any(is_it))
    }

    /// What environments' directories build, and what their clusters synchronize. Gives the files of it.
    pub(super) fn claim_directories(
        &self,
        directories: &Directories,
        reach: &Reach,
        said: &mut Claims,
    ) -> BTreeSet<String> {
        let syncs = Syncs::of(self);
        // What a kustomization changes is not what the file says.
        let telling = directories.iter().map(|(directory, _)| directory);
        let telling = telling.filter(|directory| self.names.of_folders(directory).is_some());
        let taken_up = telling.flat_map(|directory| directories.own_files(directory, self.files));
        let taken_up: BTreeSet<String> = taken_up.collect();
        let mut walk = Walk {
            cx: self,
            directories,
            syncs: &syncs,
            clusters: BTreeSet::new(),
            open: Vec::new(),
            reached: BTreeSet::new(),
            followed: BTreeSet::new(),
            built: BTreeSet::new(),
            begins: RefCell::default(),
            nameless: BTreeMap::new(),
        };
        let alone = syncs.files.iter().map(String::as_str);
        let alone = alone.filter(|path| !taken_up.contains(*path));
        let alone: Vec<&str> = alone
            .filter(|path| self.names.of_path(path).is_some())
            .collect();
        let (first, rest): (Vec<&String>, Vec<&String>) =
            reach.tops.iter().partition(|top| walk.is_cluster(top));
        let (files, others): (Vec<&str>, Vec<&str>) =
            alone.into_iter().partition(|path| walk.is_outermost(path));
        let told = first
            .iter()
            .map(|top| top.as_str())
            .chain(files.iter().copied());
        let told: BTreeSet<String> = told.filter_map(|by| walk.environment(by)).collect();
        walk.clusters = told;
        walk.add(&first, &files);
        walk.run(said);
        // What a cluster deploys is deployed so, whatever its folder is called.
        let is_left = |path: &str| !ancestors(path).any(|above| walk.followed.contains(above));
        let rest: Vec<&String> = rest.into_iter().filter(|top| is_left(top)).collect();
        let others: Vec<&str> = others.into_iter().filter(|path| is_left(path)).collect();
        walk.add(&rest, &others);
        walk.run(said);
        let first = said.claims.len();
        walk.add_nameless(&taken_up);
        walk.run(said);
        said.leave_out_told(first);
        walk.built
    }
}

impl Walk<'_, '_> {
    /// The environment that a directory or a file tells.
    fn environment(&self, by: &str) -> Option<String> {
        let names = self.cx.names;
        names.of_folders(by).or_else(|| names.of_path(by))
    }

    /// Whether nothing of another environment's folder synchronizes what a path lies in.
    fn is_outermost(&self, path: &str) -> bool {
        let names = self.cx.names;
        let is_from_outside = |above: &str| {
            let mut by = self.syncs.by(above).iter();
            by.any(|(file, _)| !lies_in(file, above) && names.of_path(file).is_some())
        };
        !ancestors(path).any(is_from_outside)
    }

    /// Whether a directory is where a cluster begins: it synchronizes others, and no other one synchronizes it.
    fn is_cluster(&self, directory: &str) -> bool {
        if let Some(known) = self.begins.borrow().get(directory) {
            return *known;
        }
        let builds = || {
            let build = self.directories.build(directory, self.cx.files);
            let mut resources = build.resources.iter();
            resources.any(|resource| self.syncs.files.contains(&resource.path))
        };
        let is_it =
            self.is_outermost(directory) && (self.syncs.holders.contains(directory) || builds());
        let mut begins = self.begins.borrow_mut();
        begins.insert(directory.to_owned(), is_it);
        is_it
    }

    /// Adds where environments begin.
    fn add(&mut self, tops: &[&String], files: &[&str]) {
        for top in tops {
            let synced = match self.syncs.by(top) {
                // Where several deploy it, each changes other things.
                [(_, one)] => one.clone(),
                _ => Synced::of(top),
            };
            self.open.push(((*top).clone(), synced));
        }
        for path in files {
            let Some(source) = self.cx.by_path.get(path) else {
                continue;
            };
            let synced = synced_by_flux(source, self.cx.files).into_iter();
            let synced: Vec<Synced> = synced.filter(|synced| self.is_part(path, synced)).collect();
            self.open.extend(
                synced
                    .into_iter()
                    .map(|synced| ((*path).to_owned(), synced)),
            );
        }
    }

    /// Adds the clusters of which nothing tells the environment. What begins one may be changed by the kustomization that
    /// lists it. `taken_up` is what directories of environments list. Next to clusters of environments, others
    /// are left over.
    fn add_nameless(&mut self, taken_up: &BTreeSet<String>) {
        let entries = entries(self.syncs);
        let is_sure = !self.clusters.is_empty() || entries.iter().any(|entry| entry.is_sure);
        let entries = entries.into_iter();
        for Entry { file, name, .. } in entries.filter(|entry| entry.is_sure || !is_sure) {
            let is_told = self.cx.names.of_path(file).is_some() || taken_up.contains(file);
            let directory = directory_of(file);
            let Some(source) = self.cx.by_path.get(file).filter(|_| !is_told) else {
                continue;
            };
            let own = self.directories.own_files(directory, self.cx.files);
            let is_own = |synced: &Synced| lies_in(file, &synced.directory);
            let synced = synced_by_flux(source, self.cx.files);
            let is_changed = own.iter().any(|own| own == file) && !synced.iter().any(is_own);
            let (by, synced) = match is_changed {
                true => (directory, vec![Synced::of(directory)]),
                false => (file, synced),
            };
            self.nameless.insert(by.to_owned(), name);
            let synced = synced.into_iter().filter(|synced| self.is_part(by, synced));
            let open: Vec<(String, Synced)> =
                synced.map(|synced| (by.to_owned(), synced)).collect();
            self.open.extend(open);
        }
    }

    /// Whether a directory that something synchronizes is a part of that one's environment. One whose name tells another
    /// environment is deployed to that, unless that is a cluster of its own: then, several clusters deploy one directory.
    fn is_part(&self, by: &str, synced: &Synced) -> bool {
        let Some(told) = self.cx.names.of_folders(&synced.directory) else {
            return true;
        };
        let Some(by) = self.environment(by) else {
            return false;
        };
        // A cluster of another environment is one by itself.
        if told != by && self.is_cluster(&synced.directory) {
            return false;
        }
        let is_stage = || {
            let stage = |name: &str| environment_name(name).map(|told| (told.stage, told.place));
            let (told, by) = (stage(&told), stage(&by));
            told.zip(by)
                .is_some_and(|(told, by)| told.0 == by.0 && told.1.is_empty())
        };
        told == by || self.clusters.contains(&told) || is_stage()
    }

    fn run(&mut self, said: &mut Claims) {
        while let Some((by, synced)) = self.open.pop() {
            let Synced {
                directory,
                step,
                components,
                variables,
            } = synced;
            let nameless = self.nameless.get(&by);
            let cluster = nameless.cloned().flatten();
            let begin = || cluster.clone().unwrap_or_else(|| by.clone());
            let environment = self.environment(&by).unwrap_or_else(begin);
            if let Some(stage) = variables.stage()
                && environment_name(&environment).is_none()
            {
                let known = said.stages.entry(environment.clone());
                known.or_insert_with(|| stage.to_owned());
            }
            let is_full = self.reached.len() >= MOST_REACHED;
            if is_full
                || !self
                    .reached
                    .insert((environment.clone(), directory.clone()))
            {
                continue;
            }
            let files = self.cx.files;
            let mut build = Build::clone(&self.directories.build(&directory, files));
            if by != directory {
                self.followed.insert(directory.clone());
                if build.resources.is_empty() {
                    build = self.directories.generated(&directory, files);
                }
            }
            self.directories
                .add_components(&components, files, &mut build);
            build.change(&step);
            let cx = Cx {
                build: Some(&build),
                variables: Some(&variables),
                clusters: Some(&self.clusters),
                cluster: cluster.as_deref(),
                walked: Some((self.syncs, &environment)),
                synced: Some(&directory),
                ..*self.cx
            };
            for resource in &build.resources {
                // A patch says a part of a release, and is none itself.
                let patches = resource.steps.iter().flat_map(|step| step.files());
                self.built.extend(patches.map(str::to_owned));
                if let Some(by) = said.brought.get_mut(&resource.path) {
                    by.insert(environment.clone());
                }
                if cx.claim_all(resource, &by, said) {
                    self.built.insert(resource.path.clone());
                }
                // A directory may hold what synchronizes others.
                let Some(source) = cx.by_path.get(resource.path.as_str()) else {
                    continue;
                };
                let synced = synced_by_resource(resource, source, files).into_iter();
                let synced: Vec<Synced> =
                    synced.filter(|synced| self.is_part(&by, synced)).collect();
                self.open
                    .extend(synced.into_iter().map(|synced| (by.clone(), synced)));
            }
        }
    }
}

impl Claims {
    /// Leaves out claims that tell no environment, from the `first` one on, of what others tell one of.
    fn leave_out_told(&mut self, first: usize) {
        let place = |claim: &Claim| {
            let Evidence {
                file, line, column, ..
            } = &claim.evidence;
            (file.clone(), *line, *column)
        };
        let told = self
            .claims
            .iter()
            .filter(|claim| claim.environment.is_some());
        let told: BTreeSet<_> = told.map(place).collect();
        let mut at = 0;
        self.claims.retain(|claim| {
            at += 1;
            at <= first || claim.environment.is_some() || !told.contains(&place(claim))
        });
    }
}

/// Whether a path lies in a directory.
pub(super) fn lies_in(path: &str, directory: &str) -> bool {
    ancestors(path).any(|above| above == directory)
}
