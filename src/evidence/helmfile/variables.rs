//! The environment that a variable of the process tells: `values/{{ requiredEnv "STAGE" }}.yaml`. helmfile itself knows one
//! environment then, and the files that are there say which ones there are.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::LazyLock;

use envlint_yaml::Map;
use regex::Regex;

use super::inner::inner_of;
use super::release::open_layers;
use super::state::State;
use super::walk::{Step, Walk};
use super::{DEFAULT, Known};
use crate::evidence::holes::{bindings, has_holes, hole};

/// More variables are not looked at in one helmfile.
const MOST_VARIABLES: usize = 10;
/// More helmfiles that one takes in are not looked at for its variables.
const MOST_INNER: usize = 50;
/// More environments are not looked at in one helmfile.
const MOST: usize = 200;

/// The variables that texts ask for.
static VARIABLES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b(?:requiredEnv|env)\s+["`](\w+)["`]"#).ok());

impl Walk<'_, '_> {
    /// Reads a helmfile for an environment of its own. Where that is the only one and has no name, for each environment that
    /// a variable may tell.
    pub(super) fn each(&mut self, known: &Known<'_>, step: Step<'_>) {
        let told = match step.environment {
            DEFAULT if step.is_only => self.told_by_variable(known, &step.over),
            _ => None,
        };
        let Some((variable, environments)) = told else {
            return self.step(step);
        };
        for environment in environments.iter().take(MOST) {
            let variables = BTreeMap::from([(variable.clone(), environment.clone())]);
            self.reader.evaluator.set_variables(variables);
            self.step(Step {
                told: Some(environment),
                ..step.clone()
            });
        }
        self.reader.evaluator.set_variables(BTreeMap::new());
    }

    /// The variable that tells the environment in most paths of a helmfile, and the environments.
    fn told_by_variable(
        &self,
        known: &Known<'_>,
        over: &Rc<Map>,
    ) -> Option<(String, BTreeSet<String>)> {
        let path = &known.file.path;
        let others = known.bases.iter().chain(&known.inner).take(MOST_INNER);
        let texts = others.filter_map(|path| self.reader.text(path));
        let mut variables = variables_of(&known.file.text);
        variables.extend(texts.flat_map(|text| variables_of(&text)));
        let told = variables.into_iter().take(MOST_VARIABLES).map(|variable| {
            let name = variable.to_ascii_lowercase();
            let open = BTreeMap::from([(variable.clone(), hole(&name))]);
            self.reader.evaluator.set_variables(open);
            let state = State::of(path, &known.file.text, DEFAULT, over, self.reader);
            let environments = self.environments_in(&state, &name);
            (variable, environments)
        });
        let mut found: Option<(String, BTreeSet<String>)> = None;
        for (variable, environments) in told {
            let most = found.as_ref().map_or(0, |(_, known)| known.len());
            if environments.len() > most {
                found = Some((variable, environments));
            }
        }
        self.reader.evaluator.set_variables(BTreeMap::new());
        found
    }

    /// What the files say that a part of the paths in a helmfile may be, where it is an environment.
    fn environments_in(&self, state: &State, part: &str) -> BTreeSet<String> {
        let mut paths = open_layers(state, self.reader);
        paths.extend(state.open.iter().cloned());
        let inner = inner_of(state, self.reader);
        for inner in inner.into_iter().take(MOST_INNER) {
            match inner.found {
                None => paths.extend(self.reader.path(&state.directory, &inner.path)),
                Some(found) => paths.extend(found.iter().flat_map(|path| {
                    let text = self.reader.text(path).unwrap_or_default();
                    let state = State::of(path, &text, DEFAULT, &inner.values, self.reader);
                    let layers = open_layers(&state, self.reader);
                    layers.into_iter().chain(state.open)
                })),
            }
        }
        let paths: BTreeSet<String> = paths.into_iter().filter(|path| has_holes(path)).collect();
        let found = paths.iter().flat_map(|path| {
            let bound = bindings(path, self.reader.files, self.names).into_iter();
            bound.flatten()
        });
        // `lower` and `upper` change the name of the part as they would change what it stands for.
        let of_part = found.filter(|(name, value)| {
            name.eq_ignore_ascii_case(part) && self.names.of_part(value).as_ref() == Some(value)
        });
        of_part.map(|(_, value)| value).collect()
    }
}

/// The variables that a text asks for, each once.
fn variables_of(text: &str) -> BTreeSet<String> {
    let asked = VARIABLES.iter().flat_map(|asked| asked.captures_iter(text));
    let names = asked.filter_map(|asked| asked.get(1));
    names.map(|name| name.as_str().to_owned()).collect()
}
