//! Tokens.

use crate::strconv::quote;
use crate::unicode::runes;

/// What a token is. The keywords come last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum TokenKind {
    Error,
    Bool,
    /// A printable character with no meaning of its own, such as a comma
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    /// The cursor, spelled `.`; from here on tokens are keywords
    Dot,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl TokenKind {
    pub(crate) fn keyword(word: &[u8]) -> Option<TokenKind> {
        Some(match word {
            b"block" => TokenKind::Block,
            b"break" => TokenKind::Break,
            b"continue" => TokenKind::Continue,
            b"define" => TokenKind::Define,
            b"else" => TokenKind::Else,
            b"end" => TokenKind::End,
            b"if" => TokenKind::If,
            b"nil" => TokenKind::Nil,
            b"range" => TokenKind::Range,
            b"template" => TokenKind::Template,
            b"with" => TokenKind::With,
            _ => return None,
        })
    }
}

/// A token: a stretch of the text. The message of an error is with the lexer, which stops at the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    pub(crate) fn eof() -> Token {
        Token {
            kind: TokenKind::Eof,
            start: 0,
            end: 0,
        }
    }

    /// The token's text.
    pub(crate) fn bytes<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn describe(&self, text: &[u8]) -> String {
        let bytes = self.bytes(text);
        match self.kind {
            TokenKind::Eof => "EOF".to_owned(),
            kind if kind >= TokenKind::Dot => format!("<{}>", String::from_utf8_lossy(bytes)),
            _ if bytes.len() > 10 => {
                let cut = runes(bytes)
                    .nth(10)
                    .map_or(bytes.len(), |(offset, _, _)| offset);
                format!("{}...", quote(bytes.get(..cut).unwrap_or(bytes)))
            }
            _ => quote(bytes),
        }
    }
}
