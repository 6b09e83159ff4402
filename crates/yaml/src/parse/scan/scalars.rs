//! Plain, quoted and block scalars.

use std::borrow::Cow;

use super::Scanner;
use super::text::Walk;
use super::token::{Mark, Mistake, TokenKind};
use crate::node::Style;

/// What lies between two lines of a scalar that is folded.
#[derive(Default)]
struct Fold {
    /// The first line break.
    first: &'static str,
    /// The others: those of lines with nothing on them.
    others: String,
}

impl Fold {
    fn add(&mut self, line_break: &'static str, is_first: bool) {
        match is_first {
            true => self.first = line_break,
            false => self.others.push_str(line_break),
        }
    }

    /// A line break is a space, and those behind it stay.
    fn end(&mut self, into: &mut String) {
        match (self.first, self.others.is_empty()) {
            ("\n", true) => into.push(' '),
            ("\n", false) => into.push_str(&self.others),
            (first, _) => {
                into.push_str(first);
                into.push_str(&self.others);
            }
        }
        self.first = "";
        self.others.clear();
    }
}

/// How the end of a block scalar is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl<'s> Scanner<'s> {
    /// A scalar without quotes.
    pub(super) fn plain_scalar(&mut self) -> Result<(), Mistake> {
        self.save_key()?;
        self.keys.may_begin = false;
        let start = self.walk.mark();
        let mut end = start.at;
        // None as long as all of it is on one line.
        let mut text: Option<String> = None;
        let mut fold = Fold::default();
        let mut is_folded = false;
        loop {
            if self.walk.is_at_document() || self.walk.byte(0) == Some(b'#') {
                break;
            }
            let word = self.walk.at;
            self.plain_word();
            if self.walk.at > word {
                if let Some(text) = &mut text {
                    let from = if is_folded { word } else { end };
                    if is_folded {
                        fold.end(text);
                    }
                    text.push_str(self.walk.slice(from, self.walk.at));
                }
                is_folded = false;
                end = self.walk.at;
            }
            if !(self.walk.is_blank() || self.walk.break_length(0) > 0) {
                break;
            }
            let indent = self.indent + 1;
            loop {
                if self.walk.is_blank() {
                    let is_tab = self.walk.byte(0) == Some(b'\t');
                    if is_folded && is_tab && (self.walk.column() as isize) < indent {
                        return Err(self.mistake(
                            "while scanning a plain scalar",
                            start,
                            "found a tab character that violates indentation",
                        ));
                    }
                    self.walk.skip();
                } else if self.walk.break_length(0) > 0 {
                    text.get_or_insert_with(|| self.walk.slice(start.at, end).to_owned());
                    fold.add(self.walk.read_break(), !is_folded);
                    is_folded = true;
                } else {
                    break;
                }
            }
            if self.flow == 0 && (self.walk.column() as isize) < indent {
                break;
            }
        }
        if is_folded {
            self.keys.may_begin = true;
        }
        let text = match text {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(self.walk.slice(start.at, end)),
        };
        self.scalar(text, Style::Plain, start, end);
        Ok(())
    }

    fn scalar(&mut self, text: Cow<'s, str>, style: Style, start: Mark, end: usize) {
        self.push(TokenKind::Scalar(text, style), start);
        if let Some(token) = self.queue.back_mut() {
            token.end = end;
        }
    }

    /// Walks over characters of a plain scalar up to a blank, or what ends the scalar.
    fn plain_word(&mut self) {
        let rest = self.walk.rest();
        let mut length = 0;
        while let Some(byte) = rest.get(length) {
            let ends = match byte {
                b' ' | b'\t' | b'\r' | b'\n' => true,
                b':' => self.walk.is_blankz(length + 1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow > 0,
                0xc2 | 0xe2 => self.walk.break_length(length) > 0,
                _ => false,
            };
            if ends {
                break;
            }
            length += 1;
        }
        self.walk.advance(length);
    }

    /// A scalar in quotes.
    pub(super) fn quoted_scalar(&mut self) -> Result<(), Mistake> {
        self.save_key()?;
        self.keys.may_begin = false;
        let start = self.walk.mark();
        let quote = self.walk.byte(0).unwrap_or(b'"');
        self.walk.skip();
        let text = match self.walk.plain_quoted(quote) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.quoted_text(quote, start)?),
        };
        let style = match quote {
            b'\'' => Style::SingleQuoted,
            _ => Style::DoubleQuoted,
        };
        self.walk.skip();
        self.scalar(text, style, start, self.walk.at);
        Ok(())
    }

    fn quoted_text(&mut self, quote: u8, start: Mark) -> Result<String, Mistake> {
        const WHILE: &str = "while scanning a quoted scalar";
        let mut text = String::new();
        let mut fold = Fold::default();
        loop {
            if self.walk.is_at_document() {
                return Err(self.mistake(WHILE, start, "found unexpected document indicator"));
            }
            if self.walk.byte(0).is_none() {
                return Err(self.mistake(WHILE, start, "found unexpected end of stream"));
            }
            let mut is_folded = false;
            while !self.walk.is_blankz(0) && !is_folded {
                match self.walk.byte(0) {
                    Some(b'\'') if quote == b'\'' && self.walk.byte(1) == Some(b'\'') => {
                        text.push('\'');
                        self.walk.advance(2);
                    }
                    Some(byte) if byte == quote => break,
                    Some(b'\\') if quote == b'"' && self.walk.break_length(1) > 0 => {
                        self.walk.skip();
                        self.walk.skip_break();
                        is_folded = true;
                    }
                    Some(b'\\') if quote == b'"' => self.escape(&mut text, start)?,
                    _ => {
                        let at = self.walk.at;
                        self.walk.skip();
                        text.push_str(self.walk.slice(at, self.walk.at));
                    }
                }
            }
            if self.walk.byte(0) == Some(quote) {
                return Ok(text);
            }
            let blanks = self.walk.at;
            let mut blanks_end = blanks;
            loop {
                if self.walk.is_blank() {
                    self.walk.skip();
                    blanks_end = self.walk.at;
                } else if self.walk.break_length(0) > 0 {
                    fold.add(self.walk.read_break(), !is_folded);
                    is_folded = true;
                } else {
                    break;
                }
            }
            match is_folded {
                true => fold.end(&mut text),
                false => text.push_str(self.walk.slice(blanks, blanks_end)),
            }
        }
    }

    /// An escape in double quotes.
    fn escape(&mut self, text: &mut String, start: Mark) -> Result<(), Mistake> {
        const WHILE: &str = "while parsing a quoted scalar";
        let digits = match self.walk.byte(1) {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            other => {
                let Some(char) = other.and_then(escaped) else {
                    return Err(self.mistake(WHILE, start, "found unknown escape character"));
                };
                text.push(char);
                self.walk.advance(2);
                return Ok(());
            }
        };
        self.walk.advance(2);
        let mut code = 0_u32;
        for ahead in 0..digits {
            let byte = self.walk.byte(ahead).map(char::from);
            let Some(digit) = byte.and_then(|char| char.to_digit(16)) else {
                let what = "did not find expected hexdecimal number";
                return Err(self.mistake(WHILE, start, what));
            };
            code = code << 4 | digit;
        }
        let Some(char) = char::from_u32(code) else {
            let what = "found invalid Unicode character escape code";
            return Err(self.mistake(WHILE, start, what));
        };
        text.push(char);
        self.walk.advance(digits);
        Ok(())
    }

    /// A scalar behind `|` or `>`.
    pub(super) fn block_scalar(&mut self) -> Result<(), Mistake> {
        self.forget_key()?;
        self.keys.may_begin = true;
        let start = self.walk.mark();
        let is_literal = self.walk.byte(0) == Some(b'|');
        self.walk.skip();
        let (chomping, increment) = self.block_header(start)?;
        let header_end = self.walk.at;
        while self.walk.is_blank() {
            self.walk.skip();
        }
        self.comment();
        if self.walk.byte(0).is_some() && !self.walk.skip_break() {
            let what = "did not find expected comment or line break";
            return Err(self.mistake("while scanning a block scalar", start, what));
        }
        let indent = increment.map(|increment| self.indent.max(0) as usize + increment);
        let (text, end) = self.block_text(indent, is_literal, chomping, start)?;
        let style = match is_literal {
            true => Style::Literal,
            false => Style::Folded,
        };
        self.scalar(Cow::Owned(text), style, start, end.unwrap_or(header_end));
        Ok(())
    }

    /// What stands behind `|` or `>`: how the end is kept, and by how much the text is indented.
    fn block_header(&mut self, start: Mark) -> Result<(Chomping, Option<usize>), Mistake> {
        let mut chomping = None;
        let mut increment = None;
        loop {
            match self.walk.byte(0) {
                Some(b'+') if chomping.is_none() => chomping = Some(Chomping::Keep),
                Some(b'-') if chomping.is_none() => chomping = Some(Chomping::Strip),
                Some(b'0') if increment.is_none() => {
                    let what = "found an indentation indicator equal to 0";
                    return Err(self.mistake("while scanning a block scalar", start, what));
                }
                Some(digit @ b'1'..=b'9') if increment.is_none() => {
                    increment = Some(usize::from(digit - b'0'));
                }
                _ => return Ok((chomping.unwrap_or(Chomping::Clip), increment)),
            }
            self.walk.skip();
        }
    }

    /// The text, and where its last line that is not blank ends, before its line break; none where all are blank.
    fn block_text(
        &mut self,
        indent: Option<usize>,
        is_literal: bool,
        chomping: Chomping,
        start: Mark,
    ) -> Result<(String, Option<usize>), Mistake> {
        let mut indent = indent;
        let mut end = None;
        let mut text = String::new();
        let mut first = "";
        let mut others = String::new();
        let mut was_blank = false;
        self.block_breaks(&mut indent, &mut others, start)?;
        while Some(self.walk.column()) == indent && self.walk.byte(0).is_some() {
            let is_blank = self.walk.is_blank();
            match !is_literal && !was_blank && !is_blank && first == "\n" {
                true if others.is_empty() => text.push(' '),
                true => {}
                false => text.push_str(first),
            }
            text.push_str(&others);
            others.clear();
            was_blank = is_blank;
            let line = self.walk.at;
            self.walk.go_to_line_end();
            let content = self.walk.slice(line, self.walk.at);
            if !content.trim_matches([' ', '\t']).is_empty() {
                end = Some(self.walk.at);
            }
            text.push_str(content);
            first = self.walk.read_break();
            self.block_breaks(&mut indent, &mut others, start)?;
        }
        if chomping != Chomping::Strip {
            text.push_str(first);
        }
        if chomping == Chomping::Keep {
            text.push_str(&others);
        }
        Ok((text, end))
    }

    /// Walks over the indentation and over lines with nothing on them. Where no indentation is known, that of the first
    /// line with text counts.
    fn block_breaks(
        &mut self,
        indent: &mut Option<usize>,
        breaks: &mut String,
        start: Mark,
    ) -> Result<(), Mistake> {
        let mut widest = 0;
        loop {
            let is_before = |column: usize| indent.is_none_or(|indent| column < indent);
            while is_before(self.walk.column()) && self.walk.byte(0) == Some(b' ') {
                self.walk.skip();
            }
            widest = widest.max(self.walk.column());
            if is_before(self.walk.column()) && self.walk.byte(0) == Some(b'\t') {
                let what = "found a tab character where an indentation space is expected";
                return Err(self.mistake("while scanning a block scalar", start, what));
            }
            if self.walk.break_length(0) == 0 {
                break;
            }
            breaks.push_str(self.walk.read_break());
        }
        if indent.is_none() {
            *indent = Some(widest.max((self.indent + 1).max(1) as usize));
        }
        Ok(())
    }
}

/// The character that a byte behind a backslash stands for.
fn escaped(byte: u8) -> Option<char> {
    Some(match byte {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}

impl<'s> Walk<'s> {
    pub(super) fn slice(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The text up to the closing quote, where it is on one line and stands for itself; the walk goes to the quote.
    fn plain_quoted(&mut self, quote: u8) -> Option<&'s str> {
        let rest = self.rest();
        let ends =
            |byte: &u8| *byte == quote || matches!(byte, b'\\' | b'\r' | b'\n' | 0xc2 | 0xe2);
        let length = rest.iter().position(ends)?;
        let is_end = rest.get(length) == Some(&quote) && rest.get(length + 1) != Some(&b'\'');
        if !is_end {
            return None;
        }
        let text = self.slice(self.at, self.at + length);
        self.advance(length);
        Some(text)
    }
}
