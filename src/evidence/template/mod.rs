//! Texts with `{{ }}` in manifests and helmfiles, as far as they can be evaluated here.

mod data;
mod files;
mod functions;
mod run;
#[cfg(test)]
mod tests;
mod tree;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use envlint_gotemplate as go;
use envlint_helm::{MESSAGE_END, MESSAGE_START, Session, SessionOptions, registry};
use envlint_yaml::Map;
use go::{Execution, Functions, Limits, TemplateSet};

use super::copied::Copied;
use super::files::join;
use super::holes::hole;
use crate::masking::is_secret_key;
use run::Run;
use tree::{Place, Tree};

pub(super) use data::Data;

/// Room for a template that says what is deployed, and no more: they come from strangers.
const LIMITS: Limits = Limits {
    depth: 100,
    output: 4 << 20,
    steps: 2_000_000,
};

/// The functions of Argo CD.
fn of_argo() -> Arc<Functions> {
    static FUNCTIONS: LazyLock<Arc<Functions>> =
        LazyLock::new(|| Arc::new((*registry()).clone().with(functions::OTHERS)));
    Arc::clone(&FUNCTIONS)
}

/// Those of helmfile, which read files.
fn of_helmfile() -> Arc<Functions> {
    static FUNCTIONS: LazyLock<Arc<Functions>> =
        LazyLock::new(|| Arc::new((*of_argo()).clone().with(files::FILES)));
    Arc::clone(&FUNCTIONS)
}

/// What a template gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Evaluated {
    pub text: String,
    /// What else it might give, where a comparison with something that is not known decides.
    pub doubt: Option<Doubt>,
}

/// What depends on something that is not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// What is not known.
    pub of: String,
    /// The text where the comparison has the other outcome.
    pub other: String,
}

impl Evaluated {
    fn plain(text: &str) -> Evaluated {
        Evaluated {
            text: text.to_owned(),
            doubt: None,
        }
    }
}

/// The steps of one file with all that it takes in, and of all files together.
const STEPS_OF_FILE: u64 = 50_000_000;
const STEPS_OF_ALL: u64 = 100_000_000;
/// The steps that an evaluation takes before the first of its template.
const STEPS_TO_BEGIN: u64 = 100;
/// Files with helpers of one directory.
const MOST_HELPERS: usize = 100;
/// Templates that are kept.
const MOST_KEPT: usize = 2000;

type Parsed = Result<Arc<TemplateSet>, Failure>;

/// The name of a template among its helpers: no file is called so.
const ITSELF: &str = "\u{E000}";

/// Why a template cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The line and the column of the template, from one, where they are known.
    pub place: Option<(usize, usize)>,
    /// The reason, without the place.
    pub reason: String,
}

impl Failure {
    fn of(error: &go::Error) -> Failure {
        let places: Vec<_> = error.chain().filter_map(go::Error::location).collect();
        let place = places.iter().find(|place| place.file == ITSELF);
        let mut reason = String::new();
        if let Some(last) = places.last() {
            if last.file != ITSELF {
                reason += &format!("{}:{}: ", last.file, last.line);
            }
            if !last.context.is_empty() {
                reason += &format!("`{}`: ", last.context);
            }
        }
        // Which function was called, the place has told.
        let is_call = |error: &&go::Error| {
            error.cause().is_some() && error.message().starts_with("error calling ")
        };
        let errors = error.chain().filter(|error| !is_call(error));
        reason.extend(errors.map(go::Error::message));
        // The marks of Helm around the message of `fail` are for itself.
        let reason = reason.replace(MESSAGE_START, "").replace(MESSAGE_END, "");
        Failure {
            place: place.map(|place| (place.line, place.column.unwrap_or_default() + 1)),
            reason,
        }
    }

    fn plain(reason: &str) -> Failure {
        Failure {
            place: None,
            reason: reason.to_owned(),
        }
    }

    /// The same with what the template asked for and did not get: it may be why it fails.
    fn behind(mut self, run: Run) -> Failure {
        if !run.asked.is_empty() {
            let asked: Vec<String> = run.asked.into_iter().collect();
            self.reason += &format!("; envlint does not know what {} gives", asked.join(", "));
        }
        self
    }
}

/// Evaluates the templates of a repository: each is parsed once, and all of them have a bounded number of steps.
#[derive(Debug)]
pub(super) struct Evaluator {
    of_file: Cell<u64>,
    of_all: Cell<u64>,
    /// By the directory that has helpers, and the text.
    parsed: RefCell<HashMap<(String, String), Parsed>>,
    functions: fn() -> Arc<Functions>,
    /// The variables of the process that are taken for known.
    variables: RefCell<Rc<BTreeMap<String, String>>>,
    /// The files that templates may read; none for those of Argo CD.
    tree: Option<Rc<Tree>>,
}

impl Default for Evaluator {
    fn default() -> Evaluator {
        Evaluator {
            of_file: Cell::new(STEPS_OF_FILE),
            of_all: Cell::new(STEPS_OF_ALL),
            parsed: RefCell::default(),
            functions: of_argo,
            variables: RefCell::default(),
            tree: None,
        }
    }
}

impl Evaluator {
    /// One for helmfiles below a root, of which a folder may be deployed as a copy.
    pub(super) fn of_helmfile(root: &Path, copied: &Copied) -> Evaluator {
        Evaluator {
            functions: of_helmfile,
            tree: Some(Rc::new(Tree::new(root, copied))),
            ..Evaluator::default()
        }
    }

    /// The files that templates have read until now.
    pub(super) fn files_read(&self) -> BTreeSet<String> {
        self.tree
            .as_ref()
            .map(|tree| tree.read())
            .unwrap_or_default()
    }

    /// Takes variables of the process for known, and no others.
    pub(super) fn set_variables(&self, variables: BTreeMap<String, String>) {
        self.variables.replace(Rc::new(variables));
    }

    /// Another file begins, with steps of its own.
    pub(super) fn begin_file(&self) {
        self.of_file.set(STEPS_OF_FILE);
    }

    fn left(&self) -> u64 {
        self.of_file.get().min(self.of_all.get())
    }

    /// Whether there are steps left; these are taken.
    pub(super) fn spend(&self, steps: u64) -> bool {
        let had = self.left() >= steps;
        for left in [&self.of_file, &self.of_all] {
            left.set(left.get().saturating_sub(steps));
        }
        had
    }

    /// A template with the helpers next to it. helmfile: pkg/tmpl/context_tmpl.go, `helperTPLs`
    fn parsed(&self, template: &str, place: Option<&Place>) -> Parsed {
        let wants_helpers = template.contains("include") || template.contains("template");
        let place = place.filter(|_| wants_helpers);
        let directory = place.map_or("", |place| &place.directory);
        let key = (directory.to_owned(), template.to_owned());
        if let Some(known) = self.parsed.borrow().get(&key) {
            return known.clone();
        }
        let mut set = TemplateSet::new(ITSELF, (self.functions)());
        let helpers = place.map(helpers).unwrap_or_default();
        let all = helpers.iter().map(|(name, text)| (name.as_str(), &**text));
        let parsed = all
            .chain([(ITSELF, template)])
            .try_for_each(|(name, text)| {
                self.spend(text.len() as u64);
                let parsed = set.parse(name, text);
                parsed.map(drop).map_err(|error| Failure::of(&error))
            });
        let parsed: Parsed = parsed.map(|()| Arc::new(set));
        let mut all = self.parsed.borrow_mut();
        if all.len() >= MOST_KEPT {
            all.clear();
        }
        all.insert(key, parsed.clone());
        parsed
    }

    /// What a template gives with data. None where it cannot be evaluated.
    pub(super) fn text(&self, template: &str, data: &Map) -> Option<String> {
        let evaluated = self.evaluate(template, "", || Data::of(data));
        evaluated.ok().map(|evaluated| evaluated.text)
    }

    /// A template with data, or why it cannot be evaluated; the files that it reads are named from a directory. What the data
    /// lacks is a part that is not known.
    pub(super) fn evaluate(
        &self,
        template: &str,
        directory: &str,
        data: impl FnOnce() -> Data,
    ) -> Result<Evaluated, Failure> {
        if !template.contains("{{") {
            return Ok(Evaluated::plain(template));
        }
        if !self.spend(STEPS_TO_BEGIN) {
            return Err(Failure::plain("the templates take too long"));
        }
        let place = self.place(directory);
        let set = self.parsed(template, place.as_ref())?;
        let data = data();
        let run = |assumed: bool| {
            Run::begin(Run {
                assumed,
                variables: Rc::clone(&self.variables.borrow()),
                place: place.clone(),
                ..Run::default()
            });
            (self.run(template, &set, &data), Run::end())
        };
        let (text, seen) = run(false);
        let text = match text {
            Ok(text) => text,
            Err(failure) => return Err(failure.behind(seen)),
        };
        if seen.compared.is_empty() {
            return Ok(Evaluated { text, doubt: None });
        }
        // What fails with the other outcome might be anything.
        let other = run(true).0.unwrap_or_default();
        let of = seen.compared.into_iter().collect::<Vec<_>>().join(", ");
        let doubt = (other != text).then_some(Doubt { of, other });
        Ok(Evaluated { text, doubt })
    }

    fn place(&self, directory: &str) -> Option<Place> {
        self.tree.as_ref().map(|tree| Place {
            tree: Rc::clone(tree),
            directory: directory.to_owned(),
        })
    }

    /// What else a template may give, where something that is not known may give what it asks for and its data lacks: what
    /// it names itself, the data has (`asked`); functions that look for more find it.
    pub(super) fn alternatives(
        &self,
        template: &str,
        directory: &str,
        data: &Data,
        asked: &BTreeSet<String>,
    ) -> Vec<Doubt> {
        let place = self.place(directory);
        let mut found = Vec::new();
        for assumed in [false, true] {
            let Ok(set) = self.parsed(template, place.as_ref()) else {
                break;
            };
            if !self.spend(STEPS_TO_BEGIN) {
                break;
            }
            Run::begin(Run {
                assumed,
                gives_all: true,
                lacking: asked.clone(),
                variables: Rc::clone(&self.variables.borrow()),
                place: place.clone(),
                ..Run::default()
            });
            let text = self.run(template, &set, data);
            let seen = Run::end();
            if let Ok(other) = text
                && !seen.lacking.is_empty()
            {
                let of = "values that are not here".to_owned();
                found.push(Doubt { of, other });
            }
            if seen.compared.is_empty() {
                break;
            }
        }
        found
    }

    fn run(&self, template: &str, set: &Arc<TemplateSet>, data: &Data) -> Result<String, Failure> {
        // `set`, `unset`, `merge` and `setValueAtPath` change maps, and the next template must not see it.
        let words = ["set ", "erge", "setValueAtPath"];
        let data = match words.iter().any(|word| template.contains(word)) {
            false => go::Value::Map(data.0.clone()),
            true => {
                let (copy, steps) = data.copied();
                self.spend(steps);
                copy
            }
        };
        let mut session = Session::new(SessionOptions {
            seed: Some(0),
            ..SessionOptions::default()
        });
        let limits = Limits {
            steps: LIMITS.steps.min(self.left()),
            ..LIMITS
        };
        let mut execution = Execution::new(Arc::clone(set), &mut session, limits);
        let output = go::Context::execute(&mut execution, ITSELF, data);
        self.spend(execution.steps());
        let output = output.map_err(|error| Failure::of(&error))?;
        self.spend(output.len() as u64 / 4);
        let text = String::from_utf8(output);
        let text = text.map_err(|error| Failure::plain(&error.to_string()))?;
        Ok(text.replace("<no value>", &hole("value")))
    }
}

/// The files with helpers in the directory of a template: name and text.
fn helpers(place: &Place) -> Vec<(String, Rc<str>)> {
    let entries = place.tree.entries(&place.directory);
    let names = entries.iter().flat_map(|entries| entries.iter());
    let is_helper = |name: &str| name.starts_with('_') && name.ends_with(".tpl");
    let paths = names
        .filter(|entry| is_helper(&entry.name))
        .map(|entry| join(&place.directory, &entry.name));
    paths
        .take(MOST_HELPERS)
        .filter_map(|path| Some((path.clone(), place.tree.text(&path)?)))
        .collect()
}

/// The other templates of Argo CD: `{{ path.basename }}` is a name among the parameters, and nothing else. None where the
/// text becomes too long.
pub(super) fn substitute(template: &str, parameters: &BTreeMap<String, String>) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text += before;
        let Some((name, behind)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        let name = name.trim();
        // `path[1]` stands among the parameters as it is written.
        match parameters.get(name) {
            Some(_) if is_secret_key(name) => text += &hole(name),
            Some(value) => text += value,
            None => text += &hole(name.trim_start_matches('.')),
        }
        if text.len() > LIMITS.output {
            return None;
        }
        rest = behind;
    }
    Some(text + rest)
}
