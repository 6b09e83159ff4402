//! Compiling, finding, splitting and replacing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use envlint_gotemplate::{Context, Error};
use regex::bytes::{Captures, Match, Regex, RegexBuilder};

use super::cost::{NEST_LIMIT, steps};

/// Bytes that a compiled expression may take: hostile charts must not grow the process.
const SIZE_LIMIT: usize = 16 << 20;
/// Compiled expressions kept per thread. Charts match the same few expressions over and over, inside loops.
const CACHE_ENTRIES: usize = 64;

thread_local! {
    static CACHE: RefCell<HashMap<Vec<u8>, Rc<Regex>>> = RefCell::new(HashMap::new());
}

/// A Go expression, and how it is found again: an error is Go's, such as
/// ``error parsing regexp: missing closing ]: `[a` ``.
type Compiled = Result<Rc<Regex>, String>;

/// Compiles a Go expression.
///
/// # Errors
/// When there are no steps left for it.
pub(crate) fn compile(cx: &mut dyn Context, pattern: &[u8]) -> Result<Compiled, Error> {
    if let Some(found) = CACHE.with_borrow(|cache| cache.get(pattern).cloned()) {
        return Ok(Ok(found));
    }
    let translated = match translated(pattern) {
        Ok(translated) => translated,
        Err(error) => return Ok(Err(error)),
    };
    cx.spend(steps(&translated))?;
    let regex = match built(&translated, &String::from_utf8_lossy(pattern)) {
        Ok(regex) => Rc::new(regex),
        Err(error) => return Ok(Err(error)),
    };
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= CACHE_ENTRIES {
            cache.clear();
        }
        cache.insert(pattern.to_vec(), Rc::clone(&regex));
    });
    Ok(Ok(regex))
}

/// What Go says of an expression that it does not take.
pub(crate) fn mistake(pattern: &str) -> Option<String> {
    translated(pattern.as_bytes()).err()
}

/// The expression in the words of the library.
fn translated(pattern: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(pattern).map_err(|error| {
        // Go shows the rest from the first byte that it cannot read (regexp/syntax: nextRune).
        let rest = pattern.get(error.valid_up_to()..).unwrap_or_default();
        let shown = String::from_utf8_lossy(rest);
        format!("error parsing regexp: invalid UTF-8: `{shown}`")
    })?;
    super::syntax::translate(text).map_err(|error| format!("error parsing regexp: {error}"))
}

fn built(translated: &str, text: &str) -> Result<Regex, String> {
    RegexBuilder::new(translated)
        .size_limit(SIZE_LIMIT)
        .nest_limit(NEST_LIMIT)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                format!("error parsing regexp: expression too large: `{text}`")
            }
            _ => format!("error parsing regexp: invalid or unsupported Perl syntax: `{text}`"),
        })
}

/// The first `limit` matches, or all when it is negative.
pub(crate) fn find_all<'t>(regex: &Regex, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    matches(regex, text)
        .take(limit)
        .map(|found| found.as_bytes())
        .collect()
}

/// The text between the matches, in at most `limit` pieces, or all when it is negative (Go: `Regexp.Split`).
pub(crate) fn split<'t>(regex: &Regex, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
    if limit == 0 {
        return Vec::new();
    }
    if text.is_empty() && !regex.as_str().is_empty() {
        return vec![text];
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in matches(regex, text).take(limit) {
        if pieces.len() >= limit - 1 {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            pieces.push(text.get(begin..end).unwrap_or_default());
        }
        begin = found.end();
    }
    if end != text.len() {
        pieces.push(text.get(begin..).unwrap_or_default());
    }
    pieces
}

/// Replaces every match by `template`, in which `$1` and `${name}` stand for groups; nothing when the result has more than
/// `most` bytes.
pub(crate) fn replace_all(
    regex: &Regex,
    text: &[u8],
    template: &[u8],
    most: usize,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        if let Some(found) = captures.get(0).filter(|found| is_whole(text, found)) {
            out.extend_from_slice(text.get(end..found.start()).unwrap_or_default());
            expand(template, &captures, &mut out, most);
            end = found.end();
        }
        if out.len() > most {
            return None;
        }
    }
    out.extend_from_slice(text.get(end..).unwrap_or_default());
    Some(out)
}

/// Replaces every match by `replacement` as it is; nothing when the result has more than `most` bytes.
pub(crate) fn replace_all_literal(
    regex: &Regex,
    text: &[u8],
    replacement: &[u8],
    most: usize,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut end = 0;
    for found in matches(regex, text) {
        out.extend_from_slice(text.get(end..found.start()).unwrap_or_default());
        out.extend_from_slice(replacement);
        end = found.end();
        if out.len() > most {
            return None;
        }
    }
    out.extend_from_slice(text.get(end..).unwrap_or_default());
    Some(out)
}

fn matches<'t>(regex: &Regex, text: &'t [u8]) -> impl Iterator<Item = Match<'t>> {
    regex.find_iter(text).filter(|found| is_whole(text, found))
}

/// Go steps from character to character, so that nothing empty is found inside of one.
fn is_whole(text: &[u8], found: &Match<'_>) -> bool {
    let continues = text
        .get(found.start())
        .is_some_and(|byte| matches!(byte, 0x80..0xC0));
    !found.is_empty() || !continues
}

/// Escapes the characters that mean something in an expression.
pub(crate) fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// Go's template rules: a name is the longest run of letters, digits and `_`; an unknown group is empty; a `$` that
/// starts no name stands for itself. Ends early when there are more than `most` bytes.
fn expand(template: &[u8], captures: &Captures<'_>, out: &mut Vec<u8>, most: usize) {
    let mut rest = template;
    while out.len() <= most
        && let Some(at) = rest.iter().position(|byte| *byte == b'$')
    {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        rest = after.get(1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(b"$") {
            out.push(b'$');
            rest = after;
        } else if let Some((name, after)) = group_name(rest) {
            if let Some(found) = group(captures, name) {
                out.extend_from_slice(found);
            }
            rest = after;
        } else {
            out.push(b'$');
        }
    }
    out.extend_from_slice(rest);
}

fn group_name(text: &[u8]) -> Option<(&str, &[u8])> {
    let (braced, text) = match text.strip_prefix(b"{") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let readable = match std::str::from_utf8(text) {
        Ok(readable) => readable,
        Err(error) => std::str::from_utf8(text.get(..error.valid_up_to())?).ok()?,
    };
    let length = readable
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(readable.len());
    let name = readable.get(..length).filter(|name| !name.is_empty())?;
    let rest = text.get(length..)?;
    let rest = if braced {
        rest.strip_prefix(b"}")?
    } else {
        rest
    };
    Some((name, rest))
}

fn group<'t>(captures: &Captures<'t>, name: &str) -> Option<&'t [u8]> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit())
        && (name.len() == 1 || !name.starts_with('0'));
    let found = if is_number {
        captures.get(name.parse().ok()?)?
    } else {
        captures.name(name)?
    };
    Some(found.as_bytes())
}
