//! Pipelines, commands and operands.

use std::sync::Arc;

use super::{MAX_NESTING, Parser};
use crate::error::Error;
use crate::lex::{Token, TokenKind};
use crate::stack::Recurse;
use crate::strconv::quote;
use crate::suggest::nearest;
use crate::tree::{Builtin, Command, Expr, ExprKind, FunctionRef, Number, Pipe, Variable};
use crate::value::GoString;

impl Parser<'_> {
    /// Declarations and commands up to the token that ends the pipeline, which is read.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, Error> {
        let first = self.peek_non_space();
        let mut pipe = Pipe {
            pos: first.start,
            span: first.start..first.start,
            is_assign: false,
            decl: Vec::new(),
            commands: Vec::new(),
        };
        self.declarations(&mut pipe, context)?;
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                TokenKind::Bool
                | TokenKind::CharConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    pipe.span.end = command.span.end;
                    // Most pipelines have one command; a vector that grows by itself begins with four.
                    pipe.commands.reserve_exact(1);
                    pipe.commands.push(command);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
        self.check_pipeline(&pipe, context)?;
        Ok(pipe)
    }

    /// `$x :=`, `$x =`, and for `range` also `$x, $y :=`.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Result<(), Error> {
        while self.peek_non_space().kind == TokenKind::Variable {
            let variable = self.next_non_space();
            // A space is a token, so up to three tokens are read to tell "$x foo" from "$x :=".
            let after_variable = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    pipe.is_assign = next.kind == TokenKind::Assign;
                    self.next_non_space();
                    self.declare(pipe, &variable);
                    return Ok(());
                }
                TokenKind::Char if next.bytes(self.text.as_bytes()) == b"," => {
                    self.next_non_space();
                    self.declare(pipe, &variable);
                    if context != "range" || pipe.decl.len() >= 2 {
                        return Err(self.error(format!("too many declarations in {context}")));
                    }
                    let after = self.peek_non_space().kind;
                    if !matches!(
                        after,
                        TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen
                    ) {
                        return Err(self.error("range can only initialize variables"));
                    }
                }
                _ => {
                    if after_variable.kind == TokenKind::Space {
                        self.backup3(variable, after_variable);
                    } else {
                        self.backup2(variable);
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn declare(&mut self, pipe: &mut Pipe, token: &Token) {
        let variable = self.variable(token);
        self.scope.vars.push(variable.symbol);
        pipe.decl.push(variable);
    }

    fn variable(&mut self, token: &Token) -> Variable {
        let text = self.token_text(token);
        if let Some((name, symbol)) = self.symbols.get_key_value(text.as_ref()) {
            return Variable {
                name: name.clone(),
                symbol: *symbol,
            };
        }
        let name: Arc<str> = text.into();
        let symbol = self.symbols.len() as u32;
        self.symbols.insert(name.clone(), symbol);
        Variable { name, symbol }
    }

    /// There is a command, and only the first may be a value that cannot take an argument.
    fn check_pipeline(&self, pipe: &Pipe, context: &str) -> Result<(), Error> {
        if pipe.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = command.args.first().map(|arg| &arg.kind);
            if let Some(
                ExprKind::Bool(_)
                | ExprKind::Dot
                | ExprKind::Nil
                | ExprKind::Number(_)
                | ExprKind::String(..),
            ) = first
            {
                return Err(self.error(format!(
                    "non executable command in pipeline stage {}",
                    index + 1
                )));
            }
        }
        Ok(())
    }

    /// Operands up to a pipe, which is read, or the end of the pipeline, which is not.
    fn command(&mut self) -> Result<Command, Error> {
        let pos = self.peek_non_space().start;
        let outer = self.operands.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.operands.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.backup(),
                TokenKind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        let args: Vec<Expr> = self.operands.drain(outer..).collect();
        let (Some(first), Some(last)) = (args.first(), args.last()) else {
            return Err(self.error("empty command"));
        };
        Ok(Command {
            pos,
            span: first.span.start..last.span.end,
            args,
        })
    }

    /// A term with the fields behind it; none when the next token is no term.
    fn operand(&mut self) -> Result<Option<Expr>, Error> {
        let Some(mut term) = self.term()? else {
            return Ok(None);
        };
        let chain_pos = self.peek().start;
        if self.peek().kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let mut fields = Vec::new();
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            term.span.end = token.end;
            fields.push(self.field_name(&token));
        }
        match &mut term.kind {
            ExprKind::Field(names) | ExprKind::Variable(_, names) => {
                term.pos = chain_pos;
                names.append(&mut fields);
            }
            ExprKind::Bool(_)
            | ExprKind::String(..)
            | ExprKind::Number(_)
            | ExprKind::Nil
            | ExprKind::Dot => {
                let shown = quote(term.to_string());
                return Err(self.error(format!("unexpected . after term {shown}")));
            }
            ExprKind::Chain(..) | ExprKind::Function(_) | ExprKind::Pipe(_) => {
                let span = term.span.clone();
                term = Expr {
                    pos: chain_pos,
                    span,
                    kind: ExprKind::Chain(Box::new(term), fields),
                };
            }
        }
        Ok(Some(term))
    }

    fn field_name(&self, token: &Token) -> GoString {
        GoString::from(
            token
                .bytes(self.text.as_bytes())
                .get(1..)
                .unwrap_or_default(),
        )
    }

    /// A literal, a function, a variable, a field, or a pipeline in parentheses.
    fn term(&mut self) -> Result<Option<Expr>, Error> {
        let token = self.next_non_space();
        let mut span = token.start..token.end;
        let kind = match token.kind {
            TokenKind::Identifier => ExprKind::Function(self.function(&token)?),
            TokenKind::Dot => ExprKind::Dot,
            TokenKind::Nil => ExprKind::Nil,
            TokenKind::Variable => ExprKind::Variable(self.used_variable(&token)?, Vec::new()),
            TokenKind::Field => ExprKind::Field(vec![self.field_name(&token)]),
            TokenKind::Bool => ExprKind::Bool(token.bytes(self.text.as_bytes()) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let text = self.token_text(&token);
                let number = match token.kind {
                    TokenKind::CharConstant => Number::character(&text),
                    _ => Number::parse(&text),
                };
                ExprKind::Number(Box::new(number.map_err(|message| self.error(message))?))
            }
            TokenKind::String | TokenKind::RawString => {
                ExprKind::String(self.token_text(&token).into(), self.unquote(&token)?)
            }
            TokenKind::LeftParen => {
                let (pipe, end) = self.parenthesized()?;
                span.end = end;
                ExprKind::Pipe(Box::new(pipe))
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        let pos = match &kind {
            ExprKind::Pipe(pipe) => pipe.pos,
            _ => token.start,
        };
        Ok(Some(Expr { pos, span, kind }))
    }

    /// A pipeline in parentheses and where they end; the left one is read.
    fn parenthesized(&mut self) -> Result<(Pipe, usize), Error> {
        if self.scope.paren_depth >= MAX_NESTING {
            return Err(self.error("max expression depth exceeded"));
        }
        self.scope.paren_depth += 1;
        let pipe =
            self.deeper(|parser| parser.pipeline("parenthesized pipeline", TokenKind::RightParen))?;
        self.scope.paren_depth -= 1;
        // The right parenthesis is the token read last.
        Ok((pipe, self.last_token().end))
    }

    fn function(&self, token: &Token) -> Result<FunctionRef, Error> {
        let name = self.token_text(token);
        if let Some(function) = self.functions.reference(&name) {
            return Ok(function);
        }
        if let Some(builtin) = Builtin::by_name(&name) {
            return Ok(FunctionRef::Builtin(builtin));
        }
        let known = Builtin::ALL
            .iter()
            .map(|builtin| builtin.name())
            .chain(self.functions.names());
        let suggestion = nearest(&name, known);
        Err(self
            .error(format!("function {} not defined", quote(name.as_bytes())))
            .suggest(suggestion))
    }

    fn used_variable(&mut self, token: &Token) -> Result<Variable, Error> {
        let variable = self.variable(token);
        if self.scope.vars.contains(&variable.symbol) {
            return Ok(variable);
        }
        let defined = self
            .symbols
            .iter()
            .filter(|(_, symbol)| self.scope.vars.contains(symbol));
        let suggestion = nearest(&variable.name, defined.map(|(name, _)| name.as_ref()));
        Err(self
            .error(format!(
                "undefined variable {}",
                quote(variable.name.as_bytes())
            ))
            .suggest(suggestion))
    }
}
