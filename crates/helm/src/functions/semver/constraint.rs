use std::cmp::Ordering;

use super::version::{Parts, Version, compare_prereleases};
use crate::functions::text::quote;

/// Longest constraint text, in bytes, and most alternatives between `||` that the library accepts.
const MAX_LENGTH: usize = 512;
const MAX_GROUPS: usize = 32;

/// A constraint expression: alternatives separated by `||`, each a list of comparisons that must all hold.
#[derive(Debug)]
pub(crate) struct Constraints {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    comparisons: Vec<Comparison>,
    /// A pre-release in any comparison opens the whole group for pre-releases.
    prereleases: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

#[derive(Debug)]
struct Comparison {
    operator: Operator,
    version: Version,
    /// Some number is missing or a wildcard.
    open: bool,
    open_minor: bool,
    open_patch: bool,
}

impl Constraints {
    /// Reads a constraint; the error is the library's own wording.
    pub(crate) fn parse(text: &str) -> Result<Constraints, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!(
                "constraint string is too long (max {MAX_LENGTH} bytes)"
            ));
        }
        let text = expand_hyphens(text);
        let groups: Vec<&str> = text.split("||").collect();
        if groups.len() > MAX_GROUPS {
            return Err(format!("too many constraint groups (max {MAX_GROUPS})"));
        }
        let groups = groups
            .into_iter()
            .map(Group::parse)
            .collect::<Result<_, _>>()?;
        Ok(Constraints { groups })
    }

    /// Whether the version satisfies any of the alternatives.
    pub(crate) fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            (group.prereleases || version.prerelease.is_empty())
                && group
                    .comparisons
                    .iter()
                    .all(|comparison| comparison.holds(version))
        })
    }
}

impl Group {
    fn parse(text: &str) -> Result<Group, String> {
        let raw = split_comparisons(text)
            .ok_or_else(|| format!("improper constraint: {}", quote(text.as_bytes())))?;
        let comparisons = raw
            .into_iter()
            .map(Comparison::from_raw)
            .collect::<Result<Vec<_>, _>>()?;
        let prereleases = comparisons
            .iter()
            .any(|comparison| !comparison.version.prerelease.is_empty());
        Ok(Group {
            comparisons,
            prereleases,
        })
    }
}

/// Splits `>=1.2, <2 !=1.5` into operators and versions. Comparisons are separated by white space or one comma;
/// between an operator and its version white space is allowed.
fn split_comparisons(text: &str) -> Option<Vec<(Operator, Parts<'_>)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    loop {
        let (operator, after) = take_operator(rest)?;
        let after = after.trim_start_matches(is_space);
        let parts = Parts::prefix(after, is_number)?;
        let after = after.get(parts.length..)?;
        found.push((operator, parts));
        let trimmed = after.trim_start_matches(is_space);
        if trimmed.is_empty() {
            return Some(found);
        }
        rest = match trimmed.strip_prefix(',') {
            Some(next) => next.trim_start_matches(is_space),
            None if trimmed.len() < after.len() => trimmed,
            None => return None,
        };
    }
}

/// White space of Go's `\s`.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// The library's character class for numbers holds the wildcards, and a stray `|` by the way it is written.
fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn take_operator(text: &str) -> Option<(Operator, &str)> {
    let after = text.trim_start_matches(['=', '!', '<', '>', '~', '^']);
    let operator = match text.strip_suffix(after)? {
        "" | "=" => Operator::TildeOrEqual,
        "!=" => Operator::NotEqual,
        ">" => Operator::Greater,
        "<" => Operator::Less,
        ">=" | "=>" => Operator::GreaterOrEqual,
        "<=" | "=<" => Operator::LessOrEqual,
        "~" | "~>" => Operator::Tilde,
        "^" => Operator::Caret,
        _ => return None,
    };
    Some((operator, after))
}

/// Rewrites every `1.2 - 2.3` to `>= 1.2, <= 2.3 `, before anything else is looked at.
fn expand_hyphens(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((start, range)) = find_range(rest) {
        out.push_str(
            rest.get(..start)
                .unwrap_or_default()
                .trim_end_matches(is_space),
        );
        out.push_str(&format!(">= {}, <= {} ", range.from, range.to));
        rest = rest
            .get(range.end..)
            .unwrap_or_default()
            .trim_start_matches(is_space);
    }
    out.push_str(rest);
    out
}

struct Range<'a> {
    from: &'a str,
    to: &'a str,
    end: usize,
}

fn find_range(text: &str) -> Option<(usize, Range<'_>)> {
    text.char_indices()
        .find_map(|(start, _)| Some((start, range_at(text, start)?)))
}

fn range_at(text: &str, start: usize) -> Option<Range<'_>> {
    let tail = text.get(start..)?;
    let from = tail.get(..Parts::prefix(tail, is_number)?.length)?;
    let after = spaces(tail.get(from.len()..)?)?;
    let after = spaces(after.strip_prefix('-')?)?;
    let to = after.get(..Parts::prefix(after, is_number)?.length)?;
    Some(Range {
        from,
        to,
        end: text.len() - after.len() + to.len(),
    })
}

/// Skips at least one white space.
fn spaces(text: &str) -> Option<&str> {
    let after = text.trim_start_matches(is_space);
    (after.len() < text.len()).then_some(after)
}

impl Comparison {
    fn from_raw((operator, parts): (Operator, Parts<'_>)) -> Result<Comparison, String> {
        let is_open = |number: &str| matches!(number, "" | "x" | "X" | "*");
        let [major, minor, patch] = parts.numbers;
        let pre = match parts.prerelease {
            "" => String::new(),
            prerelease => format!("-{prerelease}"),
        };
        let mut open_minor = false;
        let mut open_patch = false;
        let mut open = true;
        let (text, metadata) = if is_open(major) {
            (format!("0.0.0{pre}"), "")
        } else if is_open(minor) {
            open_minor = true;
            (format!("{major}.0.0{pre}"), "")
        } else if is_open(patch) {
            open_patch = true;
            (format!("{major}.{minor}.0{pre}"), "")
        } else {
            open = false;
            (format!("{major}.{minor}.{patch}{pre}"), parts.metadata)
        };
        let text = if metadata.is_empty() {
            text
        } else {
            format!("{text}+{metadata}")
        };
        let version = Version::parse(&text).map_err(|_| "constraint parser error".to_owned())?;
        Ok(Comparison {
            operator,
            version,
            open,
            open_minor,
            open_patch,
        })
    }

    fn holds(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.operator {
            Operator::TildeOrEqual if self.open => self.tilde(version),
            Operator::TildeOrEqual => order == Ordering::Equal,
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.greater(version),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => self.less_or_equal(version),
            Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn not_equal(&self, version: &Version) -> bool {
        let limit = &self.version;
        if !self.open {
            return version.compare(limit) != Ordering::Equal;
        }
        if limit.major != version.major {
            return true;
        }
        if self.open_minor {
            return false;
        }
        if limit.minor != version.minor {
            return true;
        }
        if self.open_patch {
            return compare_prereleases(&version.prerelease, &limit.prerelease) != Ordering::Equal;
        }
        version.compare(limit) != Ordering::Equal
    }

    /// `>11` starts at 12, `>11.1` at 11.2.
    fn greater(&self, version: &Version) -> bool {
        let limit = &self.version;
        if !self.open {
            return version.compare(limit) == Ordering::Greater;
        }
        match version.major.cmp(&limit.major) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal if self.open_minor => false,
            Ordering::Equal if self.open_patch => version.minor > limit.minor,
            Ordering::Equal => version.compare(limit) == Ordering::Greater,
        }
    }

    fn less_or_equal(&self, version: &Version) -> bool {
        let limit = &self.version;
        if !self.open {
            return version.compare(limit) != Ordering::Greater;
        }
        version.major < limit.major
            || version.major == limit.major && (version.minor <= limit.minor || self.open_minor)
    }

    /// Within the minor release, or the major one where no minor is given. `~0.0.0` accepts every release.
    fn tilde(&self, version: &Version) -> bool {
        let limit = &self.version;
        if version.compare(limit) == Ordering::Less {
            return false;
        }
        let zero = (limit.major, limit.minor, limit.patch) == (0, 0, 0);
        if zero && !self.open_minor && !self.open_patch {
            return true;
        }
        version.major == limit.major && (version.minor == limit.minor || self.open_minor)
    }

    /// Up to the next change of the leftmost number that is not zero.
    fn caret(&self, version: &Version) -> bool {
        let limit = &self.version;
        if version.compare(limit) == Ordering::Less {
            return false;
        }
        if limit.major > 0 || self.open_minor {
            return version.major == limit.major;
        }
        if version.major > 0 {
            return false;
        }
        if limit.minor > 0 || self.open_patch {
            return version.minor == limit.minor;
        }
        version.minor == 0 && limit.patch == version.patch
    }
}
