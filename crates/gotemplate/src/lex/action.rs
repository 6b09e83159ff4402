//! Tokens between delimiters.

use super::{Lexer, RIGHT, Token, TokenKind, has_right_marker, is_space};
use crate::bytes::{find, find_any};
use crate::strconv::quote;
use crate::unicode::{decode, is_digit, is_letter, is_print};

const DECIMAL: &[u8] = b"0123456789_";
const HEX: &[u8] = b"0123456789abcdefABCDEF_";

impl Lexer {
    fn peek(&self) -> Option<char> {
        decode(self.rest()).map(|(c, _)| c)
    }

    fn next(&mut self) -> Option<char> {
        let (c, len) = decode(self.rest())?;
        self.pos += len;
        Some(c)
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| valid.contains(byte));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    pub(super) fn lex_inside_action(&mut self) -> Token {
        if let Some(trim) = self.at_right_delim() {
            return match self.parens {
                0 => self.lex_right_delim(trim),
                _ => self.error("unclosed left paren"),
            };
        }
        let Some(c) = self.next() else {
            return self.error("unclosed action");
        };
        match c {
            ' ' | '\t' | '\r' | '\n' => self.lex_space(),
            '=' => self.token(TokenKind::Assign),
            ':' => match self.next() {
                Some('=') => self.token(TokenKind::Declare),
                _ => self.error("expected :="),
            },
            '|' => self.token(TokenKind::Pipe),
            '"' => self.lex_quoted(b'"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.lex_quoted(
                b'\'',
                TokenKind::CharConstant,
                "unterminated character constant",
            ),
            '`' => self.lex_raw_string(),
            '$' => self.lex_field_or_variable(TokenKind::Variable),
            '.' if !self.rest().first().is_some_and(u8::is_ascii_digit)
                && !self.rest().is_empty() =>
            {
                self.lex_field_or_variable(TokenKind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.pos = self.start;
                self.lex_number()
            }
            '(' => {
                self.parens += 1;
                self.token(TokenKind::LeftParen)
            }
            ')' if self.parens == 0 => self.error("unexpected right paren"),
            ')' => {
                self.parens -= 1;
                self.token(TokenKind::RightParen)
            }
            _ if is_alphanumeric(c) => self.lex_identifier(),
            _ if c.is_ascii() && is_print(c) => self.token(TokenKind::Char),
            _ => self.error(format!("unrecognized character in action: {}", describe(c))),
        }
    }

    /// Spaces, of which the last may belong to the marker of the right delimiter. One is read already.
    fn lex_space(&mut self) -> Token {
        self.pos += self
            .rest()
            .iter()
            .take_while(|byte| is_space(**byte))
            .count();
        let last = self.pos - 1;
        let from_last = self.input.as_bytes().get(last..).unwrap_or_default();
        if has_right_marker(from_last)
            && from_last
                .get(2..)
                .is_some_and(|rest| rest.starts_with(RIGHT))
        {
            self.pos = last;
        }
        self.token(TokenKind::Space)
    }

    fn lex_identifier(&mut self) -> Token {
        self.skip_alphanumerics();
        if let Some(error) = self.bad_terminator() {
            return error;
        }
        let word = self
            .input
            .as_bytes()
            .get(self.start..self.pos)
            .unwrap_or_default();
        let kind = match TokenKind::keyword(word) {
            Some(TokenKind::Break) if !self.break_ok => TokenKind::Identifier,
            Some(TokenKind::Continue) if !self.continue_ok => TokenKind::Identifier,
            Some(keyword) => keyword,
            None if matches!(word, b"true" | b"false") => TokenKind::Bool,
            None => TokenKind::Identifier,
        };
        self.token(kind)
    }

    /// `.name` or `$name`; the first character is read.
    fn lex_field_or_variable(&mut self, kind: TokenKind) -> Token {
        if self.at_terminator() {
            // Nothing follows: "." or "$".
            return self.token(if kind == TokenKind::Variable {
                kind
            } else {
                TokenKind::Dot
            });
        }
        self.skip_alphanumerics();
        self.bad_terminator().unwrap_or_else(|| self.token(kind))
    }

    fn skip_alphanumerics(&mut self) {
        let ascii = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        self.pos += self.rest().iter().take_while(ascii).count();
        while let Some((_, len)) = decode(self.rest()).filter(|(c, _)| is_alphanumeric(*c)) {
            self.pos += len;
        }
    }

    fn bad_terminator(&mut self) -> Option<Token> {
        if self.at_terminator() {
            return None;
        }
        let c = self.peek()?;
        Some(self.error(format!("bad character {}", describe(c))))
    }

    /// Whether a character that may follow an identifier is next.
    fn at_terminator(&self) -> bool {
        match self.rest().first() {
            None => true,
            Some(byte) => {
                is_space(*byte)
                    || matches!(byte, b'.' | b',' | b'|' | b':' | b')' | b'(')
                    || self.rest().starts_with(RIGHT)
            }
        }
    }

    fn lex_quoted(&mut self, quote: u8, kind: TokenKind, unterminated: &str) -> Token {
        loop {
            // What no branch below looks at.
            let plain = find_any(self.rest(), [quote, b'\\', b'\n']);
            self.pos += plain.unwrap_or(self.rest().len());
            match self.next() {
                Some('\\') if !matches!(self.next(), None | Some('\n')) => {}
                None | Some('\\' | '\n') => return self.error(unterminated),
                Some(c) if c == char::from(quote) => return self.token(kind),
                Some(_) => {}
            }
        }
    }

    fn lex_raw_string(&mut self) -> Token {
        match find(self.rest(), b"`") {
            Some(length) => {
                self.pos += length + 1;
                self.token(TokenKind::RawString)
            }
            None => {
                self.pos = self.input.len();
                self.error("unterminated raw quoted string")
            }
        }
    }

    fn lex_number(&mut self) -> Token {
        let mut good = self.scan_number();
        let mut kind = TokenKind::Number;
        if good && matches!(self.peek(), Some('+' | '-')) {
            // Complex: 1+2i. No spaces, must end in 'i'.
            let ends_in_i =
                |lexer: &Lexer| lexer.input.as_bytes().get(lexer.pos - 1) == Some(&b'i');
            good = self.scan_number() && ends_in_i(self);
            kind = TokenKind::Complex;
        }
        if good {
            return self.token(kind);
        }
        let text = quote(
            self.input
                .as_bytes()
                .get(self.start..self.pos)
                .unwrap_or_default(),
        );
        self.error(format!("bad number syntax: {text}"))
    }

    /// Reads what looks like a number; the parser finds out whether it is one.
    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEX;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits {
            DECIMAL => b"eE",
            HEX => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        // The next thing must not be alphanumeric; it is part of the message if it is.
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || is_letter(c) || is_digit(c)
}

/// `U+0040 '@'` (Go: `%#U`)
fn describe(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    if is_print(c) {
        format!("{code} '{c}'")
    } else {
        code
    }
}
