//! Reusable workflows and actions of GitHub: what they are called with says what their inputs are.
//!
//! <https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows>

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use envlint_yaml::{Document, Node};

use super::conditions;
use super::matrix::matrix_of;
use super::variables::{LONGEST, Variables, is_environment};
use crate::evidence::files::{directory_of, normal};
use crate::evidence::holes::Bindings;
use crate::evidence::nodes::{at, items};
use crate::evidence::scan::Candidate;
use crate::evidence::tells::Names;
use crate::masking::is_secret_key;
use crate::source::is_yaml;

/// Calls of calls are followed this far.
const DEEPEST: usize = 4;
/// More calls of one file are not looked at.
const MOST: usize = 200;

/// One call of a workflow or an action: the file that calls it, and what its inputs are, as far as that is written there.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    /// The file that calls; none where the file is read by itself.
    pub by: Option<String>,
    inputs: BTreeMap<String, String>,
}

impl Call {
    /// A call of a script: what its variables are by the words that it is run with.
    pub(super) fn of(by: &str, inputs: BTreeMap<String, String>) -> Call {
        Call {
            by: Some(by.to_owned()),
            inputs,
        }
    }

    /// A way to run a script that nothing here calls.
    pub(super) fn with(inputs: BTreeMap<String, String>) -> Call {
        Call { by: None, inputs }
    }

    /// The variables of a file with the inputs of this call.
    pub(super) fn variables(&self, text: &str, mut known: Variables) -> Variables {
        if self.inputs.is_empty() {
            return known;
        }
        // `ENVIRONMENT: ${{ inputs.environment }}`
        for line in text.lines().filter(|line| line.len() < LONGEST) {
            if let Some((name, value)) = line.split_once(':')
                && let Some(value) = self
                    .filled(value.trim())
                    .filter(|_| value.contains("inputs."))
            {
                known.insert(name.trim().trim_start_matches("- ").to_owned(), value);
            }
        }
        let inputs = self.inputs.iter();
        known.extend(inputs.map(|(name, value)| (name.clone(), value.clone())));
        known
    }

    /// The inputs that say which environment it is.
    pub(super) fn environments(&self) -> Bindings {
        let inputs = self.inputs.iter();
        inputs
            .filter(|(name, _)| is_environment(&name.replace('-', "_")))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The environment that it is called for.
    pub(super) fn asked(&self, names: &Names) -> Option<String> {
        let environments = self.environments();
        environments.values().find_map(|name| names.of_part(name))
    }

    /// The steps and jobs of the called file that do not run with these inputs.
    pub(super) fn turned_off(&self, candidate: &Candidate) -> Vec<Range<usize>> {
        match self.inputs.is_empty() || !is_workflow(&candidate.path) {
            true => Vec::new(),
            false => conditions::turned_off(&candidate.text, &self.inputs),
        }
    }

    /// A text in which expressions of inputs are replaced; none where another one is left.
    fn filled(&self, text: &str) -> Option<String> {
        filled(text, "inputs.", &self.inputs)
    }
}

/// A text in which the expressions that read one context (`${{ inputs.x }}`, `${{ matrix.x }}`) are replaced. None where
/// anything else is left to evaluate.
fn filled(text: &str, context: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${{") {
        let (expression, after) = behind.split_once("}}")?;
        let name = expression.trim().strip_prefix(context)?;
        out += before;
        out += known.get(name)?;
        rest = after;
    }
    out += rest;
    (out.len() < LONGEST).then_some(out)
}

/// The calls of each file among these, by its path. A file that nothing calls has none.
pub(super) fn calls<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
) -> BTreeMap<String, Vec<Call>> {
    let mut written: Vec<Written> = Vec::new();
    let mut defaults: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let mut declared: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut chosen: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for candidate in candidates.filter(|candidate| is_workflow(&candidate.path)) {
        let names_file = candidate.text.contains("./") || candidate.text.contains("/.github/");
        let calls = candidate.text.contains("uses:") && names_file;
        let is_called = candidate.text.contains("inputs:");
        if !(calls || is_called) || candidate.text.len() > LARGEST {
            continue;
        }
        let document = Document::parse(candidate.text.as_str());
        let Some(root) = document.root() else {
            continue;
        };
        defaults.insert(&candidate.path, defaults_of(root));
        let inputs = declared_inputs(root).map(|(name, _)| name.to_owned());
        declared.insert(&candidate.path, inputs.collect());
        let by_hand = chosen_by_hand(root);
        if !by_hand.is_empty() {
            chosen.insert(candidate.path.clone(), by_hand);
        }
        for job in values_of(at(root, &["jobs"])) {
            written.extend(Written::of(job, job, &candidate.path));
            for step in items(job, &["steps"]) {
                written.extend(Written::of(step, job, &candidate.path));
            }
        }
        for step in items(root, &["runs", "steps"]) {
            written.extend(Written::of(step, root, &candidate.path));
        }
    }
    written.retain(|call| call.is_of_here(declared.get(call.of.as_str())));
    let mut found = chosen;
    // A call may hand on the inputs that the calling file has from its own calls.
    for _ in 0..DEEPEST {
        let before = found.clone();
        for call in &written {
            let outer = before.get(call.by.as_str());
            let alone = [Call::default()];
            for outer in outer.map_or(&alone[..], Vec::as_slice) {
                for matrix in &call.matrix {
                    let mut inputs = defaults.get(&*call.of).cloned().unwrap_or_default();
                    for (name, text) in &call.with {
                        let text = filled_by_matrix(text, matrix);
                        match outer.filled(&text) {
                            Some(value) if !value.is_empty() => inputs.insert(name.clone(), value),
                            _ => inputs.remove(name),
                        };
                    }
                    let one = Call {
                        by: Some(call.by.clone()),
                        inputs,
                    };
                    let known = found.entry(call.of.clone()).or_default();
                    if !known.contains(&one) && known.len() < MOST {
                        known.push(one);
                    }
                }
            }
        }
        if found == before {
            break;
        }
        // What was not known from the outside is by now.
        for calls in found.values_mut() {
            drop_less_known(calls);
        }
    }
    found
}

/// The ways to start a workflow by hand for an environment: an input lets choose it, or has the type of one.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs>
fn chosen_by_hand(root: &Node) -> Vec<Call> {
    let on = at(root, &["on"]).or_else(|| at(root, &["true"]));
    let inputs = on.and_then(|on| at(on, &["workflow_dispatch", "inputs"]));
    let inputs = inputs.and_then(Node::as_mapping).into_iter().flatten();
    let mut inputs = inputs.filter(|(name, _)| is_environment(&name.text().replace('-', "_")));
    let Some((name, input)) = inputs.next() else {
        return Vec::new();
    };
    let options = items(input, &["options"]).iter();
    let options = options.filter_map(|option| Some(option.as_scalar()?.text().to_owned()));
    let usable = options.filter(|option| !option.is_empty() && option.len() < LONGEST);
    let call = |option| Call::with(BTreeMap::from([(name.text().to_owned(), option)]));
    usable.take(MOST_CHOICES).map(call).collect()
}

/// More choices of one input are not looked at.
const MOST_CHOICES: usize = 30;

/// Leaves out calls of which another one from the same file knows the same and more: its caller's inputs are known now.
fn drop_less_known(calls: &mut Vec<Call>) {
    let all = calls.clone();
    calls.retain(|call| {
        let knows_more = |other: &Call| {
            let has = |(name, value): (&String, &String)| other.inputs.get(name) == Some(value);
            other.by == call.by
                && other.inputs.len() > call.inputs.len()
                && call.inputs.iter().all(has)
        };
        !all.iter().any(knows_more)
    });
}

/// Larger workflows are not read for calls, in bytes.
pub(super) const LARGEST: usize = 512 * 1024;

/// Whether a path is that of a workflow or of an action.
fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/")
        || path.ends_with("/action.yml")
        || path.ends_with("/action.yaml")
}

/// A call as it is written.
struct Written {
    by: String,
    of: String,
    /// Whether it names a repository, which may be this one or another.
    names_repository: bool,
    /// The inputs that it sets, also those that are secrets.
    sets: Vec<String>,
    with: Vec<(String, String)>,
    /// What the matrix of its job may be; one without anything where there is none.
    matrix: Vec<BTreeMap<String, String>>,
}

impl Written {
    /// Of a job or a step that uses a file of the repository.
    fn of(node: &Node, job: &Node, by: &str) -> Option<Written> {
        let uses = at(node, &["uses"])?.as_str()?;
        let in_repository = || in_repository(uses);
        let path = uses.strip_prefix("./").or_else(in_repository)?;
        let path = normal("", path)?;
        let of = match is_yaml(&path) {
            true => path,
            false => format!("{path}/action.yml"),
        };
        let with = at(node, &["with"]).and_then(Node::as_mapping);
        let sets = with.into_iter().flatten().map(|(key, _)| key.text());
        let sets = sets.map(str::to_owned).collect();
        let with = with.into_iter().flatten().filter_map(|(key, value)| {
            let value = value.as_scalar()?.text();
            let is_secret = is_secret_key(key.text()) || value.contains("secrets.");
            (!is_secret && value.len() < LONGEST).then(|| (key.text().to_owned(), value.to_owned()))
        });
        Some(Written {
            by: by.to_owned(),
            names_repository: !uses.starts_with("./"),
            sets,
            with: with.collect(),
            matrix: matrix_of(job),
            of: match directory_of(&of) {
                "" => return None,
                _ => of,
            },
        })
    }

    /// Whether the called file is one of this repository, which declares these inputs. A repository calls itself by its name,
    /// too (`acme/shop/.github/workflows/deploy.yml@main`), and nothing in its files says what it is called: it is meant
    /// where the file is here, and takes what the call sets.
    fn is_of_here(&self, declared: Option<&BTreeSet<String>>) -> bool {
        let takes_all = |declared: &BTreeSet<String>| {
            let mut sets = self.sets.iter();
            !self.sets.is_empty() && sets.all(|name| declared.contains(name))
        };
        !self.names_repository || (self.of != self.by && declared.is_some_and(takes_all))
    }
}

/// The path in the repository that a call names: `.github/workflows/x.yml` of `acme/shop/.github/workflows/x.yml@main`.
fn in_repository(uses: &str) -> Option<&str> {
    let (path, _) = uses.split_once('@')?;
    let start = path.find("/.github/")?;
    let repository = path.get(..start)?;
    let is_repository = repository.matches('/').count() == 1 && !repository.contains(':');
    path.get(start + 1..).filter(|_| is_repository)
}

/// A text in which what the matrix tells is replaced; other expressions stay.
fn filled_by_matrix(text: &str, matrix: &BTreeMap<String, String>) -> String {
    let mut out = text.to_owned();
    for (name, value) in matrix {
        for form in [
            format!("${{{{ matrix.{name} }}}}"),
            format!("${{{{matrix.{name}}}}}"),
        ] {
            out = out.replace(&form, value);
        }
    }
    out
}

/// The defaults of the inputs that a workflow or an action takes, where they are not empty.
fn defaults_of(root: &Node) -> BTreeMap<String, String> {
    let defaults = declared_inputs(root).filter_map(|(name, input)| {
        let default = at(input, &["default"])?.as_scalar()?.text();
        let is_usable = !default.is_empty() && default.len() < LONGEST && !default.contains("${{");
        (is_usable && !is_secret_key(name)).then(|| (name.to_owned(), default.to_owned()))
    });
    defaults.collect()
}

/// The inputs that a workflow or an action declares.
pub(super) fn declared_inputs(root: &Node) -> impl Iterator<Item = (&str, &Node)> {
    // To YAML 1.1, as Helm reads it, the key `on` is `true`.
    let on = at(root, &["on"]).or_else(|| at(root, &["true"]));
    let of_workflow = on.and_then(|on| at(on, &["workflow_call", "inputs"]));
    let inputs = of_workflow.or_else(|| at(root, &["inputs"]));
    let inputs = inputs.and_then(Node::as_mapping).into_iter().flatten();
    inputs.map(|(name, input)| (name.text(), input))
}

fn values_of(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    let mapping = node.and_then(Node::as_mapping);
    mapping.into_iter().flatten().map(|(_, value)| value)
}
