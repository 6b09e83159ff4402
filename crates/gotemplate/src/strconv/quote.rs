//! Quoting and unquoting of strings and characters (Go: `strconv`).

use crate::bytes::find_any;
use crate::unicode::{RUNE_ERROR, decode, is_print, runes};

/// A double-quoted Go string literal, non-ASCII text kept (Go: `strconv.Quote`, `%q`).
pub fn quote(text: impl AsRef<[u8]>) -> String {
    quoted(text.as_ref(), '"', false)
}

/// A double-quoted Go string literal in ASCII (Go: `strconv.QuoteToASCII`, `%+q`).
pub fn quote_to_ascii(text: impl AsRef<[u8]>) -> String {
    quoted(text.as_ref(), '"', true)
}

/// A single-quoted Go character literal (Go: `strconv.QuoteRune`). What is no character becomes U+FFFD.
pub(crate) fn quote_rune(rune: u64, ascii_only: bool) -> String {
    let c = u32::try_from(rune)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(RUNE_ERROR);
    quoted(c.encode_utf8(&mut [0; 4]).as_bytes(), '\'', ascii_only)
}

/// Whether the text can be written between backquotes on one line (Go: `strconv.CanBackquote`).
pub fn can_backquote(text: &[u8]) -> bool {
    runes(text).all(|(_, c, len)| match c {
        RUNE_ERROR => len > 1,
        '\u{FEFF}' | '`' | '\u{7F}' => false,
        _ => c >= ' ' || c == '\t',
    })
}

fn quoted(text: &[u8], quote: char, ascii_only: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for (offset, c, len) in runes(text) {
        if c == RUNE_ERROR && len == 1 {
            let byte = text.get(offset).copied().unwrap_or_default();
            out.push_str(&format!("\\x{byte:02x}"));
        } else {
            escape(&mut out, c, quote, ascii_only);
        }
    }
    out.push(quote);
    out
}

fn escape(out: &mut String, c: char, quote: char, ascii_only: bool) {
    match c {
        '\\' => out.push_str("\\\\"),
        _ if c == quote => out.extend(['\\', c]),
        _ if is_print(c) && (c.is_ascii() || !ascii_only) => out.push(c),
        '\u{07}' => out.push_str("\\a"),
        '\u{08}' => out.push_str("\\b"),
        '\u{0C}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{0B}' => out.push_str("\\v"),
        _ if c < ' ' || c == '\u{7F}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        _ if u32::from(c) < 0x10000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        _ => out.push_str(&format!("\\U{:08x}", u32::from(c))),
    }
}

/// The text of a Go string literal in double quotes or backquotes (Go: `strconv.Unquote`). None when it is not one.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    match literal {
        [b'`', inner @ .., b'`'] => {
            let raw = !inner.contains(&b'`');
            // Carriage returns in raw strings are dropped.
            raw.then(|| {
                inner
                    .iter()
                    .copied()
                    .filter(|byte| *byte != b'\r')
                    .collect()
            })
        }
        [b'"', inner @ .., b'"'] => {
            // Most literals mean what they say.
            let special = find_any(inner, *b"\\\"\n");
            if special.is_none() && std::str::from_utf8(inner).is_ok() {
                return Some(inner.to_vec());
            }
            let mut out = Vec::with_capacity(inner.len());
            let mut rest = inner;
            while !rest.is_empty() {
                rest = unquote_char(rest, b'"')?.write(&mut out);
            }
            Some(out)
        }
        _ => None,
    }
}

/// The first character of a literal's inside.
pub(crate) struct Unquoted<'a> {
    /// The character, or the byte of a `\x` or octal escape
    pub value: u32,
    is_byte: bool,
    /// What follows
    pub tail: &'a [u8],
}

impl<'a> Unquoted<'a> {
    fn write(self, out: &mut Vec<u8>) -> &'a [u8] {
        match char::from_u32(self.value) {
            Some(c) if !self.is_byte => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => out.push(self.value as u8),
        }
        self.tail
    }
}

/// Reads one possibly escaped character (Go: `strconv.UnquoteChar`). None when the syntax is wrong.
pub(crate) fn unquote_char(text: &[u8], quote: u8) -> Option<Unquoted<'_>> {
    let (c, len) = decode(text)?;
    let tail = text.get(len..)?;
    if c != '\\' {
        if c == char::from(quote) || c == '\n' {
            return None;
        }
        // An invalid byte stays the byte it is inside of a string.
        let is_byte = c == RUNE_ERROR && len == 1 && quote == b'"';
        let value = if is_byte {
            u32::from(*text.first()?)
        } else {
            u32::from(c)
        };
        return Some(Unquoted {
            value,
            is_byte,
            tail,
        });
    }
    let (&kind, tail) = tail.split_first()?;
    let simple = |value: u8| {
        Some(Unquoted {
            value: u32::from(value),
            is_byte: false,
            tail,
        })
    };
    match kind {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0C),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0B),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' if kind == quote => simple(kind),
        b'x' => numeric(tail, 2, 16, true),
        b'u' => numeric(tail, 4, 16, false),
        b'U' => numeric(tail, 8, 16, false),
        b'0'..=b'7' => numeric(text.get(1..)?, 3, 8, true),
        _ => None,
    }
}

fn numeric(text: &[u8], digits: usize, radix: u32, is_byte: bool) -> Option<Unquoted<'_>> {
    let mut value: u32 = 0;
    for byte in text.get(..digits)? {
        value = value
            .checked_mul(radix)?
            .checked_add(char::from(*byte).to_digit(radix)?)?;
    }
    let valid = if is_byte {
        value <= 0xFF
    } else {
        char::from_u32(value).is_some()
    };
    valid.then_some(Unquoted {
        value,
        is_byte,
        tail: text.get(digits..)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go() {
        for (text, plain, ascii) in [
            (&b"abc"[..], r#""abc""#, r#""abc""#),
            (
                b"a\"b\\\n\t\x00\x7f",
                r#""a\"b\\\n\t\x00\x7f""#,
                r#""a\"b\\\n\t\x00\x7f""#,
            ),
            (
                "é😀\u{200b}\u{a0}".as_bytes(),
                r#""é😀\u200b\u00a0""#,
                r#""\u00e9\U0001f600\u200b\u00a0""#,
            ),
            (b"\xff\xc3", r#""\xff\xc3""#, r#""\xff\xc3""#),
        ] {
            assert_eq!(quote(text), plain);
            assert_eq!(quote_to_ascii(text), ascii);
            assert_eq!(unquote(plain.as_bytes()).as_deref(), Some(text));
        }
    }

    #[test]
    fn refuses_what_is_no_literal() {
        for literal in [
            r#""a"#,
            r#""\q""#,
            r#""\x4""#,
            r#""\400""#,
            r#""\ud800""#,
            "\"a\nb\"",
            "'a'",
            "",
            "\"",
        ] {
            assert_eq!(unquote(literal.as_bytes()), None, "{literal}");
        }
    }
}
