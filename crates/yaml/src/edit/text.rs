//! Scalars as text: when quotes are needed, and how they are written.

use crate::node::Style;
use crate::scalar::{Resolved, Tag, resolve};
use crate::value::Value;

/// Where text will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CollectionStyle {
    /// Between lines.
    Block,
    /// Between brackets.
    Flow,
}

impl CollectionStyle {
    /// The style of a collection that is written between brackets, or not.
    pub(super) fn of(is_flow: bool) -> CollectionStyle {
        match is_flow {
            true => CollectionStyle::Flow,
            false => CollectionStyle::Block,
        }
    }
}

/// A scalar on one line. `style` is what a string is written in where the text allows it.
pub(super) fn scalar(
    value: &Value,
    style: Style,
    quote: Style,
    context: CollectionStyle,
) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => float(*number),
        Value::String(text) => string(text, style, quote, context),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}

/// The shortest text that reads back as the same float; a whole number keeps its `.0` and so stays one. It is finite: Helm
/// refuses the others when it reads a file.
fn float(number: f64) -> String {
    format!("{number:?}")
}

fn string(text: &str, style: Style, quote: Style, context: CollectionStyle) -> String {
    match style {
        Style::SingleQuoted if fits_single_quotes(text) => single_quoted(text),
        Style::DoubleQuoted | Style::SingleQuoted => double_quoted(text),
        _ if is_plain(text, context) => text.to_owned(),
        _ if quote == Style::SingleQuoted && fits_single_quotes(text) => single_quoted(text),
        _ => double_quoted(text),
    }
}

/// A text in quotes. Single ones hold no control characters, and it is in double ones then.
pub(super) fn in_quotes(text: &str, style: Style) -> String {
    string(text, style, style, CollectionStyle::Block)
}

/// A key as text.
pub(super) fn key(text: &str, quote: Style, context: CollectionStyle) -> String {
    if text == "<<" {
        single_quoted(text)
    } else {
        string(text, Style::Plain, quote, context)
    }
}

/// True when text without quotes is read back as the same text, here and by YAML 1.2 readers.
pub(super) fn is_plain(text: &str, context: CollectionStyle) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let starts_well = match first {
        b'-' => bytes
            .get(1)
            .is_some_and(|next| !matches!(next, b' ' | b'-' | b',' | b'[' | b']' | b'{' | b'}')),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|'
        | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' | b' ' | b'.' => {
            *first == b'.' && !text.starts_with("..")
        }
        _ => true,
    };
    let ends_well = !matches!(last, b' ' | b':');
    let inside = !text.contains(": ") && !text.contains(" #") && text.chars().all(is_printable);
    let in_flow = context == CollectionStyle::Block
        || !text.contains([',', '[', ']', '{', '}', ':', '?', '#']);
    // `12:30:45` is a number and `2001-01-01` a date to other readers of YAML 1.1.
    let other_readers = first.is_ascii_digit()
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'-' | b'.'));
    let is_number_of_others = other_readers && text.contains([':', '-']);
    starts_well
        && ends_well
        && inside
        && in_flow
        && !is_number_of_others
        && matches!(resolve(text, true, Tag::Absent), Ok(Resolved::String(found)) if found == text)
}

/// Characters that may stand in text without an escape.
fn is_printable(char: char) -> bool {
    !char.is_control()
        && !matches!(
            char,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn fits_single_quotes(text: &str) -> bool {
    text.chars().all(is_printable)
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            char if is_printable(char) => quoted.push(char),
            char if u32::from(char) < 0x100 => {
                quoted.push_str(&format!("\\x{:02X}", u32::from(char)))
            }
            char => quoted.push_str(&format!("\\u{:04X}", u32::from(char))),
        }
    }
    quoted.push('"');
    quoted
}

/// The lines of text as a literal block, and its header; `None` for text that a literal block cannot hold as it is.
pub(super) fn literal(text: &str) -> Option<(&'static str, Vec<String>)> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let fits = body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && body
            .chars()
            .all(|char| char == '\n' || char == '\t' || is_printable(char))
        && body
            .lines()
            .last()
            .is_some_and(|line| !line.trim().is_empty());
    if !fits {
        return None;
    }
    let header = if body.len() == text.len() { "|-" } else { "|" };
    Some((header, body.split('\n').map(str::to_owned).collect()))
}
