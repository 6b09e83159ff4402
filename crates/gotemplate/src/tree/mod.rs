//! The tree of a parsed template (Go: `text/template/parse/node.go`).
//!
//! Trees are plain data, `Send` and `Sync`, and shared by all executions. Every node knows its span and the position that
//! Go gives it in messages, which is not always the start of the span: that of `.a.b` is the second dot.

mod number;
mod print;

use std::ops::Range;
use std::sync::Arc;

use crate::value::GoString;
pub use number::Number;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) name: Arc<str>,
    pub(crate) file: Arc<str>,
    pub(crate) text: GoString,
    pub(crate) root: List,
}

impl Template {
    /// The name of the template.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name under which the whole text was parsed; differs from the name for a `define`.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole text that the template is a part of.
    pub fn text(&self) -> &GoString {
        &self.text
    }

    /// The nodes.
    pub fn root(&self) -> &List {
        &self.root
    }

    /// Whether the template is nothing but space (Go: `IsEmptyTree`). Such a definition replaces no other.
    pub fn is_empty(&self) -> bool {
        let blank = |node: &Node| match &node.kind {
            NodeKind::Text => {
                let text = self
                    .text
                    .as_bytes()
                    .get(node.span.clone())
                    .unwrap_or_default();
                String::from_utf8_lossy(text).trim().is_empty()
            }
            _ => false,
        };
        self.root.nodes.iter().all(blank)
    }
}

/// Nodes one after another.
#[derive(Clone, Default, Debug)]
pub struct List {
    /// The nodes in order
    pub nodes: Vec<Node>,
}

/// A part of a template that makes output.
#[derive(Clone, Debug)]
pub struct Node {
    /// The offset that Go reports
    pub pos: usize,
    /// The bytes in the text: for actions, without the delimiters
    pub span: Range<usize>,
    /// What it is
    pub kind: NodeKind,
}

/// The kinds of [`Node`].
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Text that is copied: the bytes of the span
    Text,
    /// A pipeline whose value is printed, unless it declares a variable
    Action(Pipe),
    /// `if`
    If(Box<Branch>),
    /// `with`
    With(Box<Branch>),
    /// `range`
    Range(Box<Branch>),
    /// `template`, and the place of a `block`
    Template(Box<TemplateCall>),
    /// `break`
    Break,
    /// `continue`
    Continue,
}

/// What `if`, `with` and `range` have in common.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The value that decides
    pub pipe: Pipe,
    /// What is done when it is true, or for each element
    pub body: List,
    /// What is done otherwise
    pub otherwise: Option<List>,
}

/// `{{template "name" pipeline}}`
#[derive(Clone, Debug)]
pub struct TemplateCall {
    /// The template to execute
    pub name: Arc<str>,
    /// Its data
    pub pipe: Option<Pipe>,
}

/// Commands, each of which gets the value of the one before as its last argument.
#[derive(Clone, Debug)]
pub struct Pipe {
    /// The offset that Go reports
    pub pos: usize,
    /// The bytes in the text
    pub span: Range<usize>,
    /// Whether the variables are assigned and not declared
    pub is_assign: bool,
    /// The variables on the left, at most two
    pub decl: Vec<Variable>,
    /// The commands, at least one
    pub commands: Vec<Command>,
}

/// A variable that is declared or assigned.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name with its `$`
    pub name: Arc<str>,
    /// The same for all variables of this name in one text, so that lookups compare numbers
    pub(crate) symbol: u32,
}

/// An operand with arguments.
#[derive(Clone, Debug)]
pub struct Command {
    /// The offset that Go reports
    pub pos: usize,
    /// The bytes in the text
    pub span: Range<usize>,
    /// The operand and its arguments, at least one
    pub args: Vec<Expr>,
}

/// An operand.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The offset that Go reports
    pub pos: usize,
    /// The bytes in the text
    pub span: Range<usize>,
    /// What it is
    pub kind: ExprKind,
}

/// The kinds of [`Expr`].
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// A number, as written
    Number(Box<Number>),
    /// A string: as written, and its text
    String(Box<str>, GoString),
    /// `.a.b`
    Field(Vec<GoString>),
    /// `$x.a.b`
    Variable(Variable, Vec<GoString>),
    /// Fields of any other operand: `(f .x).a.b`
    Chain(Box<Expr>, Vec<GoString>),
    /// A function
    Function(FunctionRef),
    /// A pipeline in parentheses
    Pipe(Box<Pipe>),
}

/// A function, looked up when the template was parsed.
#[derive(Clone, Copy, Debug)]
pub enum FunctionRef {
    /// One of text/template's own
    Builtin(Builtin),
    /// One of the host's, which is known to the functions that the template was parsed with
    Host {
        /// Its name
        name: &'static str,
        /// Its place in them
        place: usize,
    },
}

impl FunctionRef {
    /// The name under which templates call it.
    pub fn name(self) -> &'static str {
        match self {
            FunctionRef::Builtin(builtin) => builtin.name(),
            FunctionRef::Host { name, .. } => name,
        }
    }
}

macro_rules! builtins {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// The functions of text/template.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Builtin {
            $(#[doc = concat!("`", $name, "`")] $variant),*
        }

        impl Builtin {
            /// All of them.
            pub const ALL: &[Builtin] = &[$(Builtin::$variant),*];

            /// The name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Builtin::$variant => $name),*
                }
            }

            /// The builtin of this name.
            pub fn by_name(name: &str) -> Option<Builtin> {
                match name {
                    $($name => Some(Builtin::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

impl Builtin {
    /// Whether it walks over all parts of its arguments.
    pub(crate) fn is_deep(self) -> bool {
        use Builtin::{Html, Js, Print, Printf, Println, Urlquery};
        matches!(self, Html | Js | Print | Printf | Println | Urlquery)
    }
}

builtins! {
    And = "and",
    Call = "call",
    Eq = "eq",
    Ge = "ge",
    Gt = "gt",
    Html = "html",
    Index = "index",
    Js = "js",
    Le = "le",
    Len = "len",
    Lt = "lt",
    Ne = "ne",
    Not = "not",
    Or = "or",
    Print = "print",
    Printf = "printf",
    Println = "println",
    Slice = "slice",
    Urlquery = "urlquery",
}
