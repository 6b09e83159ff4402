//! What lies between values: white space, indicators, properties, directives and comments. Nothing here can be inside
//! of quotes or a block scalar, so a `#` that is not part of a property begins a comment.

use super::strict::{self, Refusal};
use crate::comment::Comment;
use crate::span::Span;

/// Walks over the source from value to value, and keeps the comments on the way.
#[derive(Debug)]
pub(super) struct Gaps<'s> {
    source: &'s str,
    /// Everything before is read.
    at: usize,
    /// The line of `counted`, from 1.
    line: usize,
    counted: usize,
    pub(super) comments: Vec<Comment>,
    /// What Helm refuses of what was walked over.
    pub(super) refused: Vec<Refusal>,
}

impl<'s> Gaps<'s> {
    pub(super) fn new(source: &'s str) -> Gaps<'s> {
        Gaps {
            source,
            at: 0,
            line: 1,
            counted: 0,
            comments: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    /// Goes on after a value.
    pub(super) fn resume(&mut self, at: usize) {
        self.at = self.at.max(at);
    }

    /// Walks to `end`, where the next value or its properties begin.
    pub(super) fn walk_to(&mut self, end: usize) {
        while self.at < end {
            match self.byte(self.at) {
                Some(b'#') => self.comment(),
                Some(b'%') if self.at_line_start() => self.directive(),
                Some(_) => self.at += 1,
                None => return,
            }
        }
    }

    /// Walks to the first of some bytes outside of comments, or to `end`; returns where that is.
    pub(super) fn walk_to_byte(&mut self, end: usize, wanted: &[u8]) -> usize {
        while self.at < end
            && self
                .byte(self.at)
                .is_some_and(|byte| !wanted.contains(&byte))
        {
            let next = self.at + 1;
            self.walk_to(next);
        }
        self.at
    }

    /// Walks to the end of the line: over the header of a block scalar and its comment.
    pub(super) fn walk_line(&mut self) {
        self.walk_to(self.line_end(self.at));
    }

    /// Walks over the properties of a value (`&name`, `!tag`) and what follows them, to the value; `limit` is where the
    /// value begins at the latest. Returns the end of the last property.
    pub(super) fn walk_properties(&mut self, limit: usize) -> usize {
        let mut end = self.at;
        while self.at < limit {
            match self.byte(self.at) {
                Some(b'&' | b'!') => {
                    self.anchor_name();
                    self.at = self.property_end(self.at);
                    end = self.at;
                }
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'#') => self.comment(),
                _ => break,
            }
        }
        end
    }

    /// Helm cuts a file at `---` before it is parsed, so that a directive never has its document.
    fn directive(&mut self) {
        let end = self.line_end(self.at);
        let message = "Helm does not read directives (`%…`); remove the line".to_owned();
        self.refused.push((Span::new(self.at, end), message));
        self.at = end;
    }

    fn anchor_name(&mut self) {
        let (start, end) = (self.at + 1, self.property_end(self.at));
        if self.byte(self.at) == Some(b'&') {
            self.refused.extend(
                self.source
                    .get(start..end)
                    .and_then(|name| strict::name(name, start)),
            );
        }
    }

    /// A property ends at white space, or at an indicator of a flow collection.
    fn property_end(&self, start: usize) -> usize {
        let rest = self.source.as_bytes().get(start..).unwrap_or_default();
        if rest.starts_with(b"!<") {
            return rest
                .iter()
                .position(|byte| *byte == b'>')
                .map_or(self.source.len(), |at| start + at + 1);
        }
        let ends = |byte: &u8| {
            matches!(
                byte,
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'{' | b'}'
            )
        };
        rest.iter()
            .position(ends)
            .map_or(self.source.len(), |at| start + at)
    }

    fn at_line_start(&self) -> bool {
        self.at == 0 || matches!(self.byte(self.at - 1), Some(b'\n' | b'\r'))
    }

    /// Where the line of `from` ends, before its line break.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        rest.iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .map_or(self.source.len(), |at| from + at)
    }

    fn comment(&mut self) {
        let start = self.at;
        let end = self.line_end(start);
        let skipped = self
            .source
            .as_bytes()
            .get(self.counted..start)
            .unwrap_or_default();
        self.line += skipped.iter().filter(|byte| **byte == b'\n').count();
        self.counted = start;
        let line_start = skipped
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'));
        let before = match line_start {
            Some(at) => skipped.get(at + 1..).unwrap_or_default(),
            // The first comment of the file may stand on its first line; any later one is on a line of its own text.
            None => self.source.as_bytes().get(..start).unwrap_or_default(),
        };
        let before = before.strip_prefix("\u{feff}".as_bytes()).unwrap_or(before);
        self.comments.push(Comment {
            span: Span::new(start, end),
            text: self
                .source
                .get(start + 1..end)
                .unwrap_or_default()
                .to_owned(),
            line: self.line,
            own_line: before.iter().all(|byte| matches!(byte, b' ' | b'\t')),
        });
        self.at = end;
    }

    /// The end of a quoted scalar that begins at `start`, after its closing quote.
    pub(super) fn quoted_end(&self, start: usize) -> usize {
        let bytes = self.source.as_bytes();
        let quote = self.byte(start).unwrap_or(b'"');
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match *byte {
                b'\\' if quote == b'"' => at += 2,
                found if found == quote && quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => {
                    at += 2
                }
                found if found == quote => return at + 1,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    /// The end of a block scalar whose header begins at `start` and whose text ends at `limit` at the latest: the end of
    /// its last line that is not blank, before the line break.
    pub(super) fn block_end(&self, start: usize, limit: usize) -> usize {
        let header_end = self.line_end(start);
        let Some(text) = self
            .source
            .as_bytes()
            .get(header_end..limit.max(header_end))
        else {
            return header_end;
        };
        match text
            .iter()
            .rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        {
            Some(last) => self.line_end(header_end + last),
            None => self.header_text_end(start, header_end),
        }
    }

    /// The end of a block scalar's header without a comment behind it.
    fn header_text_end(&self, start: usize, end: usize) -> usize {
        let header = self.source.get(start..end).unwrap_or_default();
        start + header.find([' ', '\t', '#']).unwrap_or(header.len())
    }

    /// The place of an absent value: after the indicator (the colon of a key, the dash of an item) that follows `from`
    /// behind white space and comments, or at `from` where there is none.
    pub(super) fn absent_value(&self, from: usize, indicator: u8) -> usize {
        let bytes = self.source.as_bytes();
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            match byte {
                byte if *byte == indicator => return at + 1,
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'#' => at = self.line_end(at),
                _ => break,
            }
        }
        from
    }

    /// Where the walk is.
    pub(super) fn at(&self) -> usize {
        self.at
    }
}
