//! The state of an execution.

use std::any::Any;
use std::sync::Arc;

use super::cost;
use super::trace::{Trace, Traced};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Limit};
use crate::limits::Limits;
use crate::set::{TemplateSet, parse_trees};
use crate::stack::{Depth, Recurse};
use crate::strconv::quote;
use crate::suggest::nearest;
use crate::tree::Template;
use crate::value::{GoString, Value};

/// How much of what functions execute is kept to tell where things come from, in bytes.
const MOST_TRACED: usize = 16 << 20;

/// An execution of templates of a set.
pub struct Execution<'a> {
    host: &'a mut dyn Any,
    limits: Limits,
    set: Arc<TemplateSet>,
    /// The text of the template that is executed at the moment
    pub(crate) out: Vec<u8>,
    pub(crate) depth: usize,
    recursion: Depth,
    steps: u64,
    /// Where the output comes from, when somebody wants to know
    pub(super) trace: Option<Trace>,
    /// How many bytes of output are kept for that
    traced: usize,
}

impl Recurse for Execution<'_> {
    fn recursion(&mut self) -> &mut Depth {
        &mut self.recursion
    }
}

impl<'a> Execution<'a> {
    /// An execution of templates of a set. Tests of functions make one to call them.
    pub fn new(set: Arc<TemplateSet>, host: &'a mut dyn Any, limits: Limits) -> Execution<'a> {
        Execution {
            host,
            limits,
            set,
            out: Vec::new(),
            depth: 0,
            recursion: Depth::new(),
            steps: 0,
            trace: None,
            traced: 0,
        }
    }

    /// The templates that are being executed.
    pub fn set(&self) -> &Arc<TemplateSet> {
        &self.set
    }

    /// Executes a template and keeps which part of which text made each part of the output.
    ///
    /// # Errors
    /// As [`execute`](Execution::execute).
    pub fn execute_traced(&mut self, name: &str, data: Value) -> Result<Traced, Error> {
        let tree = self.lookup(name)?;
        let (text, trace) = self.execute_into(&tree, data, Some(Trace::default()))?;
        let traced = trace.unwrap_or_default().finish(text);
        self.traced += traced.weight();
        Ok(traced)
    }

    /// How much memory is taken to tell where things come from, in bytes.
    pub fn traced(&self) -> usize {
        self.traced
    }

    /// Executes a tree, which need not be in the set.
    ///
    /// # Errors
    /// When it fails, or when a limit is reached.
    pub fn execute_tree(&mut self, tree: &Template, data: Value) -> Result<Vec<u8>, Error> {
        let is_traced = self.trace.is_some() && self.traced < MOST_TRACED;
        let trace = is_traced.then(Trace::default);
        let (text, inner) = self.execute_into(tree, data, trace)?;
        if let (Some(trace), Some(inner), false) = (&mut self.trace, inner, text.is_empty()) {
            let result = inner.finish(text.clone());
            self.traced += result.weight();
            trace.add(Arc::new(result));
        }
        Ok(text)
    }

    fn lookup(&self, name: &str) -> Result<Arc<Template>, Error> {
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
        tree: &Template,
        data: Value,
        trace: Option<Trace>,
    ) -> Result<(Vec<u8>, Option<Trace>), Error> {
        if self.depth >= self.limits.depth {
            return Err(self.too_deep());
        }
        self.spend(cost::TEMPLATE)?;
        let outer_out = std::mem::take(&mut self.out);
        let outer_trace = std::mem::replace(&mut self.trace, trace);
        self.depth += 1;
        let result = self.run(tree, data);
        self.depth -= 1;
        let out = std::mem::replace(&mut self.out, outer_out);
        let trace = std::mem::replace(&mut self.trace, outer_trace);
        result.map(|()| (out, trace))
    }

    /// The steps that were made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub(crate) fn steps_left(&self) -> u64 {
        self.limits.steps.saturating_sub(self.steps)
    }

    /// Go's words, with the limit of this execution.
    pub(crate) fn too_deep(&self) -> Error {
        let message = format!("exceeded maximum template depth ({})", self.limits.depth);
        Error::with_kind(ErrorKind::Limit(Limit::Depth), message)
    }
}

impl Context for Execution<'_> {
    fn state(&mut self) -> &mut dyn Any {
        self.host
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn spend(&mut self, steps: u64) -> Result<(), Error> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= self.limits.steps {
            return Ok(());
        }
        let message = format!("execution takes more than {} steps", self.limits.steps);
        Err(Error::with_kind(ErrorKind::Limit(Limit::Steps), message))
    }

    fn set_name(&self) -> &str {
        self.set.name()
    }

    fn execute(&mut self, name: &str, data: Value) -> Result<Vec<u8>, Error> {
        let tree = self.lookup(name)?;
        self.execute_tree(&tree, data)
    }

    fn parse(&self, name: &str, text: GoString) -> Result<Vec<Arc<Template>>, Error> {
        parse_trees(name, text, self.set.functions())
    }

    fn execute_added(
        &mut self,
        trees: &[Arc<Template>],
        name: &str,
        data: Value,
    ) -> Result<Option<Vec<u8>>, Error> {
        let mut set = self.set.extend();
        for tree in trees {
            set.add(Arc::clone(tree));
        }
        let Some(main) = trees.iter().find(|tree| tree.name() == name) else {
            return Ok(None);
        };
        let outer = std::mem::replace(&mut self.set, Arc::new(set));
        let result = self.execute_tree(main, data);
        self.set = outer;
        result.map(Some)
    }
}

impl TemplateSet {
    /// Executes a template by name. `host` is what functions get from `Context::host`.
    ///
    /// # Errors
    /// When there is no such template, when it fails, or when a limit is reached.
    pub fn execute(
        self: &Arc<TemplateSet>,
        name: &str,
        data: Value,
        host: &mut dyn Any,
        limits: Limits,
    ) -> Result<Vec<u8>, Error> {
        Execution::new(self.clone(), host, limits).execute(name, data)
    }
}
