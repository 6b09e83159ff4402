//! The lexer: text to tokens (Go: `text/template/parse/lex.go`).

mod action;
mod token;

pub(crate) use token::{Token, TokenKind};

use crate::bytes::find;
use crate::value::GoString;

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const COMMENT: &[u8] = b"/*";
const COMMENT_END: &[u8] = b"*/";
/// A trim marker and the space that belongs to it.
const MARKER_LEN: usize = 2;

/// Splits the text of a template into tokens, one at a time.
pub(crate) struct Lexer {
    input: GoString,
    /// Where the next character is read
    pos: usize,
    /// Where the current token starts
    start: usize,
    inside_action: bool,
    parens: usize,
    /// What is wrong, after an error token
    message: Option<String>,
    /// Whether `break` is the keyword and not a function of the host
    pub break_ok: bool,
    /// Whether `continue` is the keyword and not a function of the host
    pub continue_ok: bool,
}

impl Lexer {
    pub(crate) fn new(input: GoString) -> Lexer {
        Lexer {
            input,
            pos: 0,
            start: 0,
            inside_action: false,
            parens: 0,
            message: None,
            break_ok: true,
            continue_ok: true,
        }
    }

    /// A token as messages show it (Go: `item.String`).
    pub(crate) fn describe(&self, token: &Token) -> String {
        match (&self.message, token.kind) {
            (Some(message), TokenKind::Error) => message.clone(),
            _ => token.describe(self.input.as_bytes()),
        }
    }

    /// The line of an offset, from 1. Only messages need it.
    pub(crate) fn line(&self, offset: usize) -> usize {
        let passed = self.input.as_bytes().get(..offset).unwrap_or_default();
        1 + memchr::memchr_iter(b'\n', passed).count()
    }

    /// The next token. After an error there is only the end.
    pub(crate) fn next_token(&mut self) -> Token {
        if self.message.is_some() {
            return self.token(TokenKind::Eof);
        }
        loop {
            let token = if self.inside_action {
                Some(self.lex_inside_action())
            } else {
                self.lex_text()
            };
            if let Some(token) = token {
                return token;
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.input.as_bytes().get(self.pos..).unwrap_or_default()
    }

    /// The token from its start to here.
    fn token(&mut self, kind: TokenKind) -> Token {
        let token = Token {
            kind,
            start: self.start,
            end: self.pos,
        };
        self.start = self.pos;
        token
    }

    fn error(&mut self, message: impl Into<String>) -> Token {
        self.message = Some(message.into());
        Token {
            kind: TokenKind::Error,
            start: self.start,
            end: self.pos,
        }
    }

    /// Text up to the next action; none when there is no text before it, or only a comment was read.
    fn lex_text(&mut self) -> Option<Token> {
        let Some(length) = find(self.rest(), LEFT) else {
            self.pos = self.input.len();
            let kind = if self.pos > self.start {
                TokenKind::Text
            } else {
                TokenKind::Eof
            };
            return Some(self.token(kind));
        };
        if length > 0 {
            let after = self.rest().get(length + LEFT.len()..).unwrap_or_default();
            let text = self.rest().get(..length).unwrap_or_default();
            let kept = if has_left_marker(after) {
                trim_end(text)
            } else {
                length
            };
            self.pos += kept;
            let token = (kept > 0).then(|| self.token(TokenKind::Text));
            self.pos += length - kept;
            self.start = self.pos;
            if token.is_some() {
                return token;
            }
        }
        self.lex_left_delim()
    }

    fn lex_left_delim(&mut self) -> Option<Token> {
        self.pos += LEFT.len();
        let marker = if has_left_marker(self.rest()) {
            MARKER_LEN
        } else {
            0
        };
        if self
            .rest()
            .get(marker..)
            .is_some_and(|rest| rest.starts_with(COMMENT))
        {
            self.pos += marker;
            self.start = self.pos;
            return self.lex_comment();
        }
        let token = self.token(TokenKind::LeftDelim);
        self.inside_action = true;
        self.parens = 0;
        self.pos += marker;
        self.start = self.pos;
        Some(token)
    }

    /// Skips a comment; none unless it is not well-formed.
    fn lex_comment(&mut self) -> Option<Token> {
        self.pos += COMMENT.len();
        let Some(length) = find(self.rest(), COMMENT_END) else {
            return Some(self.error("unclosed comment"));
        };
        self.pos += length + COMMENT_END.len();
        match self.at_right_delim() {
            None => Some(self.error("comment ends before closing delimiter")),
            Some(trim) => {
                self.skip_right_delim(trim);
                None
            }
        }
    }

    /// Whether a right delimiter is next, and whether it trims.
    fn at_right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_marker(rest)
            && rest
                .get(MARKER_LEN..)
                .is_some_and(|rest| rest.starts_with(RIGHT))
        {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn skip_right_delim(&mut self, trim: bool) {
        if trim {
            self.pos += MARKER_LEN;
        }
        self.pos += RIGHT.len();
        if trim {
            self.pos += self
                .rest()
                .iter()
                .take_while(|byte| is_space(**byte))
                .count();
        }
        self.start = self.pos;
    }

    fn lex_right_delim(&mut self, trim: bool) -> Token {
        if trim {
            self.pos += MARKER_LEN;
            self.start = self.pos;
        }
        self.pos += RIGHT.len();
        let token = self.token(TokenKind::RightDelim);
        if trim {
            self.pos += self
                .rest()
                .iter()
                .take_while(|byte| is_space(**byte))
                .count();
            self.start = self.pos;
        }
        self.inside_action = false;
        token
    }
}

/// Only ASCII spaces count in templates.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

/// The length without spaces at the end.
fn trim_end(text: &[u8]) -> usize {
    text.iter()
        .rposition(|byte| !is_space(*byte))
        .map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests;
