//! helmfile: environments, and the releases of each.
//!
//! A helmfile is read as helmfile reads it: [`state`] puts it together with its bases for one environment, [`release`] says what a
//! release deploys there, and those that it takes in (`helmfiles:`) follow with what it hands on.
//!
//! <https://helmfile.readthedocs.io/en/latest/>

mod reader;
mod release;
mod runs;
mod selectors;
mod situation;
mod state;
mod templates;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use envlint_yaml::{Map, Node, Value};

use super::claim::{Claims, Evidence, MissingFile, Unread};
use super::files::{Files, directory_of, normal};
use super::holes::{has_holes, shown};
use super::nodes::{items, text};
use super::scan::Candidate;
use super::tells::Names;
use crate::masking::{Said, Text, text as said_text};
use reader::Reader;
use runs::Run;
use situation::lay_over;
use state::State;

/// The environment that is there without being declared.
const DEFAULT: &str = "default";
/// Helmfiles in helmfiles.
const DEEPEST: usize = 8;
/// More of them are not looked at.
const MOST_INNER: usize = 5000;
/// Releases in environments; of a helmfile that would make more of them, the other environments are not looked at.
const MOST_CLAIMS: usize = 20_000;

/// What the helmfiles say. `scripts` are the files with the command lines that run them.
pub(super) fn claims<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    scripts: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let candidates: Vec<&Candidate> = candidates
        .filter(|file| is_helmfile(&file.path, &file.text))
        .collect();
    if candidates.is_empty() {
        return;
    }
    let runs = runs::of(scripts, files, names);
    let reader = Reader::new(files);
    let mut walk = Walk {
        runs,
        reader: &reader,
        files,
        names,
        said,
        covered: BTreeSet::new(),
        doubts: BTreeMap::new(),
        elsewhere: BTreeMap::new(),
        inner: 0,
    };
    let known: Vec<Known<'_>> = candidates
        .into_iter()
        .map(|file| Known::of(file, &reader))
        .collect();
    let bases: BTreeSet<String> = known.iter().flat_map(|file| file.bases.clone()).collect();
    let inner: BTreeSet<String> = known.iter().flat_map(|file| file.inner.clone()).collect();
    let (inner, roots): (Vec<&Known<'_>>, Vec<&Known<'_>>) = known
        .iter()
        .filter(|known| !bases.contains(&known.file.path))
        .partition(|known| inner.contains(&known.file.path));
    for root in roots {
        walk.root(root);
    }
    // One that others take in may have environments of its own, and be run by itself for them.
    for inner in inner {
        walk.root(inner);
    }
    walk.finish();
}

/// Whether a file is a helmfile: by its name, or by its keys.
fn is_helmfile(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let is_named = name.starts_with("helmfile") || path.contains("helmfile.d/");
    has("releases:") && (is_named || !has("apiVersion:"))
        || (is_named && (has("helmfiles:") || has("bases:")))
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

/// A helmfile that another one takes in.
struct Inner {
    /// As it is written.
    path: String,
    /// The files; none where it lies elsewhere.
    found: Option<Vec<String>>,
    /// Which of its releases, where not all.
    selectors: Vec<String>,
    values: Rc<Map>,
}

fn inner_of(state: &State, reader: &Reader<'_, '_>) -> Vec<Inner> {
    let entries = state.last(|root| {
        let entries = items(root, &["helmfiles"]);
        (!entries.is_empty()).then_some(entries)
    });
    let inner = |entry: &Node| {
        let path = entry.as_str().or_else(|| text(entry, &["path"]))?;
        let is_elsewhere = path.contains("://") || path.contains("::") || has_holes(path);
        let full = normal(&state.directory, path).filter(|_| !is_elsewhere);
        let mut values = Map::new();
        for entry in items(entry, &["values"]) {
            let value = match entry.as_str() {
                None => entry.to_value(),
                Some(file) => {
                    let full = normal(&state.directory, file);
                    let text = full.as_ref().and_then(|full| reader.text(full));
                    let text = text.unwrap_or_default();
                    let path = full.unwrap_or_default();
                    let text = match path.ends_with(".gotmpl") {
                        true => state.situation.file_text(&path, &text),
                        false => text.to_string(),
                    };
                    let document = reader.document(&text);
                    document.root().map_or(Value::Null, Node::to_value)
                }
            };
            if let Value::Map(map) = value {
                lay_over(&mut values, map);
            }
        }
        let selectors = items(entry, &["selectors"]).iter();
        Some(Inner {
            path: path.to_owned(),
            found: full.map(|full| helmfiles_at(&full, reader.files)),
            selectors: selectors
                .filter_map(|selector| selector.as_str().map(str::to_owned))
                .collect(),
            values: Rc::new(values),
        })
    };
    entries.into_iter().flatten().filter_map(inner).collect()
}

/// The helmfiles at a path: a file, what a pattern names, or all of a directory.
/// helmfile: pkg/app/app.go, `findDesiredStateFiles`
fn helmfiles_at(path: &str, files: &Files<'_>) -> Vec<String> {
    let is_directory = !files.is_file(path) && files.is_directory(path);
    let found = match () {
        () if path.contains('*') => files.matching(path),
        () if is_directory && !path.is_empty() => files.matching(&format!("{path}/*.y*ml*")),
        () if files.is_file(path) => return vec![path.to_owned()],
        () => Vec::new(),
    };
    found.into_iter().map(str::to_owned).collect()
}

/// Goes through the helmfiles, and says what they deploy.
struct Walk<'w, 'f> {
    runs: Vec<Run>,
    reader: &'w Reader<'w, 'f>,
    files: &'w Files<'f>,
    names: &'w Names,
    said: &'w mut Claims,
    /// The helmfiles that were read, with the environment.
    covered: BTreeSet<(String, String)>,
    /// Of which releases it is not known whether they are deployed: place and reason, and where.
    doubts: BTreeMap<(String, usize, usize, Text), Vec<String>>,
    /// The values that lie elsewhere, by directory: each with the helmfile that names it.
    elsewhere: BTreeMap<String, BTreeSet<(String, String)>>,
    /// How many helmfiles in helmfiles were read.
    inner: usize,
}

/// How a helmfile is read.
struct Step<'s> {
    path: &'s str,
    environment: &'s str,
    over: Rc<Map>,
    /// Which releases, where not all.
    selectors: Vec<String>,
    /// Whether there is no environment but the one without a name.
    is_only: bool,
    /// The commands that run it.
    also: Vec<Evidence>,
    depth: usize,
}

impl Walk<'_, '_> {
    /// A helmfile that is run by itself, in its environments.
    fn root(&mut self, known: &Known<'_>) {
        self.reader.begin_file();
        let path = known.file.path.as_str();
        let mut environments = known.environments.clone();
        let runs: Vec<Run> = self
            .runs
            .iter()
            .filter(|run| run.helmfile == path)
            .cloned()
            .collect();
        if known.is_open {
            environments.retain(|name| name != DEFAULT);
            let told = runs.iter().filter_map(|run| run.environment.clone());
            for name in told {
                if !environments.contains(&name) {
                    environments.push(name);
                }
            }
            if environments.is_empty() {
                let reason = said_text!(
                    "the name of the environment is a template here, so which environments there are is not known"
                );
                self.said.unread.push(unread(path, None, reason));
            }
        }
        let is_run = runs
            .iter()
            .any(|run| run.deploys && run.environment.is_none());
        let has_others = environments.iter().any(|name| name != DEFAULT);
        if has_others && !is_run && !self.has_own_default(known) {
            environments.retain(|name| name != DEFAULT);
            let state = State::of(path, &known.file.text, DEFAULT, &Rc::default(), self.reader);
            self.said.taken.extend(state.files);
        }
        if environments.is_empty() {
            environments.push(DEFAULT.to_owned());
        }
        let is_read = self.covered.iter().any(|(known, _)| known == path);
        environments.retain(|name| {
            let is_covered = self.covered.contains(&(path.to_owned(), name.clone()));
            !(is_covered || is_read && name == DEFAULT)
        });
        let is_only = environments.len() == 1;
        for environment in environments {
            if self.said.claims.len() >= MOST_CLAIMS {
                let reason = said_text!(
                    "its environments and releases make more than {} deployments",
                    MOST_CLAIMS
                );
                self.said.unread.push(unread(path, None, reason));
                return;
            }
            let of_this = |run: &&Run| run.environment.as_deref().unwrap_or(DEFAULT) == environment;
            let runs: Vec<&Run> = runs.iter().filter(of_this).collect();
            let over = Rc::new(self.values_of(&runs));
            self.step(Step {
                path,
                environment: &environment,
                over,
                selectors: Vec::new(),
                is_only,
                also: runs::evidence(&runs),
                depth: 0,
            });
        }
    }

    /// Whether the environment without a name has values that no other one has, and so is deployed for itself.
    fn has_own_default(&self, known: &Known<'_>) -> bool {
        let of = |name: &str| {
            let file = known.file;
            State::of(&file.path, &file.text, name, &Rc::default(), self.reader).files
        };
        let is_declared = known.environments.iter().any(|name| name == DEFAULT);
        let mut others = known.environments.iter().filter(|name| *name != DEFAULT);
        is_declared && {
            let first = others.next().map(|name| of(name)).unwrap_or_default();
            of(DEFAULT).iter().any(|path| !first.contains(path))
        }
    }

    /// What the commands that run a helmfile lay over its values, where all of them do.
    fn values_of(&mut self, runs: &[&Run]) -> Map {
        let mut values = Map::new();
        for file in runs.iter().flat_map(|run| &run.values) {
            self.said.taken.insert(file.clone());
        }
        let [first, rest @ ..] = runs else {
            return values;
        };
        if rest.iter().any(|run| run.values != first.values) {
            return values;
        }
        for file in &first.values {
            let text = self.reader.text(file).unwrap_or_default();
            let document = self.reader.document(&text);
            if let Some(Value::Map(map)) = document.root().map(Node::to_value) {
                lay_over(&mut values, map);
            }
        }
        values
    }

    fn step(&mut self, step: Step<'_>) {
        let Some(text) = self.reader.text(step.path) else {
            return;
        };
        let state = State::of(step.path, &text, step.environment, &step.over, self.reader);
        let is_declared = state
            .environments
            .iter()
            .any(|name| name == step.environment);
        // helmfile: pkg/app/desired_state_file_loader.go, `load`: it has no such environment, and is skipped.
        let is_skipped = !is_declared
            && step.environment != DEFAULT
            && (!state.environments.is_empty() || step.over.is_empty());
        if is_skipped && step.depth > 0 {
            return;
        }
        let key = (step.path.to_owned(), step.environment.to_owned());
        self.covered.insert(key);
        self.said.taken.extend(state.files.iter().cloned());
        for (helmfile, path) in &state.missing {
            let text = self.reader.text(helmfile).unwrap_or_default();
            let (line, column) = place_of(&text, step.environment, path);
            let evidence = Evidence {
                line,
                column,
                ..Evidence::of_file(helmfile.as_str(), "")
            };
            self.said
                .add_missing(step.environment, path.clone(), evidence, self.files);
        }
        if state.is_cut {
            let reason = said_text!(
                "the helmfile has more parts, bases or environments than are read; what the rest deploys is not known"
            );
            self.said.unread.push(unread(step.path, None, reason));
        }
        for part in &state.parts {
            if let Some(problem) = &part.problem {
                let reason = problem.reason.clone();
                let unread = unread(&part.file, problem.place, reason);
                self.said.unread.push(unread);
            }
        }
        self.releases(&step, &state);
        for inner in inner_of(&state, self.reader) {
            self.inner(&step, &state, inner);
        }
    }

    /// A helmfile that another one takes in, for the same environment.
    fn inner(&mut self, step: &Step<'_>, state: &State, inner: Inner) {
        let is_here = inner.found.is_some();
        let found = inner.found.unwrap_or_default();
        if found.is_empty() {
            let reason = said_text!(
                "takes in the helmfile `{}`, which is not in the repository, so its releases are not known",
                Said(shown(&inner.path))
            );
            let place = place_in(state, &inner.path);
            self.said.unread.push(unread(step.path, place, reason));
            let full = normal(&state.directory, &inner.path);
            let is_one = is_here && !inner.path.contains('*');
            let full = full.filter(|full| is_one && !full.is_empty() && !self.files.exists(full));
            self.said.missing.extend(full.map(|path| {
                let (line, column) = place.unwrap_or((1, 1));
                MissingFile {
                    path,
                    of: step.path.to_owned(),
                    is_needed: true,
                    evidence: Evidence {
                        line,
                        column,
                        ..Evidence::of_file(step.path, "")
                    },
                }
            }));
        }
        for path in found.iter().filter(|path| *path != step.path) {
            if step.depth >= DEEPEST || self.inner >= MOST_INNER {
                return;
            }
            self.inner += 1;
            let selectors = match inner.selectors.is_empty() {
                true => step.selectors.clone(),
                false => inner.selectors.clone(),
            };
            self.step(Step {
                path,
                environment: step.environment,
                over: Rc::clone(&inner.values),
                selectors,
                is_only: step.is_only,
                also: step.also.clone(),
                depth: step.depth + 1,
            });
        }
    }

    /// Says what is known only behind all helmfiles.
    fn finish(self) {
        for ((file, line, column, reason), environments) in self.doubts {
            let names = environments.iter().map(|name| format!("`{name}`"));
            let reason = said_text!("{} in {}", reason, Text::names(names, ", "));
            let place = Some((line, column));
            self.said.unread.push(unread(&file, place, reason));
        }
        for (directory, named) in self.elsewhere {
            let helmfiles: BTreeSet<&String> = named.iter().map(|(file, _)| file).collect();
            let paths: BTreeSet<&String> = named.iter().map(|(_, path)| path).collect();
            let (Some(first), Some(path)) = (helmfiles.first(), paths.first()) else {
                continue;
            };
            let reason = match (paths.len(), helmfiles.len()) {
                (1, 1) => said_text!("the values `{}` lie elsewhere", Said(path)),
                (files, 1) => said_text!(
                    "{} values files in `{}` lie elsewhere",
                    files,
                    Said(&directory)
                ),
                (files, count) => said_text!(
                    "{} values files in `{}` lie elsewhere; {} helmfiles name them",
                    files,
                    Said(&directory),
                    count
                ),
            };
            self.said.unread.push(unread(first, None, reason));
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

/// Where a path stands in a helmfile that has it.
fn place_in(state: &State, path: &str) -> Option<(usize, usize)> {
    let part = state.parts.last()?;
    let mut lines = part.text.lines().enumerate();
    let (index, line) = lines.find(|(_, line)| line.contains(path))?;
    Some((
        part.line + index + 1,
        line.len() - line.trim_start().len() + 1,
    ))
}

/// The line of a helmfile that names a file of an environment: by the file's own name, else the environment's key.
fn place_of(text: &str, environment: &str, path: &str) -> (usize, usize) {
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(environment);
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let names_it = |line: &str| line.contains(file) && !line.trim_start().starts_with('#');
    let find = |wanted: &dyn Fn(&str) -> bool| {
        let mut lines = text.lines().enumerate();
        lines.find(|(_, line)| wanted(line))
    };
    let found = find(&is_key).or_else(|| find(&names_it));
    found.map_or((1, 1), |(index, line)| {
        (index + 1, line.len() - line.trim_start().len() + 1)
    })
}

/// The directory of a path as it is written, for values that lie elsewhere; of one from the root, its first two folders.
fn folder_of(path: &str) -> String {
    let directory = directory_of(path);
    let ends = directory.match_indices('/').map(|(at, _)| at);
    let end = ends.filter(|_| path.starts_with('/')).nth(2);
    end.and_then(|end| directory.get(..end))
        .unwrap_or(directory)
        .to_owned()
}
