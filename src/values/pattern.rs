//! Patterns of paths: `*` is one segment, `**` any depth (design, section 2).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use envlint_yaml::{Path, Segment};

use crate::masking::{Say, Speech};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// A path in which some segments are open. Reads back exactly as it prints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    /// This segment and no other.
    Literal(Segment),
    /// `*`: any one segment.
    One,
    /// `[*]`: any one item of a list.
    Item,
    /// `**`: any number of segments, none included.
    Deep,
}

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a pattern of paths: {reason}")]
pub struct PatternError {
    text: String,
    reason: String,
}

impl Pattern {
    /// Whether the pattern matches the whole of a path.
    pub fn matches(&self, path: &Path) -> bool {
        matches(&self.parts, path.segments())
    }

    /// Whether the pattern matches a path or a list that holds it. Who declares `tolerations` means what is in the list:
    /// whether its items can be told apart, and so have paths of their own, is nothing a person should have to know.
    pub fn covers(&self, path: &Path) -> bool {
        let segments = path.segments();
        let is_list = |end: &usize| {
            !matches!(segments.get(*end), Some(Segment::Key(_))) && *end < segments.len()
        };
        self.matches(path)
            || (1..segments.len())
                .filter(is_list)
                .any(|end| matches(&self.parts, &segments[..end]))
    }

    /// How closely the pattern describes the paths it matches: compares greater when more specific
    /// (most literal segments, then fewest `**`: design, section 5).
    pub fn specificity(&self) -> (usize, std::cmp::Reverse<usize>) {
        let count =
            |wanted: fn(&Part) -> bool| self.parts.iter().filter(|part| wanted(part)).count();
        (
            count(|part| matches!(part, Part::Literal(_))),
            std::cmp::Reverse(count(|part| matches!(part, Part::Deep))),
        )
    }

    /// The pattern that also matches everything below the paths that this one matches.
    pub fn with_everything_below(&self) -> Pattern {
        let mut parts = self.parts.clone();
        parts.push(Part::Deep);
        Pattern { parts }
    }

    /// The one path it matches, when nothing in it is open.
    pub fn as_path(&self) -> Option<Path> {
        let mut path = Path::root();
        for part in &self.parts {
            match part {
                Part::Literal(segment) => path.push(segment.clone()),
                Part::One | Part::Item | Part::Deep => return None,
            }
        }
        Some(path)
    }
}

impl From<&Path> for Pattern {
    fn from(path: &Path) -> Self {
        Pattern {
            parts: path.segments().iter().cloned().map(Part::Literal).collect(),
        }
    }
}

/// Iterative matching with one point of return, as for file patterns: time is at most pattern times path.
fn matches(parts: &[Part], segments: &[Segment]) -> bool {
    let (mut part, mut segment) = (0, 0);
    let mut after_deep: Option<(usize, usize)> = None;
    while segment < segments.len() {
        match parts.get(part) {
            Some(Part::Deep) => {
                after_deep = Some((part + 1, segment));
                part += 1;
                continue;
            }
            Some(known) if matches_one(known, &segments[segment]) => {
                part += 1;
                segment += 1;
                continue;
            }
            _ => {}
        }
        let Some((resume_part, taken)) = after_deep else {
            return false;
        };
        after_deep = Some((resume_part, taken + 1));
        (part, segment) = (resume_part, taken + 1);
    }
    parts[part..].iter().all(|rest| matches!(rest, Part::Deep))
}

fn matches_one(part: &Part, segment: &Segment) -> bool {
    match part {
        Part::Literal(literal) => literal == segment,
        Part::One | Part::Deep => true,
        Part::Item => !matches!(segment, Segment::Key(_)),
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason: String| PatternError {
            text: text.to_owned(),
            reason,
        };
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
                            "`{key}` mixes a `*` with other characters; `*` stands for a whole segment, and a key that holds one is quoted"
                        )));
                    }
                    parts.extend(path.segments().iter().cloned().map(Part::Literal));
                }
            }
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
            "description": "A path of values in which `*` is one segment and `**` any depth: `connect.resources.**`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_list_holds_its_items() {
        for (text, path, expected) in [
            ("tolerations", "tolerations", true),
            ("tolerations", "tolerations[key=spot].value", true),
            ("*.hosts", "ingress.hosts[0].paths[1].path", true),
            ("a.**.env", "a.b.env[name=LOG].value", true),
            ("tolerations[*]", "tolerations[key=spot].value", false),
            ("resources", "resources.limits.cpu", false),
            ("a", "a.b[0]", false),
            ("b", "a[0].b", false),
        ] {
            let covers = pattern(text).covers(&path.parse().unwrap());
            assert_eq!(covers, expected, "{text} on {path}");
        }
    }

    #[test]
    fn stars_stand_for_segments() {
        for (text, path, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("a.**", "a", true),
            ("a.**", "a.b.c", true),
            ("**.image.tag", "image.tag", true),
            ("**.image.tag", "a.b.image.tag", true),
            ("**.image.tag", "a.image.tag.x", false),
            ("**.a.**.b", "x.a.y.a.z.b", true),
            ("hosts[*]", "hosts[3]", true),
            ("hosts.*", "hosts[3]", true),
            ("hosts[*]", "hosts.first", false),
            ("env[name=LOG].value", "env[name=LOG].value", true),
            ("env[*].value", "env[name=LOG].value", true),
            (
                "sparkConf.\"spark.sql.x\"",
                "sparkConf.\"spark.sql.x\"",
                true,
            ),
            ("sparkConf.*", "sparkConf.\"spark.sql.x\"", true),
        ] {
            assert_eq!(
                pattern(text).matches(&path.parse().unwrap()),
                expected,
                "{text} on {path}"
            );
        }
    }

    #[test]
    fn more_literal_segments_are_more_specific() {
        assert!(pattern("a.b").specificity() > pattern("a.*").specificity());
        assert!(pattern("a.*").specificity() > pattern("a.**").specificity());
        assert_eq!(
            pattern("a.*.c").specificity(),
            pattern("*.b.c").specificity()
        );
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for text in [
            "", "  ", "a..b", "a.", ".a", "a[", "a[name=", "log*", "a.\"open",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_reads_back_as_it_prints(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("*".to_owned()),
                    Just("**".to_owned()),
                    "[a-zA-Z][a-zA-Z0-9_-]{0,8}",
                    "\"[a-z.]{1,8}\"",
                ],
                1..6,
            )
        ) {
            let read = pattern(&parts.join("."));
            prop_assert_eq!(&pattern(&read.to_string()), &read);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(read) = text.parse::<Pattern>() {
                prop_assert_eq!(&pattern(&read.to_string()), &read);
            }
        }
    }
}
