//! A helmfile as it is for one environment: its templates evaluated, its bases below it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use envlint_yaml::{Document, Map, Node, Value};

use super::asked;
use super::reader::Reader;
use super::situation::{Situation, lay_over};
use crate::evidence::commands::LineStarts;
use crate::evidence::holes::{has_holes, shown};
use crate::evidence::nodes::{at, items, text as text_at};
use crate::evidence::template;
use crate::masking::{ObjectName, Said, Text, text};

/// Bases in bases.
const DEEPEST: usize = 64;
/// More parts are not looked at in one helmfile with its bases.
const MOST_PARTS: usize = 200;
/// More environments are not looked at in one helmfile.
const MOST: usize = 200;

/// A part of a helmfile or of one of its bases, as it is for an environment. What stands between `---` is evaluated by itself.
#[derive(Debug)]
pub(super) struct Part {
    /// The file that it is a part of.
    pub file: String,
    /// How many lines stand before it there.
    pub line: usize,
    /// Its own text.
    pub text: String,
    /// The tree; that of its texts alone, where it cannot be evaluated or is no YAML then.
    pub document: Rc<Document>,
    /// The lines of the tree, where templates neither add nor take any away.
    pub lines: Option<LineStarts>,
    /// Why it is not the whole.
    pub problem: Option<Problem>,
    /// What else it may be.
    pub doubt: Option<Doubt>,
    /// What it may be where values that are not known give what it asks for.
    pub lacking: Vec<Doubt>,
    /// What its lines name, with the line and the column.
    named: OnceCell<Vec<(usize, usize, String)>>,
}

/// Why a part is not the whole.
#[derive(Debug)]
pub(super) struct Problem {
    /// The line and the column in its file, where they are known.
    pub place: Option<(usize, usize)>,
    pub reason: Text,
}

/// A part as it is if a comparison with something that is not known has the other outcome.
#[derive(Debug)]
pub(super) struct Doubt {
    /// What is not known.
    pub of: Text,
    pub document: Rc<Document>,
}

impl Part {
    /// The line and the column that name a release, behind `releases:`; else those of `releases:`.
    pub(super) fn place_of(&self, name: &str, situation: &Situation) -> (usize, usize) {
        let named = self.named.get_or_init(|| self.names(situation));
        let found = named.iter().find(|(_, _, known)| known == name);
        let found = found.map(|(line, column, _)| (*line, *column));
        found.unwrap_or_else(|| {
            let mut lines = self.text.lines();
            let releases = lines.position(|line| line.starts_with("releases:"));
            (self.line + releases.unwrap_or_default() + 1, 1)
        })
    }

    fn names(&self, situation: &Situation) -> Vec<(usize, usize, String)> {
        let lines = self.text.lines().enumerate();
        let behind = lines.skip_while(|(_, line)| !line.starts_with("releases:"));
        let named = behind.filter_map(|(index, line)| {
            let trimmed = line.trim_start_matches([' ', '-', '{']);
            let value = trimmed.strip_prefix("name:")?;
            let value = match value.contains("{{") {
                true => value,
                false => value.split([',', '}']).next()?,
            };
            let value = value.trim().trim_matches(['"', '\'']);
            let name = situation.text(value, None);
            Some((self.line + index + 1, line.len() - trimmed.len() + 1, name))
        });
        named.collect()
    }
}

/// What a helmfile and its bases are for an environment.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The directory that all paths are relative to: that of the helmfile, also in its bases.
    pub directory: String,
    /// What its texts are evaluated with.
    pub situation: Situation,
    /// Its parts and those of its bases, the lowest first.
    pub parts: Vec<Part>,
    /// Which of the parts have the releases.
    pub with_releases: Vec<usize>,
    /// The environments that are declared, in their order.
    pub environments: Vec<String>,
    /// Whether the name of an environment is a template: any name is one.
    pub has_open_environment: bool,
    /// The bases.
    pub bases: BTreeSet<String>,
    /// The files with the values of the environment.
    pub files: BTreeSet<String>,
    /// Whether bases or parts were left out.
    pub is_cut: bool,
    /// The files of environments of whose names parts are not known.
    pub open: BTreeSet<String>,
    /// The files that are named and not there, each behind the file that names it.
    pub missing: BTreeSet<(String, String)>,
}

impl State {
    /// A helmfile for an environment. Its values are read first: in the second reading, parts know them wherever they stand.
    pub(super) fn of(
        path: &str,
        text: &str,
        environment: &str,
        over: &Rc<Map>,
        reader: &Reader<'_, '_>,
    ) -> State {
        let situation = Situation::new(&reader.home(path), environment, over, &reader.evaluator);
        let first = State::read(path, text, situation, reader);
        match first.is_constant() {
            true => first,
            false => State::read(path, text, first.situation, reader),
        }
    }

    /// Whether another reading finds the same: no part reads values.
    fn is_constant(&self) -> bool {
        !self.parts.iter().any(|part| part.text.contains("Values"))
    }

    fn read(path: &str, text: &str, situation: Situation, reader: &Reader<'_, '_>) -> State {
        let state = State {
            directory: reader.home(path),
            situation,
            ..State::default()
        };
        let mut reading = Reading {
            reader,
            seen: BTreeSet::new(),
            state,
        };
        reading.state.with_releases = reading.add(path, text);
        reading.state
    }

    /// What the last part that says something says.
    pub(super) fn last<'s, T>(&'s self, find: impl Fn(&'s Node) -> Option<T>) -> Option<T> {
        let roots = self.parts.iter().rev();
        roots.filter_map(|part| part.document.root()).find_map(find)
    }

    /// Whether files may be missing.
    pub(super) fn is_lenient(&self) -> bool {
        self.last(|root| text_at(root, &["missingFileHandler"]).map(is_lenient_word))
            .unwrap_or(false)
    }
}

struct Reading<'r, 'f> {
    reader: &'r Reader<'r, 'f>,
    seen: BTreeSet<String>,
    state: State,
}

impl Reading<'_, '_> {
    /// Reads a file; which parts have its releases. helmfile: pkg/app/desired_state_file_loader.go, `load`: lists of a later part
    /// replace those of an earlier one. pkg/state/create.go, `loadBases`: those of bases and of the part itself are joined.
    fn add(&mut self, path: &str, text: &str) -> Vec<usize> {
        let mut with_releases = Vec::new();
        if self.seen.len() >= DEEPEST {
            self.state.is_cut = true;
            return with_releases;
        }
        if !self.seen.insert(path.to_owned()) {
            return with_releases;
        }
        let mut line = 0;
        for text in text.split("\n---") {
            let own = self.add_part(path, line, text);
            if !own.is_empty() {
                with_releases = own;
            }
            line += text.matches('\n').count() + 1;
        }
        // A base may be taken in by several parts.
        self.seen.remove(path);
        with_releases
    }

    fn add_part(&mut self, path: &str, line: usize, text: &str) -> Vec<usize> {
        let mut with_releases = Vec::new();
        if self.state.parts.len() >= MOST_PARTS {
            self.state.is_cut = true;
            return with_releases;
        }
        let Tree {
            document,
            problem,
            doubt,
            lacking,
        } = evaluated(path, text, &self.state.situation, self.reader);
        self.state.has_open_environment |= has_open_environment(text);
        if let Some(root) = document.root() {
            let bases = items(root, &["bases"]).iter().filter_map(Node::as_str);
            for base in bases.filter(|base| !has_holes(base)) {
                // helmfile: `LoadFile(…, baseDir, …)`: the directory stays that of the helmfile.
                let Some(base) = self.reader.path(&self.state.directory, base) else {
                    continue;
                };
                match self.reader.text(&base) {
                    Some(text) => {
                        self.state.bases.insert(base.clone());
                        with_releases.extend(self.add(&base, &text));
                    }
                    None => self.miss(path, base),
                }
            }
            self.add_values(path, root);
            if !items(root, &["releases"]).is_empty() {
                with_releases.push(self.state.parts.len());
            }
        }
        self.state.parts.push(Part {
            file: path.to_owned(),
            line,
            lines: {
                let count = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
                let source = document.source();
                (count(source) == count(text)).then(|| LineStarts::of(source))
            },
            text: text.to_owned(),
            document,
            problem: problem.map(|problem| Problem {
                place: problem.place.map(|(at, column)| (line + at, column)),
                ..problem
            }),
            doubt,
            lacking,
            named: OnceCell::new(),
        });
        with_releases
    }

    /// The values of the helmfile and those of the environment.
    fn add_values(&mut self, path: &str, root: &Node) {
        for entry in items(root, &["values"]) {
            let values = self.entry(path, entry, is_lenient(root));
            self.state.situation.add_defaults(values);
        }
        let declared = at(root, &["environments"]).and_then(Node::as_mapping);
        for (name, _) in declared.into_iter().flat_map(|map| map.iter()) {
            let name = name.text();
            if self.state.environments.len() >= MOST {
                self.state.is_cut = true;
                break;
            }
            if !self.state.environments.iter().any(|known| known == name) && !has_holes(name) {
                self.state.environments.push(name.to_owned());
            }
        }
        let environment = self.state.situation.environment.clone();
        let Some(own) = declared.and_then(|known| known.get(&environment)) else {
            return;
        };
        let may_miss = is_lenient(own) || is_lenient(root);
        for entry in items(own, &["values"]) {
            let values = self.entry(path, entry, may_miss);
            self.state.situation.add_values(values);
        }
        for entry in items(own, &["secrets"]).iter().filter_map(Node::as_str) {
            for file in self.found(path, entry, may_miss) {
                let text = self.reader.text(&file).unwrap_or_default();
                let document = self.reader.document(&text);
                // What SOPS encrypts are the values, and the keys are there to be read.
                match document.root().map(Node::to_value) {
                    Some(Value::Map(mut secrets)) => {
                        secrets.remove("sops");
                        let keys = asked::without_values("", Value::Map(secrets));
                        self.state.situation.add_values(map_of(keys));
                    }
                    _ => self.state.situation.lacks = true,
                }
                self.state.files.insert(file);
            }
        }
    }

    /// An entry of values: a map, or the path of a file with one.
    fn entry(&mut self, path: &str, entry: &Node, may_miss: bool) -> Map {
        let Some(file) = entry.as_str() else {
            return map_of(entry.to_value());
        };
        let mut values = Map::new();
        for file in self.found(path, file, may_miss) {
            let text = self.reader.text(&file).unwrap_or_default();
            let document = match file.ends_with(".gotmpl") {
                true => {
                    let home = self.reader.home(&file);
                    let evaluated = self.state.situation.file(&home, &text, None);
                    let is_certain = evaluated.as_ref().is_ok_and(|text| text.doubt.is_none());
                    self.state.situation.lacks |= !is_certain;
                    let text = match evaluated {
                        Ok(evaluated) => evaluated.text,
                        Err(_) => self.state.situation.lenient(&text),
                    };
                    self.state.situation.lacks |= has_holes(&text);
                    self.reader.document(&text)
                }
                false => self.reader.document(&text),
            };
            self.state.files.insert(file);
            let value = document.root().map_or(Value::Null, Node::to_value);
            lay_over(&mut values, map_of(value));
        }
        values
    }

    /// The files that a path names, those that are there.
    fn found(&mut self, helmfile: &str, file: &str, may_miss: bool) -> Vec<String> {
        let file = self.state.situation.text(file, None);
        let is_elsewhere = file.starts_with('/') || file.contains("://") || file.contains("::");
        let full = self.reader.path(&self.state.directory, &file);
        let full = full.filter(|_| !is_elsewhere);
        let Some(file) = full.clone().filter(|file| !has_holes(file)) else {
            self.state.situation.lacks = true;
            self.state.open.extend(full);
            return Vec::new();
        };
        if file.contains('*') {
            let found = self.reader.files.matching(&file).into_iter();
            return found.map(str::to_owned).collect();
        }
        if self.reader.files.is_file(&file) {
            return vec![file];
        }
        self.state.situation.lacks = true;
        if !may_miss {
            self.miss(helmfile, file);
        }
        Vec::new()
    }

    fn miss(&mut self, helmfile: &str, file: String) {
        self.state.missing.insert((helmfile.to_owned(), file));
    }
}

/// What a part is for a situation.
struct Tree {
    document: Rc<Document>,
    problem: Option<Problem>,
    doubt: Option<Doubt>,
    lacking: Vec<Doubt>,
}

/// A part for a situation, with the reason where it is not the whole of it.
fn evaluated(path: &str, text: &str, situation: &Situation, reader: &Reader<'_, '_>) -> Tree {
    if is_of_releases(path, text, reader) {
        return Tree {
            document: reader.document(text),
            problem: None,
            doubt: None,
            lacking: Vec::new(),
        };
    }
    let environment = &situation.environment;
    let (place, problem) = match situation.evaluated(text, None) {
        Ok(evaluated) => {
            let document = reader.document(&evaluated.text);
            match fatal(&document) {
                None => {
                    let read = |doubt: template::Doubt| Doubt {
                        of: Text::of(&Said(shown(&doubt.of))),
                        document: reader.document(&doubt.other),
                    };
                    let mut lacking = match text.contains("releases:") {
                        true => situation.alternatives(text, None),
                        false => Vec::new(),
                    };
                    lacking.retain(|other| other.other != evaluated.text);
                    let lacking = lacking.into_iter().map(read);
                    return Tree {
                        document,
                        problem: None,
                        lacking: lacking
                            .filter(|other| fatal(&other.document).is_none())
                            .collect(),
                        doubt: evaluated.doubt.map(read),
                    };
                }
                Some(error) => {
                    let problem = text!(
                        "is no YAML with the values of {}: {}",
                        ObjectName(environment),
                        Said(&error)
                    );
                    (None, problem)
                }
            }
        }
        Err(failure) => {
            let problem = text!(
                "cannot be evaluated with the values of {}: {}",
                ObjectName(environment),
                Said(shown(&failure.reason))
            );
            (failure.place, problem)
        }
    };
    let document = reader.document(&situation.lenient(text));
    let outcome = match fatal(&document) {
        None => "its releases are read as far as their text goes",
        Some(_) => "none of its releases is read",
    };
    let problem = Problem {
        place,
        reason: text!("the helmfile {}; {}", problem, outcome),
    };
    Tree {
        document,
        problem: Some(problem),
        doubt: None,
        lacking: Vec::new(),
    }
}

/// Whether the templates of a helmfile are those of its releases: helmfile 1 evaluates a file itself only where it is called
/// `.gotmpl`, and the texts of a release with what is known of that (helmfile: docs/proposals/towards-1.0.md). helmfile 0
/// refuses the file, since it knows no `.Release` yet.
fn is_of_releases(path: &str, text: &str, reader: &Reader<'_, '_>) -> bool {
    if path.ends_with(".gotmpl") {
        return false;
    }
    let actions = text.split("{{").skip(1);
    let mut actions = actions.filter_map(|action| action.split("}}").next());
    // In backquotes, a text is left for the release by helmfile 0, too.
    let is_of_release = |action: &str| action.contains(".Release.") && !action.contains('`');
    actions.any(is_of_release) && fatal(&reader.document(text)).is_none()
}

fn fatal(document: &Document) -> Option<String> {
    let mut errors = document.errors().iter();
    errors
        .find(|error| error.is_fatal())
        .map(|error| error.message.to_string())
}

/// Whether a part declares an environment by a template: `{{ .Environment.Name }}:`.
fn has_open_environment(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.starts_with("environments:"))
        && lines.any(|line| {
            let key = line.trim().trim_matches('"');
            key.starts_with("{{") && (key.contains("}}:") || key.contains("}}\":"))
        })
}

fn map_of(value: Value) -> Map {
    match value {
        Value::Map(map) => map,
        _ => Map::new(),
    }
}

/// Whether files may be missing: `missingFileHandler`.
pub(super) fn is_lenient(node: &Node) -> bool {
    text_at(node, &["missingFileHandler"]).is_some_and(is_lenient_word)
}

fn is_lenient_word(word: &str) -> bool {
    matches!(word, "Warn" | "Info" | "Debug")
}
