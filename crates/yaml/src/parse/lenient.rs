//! Where the parser is stricter than goyaml: tabs between tokens, and lines of brackets and quotes that stand too far
//! to the left. White space there has no meaning, so the text that the parser sees gets other white space, and every
//! offset is translated back.

use std::borrow::Cow;

/// Columns that are put before a line of brackets or quotes; more than any indentation that occurs around it.
const PUSH: usize = 64;

/// Bytes that may be parsed again for one file: hundreds of repairs of a file of a hundred kilobytes.
const MAX_WORK: usize = 60_000_000;

/// What became of a mistake that the parser stumbled over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relief {
    /// Helm lets it pass: the white space was changed.
    Changed,
    /// It is a mistake.
    Mistake,
    /// So much was changed already that nobody looks any further.
    Exhausted,
}

/// The text that the parser sees.
#[derive(Debug)]
pub(super) struct Lenient<'s> {
    text: Cow<'s, str>,
    /// In the order of the offsets.
    inserts: Vec<Insert>,
    work: usize,
}

#[derive(Clone, Copy, Debug)]
struct Insert {
    /// Where it begins, in the text that the parser sees.
    at: usize,
    length: usize,
    /// The length of all inserts before it.
    before: usize,
}

impl<'s> Lenient<'s> {
    pub(super) fn new(source: &'s str) -> Lenient<'s> {
        Lenient {
            text: Cow::Borrowed(source),
            inserts: Vec::new(),
            work: 0,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// From an offset of the text that the parser sees to one of the source.
    pub(super) fn original(&self, offset: usize) -> usize {
        let place = self.inserts.partition_point(|insert| insert.at < offset);
        match place
            .checked_sub(1)
            .and_then(|place| self.inserts.get(place))
        {
            Some(insert) => offset - insert.before - insert.length.min(offset - insert.at),
            None => offset,
        }
    }

    /// Changes the white space that the parser stumbled over.
    pub(super) fn relent(&mut self, info: &str, at: usize) -> Relief {
        let is_spent = self.work > MAX_WORK;
        self.work += self.text.len();
        match self.change(info, at) {
            true if is_spent => Relief::Exhausted,
            true => Relief::Changed,
            false => Relief::Mistake,
        }
    }

    fn change(&mut self, info: &str, at: usize) -> bool {
        match info {
            "':' must be followed by a valid YAML whitespace" => self.untab_before(at),
            "tab cannot be used as indentation"
            | "tabs disallowed within this context (block indentation)" => {
                let start = self.line_start(at);
                let blank = self.blank_from(start);
                self.untab(start, blank)
            }
            "invalid indentation" | "invalid indentation in flow construct" => {
                self.push_line(self.line_start(at))
            }
            "invalid indentation in quoted scalar" => self.push_quoted(at),
            "comments must be separated from other tokens by whitespace"
                if self.byte(at) == Some(b'#') =>
            {
                self.insert(at, 1);
                true
            }
            _ => false,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text
            .get(..at)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1)
    }

    /// Where the white space that begins at `start` ends.
    fn blank_from(&self, start: usize) -> usize {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        start
            + rest
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count()
    }

    fn untab_before(&mut self, at: usize) -> bool {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let blank = before
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        self.untab(at - blank, at)
    }

    fn untab(&mut self, start: usize, end: usize) -> bool {
        let Some(blank) = self
            .text
            .get(start..end)
            .filter(|blank| blank.contains('\t'))
        else {
            return false;
        };
        let spaces = " ".repeat(blank.len());
        self.text.to_mut().replace_range(start..end, &spaces);
        true
    }

    /// Moves a line to the right, once.
    fn push_line(&mut self, start: usize) -> bool {
        if self.blank_from(start) >= start + PUSH {
            return false;
        }
        self.insert(start, PUSH);
        true
    }

    /// Moves the lines of a quoted scalar to the right, but for those that end a document.
    fn push_quoted(&mut self, start: usize) -> bool {
        let end = super::gaps::Gaps::new(&self.text).quoted_end(start);
        let inside = self.text.get(start..end).unwrap_or_default();
        let lines: Vec<usize> = inside
            .match_indices('\n')
            .map(|(at, _)| start + at + 1)
            .collect();
        let mut pushed = false;
        for line in lines.into_iter().rev() {
            let rest = self.text.get(line..end).unwrap_or_default();
            if !rest.starts_with("---")
                && !rest.starts_with("...")
                && !rest
                    .trim_start_matches([' ', '\t'])
                    .starts_with(['\r', '\n'])
            {
                pushed |= self.push_line(line);
            }
        }
        pushed
    }

    fn insert(&mut self, at: usize, length: usize) {
        self.text.to_mut().insert_str(at, &" ".repeat(length));
        for insert in self.inserts.iter_mut().filter(|insert| insert.at >= at) {
            insert.at += length;
        }
        let place = self.inserts.partition_point(|insert| insert.at < at);
        self.inserts.insert(
            place,
            Insert {
                at,
                length,
                before: 0,
            },
        );
        let mut before = 0;
        for insert in &mut self.inserts {
            insert.before = before;
            before += insert.length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lenient, MAX_WORK, Relief};

    #[test]
    fn what_helm_lets_pass_is_no_mistake_when_nobody_looks_any_further() {
        const TAB: &str = "':' must be followed by a valid YAML whitespace";
        let text = "a:\t1\n";
        let mut fresh = Lenient::new(text);
        assert_eq!(fresh.relent(TAB, 3), Relief::Changed);
        let mut spent = Lenient {
            work: MAX_WORK + 1,
            ..Lenient::new(text)
        };
        assert_eq!(spent.relent(TAB, 3), Relief::Exhausted);
        assert_eq!(
            spent.relent("while parsing a block mapping", 3),
            Relief::Mistake
        );
    }
}
