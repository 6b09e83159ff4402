//! helmfile: environments, and the releases of each.
//!
//! A helmfile is read as helmfile reads it: [`state`] puts it together with its bases for one environment, [`release`] says what a
//! release deploys there, and those that it takes in (`helmfiles:`) follow with what it hands on.
//!
//! <https://helmfile.readthedocs.io/en/latest/>

mod asked;
mod inner;
mod plugin;
mod reader;
mod release;
mod runs;
mod selectors;
mod situation;
mod state;
mod state_values;
mod templates;
mod unnamed;
mod variables;
mod walk;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::claim::{Claims, Unread};
use super::copied::{self, Copied};
use super::files::Files;
use super::scan::Candidate;
use super::tells::Names;
use crate::masking::{Name, Text, text};
use crate::source::Source;
use inner::inner_of;
use reader::Reader;
use state::State;
use walk::{Seen, Walk};

/// The environment that is there without being declared.
const DEFAULT: &str = "default";

/// What the helmfiles say. `scripts` are the files with the command lines that run them, and `applications` those with
/// Applications of Argo CD, which may run them, too.
pub(super) fn claims<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    scripts: impl Iterator<Item = &'c Candidate> + Clone,
    applications: &[Arc<Source>],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let mut candidates: Vec<&Candidate> = candidates
        .filter(|file| is_helmfile(&file.path, &file.text))
        .collect();
    if candidates.is_empty() {
        state_values::say(scripts, files, said);
        return;
    }
    let copies = copied::found(scripts.clone(), files, &runs::is_deploying);
    for (copied, by) in &copies.tried {
        candidates.retain(|file| {
            let is_tried = copied.holds(&file.path);
            if is_tried {
                let reason = text!(
                    "{} copies it to `{}` to try it; what is deployed from there is copied from elsewhere",
                    by.place(),
                    Name(copied.place())
                );
                said.unread.push(unread(&file.path, None, reason));
            }
            !is_tried
        });
        let of_copy = files.below(&format!("{}/", copied.original_folder()));
        said.taken
            .extend(of_copy.iter().map(|path| (*path).to_owned()));
    }
    let mut runs = runs::of(scripts.clone(), files, &copies, names);
    runs.extend(plugin::runs(applications, files));
    let mut seen = Seen::default();
    // What a script copies is read where the copy lies; all else, where it lies itself. Of copies to one place, that comes
    // first for which commands name environments.
    let mut deployed: Vec<Copied> = copies.deployed.into_iter().map(|(copy, _)| copy).collect();
    let is_run = |copy: &Copied| runs.iter().filter(|run| copy.holds(&run.helmfile)).count();
    deployed.sort_by_key(|copy| Reverse(is_run(copy)));
    for copy in deployed.into_iter().chain([Copied::default()]) {
        let (of_copy, rest): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|file| copy.is_none() || copy.holds(&file.path));
        candidates = rest;
        let reader = Reader::new(files, copy);
        let walk = Walk::new(&runs, &reader, names, said, seen);
        seen = walk_through(&of_copy, walk, &reader);
    }
    state_values::say(scripts, files, said);
}

/// Goes through helmfiles; gives back those that were read.
fn walk_through(
    candidates: &[&Candidate],
    mut walk: Walk<'_, '_>,
    reader: &Reader<'_, '_>,
) -> Seen {
    let known = candidates.iter().map(|file| Known::of(file, reader));
    let known: Vec<Known<'_>> = known.collect();
    let bases: BTreeSet<String> = known.iter().flat_map(|file| file.bases.clone()).collect();
    let inner: BTreeSet<String> = known.iter().flat_map(|file| file.inner.clone()).collect();
    let (inner, roots): (Vec<&Known<'_>>, Vec<&Known<'_>>) = known
        .iter()
        .filter(|known| !bases.contains(&known.file.path))
        .partition(|known| inner.contains(&known.file.path));
    // What commands run, and what helmfile takes without being told, comes before other ways to deploy the same.
    let mut roots = roots;
    roots.sort_by_key(|root| (!walk.is_run(root), !is_usual(&root.file.path)));
    for root in roots {
        walk.root(root, false);
    }
    // One that others take in may have environments of its own, and be run by itself for them.
    for inner in inner {
        walk.root(inner, true);
    }
    walk.finish()
}

/// Whether a file is a helmfile: by its name, or by its keys.
fn is_helmfile(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let is_named = name.starts_with("helmfile") || path.contains("helmfile.d/");
    has("releases:") && (is_named || !has("apiVersion:") && lists_releases(text))
        || (is_named && (has("helmfiles:") || has("bases:")))
}

/// Whether helmfile takes a file without being told. helmfile: pkg/app/app.go, `DefaultHelmfile`
fn is_usual(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "helmfile.yaml" | "helmfile.yaml.gotmpl")
}

/// Whether `releases:` is a list, or made by a template: other files ask for one.
fn lists_releases(text: &str) -> bool {
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("releases:"));
    let behind = lines.map(|line| line.trim_start_matches("releases:").trim());
    let mut said = behind.filter(|line| !line.is_empty() && !line.starts_with('#'));
    said.next()
        .is_some_and(|line| line.starts_with(['-', '[']) || line.starts_with("{{"))
}

/// A helmfile, with what stands in it for all environments.
struct Known<'c> {
    file: &'c Candidate,
    environments: Vec<String>,
    /// Whether any name is an environment's.
    is_open: bool,
    bases: BTreeSet<String>,
    /// The helmfiles that it takes in.
    inner: BTreeSet<String>,
}

impl<'c> Known<'c> {
    fn of(file: &'c Candidate, reader: &Reader<'_, '_>) -> Known<'c> {
        reader.begin_file();
        let nothing = Rc::default();
        let state = State::of(&file.path, &file.text, DEFAULT, &nothing, reader);
        let mut known = Known {
            file,
            environments: Vec::new(),
            is_open: state.has_open_environment,
            bases: BTreeSet::new(),
            inner: BTreeSet::new(),
        };
        known.link(&state, reader);
        // Paths may name the environment.
        if !state.bases.is_empty() || file.text.contains("helmfiles:") {
            let has_templates = state.parts.iter().any(|part| part.text.contains("{{"));
            for environment in state.environments.iter().filter(|_| has_templates) {
                let state = State::of(&file.path, &file.text, environment, &nothing, reader);
                known.link(&state, reader);
            }
        }
        known.environments = state.environments;
        known
    }

    fn link(&mut self, state: &State, reader: &Reader<'_, '_>) {
        self.bases.extend(state.bases.iter().cloned());
        for inner in inner_of(state, reader) {
            self.inner.extend(inner.found.into_iter().flatten());
        }
    }
}

fn unread(file: &str, place: Option<(usize, usize)>, reason: Text) -> Unread {
    Unread {
        file: file.to_owned(),
        place,
        reason,
        is_values: false,
    }
}
