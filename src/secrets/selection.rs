//! The selection: which backend an environment enables, with its coordinates, read from `secrets:` of its values.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::{Path, Value};

use super::backends::{self, Backend, Case, ENABLED, ENVIRONMENT, Form, Need, Setting};
use super::form;
use crate::masking::{Name, Text, text};
use crate::source::{Diagnostic, Location, Source, nearest};
use crate::values::Tree;

/// What one environment selects.
#[derive(Debug, Default)]
pub struct Selections<'a> {
    /// The backends that are enabled, in the order of the file.
    pub enabled: Vec<Selection<'a>>,
    /// Keys of `secrets:` that look like a misspelt backend.
    pub mistakes: Vec<Mistake>,
    /// `secrets.environment`: the name for the objects' label, when it is given.
    pub environment: Option<String>,
}

/// One enabled backend.
#[derive(Debug)]
pub struct Selection<'a> {
    /// The backend.
    pub backend: &'static Backend,
    /// The map of its settings, with the place of its key.
    pub tree: Tree<'a>,
    /// The settings that are given and well-formed, by their path.
    pub given: BTreeMap<&'static str, Given<'a>>,
    /// What is wrong with its settings.
    pub mistakes: Vec<Mistake>,
}

/// A setting that is given.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// Its value as text.
    pub text: String,
    /// Where it is written.
    pub tree: Tree<'a>,
}

/// The keys of the backends that a values file enables.
pub fn enabled_in(source: &Arc<Source>) -> Vec<&'static str> {
    let values = Tree::of(source).filter(Tree::is_mapping);
    let selections = values.as_ref().map(Selections::read).unwrap_or_default();
    let enabled = selections.enabled.iter();
    enabled.map(|selection| selection.backend.key).collect()
}

/// What is wrong with a selection, one per setting.
pub type Mistake = Diagnostic<MistakeSort, Location>;

/// The sorts of mistakes in a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MistakeSort {
    /// A setting that has to be there is missing or empty.
    Incomplete,
    /// A key that is not known, or a value of the wrong form.
    Malformed,
}

impl<'a> Selections<'a> {
    /// Reads the effective values of an environment. A `secrets:` block of another layout is no selection.
    pub fn read(values: &Tree<'a>) -> Selections<'a> {
        let mut selections = Selections::default();
        let Some(secrets) = values.get("secrets").filter(Tree::is_mapping) else {
            return selections;
        };
        selections.environment = secrets
            .get(ENVIRONMENT)
            .and_then(|tree| tree.node().as_str().map(str::to_owned))
            .filter(|name| !name.is_empty());
        for (key, tree) in secrets.entries() {
            match backends::find(key) {
                Some(backend) if is_selection(backend, &tree) => {
                    selections.enabled.extend(Selection::read(backend, tree));
                }
                Some(_) => {}
                None => selections.mistakes.extend(misspelt_backend(key, &tree)),
            }
        }
        selections
    }
}

/// Whether a map is a selection of the backend, and not a chart's own layout that happens to have a key of that name:
/// it has the switch alone, a known setting, or nothing that is not nearly one.
fn is_selection(backend: &Backend, tree: &Tree<'_>) -> bool {
    let entries = tree.entries();
    let keys = backend.keys("");
    match entries.len() {
        0 => false,
        1 => keys.contains(&entries[0].0),
        _ => {
            let is_setting = |key: &&str| **key != *ENABLED && keys.contains(key);
            let is_near =
                |key: &&str| keys.contains(key) || nearest(key, keys.iter().copied()).is_some();
            let names = || entries.iter().map(|(key, _)| key);
            // One that is misspelt throughout is one, too.
            names().any(is_setting) || names().all(is_near)
        }
    }
}

/// A key near to a backend's, with content that would be a selection of that backend.
fn misspelt_backend(key: &str, tree: &Tree<'_>) -> Option<Mistake> {
    let near = nearest(key, backends::all().iter().map(|backend| backend.key))?;
    is_selection(backends::find(near)?, tree).then(|| {
        let message = text!(
            "`{}` is not a secret backend, so it enables nothing",
            Name(&key)
        );
        Mistake::with(tree.key_location(), message, MistakeSort::Malformed)
            .at(Path::root().key("secrets").key(key))
            .suggest(Some(near))
    })
}

impl<'a> Selection<'a> {
    /// Reads one backend's map; none when it is not enabled.
    fn read(backend: &'static Backend, tree: Tree<'a>) -> Option<Selection<'a>> {
        let mut selection = Selection {
            backend,
            tree,
            given: BTreeMap::new(),
            mistakes: Vec::new(),
        };
        if !selection.is_enabled() {
            return None;
        }
        let tree = selection.tree.clone();
        selection.read_group("", &tree);
        selection.check_alternatives();
        selection.check_missing();
        Some(selection)
    }

    /// A switch that is not `true` or `false` counts as on, so that what is wrong with it is said; so does a
    /// misspelt one.
    fn is_enabled(&self) -> bool {
        match self.tree.get(ENABLED) {
            Some(tree) => tree.as_bool().unwrap_or(!tree.is_null()),
            None => self
                .tree
                .entries()
                .iter()
                .any(|(key, _)| nearest(key, [ENABLED]).is_some()),
        }
    }

    /// The path of a setting, from the root of the values.
    pub fn path(&self, setting: &str) -> Path {
        let mut path = Path::root().key("secrets").key(self.backend.key);
        for key in setting.split('.').filter(|key| !key.is_empty()) {
            path = path.key(key);
        }
        path
    }

    /// The value of a setting, given or by default.
    pub fn value(&self, setting: &str) -> Option<&str> {
        match self.given.get(setting) {
            Some(given) => Some(&given.text),
            None => self.backend.setting(setting)?.default,
        }
    }

    /// Whether a setting has a meaning beside the others.
    pub fn applies(&self, case: Option<Case>) -> bool {
        case.is_none_or(|case| {
            self.value(case.setting)
                .is_some_and(|value| case.values.contains(&value))
        })
    }

    /// Where the settings of this selection begin: for what is missing.
    pub fn location(&self) -> Location {
        self.tree.key_location()
    }

    fn read_group(&mut self, group: &str, tree: &Tree<'a>) {
        for (key, tree) in tree.entries() {
            let path = match group {
                "" => key.to_owned(),
                _ => format!("{group}.{key}"),
            };
            if path == ENABLED {
                self.read_switch(&tree);
            } else if let Some(setting) = self.backend.setting(&path) {
                self.read_setting(setting, tree);
            } else if self.backend.is_group(&path) {
                self.read_nested(&path, &tree);
            } else {
                self.unknown(group, key, &path, &tree);
            }
        }
    }

    fn read_switch(&mut self, tree: &Tree<'a>) {
        if tree.as_bool().is_none() {
            let message = text!(
                "`{}` is {}, but must be `true` or `false`",
                self.path(ENABLED),
                tree.describe()
            );
            let mistake = self.mistake(MistakeSort::Malformed, ENABLED, tree.location(), message);
            self.mistakes
                .push(mistake.help("write `enabled: true`, without quotes"));
        }
    }

    fn read_nested(&mut self, path: &str, tree: &Tree<'a>) {
        if tree.is_mapping() {
            self.read_group(path, tree);
        } else if !tree.is_null() {
            let message = text!(
                "`{}` is {}, but must be a map",
                self.path(path),
                tree.describe()
            );
            let help = text!("known settings: {}", quoted_list(&self.backend.keys(path)));
            let mistake = self.mistake(MistakeSort::Malformed, path, tree.location(), message);
            self.mistakes.push(mistake.help(help));
        }
    }

    fn read_setting(&mut self, setting: &'static Setting, tree: Tree<'a>) {
        if tree.is_null() {
            return;
        }
        match form::read(setting.form, &tree) {
            Ok(text) => {
                self.given.insert(setting.path, Given { text, tree });
            }
            Err(form::Wrong::Empty) => {
                let message = text!("`{}` is empty", self.path(setting.path));
                let help = text!("set it to {}{}", setting.form.expected(), example(setting));
                let sort = MistakeSort::Incomplete;
                let mistake = self.mistake(sort, setting.path, tree.location(), message);
                self.mistakes.push(mistake.help(help));
            }
            Err(form::Wrong::Form { at, found }) => {
                let message = text!(
                    "`{}` is {}, but must be {}",
                    self.path(setting.path),
                    found,
                    setting.form.expected()
                );
                let help = text!(
                    "{}{}",
                    Name(&setting.doc.trim_end_matches('.')),
                    example(setting)
                );
                let mistake = self.mistake(MistakeSort::Malformed, setting.path, at, message);
                self.mistakes
                    .push(mistake.suggest_or(near_choice(setting.form, &tree), help));
            }
        }
    }

    fn unknown(&mut self, group: &str, key: &str, path: &str, tree: &Tree<'a>) {
        let known = self.backend.keys(group);
        let message = text!(
            "`{}` is not a setting of {}",
            self.path(path),
            self.backend.title
        );
        let help = text!("known settings: {}", quoted_list(&known));
        let mistake = self.mistake(MistakeSort::Malformed, path, tree.key_location(), message);
        self.mistakes
            .push(mistake.suggest_or(nearest(key, known.iter().copied()), help));
    }

    fn check_missing(&mut self) {
        let backend = self.backend;
        for setting in backend.settings {
            let needed = match setting.need {
                Need::Optional => false,
                Need::Required => true,
                Need::RequiredUnless(other) => !self.given.contains_key(other),
            };
            if !needed || !self.applies(setting.case) || self.is_mentioned(setting.path) {
                continue;
            }
            let message = text!(
                "`{}` is missing, but the backend `{}` needs it",
                self.path(setting.path),
                backend.key
            );
            let help = text!(
                "add it. {}: {}{}",
                Name(&setting.doc.trim_end_matches('.')),
                setting.form.expected(),
                example(setting)
            );
            let location = self.group_location(setting.path);
            let sort = MistakeSort::Incomplete;
            let mistake = self.mistake(sort, setting.path, location, message);
            self.mistakes.push(mistake.help(help));
        }
    }

    fn check_alternatives(&mut self) {
        for alternative in self.backend.alternatives {
            if !self.applies(alternative.case) {
                continue;
            }
            let given: Vec<&'static str> = alternative
                .settings
                .iter()
                .copied()
                .filter(|path| {
                    self.given
                        .get(path)
                        .is_some_and(|given| given.text != "false")
                })
                .collect();
            if given.len() > 1 {
                let message = text!(
                    "{} all decide {}, but only one can",
                    quoted_list(&given),
                    alternative.decides
                );
                let location = self.given[given[1]].tree.key_location();
                let mistake = self.mistake(MistakeSort::Malformed, given[1], location, message);
                self.mistakes.push(mistake.help("keep one of them"));
            } else if given.is_empty()
                && !alternative
                    .settings
                    .iter()
                    .any(|path| self.is_mentioned(path))
            {
                let message = text!("`{}` does not say {}", self.path(""), alternative.decides);
                let help = text!("set one of {}", quoted_list(alternative.settings));
                let location = self.location();
                let mistake = self.mistake(MistakeSort::Incomplete, "", location, message);
                self.mistakes.push(mistake.help(help));
            }
        }
    }

    /// Whether the setting is given, or something was said about it already: it is empty, ill-formed, or misspelt.
    fn is_mentioned(&self, setting: &str) -> bool {
        let path = self.path(setting);
        let name = setting.rsplit('.').next().map(|name| Text::of(&Name(name)));
        self.given.contains_key(setting)
            || self.mistakes.iter().any(|mistake| {
                let is_beside = || mistake.path.as_ref().and_then(Path::parent) == path.parent();
                mistake.path.as_ref() == Some(&path) || mistake.suggestion == name && is_beside()
            })
    }

    /// The key of the innermost map that a setting would stand in.
    fn group_location(&self, setting: &str) -> Location {
        let mut tree = self.tree.clone();
        let groups = setting.split('.').rev().skip(1).collect::<Vec<_>>();
        for group in groups.into_iter().rev() {
            match tree.get(group) {
                Some(below) => tree = below,
                None => break,
            }
        }
        tree.key_location()
    }

    fn mistake(
        &self,
        sort: MistakeSort,
        setting: &str,
        location: Location,
        message: Text,
    ) -> Mistake {
        Mistake::with(location, message, sort).at(self.path(setting))
    }

    /// The sealed values: secret, key and ciphertext with its place.
    pub fn ciphertexts(&self) -> Vec<(String, String, Tree<'a>)> {
        let Some(given) = self.given.get("encryptedData") else {
            return Vec::new();
        };
        let below = |tree: &Tree<'a>| tree.entries();
        below(&given.tree)
            .into_iter()
            .flat_map(|(secret, keys)| {
                below(&keys)
                    .into_iter()
                    .map(move |(key, tree)| (secret.to_owned(), key.to_owned(), tree))
            })
            .collect()
    }

    /// The ciphertext of one key.
    pub fn ciphertext(&self, secret: &str, key: &str) -> Option<Tree<'a>> {
        self.given
            .get("encryptedData")?
            .tree
            .get_keys(&[secret, key])
    }
}

fn near_choice(form: Form, tree: &Tree<'_>) -> Option<&'static str> {
    match form {
        Form::Choice(words) => nearest(tree.as_str()?, words.iter().copied()),
        _ => None,
    }
}

fn example(setting: &Setting) -> Text {
    match (setting.form, setting.example) {
        (_, "") | (Form::Choice(_) | Form::Flag, _) => Text::new(),
        (_, example) => text!(", for example `{}`", example),
    }
}

fn quoted_list(words: &[&'static str]) -> Text {
    Text::join(words.iter().map(|word| text!("`{}`", word)), ", ")
}

/// What a value is, without showing it: it may be a secret in the wrong place.
pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "text in the wrong form",
        Value::Seq(_) => "a list",
        Value::Map(_) => "a map",
    }
}
