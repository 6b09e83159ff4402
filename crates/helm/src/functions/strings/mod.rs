//! Functions on text (sprig: strings.go; goutils and xstrings behind it).

mod case;
mod words;

use std::collections::BTreeSet;

use envlint_gotemplate::bytes::find;
use envlint_gotemplate::{Context, Error, Function, GoString, List, MAP_STRING, Map, Type, Value};

use super::size::check_size;
use super::text::{self, is_space, quote, runes, string_of};

const S: Type = Type::String;
const INT: Type = Type::INT;
const ANY: Type = Type::Interface;

pub(super) static TABLE: &[Function] = &[
    Function::new("hello", &[], |_, _| Ok("Hello!".into())),
    Function::new("abbrev", &[INT, S], |_, args| {
        Ok(words::abbreviate(args.bytes(1), args.int(0)).into())
    }),
    Function::new("abbrevboth", &[INT, INT, S], |_, args| {
        Ok(words::abbreviate_both(args.bytes(2), args.int(0), args.int(1)).into())
    }),
    Function::new("trunc", &[INT, S], |_, args| {
        Ok(truncate(&args.string(1), args.int(0)))
    }),
    Function::new("trim", &[S], |_, args| {
        Ok(GoString::from(trim(args.bytes(0), is_space)).into())
    }),
    Function::new("upper", &[S], |_, args| {
        Ok(case::upper(&args.string(0)).into())
    }),
    Function::new("lower", &[S], |_, args| {
        Ok(case::lower(&args.string(0)).into())
    }),
    Function::new("title", &[S], |_, args| {
        Ok(case::title(args.bytes(0)).into())
    }),
    Function::new("untitle", &[S], |_, args| {
        Ok(case::untitle(args.bytes(0)).into())
    }),
    Function::new("swapcase", &[S], |_, args| {
        Ok(case::swap(args.bytes(0)).into())
    }),
    Function::new("camelcase", &[S], |_, args| {
        Ok(case::pascal(args.bytes(0)).into())
    }),
    Function::new("snakecase", &[S], |_, args| {
        Ok(case::delimited(args.bytes(0), '_').into())
    }),
    Function::new("kebabcase", &[S], |_, args| {
        Ok(case::delimited(args.bytes(0), '-').into())
    }),
    Function::new("substr", &[INT, INT, S], |_, args| {
        substring(args.bytes(2), args.int(0), args.int(1))
    }),
    Function::new("repeat", &[INT, S], |cx, args| {
        repeat(cx, args.bytes(1), args.int(0))
    }),
    TRIM_ALL,
    TRIM_ALL.alias("trimall"),
    Function::new("trimSuffix", &[S, S], |_, args| {
        let text = args.bytes(1);
        Ok(GoString::from(text.strip_suffix(args.bytes(0)).unwrap_or(text)).into())
    }),
    Function::new("trimPrefix", &[S, S], |_, args| {
        let text = args.bytes(1);
        Ok(GoString::from(text.strip_prefix(args.bytes(0)).unwrap_or(text)).into())
    }),
    Function::new("nospace", &[S], |_, args| {
        Ok(words::without_space(args.bytes(0)).into())
    }),
    Function::new("initials", &[S], |_, args| {
        Ok(words::initials(args.bytes(0)).into())
    }),
    Function::new("wrap", &[INT, S], |cx, args| {
        words::wrap(cx, args.bytes(1), args.int(0), b"", false)
    }),
    Function::new("wrapWith", &[INT, S, S], |cx, args| {
        words::wrap(cx, args.bytes(2), args.int(0), args.bytes(1), true)
    }),
    Function::new("contains", &[S, S], |_, args| {
        Ok(find(args.bytes(1), args.bytes(0)).is_some().into())
    }),
    Function::new("hasPrefix", &[S, S], |_, args| {
        Ok(args.bytes(1).starts_with(args.bytes(0)).into())
    }),
    Function::new("hasSuffix", &[S, S], |_, args| {
        Ok(args.bytes(1).ends_with(args.bytes(0)).into())
    }),
    Function::variadic("quote", &[ANY], |_, args| {
        spaced(args.rest(0), |value| {
            Ok(quote(string_of(value)?).into_bytes())
        })
    })
    .deep(),
    Function::variadic("squote", &[ANY], |_, args| {
        spaced(args.rest(0), |value| {
            Ok([b"'".as_slice(), text::display(value)?.as_bytes(), b"'"].concat())
        })
    })
    .deep(),
    Function::variadic("cat", &[ANY], |_, args| {
        spaced(args.rest(0), |value| {
            Ok(text::display(value)?.as_bytes().to_vec())
        })
    })
    .deep(),
    Function::new("indent", &[INT, S], |cx, args| {
        indent(cx, args.bytes(1), args.int(0), b"")
    }),
    Function::new("nindent", &[INT, S], |cx, args| {
        indent(cx, args.bytes(1), args.int(0), b"\n")
    }),
    Function::new("replace", &[S, S, S], |cx, args| {
        replace(cx, args.bytes(2), args.bytes(0), args.bytes(1))
    }),
    Function::new("plural", &[S, S, INT], |_, mut args| {
        Ok(args.take(if args.int(2) == 1 { 0 } else { 1 }))
    }),
    Function::new("toString", &[ANY], |_, args| {
        Ok(string_of(args.get(0))?.into())
    })
    .deep(),
    Function::new("split", &[S, S], |cx, args| {
        let parts = split(args.bytes(1), args.bytes(0), -1);
        cx.spend(parts.len() as u64 * STEPS_PER_NUMBERED)?;
        Ok(numbered(parts))
    }),
    Function::new("splitn", &[S, INT, S], |cx, args| {
        let parts = split(args.bytes(2), args.bytes(0), args.int(1));
        cx.spend(parts.len() as u64 * STEPS_PER_NUMBERED)?;
        Ok(numbered(parts))
    }),
    Function::new("splitList", &[S, S], |_, args| {
        Ok(List::strings(split(args.bytes(1), args.bytes(0), -1)).into())
    }),
];

/// A part of a text gets a name and stands in a map.
const STEPS_PER_NUMBERED: u64 = 20;

const TRIM_ALL: Function = Function::new("trimAll", &[S, S], |cx, args| {
    let bytes = args.bytes(0).len() + args.bytes(1).len();
    cx.spend(bytes as u64 / BYTES_TRIMMED_PER_STEP)?;
    let cut: BTreeSet<char> = runes(args.bytes(0)).collect();
    Ok(GoString::from(trim(args.bytes(1), |c| cut.contains(&c))).into())
});

/// A character is put into the set, or looked up in it.
const BYTES_TRIMMED_PER_STEP: u64 = 2;

/// The values that are not nil, as text, with a space between them.
fn spaced(
    values: &[Value],
    show: impl Fn(&Value) -> Result<Vec<u8>, Error>,
) -> Result<Value, Error> {
    let shown = values.iter().filter(|value| !value.is_nil()).map(show);
    Ok(Value::string(
        shown.collect::<Result<Vec<_>, _>>()?.join(&b' '),
    ))
}

fn trim(text: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    let mut text = text;
    while let Some((c, length)) = first_rune(text).filter(|(c, _)| cut(*c)) {
        debug_assert!(length > 0, "{c} has a length");
        text = text.get(length..).unwrap_or_default();
    }
    while let Some((_, length)) = last_rune(text).filter(|(c, _)| cut(*c)) {
        text = text.get(..text.len() - length).unwrap_or_default();
    }
    text
}

fn first_rune(text: &[u8]) -> Option<(char, usize)> {
    let head = text.get(..text.len().min(4))?;
    let c = runes(head).next()?;
    let length = if head.starts_with(c.encode_utf8(&mut [0; 4]).as_bytes()) {
        c.len_utf8()
    } else {
        1
    };
    Some((c, length))
}

fn last_rune(text: &[u8]) -> Option<(char, usize)> {
    text.last()?;
    (1..=text.len().min(4))
        .find_map(|length| {
            let tail = std::str::from_utf8(text.get(text.len() - length..)?).ok()?;
            Some((tail.chars().next()?, length))
        })
        .or(Some((char::REPLACEMENT_CHARACTER, 1)))
}

/// The first bytes, or the last ones when `count` is negative; a character may be cut, as in Go.
fn truncate(text: &GoString, count: i64) -> Value {
    let bytes = text.as_bytes();
    let kept = match usize::try_from(count) {
        Ok(count) => bytes.get(..count),
        Err(_) => usize::try_from(count.unsigned_abs())
            .ok()
            .and_then(|count| bytes.len().checked_sub(count))
            .and_then(|start| bytes.get(start..)),
    };
    match kept {
        Some(kept) if kept.len() < bytes.len() => GoString::from(kept).into(),
        _ => text.clone().into(),
    }
}

/// `text[start:end]`. A negative start counts as 0; an end that is negative or too great is the end of the text.
fn substring(text: &[u8], start: i64, end: i64) -> Result<Value, Error> {
    let length = text.len() as i64;
    let range = if start < 0 {
        slice_bounds(0, end, length)?
    } else if end < 0 || end > length {
        slice_start(start, length)?
    } else {
        slice_bounds(start, end, length)?
    };
    Ok(GoString::from(text.get(range).unwrap_or_default()).into())
}

/// Go's check of `s[start:]`.
fn slice_start(start: i64, length: i64) -> Result<std::ops::Range<usize>, Error> {
    if start > length {
        return Err(Error::new(format!(
            "runtime error: slice bounds out of range [{start}:{length}]"
        )));
    }
    Ok(start as usize..length as usize)
}

/// Go's check of `s[start:end]`, `start` not being negative.
fn slice_bounds(start: i64, end: i64, length: i64) -> Result<std::ops::Range<usize>, Error> {
    let fail = |bounds: String| {
        Err(Error::new(format!(
            "runtime error: slice bounds out of range {bounds}"
        )))
    };
    if end < 0 {
        return fail(format!("[:{end}]"));
    }
    if end > length {
        return fail(format!("[:{end}] with length {length}"));
    }
    if start > end {
        return fail(format!("[{start}:{end}]"));
    }
    Ok(start as usize..end as usize)
}

fn repeat(cx: &mut dyn Context, text: &[u8], count: i64) -> Result<Value, Error> {
    let count = usize::try_from(count).map_err(|_| Error::new("strings: negative Repeat count"))?;
    let size = text
        .len()
        .checked_mul(count)
        .ok_or_else(|| Error::new("strings: Repeat output length overflow"))?;
    check_size(cx, size)?;
    Ok(Value::string(text.repeat(count)))
}

fn indent(cx: &mut dyn Context, text: &[u8], spaces: i64, lead: &[u8]) -> Result<Value, Error> {
    let spaces =
        usize::try_from(spaces).map_err(|_| Error::new("strings: negative Repeat count"))?;
    let lines = text.split(|byte| *byte == b'\n').count();
    let size = spaces
        .saturating_mul(lines)
        .saturating_add(text.len() + lead.len());
    check_size(cx, size)?;
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(lead);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + spaces, b' ');
        out.extend_from_slice(line);
    }
    Ok(Value::string(out))
}

/// Every `old` becomes `new`; an empty `old` is found before each character and at the end.
fn replace(cx: &mut dyn Context, text: &[u8], old: &[u8], new: &[u8]) -> Result<Value, Error> {
    let pieces = split(text, old, -1);
    let found = match old {
        [] => pieces.len() + 1,
        _ => pieces.len() - 1,
    };
    let added = new.len().saturating_mul(found);
    check_size(cx, added.saturating_add(text.len()))?;
    if old.is_empty() {
        let mut out = new.to_vec();
        for piece in pieces {
            out.extend_from_slice(piece);
            out.extend_from_slice(new);
        }
        return Ok(Value::string(out));
    }
    Ok(Value::string(pieces.join(new)))
}

/// Go's `strings.SplitN`: at most `limit` pieces, all when it is negative; an empty separator splits into characters.
pub(super) fn split<'a>(text: &'a [u8], separator: &[u8], limit: i64) -> Vec<&'a [u8]> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    if limit == 0 {
        return pieces;
    }
    let mut rest = text;
    if separator.is_empty() {
        while let Some((_, length)) = first_rune(rest) {
            let at = if pieces.len() + 1 == limit {
                rest.len()
            } else {
                length
            };
            let (piece, after) = rest.split_at(at);
            pieces.push(piece);
            rest = after;
        }
        return pieces;
    }
    while pieces.len() + 1 < limit {
        let Some(at) = find(rest, separator) else {
            break;
        };
        pieces.push(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + separator.len()..).unwrap_or_default();
    }
    pieces.push(rest);
    pieces
}

/// `map[string]string` with the keys `_0`, `_1`, …
fn numbered(pieces: Vec<&[u8]>) -> Value {
    let entries = pieces
        .into_iter()
        .enumerate()
        .map(|(index, piece)| (format!("_{index}").into(), GoString::from(piece).into()))
        .collect();
    Map::typed(&MAP_STRING, entries).into()
}
