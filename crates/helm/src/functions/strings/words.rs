//! Words and lines. The library behind these functions (Masterminds/goutils) works on bytes, and so does this.

use envlint_gotemplate::{Context, Error, GoString, Value};

use crate::functions::size::check_size;
use crate::functions::text::is_space;

/// At most `width` bytes with `...` at the end. A width below 4 leaves no room for it: the text stays.
pub(super) fn abbreviate(text: &[u8], width: i64) -> GoString {
    if width < 4 {
        return text.into();
    }
    shorten(text, 0, width)
}

/// The text from `left` on, at most `right` bytes, with `...` where something is left out.
pub(super) fn abbreviate_both(text: &[u8], left: i64, right: i64) -> GoString {
    if right < 4 || left > 0 && right < 7 {
        return text.into();
    }
    shorten(text, left, right)
}

fn shorten(text: &[u8], offset: i64, width: i64) -> GoString {
    let (Ok(width), Ok(length)) = (usize::try_from(width), i64::try_from(text.len())) else {
        return text.into();
    };
    if text.len() <= width || width < 4 {
        return text.into();
    }
    let kept = width - 3;
    let offset = offset.min(length).min(length - kept as i64);
    let head = |text: &[u8], count: usize| [text.get(..count).unwrap_or(text), b"..."].concat();
    let Ok(offset) = usize::try_from(offset) else {
        return head(text, kept).into();
    };
    if offset <= 4 {
        return head(text, kept).into();
    }
    if width < 7 {
        return GoString::default();
    }
    let tail = if offset + kept < text.len() {
        let tail = text.get(offset..).unwrap_or_default();
        abbreviate_inner(tail, kept)
    } else {
        text.get(text.len() - kept..).unwrap_or_default().to_vec()
    };
    [b"...", tail.as_slice()].concat().into()
}

fn abbreviate_inner(text: &[u8], width: usize) -> Vec<u8> {
    if text.len() <= width {
        return text.to_vec();
    }
    [
        text.get(..width.saturating_sub(3)).unwrap_or_default(),
        b"...",
    ]
    .concat()
}

/// A byte as the character of that code, which is how the library reads text.
fn latin1(text: &[u8]) -> impl Iterator<Item = char> + '_ {
    text.iter().map(|byte| char::from(*byte))
}

pub(super) fn without_space(text: &[u8]) -> GoString {
    if !latin1(text).any(is_space) {
        return text.into();
    }
    latin1(text)
        .filter(|c| !is_space(*c))
        .collect::<String>()
        .into()
}

pub(super) fn initials(text: &[u8]) -> GoString {
    let mut gap = true;
    latin1(text)
        .filter(|c| {
            let space = is_space(*c);
            let starts = gap && !space;
            gap = space;
            starts
        })
        .collect::<String>()
        .into()
}

/// Breaks a line at spaces so that lines have at most `width` bytes; `cut_words` breaks longer words too.
pub(super) fn wrap(
    cx: &mut dyn Context,
    text: &[u8],
    width: i64,
    newline: &[u8],
    cut_words: bool,
) -> Result<Value, Error> {
    let newline = if newline.is_empty() { b"\n" } else { newline };
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let breaks = text.len() / width + 1;
    check_size(
        cx,
        text.len()
            .saturating_add(breaks.saturating_mul(newline.len())),
    )?;
    let mut out = Vec::with_capacity(text.len() + breaks);
    let mut rest = text;
    while rest.len() > width {
        if let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
            continue;
        }
        let line = rest.get(..width + 1).unwrap_or(rest);
        let space = match memchr::memrchr(b' ', line) {
            Some(at) => Some(at),
            None if cut_words => {
                let (head, tail) = rest.split_at(width);
                out.extend_from_slice(head);
                out.extend_from_slice(newline);
                rest = tail;
                continue;
            }
            None => {
                memchr::memchr(b' ', rest.get(width..).unwrap_or_default()).map(|at| at + width)
            }
        };
        let Some(at) = space else { break };
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.extend_from_slice(newline);
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    check_size(cx, out.len())?;
    Ok(Value::string(out))
}
