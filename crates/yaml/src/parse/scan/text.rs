//! Characters and lines. goyaml counts characters, and takes NEL, LS and PS for line breaks, too.

use super::token::{Mark, TokenKind};
use crate::comment::Comment;
use crate::span::Span;

/// A place that walks forward over a text.
pub(super) struct Walk<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    /// The line, from 0.
    pub(super) line: usize,
    line_start: usize,
    /// Bytes so far that only continue a character, and how many of them there were where the line begins.
    wide: usize,
    wide_before: usize,
    /// The number of the line as line feeds count it, from 1.
    number: usize,
    /// The text is at its end, which begins a line of its own.
    has_ended: bool,
    /// Every `\r\n` was made a line feed before, so that `\r\r\n` is one line break.
    is_cut: bool,
}

impl<'s> Walk<'s> {
    pub(super) fn new(text: &'s str, number: usize, is_cut: bool) -> Walk<'s> {
        Walk {
            text,
            at: 0,
            line: 0,
            line_start: 0,
            wide: 0,
            wide_before: 0,
            number,
            has_ended: false,
            is_cut,
        }
    }

    pub(super) fn bytes(&self) -> &'s [u8] {
        self.text.as_bytes()
    }

    /// The byte so far ahead.
    pub(super) fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes().get(self.at + ahead).copied()
    }

    pub(super) fn rest(&self) -> &'s [u8] {
        self.bytes().get(self.at..).unwrap_or_default()
    }

    pub(super) fn column(&self) -> usize {
        match self.has_ended {
            true => 0,
            false => (self.at - self.line_start) - (self.wide - self.wide_before),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            line: self.line,
            column: self.column(),
            index: self.at - self.wide,
        }
    }

    /// Walks over so many bytes, none of which is in a line break.
    pub(super) fn advance(&mut self, length: usize) {
        let end = (self.at + length).min(self.text.len());
        let bytes = self.bytes().get(self.at..end).unwrap_or_default();
        self.wide += bytes.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
        self.at = end;
    }

    /// Walks over one character.
    pub(super) fn skip(&mut self) {
        match self.byte(0) {
            Some(0..=0x7f) => self.at += 1,
            _ => self.advance(self.character()),
        }
    }

    /// How long the character at the place is.
    pub(super) fn character(&self) -> usize {
        match self.byte(0) {
            None => 0,
            Some(0..=0xbf) => 1,
            Some(0xc0..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(_) => 4,
        }
    }

    /// How long the line break is that begins so far ahead; 0 where none does.
    pub(super) fn break_length(&self, ahead: usize) -> usize {
        let rest = self.rest().get(ahead..).unwrap_or_default();
        match rest {
            [b'\r', b'\r', b'\n', ..] if self.is_cut => 3,
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            [0xc2, 0x85, ..] => 2,
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
            _ => 0,
        }
    }

    /// The text of the line break at the place, as a scalar has it; the walk goes over it.
    pub(super) fn read_break(&mut self) -> &'static str {
        let text = match self.rest() {
            [0xe2, 0x80, 0xa8, ..] => "\u{2028}",
            [0xe2, 0x80, 0xa9, ..] => "\u{2029}",
            _ => "\n",
        };
        match self.skip_break() {
            true => text,
            false => "",
        }
    }

    /// Walks over the line break at the place; false where there is none.
    pub(super) fn skip_break(&mut self) -> bool {
        let length = self.break_length(0);
        if length == 0 {
            return false;
        }
        self.number += usize::from(
            self.rest()
                .get(..length)
                .unwrap_or_default()
                .contains(&b'\n'),
        );
        // `\r\n` counts as two characters, as in goyaml.
        self.advance(length);
        self.line += 1;
        self.line_start = self.at;
        self.wide_before = self.wide;
        true
    }

    /// The end of the text is a line of its own, unless one begins there anyway.
    pub(super) fn end_line(&mut self) {
        if self.column() != 0 {
            self.has_ended = true;
            self.line += 1;
        }
    }

    /// Whether a blank, a line break or the end of the text stands so far ahead.
    pub(super) fn is_blankz(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n') => true,
            Some(0xc2 | 0xe2) => self.break_length(ahead) > 0,
            Some(_) => false,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.byte(0), Some(b' ' | b'\t'))
    }

    /// `---` or `...` at the place, with nothing behind it.
    pub(super) fn document_indicator(&self) -> Option<TokenKind<'s>> {
        let kind = match self.rest() {
            [b'-', b'-', b'-', ..] => TokenKind::DocumentStart,
            [b'.', b'.', b'.', ..] => TokenKind::DocumentEnd,
            _ => return None,
        };
        self.is_blankz(3).then_some(kind)
    }

    /// Whether a document ends or begins at the place.
    pub(super) fn is_at_document(&self) -> bool {
        self.column() == 0 && self.document_indicator().is_some()
    }

    /// Walks to the end of the line, before its line break.
    pub(super) fn go_to_line_end(&mut self) {
        let rest = self.rest();
        let may_break = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0xc2 | 0xe2);
        let mut length = 0;
        while let Some(found) = rest
            .get(length..)
            .and_then(|rest| rest.iter().position(may_break))
        {
            length += found;
            if self.break_length(length) > 0 {
                return self.advance(length);
            }
            length += 1;
        }
        self.advance(rest.len());
    }

    /// The comment at the place; the walk goes over it.
    pub(super) fn comment(&mut self) -> Comment {
        let start = self.at;
        let before = self.bytes().get(self.line_start..start).unwrap_or_default();
        let own_line = before.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        let line = self.number;
        self.go_to_line_end();
        let text = self.text.get(start + 1..self.at).unwrap_or_default();
        Comment {
            span: Span::new(start, self.at),
            text: text.to_owned(),
            line,
            own_line,
        }
    }
}
