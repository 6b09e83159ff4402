//! Translates Go's expression syntax (regexp/syntax, Perl flags) to that of the `regex` crate. Every token is written out
//! explicitly, because the two read the same text differently: Go's `\d`, `\w`, `\s` and `\b` are ASCII; `\<` is a
//! literal; `{` that starts no repetition is a literal; `[` and `&&` mean nothing special inside a class; `\Q…\E` and
//! octal escapes exist; repetitions do not stack.

mod class;
mod escape;
mod mistake;

use escape::escaped_char;
use mistake::{error, until};

/// Translates `pattern`; the error is Go's, without the leading `error parsing regexp: `.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator {
        whole: pattern,
        rest: pattern,
        out: String::new(),
        open: 0,
    };
    translator.run()?;
    Ok(translator.out)
}

/// What a repetition operator would apply to.
enum Before<'a> {
    Nothing,
    Something,
    /// A repetition, with the text from its operator on.
    Repetition(&'a str),
}

struct Translator<'a> {
    whole: &'a str,
    rest: &'a str,
    out: String,
    /// Groups that are not closed yet.
    open: usize,
}

/// Most repetitions that Go accepts in `{n,m}`.
const MAX_REPEAT: u32 = 1000;

impl<'a> Translator<'a> {
    fn run(&mut self) -> Result<(), String> {
        let mut before = Before::Nothing;
        while let Some(c) = self.rest.chars().next() {
            before = match c {
                '(' => self.group(before)?,
                ')' => self.close()?,
                '|' => {
                    self.copy(1);
                    Before::Nothing
                }
                '^' | '$' | '.' => {
                    self.copy(1);
                    Before::Something
                }
                '[' => {
                    self.class()?;
                    Before::Something
                }
                '*' | '+' | '?' => {
                    let after = self.rest.get(1..).unwrap_or_default();
                    self.repetition(after, before)?
                }
                '{' => self.braces(before)?,
                '\\' => self.escape()?,
                other => {
                    self.literal(other);
                    self.skip(other.len_utf8());
                    Before::Something
                }
            };
        }
        if self.open > 0 {
            return error("missing closing )", self.whole);
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn copy(&mut self, bytes: usize) {
        self.out
            .push_str(self.rest.get(..bytes).unwrap_or_default());
        self.skip(bytes);
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            self.out.push(c);
        } else {
            self.out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
        }
    }

    fn group(&mut self, before: Before<'a>) -> Result<Before<'a>, String> {
        if !self.rest.starts_with("(?") {
            self.copy(1);
            self.open += 1;
            return Ok(Before::Nothing);
        }
        let name_at = if self.rest.len() > 4 && self.rest.starts_with("(?P<") {
            Some(4)
        } else if self.rest.len() > 3 && self.rest.starts_with("(?<") {
            Some(3)
        } else {
            None
        };
        match name_at {
            Some(start) => self.named_group(start),
            None => self.flags(before),
        }
    }

    fn named_group(&mut self, start: usize) -> Result<Before<'a>, String> {
        let Some(end) = self.rest.find('>') else {
            return error("invalid named capture", self.rest);
        };
        let name = self.rest.get(start..end).unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return error(
                "invalid named capture",
                self.rest.get(..=end).unwrap_or_default(),
            );
        }
        // The crate wants a letter first; Go accepts a digit.
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            self.out.push('(');
        } else {
            self.out.push_str(&format!("(?P<{name}>"));
        }
        self.skip(end + 1);
        self.open += 1;
        Ok(Before::Nothing)
    }

    /// `(?i)`, `(?s-m:` and the like.
    fn flags(&mut self, before: Before<'a>) -> Result<Before<'a>, String> {
        let start = self.rest;
        let mut negative = false;
        let mut seen = false;
        let mut flags = String::new();
        self.skip(2);
        while let Some(c) = self.rest.chars().next() {
            self.skip(c.len_utf8());
            match c {
                'i' | 'm' | 's' | 'U' => {
                    flags.push(c);
                    seen = true;
                }
                '-' if !negative => {
                    flags.push(c);
                    negative = true;
                    seen = false;
                }
                ':' | ')' if !negative || seen => {
                    if c == ':' {
                        self.out.push_str(&format!("(?{flags}:"));
                        self.open += 1;
                        return Ok(Before::Nothing);
                    }
                    if !flags.is_empty() {
                        self.out.push_str(&format!("(?{flags})"));
                    }
                    return Ok(before);
                }
                _ => break,
            }
        }
        error(
            "invalid or unsupported Perl syntax",
            until(start, self.rest),
        )
    }

    fn close(&mut self) -> Result<Before<'a>, String> {
        if self.open == 0 {
            return error("unexpected )", self.whole);
        }
        self.open -= 1;
        self.copy(1);
        Ok(Before::Something)
    }

    fn braces(&mut self, before: Before<'a>) -> Result<Before<'a>, String> {
        let Some((min, max, after)) = repeat_count(self.rest) else {
            self.literal('{');
            self.skip(1);
            return Ok(Before::Something);
        };
        let too_big = |count: Option<u32>| count.is_none_or(|count| count > MAX_REPEAT);
        let invalid = match max {
            Max::Unbounded => too_big(min),
            Max::Bounded(max) => too_big(min) || too_big(max) || min > max,
        };
        if invalid {
            return error("invalid repeat count", until(self.rest, after));
        }
        self.repetition(after, before)
    }

    /// Copies the operator up to `after`, and the `?` of the other greed.
    fn repetition(&mut self, after: &'a str, before: Before<'a>) -> Result<Before<'a>, String> {
        let start = self.rest;
        let after = after.strip_prefix('?').unwrap_or(after);
        match before {
            Before::Repetition(last) => {
                error("invalid nested repetition operator", until(last, after))
            }
            Before::Nothing => error(
                "missing argument to repetition operator",
                until(start, after),
            ),
            Before::Something => {
                self.copy(start.len() - after.len());
                Ok(Before::Repetition(start))
            }
        }
    }

    fn escape(&mut self) -> Result<Before<'a>, String> {
        match self.rest.as_bytes().get(1) {
            Some(b'A' | b'z') => self.copy(2),
            Some(b'b') => {
                self.out.push_str(r"(?-u:\b)");
                self.skip(2);
            }
            Some(b'B') => {
                self.out.push_str(r"(?-u:\B)");
                self.skip(2);
            }
            Some(b'C') => {
                return error(
                    "invalid escape sequence",
                    self.rest.get(..2).unwrap_or_default(),
                );
            }
            Some(b'Q') => return Ok(self.quoted()),
            _ => {
                if !self.class_escape()? {
                    let (c, after) = escaped_char(self.rest)?;
                    self.literal(c);
                    self.rest = after;
                }
            }
        }
        Ok(Before::Something)
    }

    /// `\Q…\E`, or up to the end of the expression.
    fn quoted(&mut self) -> Before<'a> {
        self.skip(2);
        let (text, after) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
        for c in text.chars() {
            self.literal(c);
        }
        self.rest = after;
        if text.is_empty() {
            Before::Nothing
        } else {
            Before::Something
        }
    }
}

enum Max {
    Unbounded,
    /// `None` when the number is too big to read.
    Bounded(Option<u32>),
}

/// Reads `{2}`, `{2,}` or `{2,3}`; nothing when the braces are literal text.
fn repeat_count(text: &str) -> Option<(Option<u32>, Max, &str)> {
    let (min, rest) = count(text.strip_prefix('{')?)?;
    let (max, rest) = match rest.strip_prefix(',') {
        None => (Max::Bounded(min), rest),
        Some(rest) if rest.starts_with('}') => (Max::Unbounded, rest),
        Some(rest) => {
            let (max, rest) = count(rest)?;
            (Max::Bounded(max), rest)
        }
    };
    Some((min, max, rest.strip_prefix('}')?))
}

fn count(text: &str) -> Option<(Option<u32>, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().ok(), rest))
}
