//! A workflow of GitHub, as far as the rules ask.

use std::ops::Range;
use std::sync::Arc;

use envlint_yaml::Span;

use crate::rules::SourceContext;
use crate::source::{Location, Source, WORKFLOWS};
use crate::values::Tree;

/// A workflow.
#[derive(Debug)]
pub(super) struct Workflow<'a> {
    /// All of it
    pub root: Tree<'a>,
}

/// A job of it.
#[derive(Debug, Clone)]
pub(super) struct Job<'a> {
    /// Its name in the file
    pub id: &'a str,
    /// What it does
    pub body: Tree<'a>,
}

/// A step of a job.
#[derive(Debug, Clone)]
pub(super) struct Step<'a> {
    /// What it does
    pub body: Tree<'a>,
}

/// A text that runs: of a shell, or of JavaScript.
#[derive(Debug, Clone)]
pub(super) struct Script<'a> {
    /// As it is written in the file
    pub text: &'a str,
    tree: Tree<'a>,
}

/// An expression in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression<'a> {
    /// Where it stands in the script, with its braces
    pub range: Range<usize>,
    /// What is between the braces
    pub text: &'a str,
}

impl<'a> Workflow<'a> {
    /// The file as a workflow; none where GitHub reads none there, as in a folder below.
    pub(super) fn of(cx: &SourceContext<'a>) -> Option<Workflow<'a>> {
        Workflow::of_source(cx.source)
    }

    /// The same, of a file.
    pub(super) fn of_source(source: &'a Arc<Source>) -> Option<Workflow<'a>> {
        let name = source.path.strip_prefix(WORKFLOWS)?;
        if name.contains('/') {
            return None;
        }
        let root = Tree::of(source).filter(Tree::is_mapping)?;
        let workflow = Workflow { root };
        workflow.root.get("jobs")?;
        workflow.on()?;
        Some(workflow)
    }

    /// What starts it. YAML 1.1 reads the key as true.
    pub(super) fn on(&self) -> Option<Tree<'a>> {
        self.root.get("on").or_else(|| self.root.get("true"))
    }

    /// Whether an event starts it.
    pub(super) fn is_started_by(&self, event: &str) -> bool {
        let Some(on) = self.on() else { return false };
        let items = on.node().as_sequence().unwrap_or_default();
        on.as_str() == Some(event)
            || on.get(event).is_some()
            || items.iter().any(|item| {
                item.as_scalar()
                    .is_some_and(|scalar| scalar.text() == event)
            })
    }

    /// Its jobs.
    pub(super) fn jobs(&self) -> Vec<Job<'a>> {
        let jobs = self.root.get("jobs");
        let jobs = jobs.map(|jobs| jobs.entries()).unwrap_or_default();
        let job = |(id, body)| Job { id, body };
        jobs.into_iter().map(job).collect()
    }

    /// All texts that run, in all jobs.
    pub(super) fn scripts(&self) -> Vec<Script<'a>> {
        let jobs = self.jobs();
        let steps = jobs.iter().flat_map(Job::steps);
        steps.filter_map(|step| step.script()).collect()
    }
}

impl<'a> Job<'a> {
    /// Its steps.
    pub(super) fn steps(&self) -> Vec<Step<'a>> {
        let Some(steps) = self.body.get("steps") else {
            return Vec::new();
        };
        let count = steps.node().as_sequence().map_or(0, <[_]>::len);
        let step = |index| steps.step(&envlint_yaml::Segment::Index(index));
        (0..count)
            .filter_map(step)
            .map(|body| Step { body })
            .collect()
    }

    /// The jobs that have to succeed before it.
    pub(super) fn needs(&self) -> Vec<&'a str> {
        let Some(needs) = self.body.get("needs") else {
            return Vec::new();
        };
        match needs.node().as_sequence() {
            Some(items) => {
                let names = items.iter().filter_map(|item| item.as_scalar());
                names.map(|name| name.text()).collect()
            }
            None => needs.as_str().into_iter().collect(),
        }
    }
}

impl<'a> Step<'a> {
    /// What it runs in a shell, or as JavaScript of `actions/github-script`.
    pub(super) fn script(&self) -> Option<Script<'a>> {
        let tree = match self.body.get("run") {
            Some(run) => run,
            None if self.uses("actions/github-script") => {
                self.body.get_keys(&["with", "script"])?
            }
            None => return None,
        };
        tree.as_scalar()?;
        let span = tree.location().span;
        let text = tree.source().text().get(span.start..span.end)?;
        Some(Script { text, tree })
    }

    /// Whether it is an action, at whatever version.
    pub(super) fn uses(&self, action: &str) -> bool {
        let uses = self.body.get("uses");
        let uses = uses.as_ref().and_then(Tree::as_str).unwrap_or_default();
        uses.split('@').next() == Some(action)
    }
}

impl<'a> Script<'a> {
    /// A part of it, in the file.
    pub(super) fn place(&self, part: &Range<usize>) -> Location {
        let start = self.tree.location().span.start;
        let span = Span::new(start + part.start, start + part.end);
        Location::new(self.tree.source(), span)
    }

    /// Its commands: lines, with those that a backslash continues. Comments are none.
    pub(super) fn commands(&self) -> Vec<(Range<usize>, String)> {
        let mut commands: Vec<(Range<usize>, String)> = Vec::new();
        let (mut at, mut continues) = (0, false);
        for line in self.text.split_inclusive('\n') {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            let words = line.trim();
            let is_continued = words.ends_with('\\');
            let words_alone = words.trim_end_matches('\\').trim_end();
            match commands.last_mut().filter(|_| continues) {
                Some((range, text)) => {
                    range.end = start + words.len();
                    text.push(' ');
                    text.push_str(words_alone);
                }
                None if words.is_empty() || words.starts_with('#') => {}
                None => commands.push((start..start + words.len(), words_alone.to_owned())),
            }
            continues = is_continued;
        }
        commands
    }

    /// Its expressions.
    pub(super) fn expressions(&self) -> Vec<Expression<'a>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((start, length)) = self.text.get(at..).and_then(next_expression) {
            let range = at + start..at + start + length;
            let inner = self.text.get(range.start + 3..range.end - 2);
            at = range.end;
            found.extend(inner.map(|inner| Expression {
                range,
                text: inner.trim(),
            }));
        }
        found
    }
}

/// Where the next `${{ … }}` begins, and how long it is.
fn next_expression(text: &str) -> Option<(usize, usize)> {
    let start = text.find("${{")?;
    let length = text.get(start..)?.find("}}")? + 2;
    Some((start, length))
}
