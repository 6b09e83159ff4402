//! Nodes: what makes output.

use super::cost;
use super::execution::Execution;
use super::frame::{At, Frame};
use super::operand::Operand;
use crate::context::Context as _;
use crate::error::Error;
use crate::fmt::{append, append_bytes};
use crate::stack::Recurse;
use crate::strconv::quote;
use crate::suggest::nearest;
use crate::tree::{Branch, List, Node, NodeKind, TemplateCall};
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
                if let Some(trace) = &mut self.trace {
                    trace.begin();
                }
                let value = self.eval_pipe(frame, pipe)?;
                if pipe.decl.is_empty() {
                    self.print(frame, node, &value.value)?;
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
        let value = self.eval_pipe(frame, &branch.pipe)?;
        let list = match value.value.is_true() {
            true => Some(&branch.body),
            false => branch.otherwise.as_ref(),
        };
        let outer =
            (sets_dot && value.value.is_true()).then(|| std::mem::replace(&mut frame.dot, value));
        let flow = match list {
            Some(list) => self.deeper(|cx| cx.walk_list(frame, list))?,
            None => Flow::Next,
        };
        if let Some(outer) = outer {
            frame.dot = outer;
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
        let dot = match &call.pipe {
            Some(pipe) => self.eval_pipe(frame, pipe)?,
            None => Operand::INVALID,
        };
        // A template sees no variables of its caller.
        let mut inner = Frame::new(&tree, dot);
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

    fn print<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        node: &'t Node,
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
        if let Some(trace) = &mut self.trace {
            trace.action(frame.tree, &node.span, end);
        }
        Ok(())
    }
}
