//! From text to tokens, as goyaml finds them (`go.yaml.in/yaml/v2`, `scannerc.go`, which descends from libyaml): YAML 1.1,
//! with its simple keys, its rules for tabs and its line breaks. Helm reads every file with it, so what it takes or
//! refuses decides, and not what YAML 1.2 says. The tokens have the bytes of the source, and the comments between them
//! are kept.
//!
//! Rooms: `text` walks over characters and lines, `keys` remembers where a simple key may have begun, `candidates` says whether one still can, `scalars` reads
//! plain, quoted and block scalars, `properties` anchors, tags and directives.

mod candidates;
mod keys;
mod properties;
mod scalars;
mod text;
mod token;

use std::collections::VecDeque;

use crate::comment::Comment;
use keys::{Keys, SimpleKey};
use text::Walk;
pub(super) use token::{Mark, Mistake, TagToken, Token, TokenKind};

/// Brackets in brackets, and indentations in indentations. goyaml: `max_flow_level`, `max_indents`
const DEEPEST: usize = 10_000;

/// Finds tokens, a few ahead of whoever takes them: only a colon tells that what stands before it is a key.
pub(super) struct Scanner<'s> {
    walk: Walk<'s>,
    /// Tokens that nobody has taken yet.
    queue: VecDeque<Token<'s>>,
    /// How many were taken.
    taken: usize,
    /// Columns of the block collections around the place; `-1` is that of none.
    indents: Vec<isize>,
    indent: isize,
    /// How many brackets are open.
    flow: usize,
    keys: Keys,
    is_at_end: bool,
    pub(super) comments: Vec<Comment>,
}

impl<'s> Scanner<'s> {
    /// Reads a text; comments count their lines from `line`.
    pub(super) fn new(text: &'s str, line: usize, is_cut: bool) -> Scanner<'s> {
        Scanner {
            walk: Walk::new(text, line, is_cut),
            queue: VecDeque::new(),
            taken: 0,
            indents: Vec::new(),
            indent: -1,
            flow: 0,
            keys: Keys::default(),
            is_at_end: false,
            comments: Vec::new(),
        }
    }

    /// The next token, which stays the next one.
    pub(super) fn peek(&mut self) -> Result<&Token<'s>, Mistake> {
        while !self.is_first_known()? {
            self.fetch()?;
        }
        // The loop ends with a token in the queue.
        self.queue
            .front()
            .ok_or_else(|| self.mistake("", self.walk.mark(), "did not find expected <stream-end>"))
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Result<Token<'s>, Mistake> {
        self.peek()?;
        self.taken += 1;
        match self.queue.pop_front() {
            Some(token) => Ok(token),
            None => Err(self.mistake("", self.walk.mark(), "did not find expected <stream-end>")),
        }
    }

    /// Whether the first token of the queue is what it seems to be, and not the beginning of a key whose colon is still to
    /// come.
    fn is_first_known(&mut self) -> Result<bool, Mistake> {
        if self.queue.is_empty() {
            return Ok(false);
        }
        let Some(place) = self.keys.of_next(self.taken) else {
            return Ok(true);
        };
        Ok(!self.is_valid(place)?)
    }

    /// The number that the next token of the queue gets.
    fn next_number(&self) -> usize {
        self.taken + self.queue.len()
    }

    fn push(&mut self, kind: TokenKind<'s>, start: Mark) {
        let end = self.walk.at;
        self.queue.push_back(Token { kind, start, end });
    }

    /// Puts a token before that with a number; behind all of them where that one was taken already.
    fn insert(&mut self, number: usize, kind: TokenKind<'s>, start: Mark) {
        let token = Token {
            kind,
            start,
            end: start.at,
        };
        match number.checked_sub(self.taken) {
            Some(place) if place <= self.queue.len() => self.queue.insert(place, token),
            _ => self.queue.push_back(token),
        }
    }

    /// A mistake of the scanner. goyaml: `decode.go`, `fail`: it counts lines from 0, and adds one for its scanner.
    fn mistake(&self, context: &'static str, from: Mark, problem: &'static str) -> Mistake {
        let line = match self.walk.line {
            0 => Some(from.line).filter(|line| *line > 0),
            line => Some(line + 1),
        };
        Mistake {
            context,
            problem,
            at: self.walk.at,
            line,
        }
    }

    /// Finds one more token.
    fn fetch(&mut self) -> Result<(), Mistake> {
        if self.is_at_end {
            return Err(self.mistake("", self.walk.mark(), "did not find expected <stream-end>"));
        }
        self.go_to_next_token();
        let mark = self.walk.mark();
        self.unroll(mark.column as isize);
        let Some(byte) = self.walk.byte(0) else {
            return self.end();
        };
        if mark.column == 0 {
            if byte == b'%' {
                return self.directive();
            }
            if let Some(kind) = self.walk.document_indicator() {
                return self.indicator(kind);
            }
        }
        let is_flow = self.flow > 0;
        let ends = self.walk.is_blankz(1);
        match byte {
            b'[' => self.open(TokenKind::FlowSequenceStart),
            b'{' => self.open(TokenKind::FlowMappingStart),
            b']' => self.close(TokenKind::FlowSequenceEnd),
            b'}' => self.close(TokenKind::FlowMappingEnd),
            b',' => self.flow_entry(),
            b'-' if ends => self.block_entry(),
            b'?' if is_flow || ends => self.key(),
            b':' if is_flow || ends => self.value(),
            b'*' | b'&' => self.anchor(),
            b'!' => self.tag(),
            b'|' | b'>' if !is_flow => self.block_scalar(),
            b'\'' | b'"' => self.quoted_scalar(),
            _ if self.begins_plain(byte) => self.plain_scalar(),
            _ => Err(self.mistake(
                "while scanning for the next token",
                mark,
                "found character that cannot start any token",
            )),
        }
    }

    /// Whether a plain scalar may begin with a byte at the place.
    fn begins_plain(&self, byte: u8) -> bool {
        match byte {
            b'-' => !matches!(self.walk.byte(1), Some(b' ' | b'\t')),
            b'?' | b':' => self.flow == 0 && !self.walk.is_blankz(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' => false,
            _ => !self.walk.is_blankz(0),
        }
    }

    /// Walks over white space, line breaks and comments. A tab is white space only where no key may begin. A mark of the byte
    /// order is a character like others: goyaml looks for it at the wrong place (`is_bom`).
    fn go_to_next_token(&mut self) {
        loop {
            loop {
                match self.walk.byte(0) {
                    Some(b' ') => self.walk.skip(),
                    Some(b'\t') if self.flow > 0 || !self.keys.may_begin => self.walk.skip(),
                    _ => break,
                }
            }
            self.comment();
            if !self.walk.skip_break() {
                return;
            }
            if self.flow == 0 {
                self.keys.may_begin = true;
            }
        }
    }

    /// Keeps the comment that begins at the place, if there is one.
    fn comment(&mut self) {
        if self.walk.byte(0) == Some(b'#') {
            let comment = self.walk.comment();
            self.comments.push(comment);
        }
    }

    fn end(&mut self) -> Result<(), Mistake> {
        self.walk.end_line();
        self.unroll(-1);
        self.forget_key()?;
        self.keys.may_begin = false;
        self.is_at_end = true;
        self.push(TokenKind::StreamEnd, self.walk.mark());
        Ok(())
    }

    /// `---` or `...`.
    fn indicator(&mut self, kind: TokenKind<'s>) -> Result<(), Mistake> {
        self.unroll(-1);
        self.forget_key()?;
        self.keys.may_begin = false;
        self.mark_token(kind, 3);
        Ok(())
    }

    /// A token of so many bytes that are characters by themselves.
    fn mark_token(&mut self, kind: TokenKind<'s>, length: usize) {
        let start = self.walk.mark();
        self.walk.advance(length);
        self.push(kind, start);
    }

    fn open(&mut self, kind: TokenKind<'s>) -> Result<(), Mistake> {
        self.save_key()?;
        let mark = self.walk.mark();
        self.keys.open(self.next_number(), mark);
        self.flow += 1;
        if self.flow > DEEPEST {
            return Err(self.mistake("while increasing flow level", mark, TOO_DEEP));
        }
        self.keys.may_begin = true;
        self.mark_token(kind, 1);
        Ok(())
    }

    fn close(&mut self, kind: TokenKind<'s>) -> Result<(), Mistake> {
        self.forget_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            self.keys.close();
        }
        self.keys.may_begin = false;
        self.mark_token(kind, 1);
        Ok(())
    }

    fn flow_entry(&mut self) -> Result<(), Mistake> {
        self.forget_key()?;
        self.keys.may_begin = true;
        self.mark_token(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), Mistake> {
        let what = "block sequence entries are not allowed in this context";
        self.block_begins(TokenKind::BlockSequenceStart, what)?;
        self.forget_key()?;
        self.keys.may_begin = true;
        self.mark_token(TokenKind::BlockEntry, 1);
        Ok(())
    }

    /// `?`
    fn key(&mut self) -> Result<(), Mistake> {
        let what = "mapping keys are not allowed in this context";
        self.block_begins(TokenKind::BlockMappingStart, what)?;
        self.forget_key()?;
        self.keys.may_begin = self.flow == 0;
        self.mark_token(TokenKind::Key, 1);
        Ok(())
    }

    /// `:`
    fn value(&mut self) -> Result<(), Mistake> {
        let last = self.keys.last();
        if self.is_valid(last)?
            && let Some(SimpleKey { token, mark, .. }) = self.keys.get(last)
        {
            self.insert(token, TokenKind::Key, mark);
            self.roll(TokenKind::BlockMappingStart, Some(token), mark)?;
            self.keys.spend(last);
            self.keys.may_begin = false;
        } else {
            let what = "mapping values are not allowed in this context";
            self.block_begins(TokenKind::BlockMappingStart, what)?;
            self.keys.may_begin = self.flow == 0;
        }
        self.mark_token(TokenKind::Value, 1);
        Ok(())
    }

    /// Begins a block collection at the place, unless it is in one of that column already; `what` is refused where no
    /// entry may begin.
    fn block_begins(&mut self, kind: TokenKind<'s>, what: &'static str) -> Result<(), Mistake> {
        if self.flow > 0 {
            return Ok(());
        }
        let mark = self.walk.mark();
        if !self.keys.may_begin {
            return Err(self.mistake("", mark, what));
        }
        self.roll(kind, None, mark)
    }

    /// Begins a block collection where its column is further to the right than that around it.
    fn roll(
        &mut self,
        kind: TokenKind<'s>,
        number: Option<usize>,
        mark: Mark,
    ) -> Result<(), Mistake> {
        if self.flow > 0 || self.indent >= mark.column as isize {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = mark.column as isize;
        if self.indents.len() > DEEPEST {
            return Err(self.mistake("while increasing indent level", mark, TOO_DEEP));
        }
        let number = number.unwrap_or_else(|| self.next_number());
        self.insert(number, kind, mark);
        Ok(())
    }

    /// Ends the block collections that are further to the right than a column.
    fn unroll(&mut self, column: isize) {
        if self.flow > 0 {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.walk.mark());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}

const TOO_DEEP: &str = "exceeded max depth of 10000";
