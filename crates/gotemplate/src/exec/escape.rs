//! `html`, `js` and `urlquery`.

use crate::error::Error;
use crate::fmt::sprint_printable;
use crate::unicode::{is_print, runes};
use crate::value::{GoString, Value};

/// The text of the arguments, printed as an action would print each.
pub(super) fn text(limit: usize, args: Vec<Value>) -> Result<GoString, Error> {
    match args.as_slice() {
        [Value::String(text)] => Ok(text.clone()),
        args => Ok(sprint_printable(limit, args)?.into()),
    }
}

pub(super) fn html(text: &GoString) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text.as_bytes() {
        match byte {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            byte => out.push(*byte),
        }
    }
    out
}

pub(super) fn js(text: &GoString) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (offset, c, len) in runes(text.as_bytes()) {
        match c {
            '\\' => out.extend_from_slice(b"\\\\"),
            '\'' => out.extend_from_slice(b"\\'"),
            '"' => out.extend_from_slice(b"\\\""),
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes())
            }
            _ if c.is_ascii() || is_print(c) => {
                out.extend_from_slice(
                    text.as_bytes()
                        .get(offset..offset + len)
                        .unwrap_or_default(),
                );
            }
            _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes()),
        }
    }
    out
}

/// Go: `url.QueryEscape`.
pub(super) fn url_query(text: &GoString) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            b' ' => out.push(b'+'),
            byte => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}
