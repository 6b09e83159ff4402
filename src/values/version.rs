//! Versions as image tags and charts write them: `4.1.0`, `v4.1`, `4.1.0-rc.1`, `3.9-slim`.

use std::cmp::Ordering;

/// A version with as many numbers as were written.
///
/// Less strict than semantic versions, because a tag such as `4.1` or `17-jre` says its major version just as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: Vec<u64>,
    rest: String,
}

/// A text without dots is taken for a version only when its number is this short: a longer one is a date, a build
/// number or a commit's hash that happens to have no letters.
const LONGEST_BARE: usize = 3;

impl Version {
    /// Reads a version; none for a text that is something else.
    pub fn read(text: &str) -> Option<Version> {
        let unmarked = text.strip_prefix('v').unwrap_or(text);
        let end = unmarked
            .find(|char: char| !(char.is_ascii_digit() || char == '.'))
            .unwrap_or(unmarked.len());
        let (numbers, rest) = unmarked.split_at(end);
        // `1234abc` is a hash, `4.1.0-jre` and `4.1.0+build` are versions.
        let is_suffix = rest.is_empty() || rest.starts_with(['-', '+', '_']);
        if !is_suffix || (!numbers.contains('.') && numbers.len() > LONGEST_BARE) {
            return None;
        }
        let numbers: Option<Vec<u64>> = numbers.split('.').map(|part| part.parse().ok()).collect();
        Some(Version {
            numbers: numbers?,
            rest: rest.to_owned(),
        })
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.numbers.first().copied().unwrap_or_default()
    }

    /// Orders versions by their numbers, then by what follows. Missing numbers count as zero: `4.1` is `4.1.0`.
    pub fn compare(&self, other: &Version) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let padded = |version: &Version| {
            let numbers = version.numbers.iter().copied();
            let padding = std::iter::repeat(0);
            numbers.chain(padding).take(length).collect::<Vec<_>>()
        };
        padded(self)
            .cmp(&padded(other))
            .then_with(|| self.compare_rest(other))
    }

    /// What follows the numbers, by the rules of semantic versions where it is a pre-release. Anything else (`-jre`,
    /// `-slim`) names a variant and says nothing about the order.
    fn compare_rest(&self, other: &Version) -> Ordering {
        let whole = |version: &Version| {
            let rest = match is_prerelease(&version.rest) {
                true => &*version.rest,
                false => "",
            };
            semver::Version::parse(&format!("0.0.0{rest}"))
        };
        match (whole(self), whole(other)) {
            (Ok(left), Ok(right)) => left.cmp_precedence(&right),
            _ => Ordering::Equal,
        }
    }
}

/// Whether a suffix names a version before the release.
fn is_prerelease(suffix: &str) -> bool {
    let name = suffix.trim_start_matches('-').to_ascii_lowercase();
    ["rc", "alpha", "beta", "pre", "dev", "snapshot", "preview"]
        .iter()
        .any(|word| name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_are_versions_are_read() {
        for (text, expected) in [
            ("4.1.0", Some(4)),
            ("v4.1", Some(4)),
            ("17-jre", Some(17)),
            ("3.9-slim-bookworm", Some(3)),
            ("1.10", Some(1)),
            ("v2", Some(2)),
            ("2024.11.05", Some(2024)),
            ("1.2.3.4", Some(1)),
            ("4.1.0-rc.1+build.5", Some(4)),
            ("latest", None),
            ("main-3f2c1a9", None),
            ("3f2c1a9", None),
            ("12345678", None),
            ("20241105", None),
            ("", None),
            ("v", None),
            ("4..1", None),
            (".1", None),
            ("99999999999999999999.1", None),
        ] {
            assert_eq!(
                Version::read(text).map(|version| version.major()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        for (left, right, expected) in [
            ("1.9", "1.10", Ordering::Less),
            ("v4.1.0", "4.1.0", Ordering::Equal),
            ("4.1", "4.1.0", Ordering::Equal),
            ("4.1.0-rc.1", "4.1.0", Ordering::Less),
            ("4.1.0-rc.2", "4.1.0-rc.10", Ordering::Less),
            ("5", "4.9.9", Ordering::Greater),
            ("4.1.0-jre8", "4.1.0-jre11", Ordering::Equal),
            ("17-jre", "17", Ordering::Equal),
        ] {
            let (left, right) = (Version::read(left).unwrap(), Version::read(right).unwrap());
            assert_eq!(left.compare(&right), expected, "{left:?} {right:?}");
        }
    }
}
