//! The evaluator (Go: `text/template/exec.go`).

mod builtins;
mod call;
mod check;
mod compare;
mod cost;
mod escape;
mod expr;
mod field;
mod index;
mod operand;
mod range;
mod walk;

use std::fmt::Display;
use std::ops::Range;

use crate::error::{Error, ErrorKind, Location};
use crate::stack::Recurse;
use crate::tree::{Command, Expr, Node, Pipe, Tree};
use crate::{Context, Value};
use operand::Operand;

/// The node that a message points at. Go keeps it as state of the execution, and so does [`Frame`].
#[derive(Clone, Copy)]
enum At<'t> {
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Expr(&'t Expr),
}

impl At<'_> {
    fn pos(self) -> usize {
        match self {
            At::Node(node) => node.pos,
            At::Pipe(pipe) => pipe.pos,
            At::Command(command) => command.pos,
            At::Expr(expr) => expr.pos,
        }
    }

    fn span(self) -> Range<usize> {
        match self {
            At::Node(node) => node.span.clone(),
            At::Pipe(pipe) => pipe.span.clone(),
            At::Command(command) => command.span.clone(),
            At::Expr(expr) => expr.span.clone(),
        }
    }
}

/// The execution of one template: its variables and where it is.
struct Frame<'t> {
    tree: &'t Tree,
    at: Option<At<'t>>,
    /// The value of `.`
    dot: Operand,
    /// All variables in the order of their declaration; a name means the last one of it
    vars: Vec<(u32, Operand)>,
}

impl<'t> Frame<'t> {
    /// A frame whose only variable is `$`.
    fn new(tree: &'t Tree, dot: Operand) -> Frame<'t> {
        Frame {
            tree,
            at: None,
            vars: vec![(0, dot.clone())],
            dot,
        }
    }

    fn context(&self, at: At<'t>) -> String {
        match at {
            At::Node(node) => node.to_text(&self.tree.text),
            At::Pipe(pipe) => pipe.to_string(),
            At::Command(command) => command.to_string(),
            At::Expr(expr) => expr.to_string(),
        }
    }

    fn location(&self) -> Option<Location> {
        let at = self.at?;
        let before = self
            .tree
            .text
            .as_bytes()
            .get(..at.pos())
            .unwrap_or_default();
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |newline| newline + 1);
        Some(Location {
            file: self.tree.file.to_string(),
            template: self.tree.name.to_string(),
            line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
            column: Some(before.len() - line_start),
            span: at.span(),
            context: self.context(at),
        })
    }

    /// An error at the current node.
    fn error(&self, message: impl Display) -> Error {
        self.place(Error::with_kind(ErrorKind::Exec, message.to_string()))
    }

    /// Gives an error the place of the current node.
    fn place(&self, error: Error) -> Error {
        match self.location() {
            Some(location) => error.at(location),
            None => error,
        }
    }

    /// An error that wraps that of a function.
    fn call_error(&self, name: &str, cause: Error) -> Error {
        self.error(format_args!("error calling {name}: "))
            .caused_by(cause)
    }
}

/// What a command gives to its first operand.
struct Inputs<'t> {
    /// The operands behind it
    args: &'t [Expr],
    /// The value of the command before, which is the last argument
    last: Option<Operand>,
}

impl Inputs<'_> {
    const NONE: Inputs<'static> = Inputs {
        args: &[],
        last: None,
    };

    fn is_empty(&self) -> bool {
        self.args.is_empty() && self.last.is_none()
    }
}

impl Context<'_> {
    /// Executes a tree into the output.
    pub(crate) fn run(&mut self, tree: &Tree, data: Value) -> Result<(), Error> {
        let mut frame = Frame::new(tree, Operand::plain(data));
        self.deeper(|cx| cx.walk_list(&mut frame, &tree.root))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
