//! How patterns are written: as messages print them, so that a path can be copied from a finding into the configuration.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use envlint_yaml::{Path, Segment};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::{Part, Pattern};
use crate::masking::{Say, Speech};

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a pattern of paths: {reason}")]
pub struct PatternError {
    text: String,
    reason: String,
}

/// How many segments a pattern may have in which some are open.
const LONGEST: usize = 120;

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason: String| PatternError {
            text: text.to_owned(),
            reason,
        };
        // The values as a whole, as a path prints them.
        if text == "." {
            return Ok(Pattern { parts: Vec::new() });
        }
        if text.trim().is_empty() {
            return Err(error("it is empty".to_owned()));
        }
        let mut parts = Vec::new();
        for piece in pieces(text) {
            match piece {
                "*" => parts.push(Part::One),
                "**" => parts.push(Part::Deep),
                "[*]" => parts.push(Part::Item),
                literal => {
                    let path: Path = literal
                        .parse()
                        .map_err(|reason| error(format!("{reason}")))?;
                    if let Some(Segment::Key(key)) = path
                        .segments()
                        .iter()
                        .find(|segment| is_half_open(segment, literal))
                    {
                        return Err(error(format!(
                            "`{key}` mixes `*` with other characters; `*` must be a whole segment, and a key that contains one must be quoted"
                        )));
                    }
                    parts.extend(path.segments().iter().cloned().map(Part::Literal));
                }
            }
        }
        let is_open = parts.iter().any(|part: &Part| part.literal().is_none());
        if is_open && parts.len() > LONGEST {
            return Err(error(format!(
                "it has more than {LONGEST} segments, and stars"
            )));
        }
        Ok(Pattern { parts })
    }
}

/// An unquoted key with a star in it, as `log*`: neither a segment's name nor a pattern.
fn is_half_open(segment: &Segment, literal: &str) -> bool {
    matches!(segment, Segment::Key(key) if key.contains('*')) && !literal.contains('"')
}

/// Splits at the dots and brackets that are outside of quotes: `a."b.c"[0].*` into `a`, `"b.c"`, `[0]`, `*`.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut quoted, mut escaped, mut bracketed) = (0, false, false, false);
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match character {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '.' if !bracketed => {
                // Right after a bracket there is nothing to take: `a[0].b`.
                if at > start || !text[..at].ends_with(']') {
                    pieces.push(&text[start..at]);
                }
                start = at + 1;
            }
            '[' if !bracketed => {
                if at > start {
                    pieces.push(&text[start..at]);
                }
                (start, bracketed) = (at, true);
            }
            ']' if bracketed => {
                pieces.push(&text[start..=at]);
                (start, bracketed) = (at + 1, false);
            }
            _ => {}
        }
    }
    if start < text.len() || text.ends_with('.') {
        pieces.push(&text[start..]);
    }
    pieces
}

impl Say for Pattern {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.name(self)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return f.write_str(".");
        }
        for (index, part) in self.parts.iter().enumerate() {
            let bracketed = matches!(
                part,
                Part::Item | Part::Literal(Segment::Index(_) | Segment::Match { .. })
            );
            if index > 0 && !bracketed {
                f.write_str(".")?;
            }
            match part {
                Part::Literal(segment) => write!(f, "{}", Path::from(vec![segment.clone()]))?,
                Part::One => f.write_str("*")?,
                Part::Item => f.write_str("[*]")?,
                Part::Deep => f.write_str("**")?,
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "description": "A path of values in which `*` is one segment, `[*]` one item of a list and `**` any depth. It covers what it names and everything in it.",
        })
    }
}
