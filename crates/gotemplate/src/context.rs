//! What a function sees of the execution that called it.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Limit};
use crate::fmt::quote;
use crate::stack::{Depth, Recurse};
use crate::suggest::nearest;
use crate::tree::Tree;
use crate::{TemplateSet, Value};

/// Bounds of one execution. Reaching one ends it with an error of its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep templates may call templates, by `template` and through functions; Go stops at 100,000
    pub depth: usize,
    /// Bytes of output of one template, and of the text one function call makes
    pub output: usize,
    /// Nodes executed, in all templates together; long texts and lists count as more
    pub steps: u64,
}

impl Default for Limits {
    /// Roomy for real charts, and a few seconds and less than a gigabyte for hostile ones: 10,000 templates deep, 64 MiB of
    /// output, fifty million steps.
    fn default() -> Limits {
        Limits {
            depth: 10_000,
            output: 64 << 20,
            steps: 50_000_000,
        }
    }
}

/// A stretch of output and the part of a template that made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Where the stretch ends in the output; it starts where the one before ends
    pub end: usize,
    /// The name under which the template's text was parsed
    pub file: Arc<str>,
    /// The text or the action in the template's text
    pub span: Range<usize>,
}

/// An execution: what functions get to see and do.
pub struct Context<'a> {
    host: &'a mut dyn Any,
    limits: Limits,
    set: Arc<TemplateSet>,
    /// The text of the template that is executed at the moment
    pub(crate) out: Vec<u8>,
    pub(crate) depth: usize,
    recursion: Depth,
    steps: u64,
    /// Where the output comes from, when somebody wants to know
    segments: Option<Vec<Segment>>,
}

impl Recurse for Context<'_> {
    fn recursion(&mut self) -> &mut Depth {
        &mut self.recursion
    }
}

impl<'a> Context<'a> {
    /// An execution of templates of a set. Tests of functions make one to call them.
    pub fn new(set: Arc<TemplateSet>, host: &'a mut dyn Any, limits: Limits) -> Context<'a> {
        Context {
            host,
            limits,
            set,
            out: Vec::new(),
            depth: 0,
            recursion: Depth::new(),
            steps: 0,
            segments: None,
        }
    }

    /// The state that the host gave to the execution, when it is of this type.
    pub fn host<T: Any>(&mut self) -> Option<&mut T> {
        self.host.downcast_mut()
    }

    /// The bounds of the execution. A function that makes large text respects `output`.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The templates that are being executed.
    pub fn set(&self) -> &Arc<TemplateSet> {
        &self.set
    }

    /// Executes a template of the set and returns its output (Go: `ExecuteTemplate`).
    ///
    /// # Errors
    /// When there is no such template, when it fails, or when a limit is reached.
    pub fn execute(&mut self, name: &str, data: Value) -> Result<Vec<u8>, Error> {
        let tree = self.lookup(name)?;
        self.execute_tree(&tree, data)
    }

    /// Executes a template and tells which part of which text made each part of the output. What a function returns,
    /// as `include` does, comes from the action that prints it.
    ///
    /// # Errors
    /// As [`execute`](Context::execute).
    pub fn execute_traced(
        &mut self,
        name: &str,
        data: Value,
    ) -> Result<(Vec<u8>, Vec<Segment>), Error> {
        let tree = self.lookup(name)?;
        self.execute_into(&tree, data, Some(Vec::new()))
    }

    /// Executes a tree, which need not be in the set.
    ///
    /// # Errors
    /// When it fails, or when a limit is reached.
    pub fn execute_tree(&mut self, tree: &Tree, data: Value) -> Result<Vec<u8>, Error> {
        self.execute_into(tree, data, None).map(|(out, _)| out)
    }

    fn lookup(&self, name: &str) -> Result<Arc<Tree>, Error> {
        self.set.lookup(name).cloned().ok_or_else(|| {
            let (template, set) = (quote(name), quote(self.set.name()));
            let suggestion = nearest(name, self.set.names().into_iter());
            Error::new(format!(
                "template: no template {template} associated with template {set}"
            ))
            .suggest(suggestion)
        })
    }

    fn execute_into(
        &mut self,
        tree: &Tree,
        data: Value,
        segments: Option<Vec<Segment>>,
    ) -> Result<(Vec<u8>, Vec<Segment>), Error> {
        if self.depth >= self.limits.depth {
            return Err(self.too_deep());
        }
        let outer_out = std::mem::take(&mut self.out);
        let outer_segments = std::mem::replace(&mut self.segments, segments);
        self.depth += 1;
        let result = self.run(tree, data);
        self.depth -= 1;
        let out = std::mem::replace(&mut self.out, outer_out);
        let segments = std::mem::replace(&mut self.segments, outer_segments);
        result.map(|()| (out, segments.unwrap_or_default()))
    }

    /// Notes that a node made the output since the last note.
    pub(crate) fn trace(&mut self, tree: &Tree, span: &Range<usize>) {
        let end = self.out.len();
        if let Some(segments) = &mut self.segments
            && end > segments.last().map_or(0, |segment| segment.end)
        {
            segments.push(Segment {
                end,
                file: tree.file.clone(),
                span: span.clone(),
            });
        }
    }

    /// Executes a tree with the templates of another set, usually one that [extends](TemplateSet::extend) this one.
    ///
    /// # Errors
    /// When it fails, or when a limit is reached.
    pub fn execute_with(
        &mut self,
        set: Arc<TemplateSet>,
        tree: &Tree,
        data: Value,
    ) -> Result<Vec<u8>, Error> {
        let outer = std::mem::replace(&mut self.set, set);
        let result = self.execute_tree(tree, data);
        self.set = outer;
        result
    }

    /// The steps that were made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub(crate) fn steps_left(&self) -> u64 {
        self.limits.steps.saturating_sub(self.steps)
    }

    /// Counts work against the limit of steps. Functions that loop for long may call it too.
    ///
    /// # Errors
    /// When the limit is reached.
    pub fn spend(&mut self, steps: u64) -> Result<(), Error> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= self.limits.steps {
            return Ok(());
        }
        let message = format!("execution takes more than {} steps", self.limits.steps);
        Err(Error::with_kind(ErrorKind::Limit(Limit::Steps), message))
    }

    /// Go's words, with the limit of this execution.
    pub(crate) fn too_deep(&self) -> Error {
        let message = format!("exceeded maximum template depth ({})", self.limits.depth);
        Error::with_kind(ErrorKind::Limit(Limit::Depth), message)
    }
}
