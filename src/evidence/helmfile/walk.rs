//! The way through helmfiles: each in its environments, with those that it takes in.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use envlint_yaml::{Map, Node, Value};

use super::inner::{Inner, inner_of};
use super::reader::Reader;
use super::runs::{self, Run};
use super::situation::lay_over;
use super::state::State;
use super::{DEFAULT, Known, is_usual, unread};
use crate::evidence::claim::{Claims, Evidence, MissingFile, Unread};
use crate::evidence::files::directory_of;
use crate::evidence::holes::shown;
use crate::evidence::tells::Names;
use crate::masking::{Name, ObjectName, Said, Text, text as said_text};
use crate::naming::word_in;

/// Helmfiles in helmfiles.
const DEEPEST: usize = 8;
/// More of them are not looked at.
const MOST_INNER: usize = 5000;
/// Releases in environments; of a helmfile that would make more of them, the other environments are not looked at.
const MOST_CLAIMS: usize = 20_000;

/// The helmfiles that were read, by their paths where they are deployed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Each with the environment.
    covered: BTreeSet<(String, String)>,
    /// Which one of a directory takes in another one, in an environment.
    taken_in: BTreeMap<(String, String, String), String>,
}

/// Goes through the helmfiles, and says what they deploy.
pub(super) struct Walk<'w, 'f> {
    runs: &'w [Run],
    pub(super) reader: &'w Reader<'w, 'f>,
    pub(super) names: &'w Names,
    pub(super) said: &'w mut Claims,
    seen: Seen,
    /// Helmfiles that take in what another one next to them takes in, by their own path: that of the other one.
    others: BTreeMap<String, String>,
    /// Of which releases it is not known whether they are deployed: place and reason, and where.
    pub(super) doubts: BTreeMap<(String, usize, usize, Text), Vec<String>>,
    /// The values that lie elsewhere, by directory: each with the helmfile that names it.
    pub(super) elsewhere: BTreeMap<String, BTreeSet<(String, String)>>,
    /// How many helmfiles in helmfiles were read.
    inner: usize,
}

/// How a helmfile is read.
#[derive(Clone)]
pub(super) struct Step<'s> {
    pub(super) path: &'s str,
    pub(super) environment: &'s str,
    /// The environment that a variable of the process tells, where helmfile's own has no name.
    pub(super) told: Option<&'s str>,
    /// What is laid over its values.
    pub(super) over: Rc<Map>,
    /// Whether anything is, be it nothing but an empty map: then the helmfile need not know the environment.
    pub(super) is_overridden: bool,
    /// Which releases, where not all.
    pub(super) selectors: Vec<String>,
    /// Whether there is no environment but the one without a name.
    pub(super) is_only: bool,
    /// Whether the helmfile that it began with is one that others take in.
    pub(super) is_inner: bool,
    /// The commands that run it.
    pub(super) also: Vec<runs::Command>,
    pub(super) depth: usize,
}

impl<'s> Step<'s> {
    /// The environment's name.
    pub(super) fn name(&self) -> &'s str {
        self.told.unwrap_or(self.environment)
    }
}

impl<'w, 'f> Walk<'w, 'f> {
    pub(super) fn new(
        runs: &'w [Run],
        reader: &'w Reader<'w, 'f>,
        names: &'w Names,
        said: &'w mut Claims,
        seen: Seen,
    ) -> Walk<'w, 'f> {
        Walk {
            runs,
            reader,
            names,
            said,
            seen,
            others: BTreeMap::new(),
            doubts: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            inner: 0,
        }
    }

    /// Whether a helmfile was read, for any environment.
    fn is_read(&self, path: &str) -> bool {
        let place = self.reader.copy_of(path);
        self.seen.covered.iter().any(|(known, _)| *known == place)
    }

    /// Whether a command runs a helmfile.
    pub(super) fn is_run(&self, known: &Known<'_>) -> bool {
        let mut runs = self.runs.iter();
        runs.any(|run| run.helmfile == known.file.path)
    }

    /// Whether the usual helmfile next to a root that no command runs takes in the same one for the same environment: two
    /// ways to deploy it. Of others, each may be of a tenant.
    fn is_taken_in(&mut self, step: &Step<'_>, inner: &str) -> bool {
        if step.depth > 0 {
            return false;
        }
        let directory = self.reader.home(step.path);
        let key = (directory, inner.to_owned(), step.environment.to_owned());
        let known = self.seen.taken_in.entry(key);
        let first = known.or_insert_with(|| step.path.to_owned()).clone();
        let is_other = first != step.path && is_usual(&first) && step.also.is_empty();
        if is_other {
            self.others.insert(step.path.to_owned(), first);
        }
        is_other
    }

    /// A helmfile that is run by itself, in its environments. `is_inner` says that others take it in.
    pub(super) fn root(&mut self, known: &Known<'_>, is_inner: bool) {
        self.reader.begin_file();
        let path = known.file.path.as_str();
        let mut environments = known.environments.clone();
        let runs: Vec<Run> = self
            .runs
            .iter()
            .filter(|run| run.helmfile == path && !run.is_open)
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
            if environments.is_empty() && !self.is_read(path) {
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
        if environments.iter().all(|name| name == DEFAULT) {
            for (evidence, environment) in runs::open(self.runs, path) {
                let reason = said_text!(
                    "which environment `{}` is, the command does not tell",
                    Said(environment)
                );
                self.said.unread.push(Unread::of(&evidence, reason));
            }
        }
        let place = self.reader.copy_of(path);
        let covered = &self.seen.covered;
        let is_read = self.is_read(path);
        environments.retain(|name| {
            let is_covered = covered.contains(&(place.clone(), name.clone()));
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
            let step = Step {
                path,
                environment: &environment,
                told: None,
                is_overridden: !over.is_empty(),
                over,
                selectors: Vec::new(),
                is_only,
                is_inner,
                also: runs::deploying(&runs),
                depth: 0,
            };
            match environment == DEFAULT && has_others && !is_run {
                true => self.try_default(step),
                false => self.each(known, step),
            }
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

    pub(super) fn step(&mut self, step: Step<'_>) {
        let Some(text) = self.reader.text(step.path) else {
            return;
        };
        let state = State::of(step.path, &text, step.environment, &step.over, self.reader);
        let is_declared = state
            .environments
            .iter()
            .any(|name| name == step.environment);
        // helmfile: pkg/app/desired_state_file_loader.go, `Load`, and pkg/state/create.go, `loadEnvValues`: it has no such
        // environment, and is skipped.
        let is_skipped = !is_declared
            && step.environment != DEFAULT
            && (!state.environments.is_empty() || !step.is_overridden);
        if is_skipped && step.depth > 0 {
            return;
        }
        let key = (self.reader.copy_of(step.path), step.environment.to_owned());
        self.seen.covered.insert(key);
        let files = state.files.iter().chain(&state.bases);
        self.said.taken.extend(files.cloned());
        for (helmfile, path) in &state.missing {
            let text = self.reader.text(helmfile).unwrap_or_default();
            let (line, column) = place_of(&text, step.name(), path);
            let evidence = Evidence {
                line,
                column,
                ..Evidence::of_file(helmfile.as_str(), "")
            };
            self.said
                .add_missing(step.name(), path.clone(), evidence, self.reader.files);
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
        if is_refused(&step, &state) {
            return;
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
                ObjectName(shown(&inner.path))
            );
            let place = place_in(state, &inner.path);
            self.said.unread.push(unread(step.path, place, reason));
            let full = self.reader.path(&state.directory, &inner.path);
            let is_one = is_here && !inner.path.contains('*');
            let full =
                full.filter(|full| is_one && !full.is_empty() && !self.reader.files.exists(full));
            self.said.missing.extend(full.map(|path| {
                let (line, column) = place.unwrap_or((1, 1));
                MissingFile {
                    path,
                    of: step.path.to_owned(),
                    is_needed: true,
                    is_here: false,
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
            if self.is_taken_in(step, path) {
                continue;
            }
            self.inner += 1;
            // A command may run it by itself.
            let own = self.runs.iter().filter(|run| {
                let environment = run.environment.as_deref().unwrap_or(DEFAULT);
                run.helmfile == *path && !run.is_open && environment == step.environment
            });
            let own: Vec<&Run> = own.collect();
            let mut also = step.also.clone();
            also.extend(runs::deploying(&own));
            let selectors = match inner.selectors.is_empty() {
                true => step.selectors.clone(),
                false => inner.selectors.clone(),
            };
            self.step(Step {
                path,
                environment: step.environment,
                told: step.told,
                over: Rc::clone(&inner.values),
                is_overridden: inner.has_values,
                selectors,
                is_only: step.is_only,
                is_inner: step.is_inner,
                also,
                depth: step.depth + 1,
            });
        }
    }

    /// Says what is known only behind all helmfiles; gives those that were read.
    pub(super) fn finish(self) -> Seen {
        self.said.taken.extend(self.reader.evaluator.files_read());
        for ((file, line, column, reason), environments) in self.doubts {
            let names = environments.iter().map(|name| format!("`{name}`"));
            let reason = said_text!("{} in {}", reason, Text::names(names, ", "));
            let place = Some((line, column));
            self.said.unread.push(unread(&file, place, reason));
        }
        for (file, other) in self.others {
            let reason = said_text!(
                "takes in the same helmfiles as {}, so it is another way to deploy the same",
                Name(&other)
            );
            self.said.unread.push(unread(&file, None, reason));
        }
        for (directory, named) in self.elsewhere {
            let helmfiles: BTreeSet<&String> = named.iter().map(|(file, _)| file).collect();
            let paths: BTreeSet<&String> = named.iter().map(|(_, path)| path).collect();
            let (Some(first), Some(path)) = (helmfiles.first(), paths.first()) else {
                continue;
            };
            let reason = match (paths.len(), helmfiles.len()) {
                (1, 1) => said_text!("the values `{}` lie elsewhere", ObjectName(path)),
                (files, 1) => said_text!(
                    "{} values files in `{}` lie elsewhere",
                    files,
                    ObjectName(&directory)
                ),
                (files, count) => said_text!(
                    "{} values files in `{}` lie elsewhere; {} helmfiles name them",
                    files,
                    ObjectName(&directory),
                    count
                ),
            };
            self.said.unread.push(unread(first, None, reason));
        }
        self.seen
    }
}

/// Whether helmfile refuses an environment that no command deploys: of its own values, nothing is there.
/// helmfile: pkg/state/create.go, `loadEnvValues`
fn is_refused(step: &Step<'_>, state: &State) -> bool {
    let is_own = |path: &String| word_in(path, step.name()).is_some();
    let mut missing = state.missing.iter().map(|(_, path)| path);
    step.also.is_empty() && missing.any(is_own) && !state.files.iter().any(is_own)
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
pub(super) fn folder_of(path: &str) -> String {
    let directory = directory_of(path);
    let ends = directory.match_indices('/').map(|(at, _)| at);
    let end = ends.filter(|_| path.starts_with('/')).nth(2);
    end.and_then(|end| directory.get(..end))
        .unwrap_or(directory)
        .to_owned()
}
