//! Actions: control structures, template calls, pipelines.

use std::sync::Arc;

use super::{Item, Parser, Scope};
use crate::error::Error;
use crate::lex::{Token, TokenKind};
use crate::tree::{Branch, List, Node, NodeKind, TemplateCall};

/// The structures that have a body.
#[derive(Clone, Copy, PartialEq)]
enum Control {
    If,
    With,
    Range,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Control::If => "if",
            Control::With => "with",
            Control::Range => "range",
        }
    }
}

impl Parser<'_> {
    /// An action; the left delimiter is read.
    pub(super) fn action(&mut self) -> Result<Item, Error> {
        let token = self.next_non_space();
        let node = match token.kind {
            TokenKind::Block => self.block()?,
            TokenKind::Break => self.loop_control(&token, NodeKind::Break, "{{break}}")?,
            TokenKind::Continue => self.loop_control(&token, NodeKind::Continue, "{{continue}}")?,
            TokenKind::Else => return self.else_control(),
            TokenKind::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Item::End);
            }
            TokenKind::If => self.control(Control::If)?,
            TokenKind::Range => self.control(Control::Range)?,
            TokenKind::Template => self.template_call()?,
            TokenKind::With => self.control(Control::With)?,
            _ => {
                self.backup();
                let pos = self.peek().start;
                let pipe = self.pipeline("command", TokenKind::RightDelim)?;
                Node {
                    pos,
                    span: pipe.span.clone(),
                    kind: NodeKind::Action(pipe),
                }
            }
        };
        Ok(Item::Node(node))
    }

    /// `{{break}}` or `{{continue}}`; the keyword is read.
    fn loop_control(&mut self, keyword: &Token, kind: NodeKind, name: &str) -> Result<Node, Error> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelim {
            return Err(self.unexpected(&token, name));
        }
        if self.scope.range_depth == 0 {
            return Err(self.error(format!("{name} outside {{{{range}}}}")));
        }
        Ok(Node {
            pos: keyword.start,
            span: keyword.start..keyword.end,
            kind,
        })
    }

    /// `{{else}}`, or the beginning of `{{else if …}}` and `{{else with …}}`, whose second word is left to be read.
    fn else_control(&mut self) -> Result<Item, Error> {
        if !matches!(self.peek_non_space().kind, TokenKind::If | TokenKind::With) {
            self.expect(TokenKind::RightDelim, "else")?;
        }
        Ok(Item::Else)
    }

    /// `if`, `with` or `range` up to its end; the keyword is read. Variables of the pipeline end with it.
    fn control(&mut self, control: Control) -> Result<Node, Error> {
        let outer_vars = self.scope.vars.len();
        let node = self.branch(control);
        self.scope.vars.truncate(outer_vars);
        node
    }

    fn branch(&mut self, control: Control) -> Result<Node, Error> {
        let pipe = self.pipeline(control.name(), TokenKind::RightDelim)?;
        let is_range = control == Control::Range;
        self.scope.range_depth += usize::from(is_range);
        let (body, end) = self.item_list()?;
        self.scope.range_depth -= usize::from(is_range);
        let otherwise = match end {
            Item::Else => Some(self.otherwise(control)?),
            _ => None,
        };
        let (pos, span) = (pipe.pos, pipe.span.clone());
        let branch = Box::new(Branch {
            pipe,
            body,
            otherwise,
        });
        let kind = match control {
            Control::If => NodeKind::If(branch),
            Control::With => NodeKind::With(branch),
            Control::Range => NodeKind::Range(branch),
        };
        Ok(Node { pos, span, kind })
    }

    /// What follows an `else`. `{{else if}}` is `{{else}}{{if}}` that shares its `{{end}}`.
    fn otherwise(&mut self, control: Control) -> Result<List, Error> {
        let chained = matches!(
            (control, self.peek().kind),
            (Control::If, TokenKind::If) | (Control::With, TokenKind::With)
        );
        if chained {
            self.next();
            // A chain is a tree as deep as it is long.
            let node = self.nested(|parser| parser.control(control))?;
            return Ok(List { nodes: vec![node] });
        }
        let (list, end) = self.item_list()?;
        match end {
            Item::End => Ok(list),
            end => Err(self.error(format!("expected end; found {}", end.describe(&self.text)))),
        }
    }

    /// `{{block "name" pipeline}} … {{end}}`: a definition and a call of it; the keyword is read.
    fn block(&mut self) -> Result<Node, Error> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        let outer = std::mem::replace(&mut self.scope, Scope::new(name.clone()));
        self.template_body(outer, CONTEXT)?;
        let span = token.start..pipe.span.end;
        let kind = NodeKind::Template(Box::new(TemplateCall {
            name,
            pipe: Some(pipe),
        }));
        Ok(Node {
            pos: token.start,
            span,
            kind,
        })
    }

    /// `{{template "name" pipeline}}`; the keyword is read. Variables of the pipeline persist.
    fn template_call(&mut self) -> Result<Node, Error> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = if self.next_non_space().kind == TokenKind::RightDelim {
            None
        } else {
            self.backup();
            Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?)
        };
        let end = pipe.as_ref().map_or(token.end, |pipe| pipe.span.end);
        let kind = NodeKind::Template(Box::new(TemplateCall { name, pipe }));
        Ok(Node {
            pos: token.start,
            span: token.start..end,
            kind,
        })
    }

    fn template_name(&mut self, token: &Token, context: &str) -> Result<Arc<str>, Error> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => {
                Ok(self.unquote(token)?.to_str_lossy().into())
            }
            _ => Err(self.unexpected(token, context)),
        }
    }
}
