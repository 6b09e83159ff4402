//! The token stream with its lookahead of three.

use super::Parser;
use super::lookahead::Lookahead;
use crate::error::Error;
use crate::lex::{Token, TokenKind};

impl Parser<'_> {
    fn lookahead(&mut self) -> &mut Lookahead {
        &mut self.scope.lookahead
    }

    pub(super) fn last_token(&self) -> Token {
        let [first, ..] = self.scope.lookahead.tokens;
        first
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.lookahead().count -= 1;
        token
    }

    pub(super) fn peek(&mut self) -> Token {
        if self.scope.lookahead.count == 0 {
            self.scope.lookahead.tokens[0] = self.lexer.next_token();
            self.scope.lookahead.count = 1;
        }
        self.scope.lookahead.current()
    }

    /// Pushes the token read last back.
    pub(super) fn backup(&mut self) {
        self.lookahead().count += 1;
    }

    /// Pushes back the token read last, and `first` before it.
    pub(super) fn backup2(&mut self, first: Token) {
        self.lookahead().tokens[1] = first;
        self.lookahead().count = 2;
    }

    /// Pushes back the token read last, and two before it.
    pub(super) fn backup3(&mut self, first: Token, second: Token) {
        self.lookahead().tokens[1] = second;
        self.lookahead().tokens[2] = first;
        self.lookahead().count = 3;
    }

    pub(super) fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    pub(super) fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token, Error> {
        let token = self.next_non_space();
        if token.kind == kind {
            Ok(token)
        } else {
            Err(self.unexpected(&token, context))
        }
    }
}
