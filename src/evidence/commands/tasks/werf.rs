//! What werf deploys: `werf converge` in scripts, and the action of GitHub that runs it. Its options may be variables.
//!
//! <https://werf.io/docs/v2/reference/cli/werf_converge.html>, <https://github.com/werf/actions>

use envlint_yaml::{Document, Map, Node};

use super::{Asked, Task};
use crate::evidence::commands::variables::Variables;
use crate::evidence::commands::words;
use crate::evidence::files::Files;
use crate::evidence::holes::{fixed_parts, has_holes};
use crate::evidence::nodes::{at, items, text as text_at};
use crate::evidence::template::Evaluator;
use crate::masking::{Text, text as said_text};

/// The name of what `werf.yaml` describes.
/// <https://werf.io/docs/v2/reference/werf_yaml.html>
pub(in crate::evidence::commands) fn project(files: &Files<'_>) -> Option<String> {
    // It is a template of its own.
    let text = Evaluator::default().text(&files.text("werf.yaml")?, &Map::new())?;
    let document = Document::parse(text);
    let mut documents = document.documents().iter();
    documents.find_map(|root| text_at(root, &["project"]).map(str::to_owned))
}

/// The commands of a script, and the steps that run the action.
pub(in crate::evidence::commands) fn tasks(
    text: &str,
    variables: &Variables,
    project: Option<&str>,
) -> Vec<Task> {
    let mut found = Vec::new();
    if text.contains("werf converge") {
        for (at, words) in words::commands(text, "werf", variables) {
            let mut asked = Converge::default();
            for (name, value) in variables {
                asked.set(name, value);
            }
            if asked.read(&words) {
                let words = said_text!("the command `werf converge`");
                found.push(asked.task(at, words, project));
            }
        }
    }
    if text.contains(ACTION) {
        let document = Document::parse(text);
        let root = document.root();
        let jobs = root
            .and_then(|root| at(root, &["jobs"]))
            .and_then(Node::as_mapping);
        for (_, job) in jobs.into_iter().flat_map(|jobs| jobs.iter()) {
            let outer = root.into_iter().chain([job]);
            found.extend(of_job(job, &outer.collect::<Vec<_>>(), project));
        }
    }
    found
}

/// The action that runs `werf converge`.
const ACTION: &str = "werf/actions/converge";

/// The steps of a job that run the action. `outer` may have variables, too.
fn of_job(job: &Node, outer: &[&Node], project: Option<&str>) -> Vec<Task> {
    let steps = items(job, &["steps"]).iter();
    let steps =
        steps.filter(|step| text_at(step, &["uses"]).is_some_and(|uses| uses.starts_with(ACTION)));
    let task = |step: &Node| {
        let mut asked = Converge::default();
        for node in outer.iter().copied().chain([step]) {
            let variables = at(node, &["env"]).and_then(Node::as_mapping);
            for (name, value) in variables.into_iter().flat_map(|map| map.iter()) {
                let value = value.as_scalar().map(|value| value.text());
                asked.set(name.text(), value.unwrap_or_default());
            }
        }
        let environment = text_at(step, &["with", "env"]).map(str::to_owned);
        asked.environment = environment.or(asked.environment);
        let words = said_text!("the action `{}`", ACTION);
        asked.task(step.span().start, words, project)
    };
    steps.map(task).collect()
}

/// What a run of werf is asked for.
#[derive(Default)]
struct Converge {
    asked: Asked,
    environment: Option<String>,
}

impl Converge {
    /// An option as a variable: `WERF_VALUES_1` is `--values`.
    fn set(&mut self, name: &str, value: &str) {
        let Some(name) = name.strip_prefix("WERF_").filter(|_| !value.is_empty()) else {
            return;
        };
        let is = |option: &str| {
            name.strip_prefix(option)
                .is_some_and(|rest| rest.starts_with('_'))
        };
        let owned = || Some(value.to_owned());
        if is("VALUES") || is("SECRET_VALUES") {
            self.asked.files.extend(owned());
        } else if is("SET") || is("SET_STRING") {
            self.add_given(value);
        } else {
            match name {
                "ENV" => self.environment = owned(),
                "NAMESPACE" => self.asked.namespace = owned(),
                "RELEASE" => self.asked.release = owned(),
                _ => {}
            }
        }
    }

    fn add_given(&mut self, set: &str) {
        let name = set.split_once('=').map(|(name, _)| name.to_owned());
        self.asked.given.extend(name);
    }

    /// `werf converge --env prod --values .helm/values-prod.yaml`. Whether it is one.
    fn read(&mut self, words: &[String]) -> bool {
        let mut rest = words.iter().skip(1);
        if rest.next().is_none_or(|verb| verb != "converge") {
            return false;
        }
        while let Some(word) = rest.next() {
            let (flag, joined) = words::option(word, "");
            let mut value = || joined.clone().or_else(|| rest.next().cloned());
            match flag {
                "--values" | "--secret-values" => self.asked.files.extend(value()),
                "--env" => self.environment = value(),
                "--namespace" => self.asked.namespace = value(),
                "--release" => self.asked.release = value(),
                "--set" | "--set-string" | "--set-file" => {
                    let set = value().unwrap_or_default();
                    self.add_given(&set);
                }
                _ => {}
            }
        }
        true
    }

    /// The chart lies in `.helm`, and needs no `Chart.yaml`. Release and namespace are made of the project and the
    /// environment.
    /// <https://werf.io/docs/v2/usage/deploy/releases.html#release-name>
    fn task(mut self, at: usize, words: Text, project: Option<&str>) -> Task {
        let environment = self.environment;
        let made = project.map(|project| match &environment {
            Some(environment) => format!("{project}-{environment}"),
            None => project.to_owned(),
        });
        self.asked.chart = ".helm".to_owned();
        self.asked.release = self.asked.release.or_else(|| made.clone());
        self.asked.namespace = self.asked.namespace.or(made);
        Task {
            at,
            line: self.asked.line(),
            words: Some(words),
            app: project.map(str::to_owned),
            environment: environment.as_deref().map(stage),
            target: environment,
            ..Task::default()
        }
    }
}

/// The part of an environment's name that is known: `review` of `review-${{ github.event.number }}`.
fn stage(name: &str) -> String {
    let name = words::resolved(name, &Variables::new(), 0);
    match has_holes(&name) {
        true => {
            let known: String = fixed_parts(&name).collect();
            known.trim_matches(['-', '_', '.']).to_owned()
        }
        false => name,
    }
}
