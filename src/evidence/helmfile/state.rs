//! A helmfile as it is for one environment: its templates evaluated, its bases below it.

use std::collections::BTreeSet;

use envlint_yaml::{Document, Map, Node, Value};

use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::holes::{has_holes, hole};
use crate::evidence::nodes::{at, items, text as text_at};
use crate::evidence::template::try_evaluate;
use crate::masking::{Name, Said, Text, text};

/// Helmfiles in helmfiles, and bases in bases.
const DEEPEST: usize = 8;
/// More environments are not looked at in one helmfile.
const MOST: usize = 200;

/// What is known when the texts of a helmfile are evaluated.
#[derive(Debug, Clone)]
pub(super) struct Situation {
    /// The environment.
    pub environment: String,
    /// `.Values`.
    pub values: Map,
}

impl Situation {
    fn data(&self) -> Map {
        let environment: Map = [
            ("Name".to_owned(), Value::String(self.environment.clone())),
            ("KubeContext".to_owned(), Value::String(hole("KubeContext"))),
        ]
        .into_iter()
        .collect();
        [
            ("Environment".to_owned(), Value::Map(environment)),
            ("Values".to_owned(), Value::Map(self.values.clone())),
            ("StateValues".to_owned(), Value::Map(self.values.clone())),
            ("Namespace".to_owned(), Value::String(String::new())),
        ]
        .into_iter()
        .collect()
    }

    /// A text, evaluated; with what is known of the release, where it is one of a release.
    pub(super) fn text(&self, text: &str, release: Option<&Map>) -> Option<String> {
        let evaluated = self.evaluated(text, release);
        Some(evaluated.unwrap_or_else(|_| lenient(text, self)))
    }

    /// A text, evaluated, or why it cannot be.
    pub(super) fn evaluated(&self, text: &str, release: Option<&Map>) -> Result<String, String> {
        let mut data = self.data();
        if let Some(release) = release {
            data.insert("Release".to_owned(), Value::Map(release.clone()));
        }
        try_evaluate(text, &data)
    }
}

/// A template that cannot be evaluated, as far as its texts go: lines of control are left out, and what is not known is open.
fn lenient(text: &str, situation: &Situation) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            out += before;
            let Some((action, behind)) = after.split_once("}}") else {
                rest = "";
                break;
            };
            out += &match action.contains("Environment.Name") {
                true => situation.environment.clone(),
                false => hole("value"),
            };
            rest = behind;
        }
        out += rest;
        out.push('\n');
    }
    out
}

/// A part of a helmfile: what it is for an environment.
#[derive(Debug)]
pub(super) struct Part {
    /// The tree; that of its texts alone, where it cannot be evaluated or is no YAML then.
    pub document: Document,
    /// Why it is not the whole.
    pub problem: Option<Text>,
}

/// The parts of a helmfile for an environment. Each one between `---` is evaluated by itself, as helmfile does.
pub(super) fn documents(text: &str, situation: &Situation) -> Vec<Part> {
    text.split("\n---")
        .map(|text| part(text, situation))
        .collect()
}

fn part(text: &str, situation: &Situation) -> Part {
    let environment = &situation.environment;
    let problem = match situation.evaluated(text, None) {
        Ok(text) => {
            let document = Document::parse(text);
            match fatal(&document) {
                None => {
                    let problem = None;
                    return Part { document, problem };
                }
                Some(error) => text!(
                    "is no YAML with the values of {}: {}",
                    Name(environment),
                    Said(&error)
                ),
            }
        }
        Err(error) => text!(
            "cannot be evaluated with the values of {}: {}",
            Name(environment),
            Said(&error)
        ),
    };
    let document = Document::parse(lenient(text, situation));
    let outcome = match fatal(&document) {
        None => "its releases are read as far as their text goes",
        Some(_) => "none of its releases is read",
    };
    Part {
        document,
        problem: Some(text!("the helmfile {}; {}", problem, outcome)),
    }
}

fn fatal(document: &Document) -> Option<String> {
    let mut errors = document.errors().iter();
    errors
        .find(|error| error.is_fatal())
        .map(|error| error.message.to_string())
}

/// The names of the environments that a helmfile and its bases declare, in their order.
pub(super) fn environments(path: &str, text: &str, files: &Files<'_>) -> Vec<String> {
    let mut found = Vec::new();
    add_environments(path, text, files, &mut BTreeSet::new(), &mut found);
    found.truncate(MOST);
    found
}

fn add_environments(
    path: &str,
    text: &str,
    files: &Files<'_>,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<String>,
) {
    if seen.len() >= DEEPEST || !seen.insert(path.to_owned()) {
        return;
    }
    let situation = Situation {
        environment: "default".to_owned(),
        values: Map::new(),
    };
    for part in documents(text, &situation) {
        let Some(root) = part.document.root() else {
            continue;
        };
        let declared = at(root, &["environments"]).and_then(Node::as_mapping);
        for (name, _) in declared.into_iter().flat_map(|map| map.iter()) {
            let name = name.text().to_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        for (base, text) in bases(path, root, files) {
            add_environments(&base, &text, files, seen, found);
        }
    }
}

/// The files that a helmfile lies on.
fn bases(path: &str, root: &Node, files: &Files<'_>) -> Vec<(String, String)> {
    let paths = items(root, &["bases"]).iter().filter_map(Node::as_str);
    paths
        .filter_map(|base| {
            let base = normal(directory_of(path), base)?;
            let text = files.text(&base)?;
            Some((base, text))
        })
        .collect()
}

/// What a helmfile and its bases say of an environment.
#[derive(Debug, Default)]
pub(super) struct State {
    /// `.Values`.
    pub values: Map,
    /// The files that say it.
    pub files: BTreeSet<String>,
    /// Those that are named and not there, each behind the helmfile that names it.
    pub missing: BTreeSet<(String, String)>,
}

/// What a helmfile says of an environment: its `values` and `secrets`, in the helmfile and in its bases.
pub(super) fn of(path: &str, text: &str, environment: &str, files: &Files<'_>) -> State {
    let mut reading = Reading {
        home: directory_of(path).to_owned(),
        files,
        seen: BTreeSet::new(),
        state: State::default(),
        situation: Situation {
            environment: environment.to_owned(),
            values: Map::new(),
        },
    };
    reading.add(path, text);
    State {
        values: reading.situation.values,
        ..reading.state
    }
}

impl State {
    /// Lays the values of a file over what is known: `--state-values-file`.
    pub(super) fn add_file(&mut self, path: &str, files: &Files<'_>) {
        let Some(text) = files.text(path) else { return };
        let document = Document::parse(text);
        if let Some(Value::Map(map)) = document.root().map(Node::to_value) {
            lay_over(&mut self.values, map);
        }
        self.files.insert(path.to_owned());
    }
}

struct Reading<'r, 'f> {
    /// The helmfile that lies on the others: paths in them are relative to its directory
    /// (helmfile: pkg/app/desired_state_file_loader.go, `rawLoad`).
    home: String,
    files: &'r Files<'f>,
    seen: BTreeSet<String>,
    state: State,
    situation: Situation,
}

impl Reading<'_, '_> {
    fn add(&mut self, path: &str, text: &str) {
        if self.seen.len() >= DEEPEST || !self.seen.insert(path.to_owned()) {
            return;
        }
        for part in documents(text, &self.situation) {
            let Some(root) = part.document.root() else {
                continue;
            };
            for (base, text) in bases(path, root, self.files) {
                self.add(&base, &text);
            }
            let environment = self.situation.environment.clone();
            let environments = at(root, &["environments"]).and_then(Node::as_mapping);
            let Some(own) = environments.and_then(|known| known.get(&environment)) else {
                continue;
            };
            let may_miss = is_lenient(own) || is_lenient(root);
            for entry in items(own, &["values"]) {
                match entry.as_str() {
                    None => self.lay_over(entry.to_value()),
                    Some(file) => self.file(path, file, may_miss, true),
                }
            }
            for entry in items(own, &["secrets"]).iter().filter_map(Node::as_str) {
                self.file(path, entry, may_miss, false);
            }
        }
    }

    /// A file of values; of one that is encrypted nothing is known.
    fn file(&mut self, helmfile: &str, file: &str, may_miss: bool, is_plain: bool) {
        let file = self.situation.text(file, None).unwrap_or_default();
        let is_elsewhere = file.contains("://") || file.contains("::") || has_holes(&file);
        let of_home = normal(&self.home, &file);
        let of_own = normal(directory_of(helmfile), &file);
        let is_there = |path: &&String| self.files.is_file(path);
        let file = match of_own.as_ref().filter(is_there) {
            Some(own) if !of_home.as_ref().is_some_and(|home| is_there(&home)) => Some(own.clone()),
            _ => of_home,
        };
        let Some(file) = file.filter(|_| !is_elsewhere) else {
            return;
        };
        let found: Vec<String> = match file.contains('*') {
            true => {
                let found = self.files.matching(&file).into_iter();
                found.map(str::to_owned).collect()
            }
            false => vec![file],
        };
        for file in found {
            let Some(text) = self.files.text(&file) else {
                if !may_miss {
                    let missing = (helmfile.to_owned(), file);
                    self.state.missing.insert(missing);
                }
                continue;
            };
            self.state.files.insert(file.clone());
            if !is_plain {
                continue;
            }
            let text = match file.ends_with(".gotmpl") {
                true => self.situation.text(&text, None).unwrap_or_default(),
                false => text,
            };
            let document = Document::parse(text);
            self.lay_over(document.root().map_or(Value::Null, Node::to_value));
        }
    }

    fn lay_over(&mut self, value: Value) {
        if let Value::Map(map) = value {
            lay_over(&mut self.situation.values, map);
        }
    }
}

/// Whether files may be missing: `missingFileHandler`.
pub(super) fn is_lenient(node: &Node) -> bool {
    matches!(
        text_at(node, &["missingFileHandler"]),
        Some("Warn" | "Info" | "Debug")
    )
}

fn lay_over(below: &mut Map, above: Map) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_evaluated_is_read_as_far_as_it_goes() {
        let situation = Situation {
            environment: "prod".to_owned(),
            values: Map::new(),
        };
        let text = "releases:\n{{ range nothing }}\n- name: shop\n  values: [\"{{ .Environment.Name }}.yaml\"]\n{{ end }}\n";
        assert_eq!(
            lenient(text, &situation),
            "releases:\n- name: shop\n  values: [\"prod.yaml\"]\n"
        );
    }
}
