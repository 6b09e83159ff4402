//! Where an execution is: its variables, and the node that a message points at.

use std::fmt::Display;
use std::ops::Range;

use super::operand::Operand;
use crate::error::{Error, ErrorKind, Location};
use crate::tree::{Command, Expr, ExprKind, Node, Pipe, Template};

/// The node that a message points at. Go keeps it as state of the execution, and so does [`Frame`].
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Expr(&'t Expr),
}

impl At<'_> {
    pub(super) fn pos(self) -> usize {
        match self {
            At::Node(node) => node.pos,
            At::Pipe(pipe) => pipe.pos,
            At::Command(command) => command.pos,
            At::Expr(expr) => expr.pos,
        }
    }

    pub(super) fn span(self) -> Range<usize> {
        match self {
            At::Node(node) => node.span.clone(),
            At::Pipe(pipe) => pipe.span.clone(),
            At::Command(command) => command.span.clone(),
            At::Expr(expr) => expr.span.clone(),
        }
    }
}

/// The symbol of `$`.
const ROOT: u32 = 0;

/// The execution of one template: its variables and where it is.
pub(super) struct Frame<'t> {
    pub(super) tree: &'t Template,
    pub(super) at: Option<At<'t>>,
    /// The value of `.`
    pub(super) dot: Operand,
    /// Whether functions may have executed it, as `include` does
    pub(super) is_dot_made: bool,
    /// The same of `$`
    is_root_made: bool,
    /// All variables in the order of their declaration; a name means the last one of it
    pub(super) vars: Vec<(u32, Operand)>,
}

impl<'t> Frame<'t> {
    /// A frame whose only variable is `$`.
    pub(super) fn new(tree: &'t Template, dot: Operand) -> Frame<'t> {
        Frame {
            tree,
            at: None,
            vars: vec![(ROOT, dot.clone())],
            dot,
            is_dot_made: false,
            is_root_made: false,
        }
    }

    /// The same, where functions may have executed its `$`.
    pub(super) fn made(self, is_made: bool) -> Frame<'t> {
        Frame {
            is_dot_made: is_made,
            is_root_made: is_made,
            ..self
        }
    }

    /// Whether a pipeline reads what may hold what functions executed: a variable, or a `.` that is of such.
    pub(super) fn may_read_made(&self, pipe: &Pipe) -> bool {
        fn operands(pipe: &Pipe) -> impl Iterator<Item = &Expr> {
            pipe.commands.iter().flat_map(|command| &command.args)
        }
        let mut waiting: Vec<&Expr> = operands(pipe).collect();
        while let Some(operand) = waiting.pop() {
            let reads = match &operand.kind {
                ExprKind::Variable(variable, _) => variable.symbol != ROOT || self.is_root_made,
                ExprKind::Dot | ExprKind::Field(_) => self.is_dot_made,
                ExprKind::Chain(inner, _) => {
                    waiting.push(inner);
                    false
                }
                ExprKind::Pipe(inner) => {
                    waiting.extend(operands(inner));
                    false
                }
                ExprKind::Bool(_)
                | ExprKind::Nil
                | ExprKind::Number(_)
                | ExprKind::String(..)
                | ExprKind::Function(_) => false,
            };
            if reads {
                return true;
            }
        }
        false
    }

    pub(super) fn context(&self, at: At<'t>) -> String {
        match at {
            At::Node(node) => node.to_text(&self.tree.text),
            At::Pipe(pipe) => pipe.to_string(),
            At::Command(command) => command.to_string(),
            At::Expr(expr) => expr.to_string(),
        }
    }

    pub(super) fn location(&self) -> Option<Location> {
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
    pub(super) fn error(&self, message: impl Display) -> Error {
        self.place(Error::with_kind(ErrorKind::Exec, message.to_string()))
    }

    /// Gives an error the place of the current node.
    pub(super) fn place(&self, error: Error) -> Error {
        match self.location() {
            Some(location) => error.at(location),
            None => error,
        }
    }

    /// An error that wraps that of a function.
    pub(super) fn call_error(&self, name: &str, cause: Error) -> Error {
        self.error(format_args!("error calling {name}: "))
            .caused_by(cause)
    }
}

/// What a command gives to its first operand.
pub(super) struct Inputs<'t> {
    /// The operands behind it
    pub(super) args: &'t [Expr],
    /// The value of the command before, which is the last argument
    pub(super) last: Option<Operand>,
}

impl Inputs<'_> {
    pub(super) const NONE: Inputs<'static> = Inputs {
        args: &[],
        last: None,
    };

    pub(super) fn is_empty(&self) -> bool {
        self.args.is_empty() && self.last.is_none()
    }
}
