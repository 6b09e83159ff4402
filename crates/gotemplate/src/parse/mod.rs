//! The parser: tokens to trees (Go: `text/template/parse/parse.go`). The lookahead is kept as Go keeps it, since the line
//! of a message is that of the token read last.

mod control;
mod lookahead;
mod pipeline;
mod tokens;

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Location};
use crate::function::Functions;
use crate::lex::{Lexer, Token, TokenKind};
use crate::stack::{Depth, Recurse};
use crate::tree::{Expr, List, Node, NodeKind, Template};
use crate::value::GoString;
use lookahead::Lookahead;

/// How deep actions and parentheses may nest. Go stops parentheses at 10,000 and actions nowhere.
const MAX_NESTING: usize = 1000;

/// Parses a text into the template of that name and those that it defines.
///
/// # Errors
/// Go's message for the first mistake, with its line.
pub(crate) fn parse(
    name: &str,
    text: GoString,
    functions: &Functions,
) -> Result<Vec<Template>, Error> {
    let mut lexer = Lexer::new(text.clone());
    lexer.break_ok = functions.get("break").is_none();
    lexer.continue_ok = functions.get("continue").is_none();
    let file: Arc<str> = name.into();
    let parser = Parser {
        text,
        file: file.clone(),
        functions,
        lexer,
        scope: Scope::new(file),
        symbols: HashMap::from([("$".into(), 0)]),
        nesting: 0,
        recursion: Depth::new(),
        operands: Vec::new(),
        trees: Vec::new(),
        by_name: HashMap::new(),
    };
    parser.run()
}

struct Parser<'a> {
    text: GoString,
    file: Arc<str>,
    functions: &'a Functions,
    lexer: Lexer,
    scope: Scope,
    /// The number of each variable's name
    symbols: HashMap<Arc<str>, u32>,
    nesting: usize,
    recursion: Depth,
    /// The operands of the commands that are being read, innermost last
    operands: Vec<Expr>,
    trees: Vec<Template>,
    /// Where in `trees` a name is
    by_name: HashMap<Arc<str>, usize>,
}

impl Recurse for Parser<'_> {
    fn recursion(&mut self) -> &mut Depth {
        &mut self.recursion
    }
}

/// What belongs to one template while it is parsed.
struct Scope {
    name: Arc<str>,
    lookahead: Lookahead,
    /// The symbols of the variables that are defined at the moment
    vars: Vec<u32>,
    /// Where the left delimiter of the current action is
    action: Option<usize>,
    range_depth: usize,
    paren_depth: usize,
}

impl Scope {
    fn new(name: Arc<str>) -> Scope {
        let lookahead = Lookahead::default();
        Scope {
            name,
            lookahead,
            vars: vec![0],
            action: None,
            range_depth: 0,
            paren_depth: 0,
        }
    }
}

/// What an action or a text turns out to be.
enum Item {
    Node(Node),
    End,
    Else,
}

impl Item {
    fn describe(&self, text: &GoString) -> String {
        match self {
            Item::Node(node) => node.to_text(text),
            Item::End => "{{end}}".to_owned(),
            Item::Else => "{{else}}".to_owned(),
        }
    }
}

impl Parser<'_> {
    fn run(mut self) -> Result<Vec<Template>, Error> {
        let mut root = List::default();
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == TokenKind::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            match self.text_or_action()? {
                Item::Node(node) => root.nodes.push(node),
                item => return Err(self.error(format!("unexpected {}", item.describe(&self.text)))),
            }
        }
        self.add(root)?;
        Ok(self.trees)
    }

    /// `{{define "name"}} … {{end}}`; the keyword is read.
    fn definition(&mut self) -> Result<(), Error> {
        const CONTEXT: &str = "define clause";
        let outer = std::mem::replace(&mut self.scope, Scope::new("definition".into()));
        let token = self.next_non_space();
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return Err(self.unexpected(&token, CONTEXT));
        }
        self.scope.name = self.unquote(&token)?.to_str_lossy().into();
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        self.template_body(outer, CONTEXT)
    }

    /// The body of a `define` or `block` up to its end; then the scope outside of it is restored.
    fn template_body(&mut self, outer: Scope, context: &str) -> Result<(), Error> {
        let (root, end) = self.item_list()?;
        if !matches!(end, Item::End) {
            return Err(self.error(format!(
                "unexpected {} in {context}",
                end.describe(&self.text)
            )));
        }
        self.add(root)?;
        self.scope = outer;
        Ok(())
    }

    /// Adds a finished tree. An empty one gives way to another of its name; two that are not empty are a mistake.
    fn add(&mut self, root: List) -> Result<(), Error> {
        let name = self.scope.name.clone();
        let tree = Template {
            name,
            file: self.file.clone(),
            text: self.text.clone(),
            root,
        };
        let known = self
            .by_name
            .get(&tree.name)
            .and_then(|index| self.trees.get_mut(*index));
        match known {
            None => {
                self.by_name.insert(tree.name.clone(), self.trees.len());
                self.trees.push(tree);
            }
            Some(other) if other.is_empty() => *other = tree,
            Some(_) if tree.is_empty() => {}
            Some(_) => {
                let name = crate::strconv::quote(tree.name.as_bytes());
                return Err(self.error(format!("template: multiple definition of template {name}")));
            }
        }
        Ok(())
    }

    /// Texts and actions up to an end or else, which is returned too.
    fn item_list(&mut self) -> Result<(List, Item), Error> {
        self.nested(Parser::items)
    }

    /// Goes one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.nesting >= MAX_NESTING {
            return Err(self.error(format!("actions are nested deeper than {MAX_NESTING}")));
        }
        self.nesting += 1;
        let parsed = self.deeper(parse)?;
        self.nesting -= 1;
        Ok(parsed)
    }

    fn items(&mut self) -> Result<(List, Item), Error> {
        let mut list = List::default();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => list.nodes.push(node),
                item => return Ok((list, item)),
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Item, Error> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node {
                pos: token.start,
                span: token.start..token.end,
                kind: NodeKind::Text,
            })),
            TokenKind::LeftDelim => {
                self.scope.action = Some(token.start);
                let item = self.action();
                self.scope.action = None;
                item
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    /// A message at the line of the token read last.
    fn error(&self, message: impl Into<String>) -> Error {
        let token = self.last_token();
        Error::with_kind(ErrorKind::Parse, message).at(Location {
            file: self.file.to_string(),
            template: self.scope.name.to_string(),
            line: self.lexer.line(token.start),
            column: None,
            span: token.start..token.end,
            context: String::new(),
        })
    }

    fn unexpected(&self, token: &Token, context: &str) -> Error {
        let shown = self.lexer.describe(token);
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {shown} in {context}"));
        }
        let line = |offset| self.lexer.line(offset);
        let started = self.scope.action.map(line);
        let Some(started) = started.filter(|started| *started != line(token.start)) else {
            return self.error(shown);
        };
        // "unclosed action started at", but "unterminated quoted string in action started at".
        let in_action = if shown.ends_with(" action") {
            ""
        } else {
            " in action"
        };
        self.error(format!(
            "{shown}{in_action} started at {}:{started}",
            self.file
        ))
    }

    fn unquote(&self, token: &Token) -> Result<GoString, Error> {
        let text = crate::strconv::unquote(token.bytes(self.text.as_bytes()));
        text.map(GoString::from)
            .ok_or_else(|| self.error("invalid syntax"))
    }

    fn token_text(&self, token: &Token) -> std::borrow::Cow<'_, str> {
        crate::value::lossy(token.bytes(self.text.as_bytes()))
    }
}

#[cfg(test)]
mod tests;
