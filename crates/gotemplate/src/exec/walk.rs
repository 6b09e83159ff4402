//! Nodes: what makes output.

use super::cost;
use super::execution::Execution;
use super::frame::{At, Frame};
use super::operand::Operand;
use super::trace::Trace;
use crate::context::Context as _;
use crate::error::Error;
use crate::fmt::{append, append_bytes};
use crate::stack::Recurse;
use crate::strconv::quote;
use crate::suggest::nearest;
use crate::tree::{Branch, List, Node, NodeKind, Pipe, TemplateCall};
use crate::value::Value;

/// How a node ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl Execution<'_> {
    pub(super) fn walk_list<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        list: &'t List,
    ) -> Result<Flow, Error> {
        for node in &list.nodes {
            let flow = self.walk(frame, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// Variables that an action declares persist until the end of the list's structure.
    fn walk<'t>(&mut self, frame: &mut Frame<'t>, node: &'t Node) -> Result<Flow, Error> {
        frame.at = Some(At::Node(node));
        self.spend(1).map_err(|error| frame.place(error))?;
        match &node.kind {
            NodeKind::Text => {
                let text = frame
                    .tree
                    .text
                    .as_bytes()
                    .get(node.span.clone())
                    .unwrap_or_default();
                let limit = self.limits().output;
                let written = append_bytes(&mut self.out, text, limit);
                written
                    .and_then(|()| self.spend(cost::of_output(text.len())))
                    .map_err(|error| frame.place(error))?;
                let end = self.out.len();
                if let Some(trace) = &mut self.trace {
                    trace.text(frame.tree, &node.span, end);
                }
            }
            NodeKind::Action(pipe) => {
                self.begin_traced();
                let value = self.eval_pipe(frame, pipe)?;
                if pipe.decl.is_empty() {
                    self.print(frame, (node, pipe), &value.value)?;
                }
            }
            NodeKind::If(branch) => return self.walk_branch(frame, branch, false),
            NodeKind::With(branch) => return self.walk_branch(frame, branch, true),
            NodeKind::Range(branch) => {
                return self.deeper(|cx| cx.walk_range(frame, node, branch));
            }
            NodeKind::Template(call) => self.walk_template(frame, node, call)?,
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn walk_branch<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        branch: &'t Branch,
        sets_dot: bool,
    ) -> Result<Flow, Error> {
        let mark = frame.vars.len();
        self.begin_traced();
        let value = self.eval_pipe(frame, &branch.pipe)?;
        let is_made = self.may_be_made(frame, &branch.pipe);
        if let (Some(trace), false, true) = (&mut self.trace, sets_dot, branch.pipe.decl.is_empty())
        {
            trace.forget();
        }
        let list = match value.value.is_true() {
            true => Some(&branch.body),
            false => branch.otherwise.as_ref(),
        };
        let outer = (sets_dot && value.value.is_true()).then(|| {
            let dot = std::mem::replace(&mut frame.dot, value);
            (dot, std::mem::replace(&mut frame.is_dot_made, is_made))
        });
        let flow = match list {
            Some(list) => self.deeper(|cx| cx.walk_list(frame, list))?,
            None => Flow::Next,
        };
        if let Some(outer) = outer {
            (frame.dot, frame.is_dot_made) = outer;
        }
        frame.vars.truncate(mark);
        Ok(flow)
    }

    fn walk_template<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        node: &'t Node,
        call: &'t TemplateCall,
    ) -> Result<(), Error> {
        frame.at = Some(At::Node(node));
        let Some(tree) = self.set().lookup(&call.name).cloned() else {
            let suggestion = nearest(&call.name, self.set().names().into_iter());
            let message = format!("template {} not defined", quote(call.name.as_bytes()));
            return Err(frame.error(message).suggest(suggestion));
        };
        if self.depth >= self.limits().depth {
            return Err(frame.place(self.too_deep()));
        }
        self.begin_traced();
        let (dot, is_made) = match &call.pipe {
            Some(pipe) => (self.eval_pipe(frame, pipe)?, self.may_be_made(frame, pipe)),
            None => (Operand::INVALID, false),
        };
        // A template sees no variables of its caller.
        let mut inner = Frame::new(&tree, dot).made(is_made);
        let trace = self.trace.as_mut();
        let outer = trace.and_then(|trace| trace.enter(frame.tree, &node.span));
        self.depth += 1;
        let result = self.deeper(|cx| cx.walk_list(&mut inner, &tree.root));
        self.depth -= 1;
        if let Some(trace) = &mut self.trace {
            trace.leave(outer);
        }
        result.map(|_| ())
    }

    /// Notes that a pipeline begins.
    pub(super) fn begin_traced(&mut self) {
        if let Some(trace) = &mut self.trace {
            trace.begin();
        }
    }

    /// Whether functions may have executed the value of a pipeline, or a part of it.
    pub(super) fn may_be_made(&self, frame: &Frame<'_>, pipe: &Pipe) -> bool {
        let is_made =
            |trace: &Trace| trace.has_new() || (trace.has_any() && frame.may_read_made(pipe));
        self.trace.as_ref().is_some_and(is_made)
    }

    fn print<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        (node, pipe): (&'t Node, &'t Pipe),
        value: &Value,
    ) -> Result<(), Error> {
        frame.at = Some(At::Node(node));
        if let Value::Func(func) = value {
            let shown = node.to_text(&frame.tree.text);
            return Err(frame.error(format_args!(
                "can't print {shown} of type {}",
                func.type_name()
            )));
        }
        let limit = self.limits().output;
        let before = self.out.len();
        let text = match value {
            Value::Object(object) => object.addressed_string().map(Value::String),
            _ => None,
        };
        append(&mut self.out, text.as_ref().unwrap_or(value), limit)
            .and_then(|()| self.spend(cost::of_output(self.out.len() - before)))
            .map_err(|error| frame.place(error))?;
        let end = self.out.len();
        let reads = self.may_be_made(frame, pipe);
        if let Some(trace) = &mut self.trace {
            trace.action(frame.tree, &node.span, end, reads);
        }
        Ok(())
    }
}
