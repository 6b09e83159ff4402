//! Nodes as text, as Go prints them: what messages show behind `at`.

use std::fmt::{Display, Formatter, Result, Write};

use super::{
    Branch, Command, Expr, ExprKind, List, Node, NodeKind, Pipe, Template, TemplateCall, Variable,
};
use crate::strconv::quote;
use crate::value::GoString;

impl Display for Template {
    /// The template as Go prints it: without comments, trim markers and spaces that do not matter.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        List::print(&self.root, f, self.text.as_bytes())
    }
}

impl List {
    fn print(&self, f: &mut Formatter<'_>, text: &[u8]) -> Result {
        self.nodes.iter().try_for_each(|node| node.print(f, text))
    }
}

impl Node {
    /// The node as Go prints it, given the text of its tree.
    pub(crate) fn to_text(&self, text: &GoString) -> String {
        struct Shown<'a>(&'a Node, &'a [u8]);
        impl Display for Shown<'_> {
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                self.0.print(f, self.1)
            }
        }
        Shown(self, text.as_bytes()).to_string()
    }

    fn print(&self, f: &mut Formatter<'_>, text: &[u8]) -> Result {
        match &self.kind {
            NodeKind::Text => {
                let bytes = text.get(self.span.clone()).unwrap_or_default();
                f.write_str(&String::from_utf8_lossy(bytes))
            }
            NodeKind::Action(pipe) => write!(f, "{{{{{pipe}}}}}"),
            NodeKind::If(branch) => branch.print("if", f, text),
            NodeKind::With(branch) => branch.print("with", f, text),
            NodeKind::Range(branch) => branch.print("range", f, text),
            NodeKind::Template(call) => call.fmt(f),
            NodeKind::Break => f.write_str("{{break}}"),
            NodeKind::Continue => f.write_str("{{continue}}"),
        }
    }
}

impl Branch {
    fn print(&self, keyword: &str, f: &mut Formatter<'_>, text: &[u8]) -> Result {
        write!(f, "{{{{{keyword} {}}}}}", self.pipe)?;
        self.body.print(f, text)?;
        if let Some(otherwise) = &self.otherwise {
            f.write_str("{{else}}")?;
            otherwise.print(f, text)?;
        }
        f.write_str("{{end}}")
    }
}

impl Display for TemplateCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{{{{template {}", quote(self.name.as_bytes()))?;
        if let Some(pipe) = &self.pipe {
            write!(f, " {pipe}")?;
        }
        f.write_str("}}")
    }
}

impl Display for Pipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, variable) in self.decl.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            variable.fmt(f)?;
        }
        if !self.decl.is_empty() {
            f.write_str(if self.is_assign { " = " } else { " := " })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            command.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Variable {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.name)
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, arg) in self.args.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            arg.print_operand(f)?;
        }
        Ok(())
    }
}

impl Expr {
    /// As an operand of a command, where pipelines are in parentheses.
    fn print_operand(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Pipe(pipe) => write!(f, "({pipe})"),
            _ => self.fmt(f),
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Bool(value) => value.fmt(f),
            ExprKind::Dot => f.write_char('.'),
            ExprKind::Nil => f.write_str("nil"),
            ExprKind::Number(number) => f.write_str(number.text()),
            ExprKind::String(quoted, _) => f.write_str(quoted),
            ExprKind::Field(names) => print_fields(names, f),
            ExprKind::Variable(variable, names) => {
                variable.fmt(f)?;
                print_fields(names, f)
            }
            ExprKind::Chain(operand, names) => {
                operand.print_operand(f)?;
                print_fields(names, f)
            }
            ExprKind::Function(function) => f.write_str(function.name()),
            ExprKind::Pipe(pipe) => pipe.fmt(f),
        }
    }
}

fn print_fields(names: &[GoString], f: &mut Formatter<'_>) -> Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}
