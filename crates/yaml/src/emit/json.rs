//! What is left of a value when Go has written it as JSON and goyaml v2 has read that.

use std::borrow::Cow;

use super::dialect::EmitError;
use crate::number;
use crate::scalar::{Resolved, Tag, resolve};
use crate::value::Value;

/// goyaml's bound for a key that is not announced by `?`.
const MAX_KEY: usize = 1024;

/// `encoding/json` writes a float without an exponent from 1e-6 to below 1e21; what then looks like an integer is one.
pub(super) fn read_number(number: f64) -> Result<Value, EmitError> {
    if !number.is_finite() {
        return Err(EmitError::Number(number::format_g(number)));
    }
    let size = number.abs();
    let text = if size != 0.0 && !(1e-6..1e21).contains(&size) {
        format!("{number:e}")
    } else {
        number.to_string()
    };
    Ok(match resolve(&text, true, Tag::Absent) {
        Ok(resolved @ (Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_))) => {
            resolved.into_value()
        }
        _ => Value::Float(number),
    })
}

/// A key, which has to stay on one line.
pub(super) fn read_key(key: &str) -> Result<&str, EmitError> {
    if key.contains('\u{85}') || written_length(key) > MAX_KEY {
        return Err(EmitError::Key);
    }
    // Without U+0085 a text is either refused or unchanged.
    read_text(key).map(|_| key)
}

/// Characters of a text in JSON, quotes included.
fn written_length(text: &str) -> usize {
    let length = |char: char| match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    };
    text.chars().map(length).sum::<usize>() + 2
}

/// JSON escapes controls, but neither U+007F nor anything above it, except the two separators; goyaml refuses most of
/// these and takes U+0085 for a line break, which it folds.
pub(super) fn read_text(text: &str) -> Result<Cow<'_, str>, EmitError> {
    let refused = |char: &char| matches!(char, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if let Some(char) = text.chars().find(refused) {
        return Err(EmitError::Character(u32::from(char)));
    }
    if !text.contains('\u{85}') {
        return Ok(Cow::Borrowed(text));
    }
    let mut folded = String::with_capacity(text.len());
    let mut breaks = 0;
    let parts: Vec<&str> = text.split('\u{85}').collect();
    for (at, part) in parts.iter().enumerate() {
        // Spaces beside a line break go with it; tabs are escaped in JSON and stay.
        let part = if at > 0 {
            part.trim_start_matches(' ')
        } else {
            part
        };
        let part = if at + 1 < parts.len() {
            part.trim_end_matches(' ')
        } else {
            part
        };
        if at > 0 {
            breaks += 1;
        }
        if part.is_empty() && at + 1 < parts.len() && at > 0 {
            continue;
        }
        match breaks {
            0 => {}
            1 => folded.push(' '),
            more => folded.extend(std::iter::repeat_n('\n', more - 1)),
        }
        breaks = 0;
        folded.push_str(part);
    }
    Ok(Cow::Owned(folded))
}
