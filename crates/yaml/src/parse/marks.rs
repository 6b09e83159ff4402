//! From the parser's marks to bytes of the source.

use super::lenient::Lenient;

/// The parser's marks count characters; this turns them into bytes. Marks come nearly in order, so the walk from the
/// last one is short.
pub(super) struct Marks<'s> {
    lenient: &'s Lenient<'s>,
    ascii: bool,
    /// Where the walk is, in the text that the parser sees: in characters, and in bytes.
    char: usize,
    byte: usize,
}

impl<'s> Marks<'s> {
    pub(super) fn new(lenient: &'s Lenient<'s>) -> Marks<'s> {
        Marks {
            lenient,
            ascii: lenient.text().is_ascii(),
            char: 0,
            byte: 0,
        }
    }

    /// Where the walk is in the text that the parser sees.
    pub(super) fn seen(&self) -> usize {
        self.byte
    }

    /// The offset of a mark in the source.
    pub(super) fn byte(&mut self, index: usize) -> usize {
        let text = self.lenient.text();
        if self.ascii {
            self.byte = index.min(text.len());
        } else if index >= self.char {
            let rest = text.get(self.byte..).unwrap_or_default().chars();
            self.byte += rest
                .take(index - self.char)
                .map(char::len_utf8)
                .sum::<usize>();
        } else {
            let before = text.get(..self.byte).unwrap_or_default().chars().rev();
            self.byte -= before
                .take(self.char - index)
                .map(char::len_utf8)
                .sum::<usize>();
        }
        self.char = index;
        self.lenient.original(self.byte)
    }
}
