//! Character classes: `[a-z]`, `[[:alpha:]]`, `\d`, `\pL`.

use super::Translator;
use super::escape::escaped_char;
use super::mistake::{error, until};

impl Translator<'_> {
    /// `\d`, `\pL`, `\p{^Greek}` and the like, inside or outside of brackets. False when the text is none of them.
    pub(super) fn class_escape(&mut self) -> Result<bool, String> {
        let class = match self.rest.as_bytes().get(1) {
            Some(b'd') => "[0-9]",
            Some(b'D') => "[^0-9]",
            Some(b's') => r"[\t\n\x{0C}\r ]",
            Some(b'S') => r"[^\t\n\x{0C}\r ]",
            Some(b'w') => "[0-9A-Za-z_]",
            Some(b'W') => "[^0-9A-Za-z_]",
            Some(b'p' | b'P') => {
                self.unicode_class()?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        self.out.push_str(class);
        self.skip(2);
        Ok(true)
    }

    fn unicode_class(&mut self) -> Result<(), String> {
        let start = self.rest;
        let mut negative = start.starts_with(r"\P");
        let body = start.get(2..).unwrap_or_default();
        let (name, after) = match body.strip_prefix('{') {
            Some(braced) => match braced.split_once('}') {
                Some(found) => found,
                None => return error("invalid character class range", start),
            },
            None => {
                let length = body.chars().next().map_or(0, char::len_utf8);
                body.split_at(length)
            }
        };
        let sequence = until(start, after);
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negative = !negative;
                name
            }
            None => name,
        };
        let known = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && regex::Regex::new(&format!(r"\p{{{name}}}")).is_ok();
        if !known {
            return error("invalid character class range", sequence);
        }
        let letter = if negative { 'P' } else { 'p' };
        self.out.push_str(&format!(r"\{letter}{{{name}}}"));
        self.rest = after;
        Ok(())
    }

    pub(super) fn class(&mut self) -> Result<(), String> {
        let start = self.rest;
        self.skip(1);
        self.out.push('[');
        if self.rest.starts_with('^') {
            self.copy(1);
        }
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if self.named_class()? {
                continue;
            }
            if self.rest.starts_with('\\') && self.class_escape()? {
                continue;
            }
            let range = self.rest;
            let low = self.class_char(start)?;
            let mut high = low;
            if self.rest.len() >= 2 && self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.skip(1);
                high = self.class_char(start)?;
                if high < low {
                    return error("invalid character class range", until(range, self.rest));
                }
            }
            self.out.push_str(&format!(
                r"\x{{{:X}}}-\x{{{:X}}}",
                u32::from(low),
                u32::from(high)
            ));
        }
        self.copy(1);
        Ok(())
    }

    fn class_char(&mut self, class: &str) -> Result<char, String> {
        let Some(c) = self.rest.chars().next() else {
            return error("missing closing ]", class);
        };
        if c != '\\' {
            self.skip(c.len_utf8());
            return Ok(c);
        }
        let (c, after) = escaped_char(self.rest)?;
        self.rest = after;
        Ok(c)
    }

    /// `[:alpha:]`. False when the text is not such a class.
    fn named_class(&mut self) -> Result<bool, String> {
        let Some(end) = self
            .rest
            .strip_prefix("[:")
            .and_then(|body| body.find(":]"))
        else {
            return Ok(false);
        };
        let class = self.rest.get(..end + 4).unwrap_or_default();
        let name = class.get(2..end + 2).unwrap_or_default();
        let known = matches!(
            name.strip_prefix('^').unwrap_or(name),
            "alnum"
                | "alpha"
                | "ascii"
                | "blank"
                | "cntrl"
                | "digit"
                | "graph"
                | "lower"
                | "print"
                | "punct"
                | "space"
                | "upper"
                | "word"
                | "xdigit"
        );
        if !known {
            return error("invalid character class range", class);
        }
        self.copy(class.len());
        Ok(true)
    }
}
