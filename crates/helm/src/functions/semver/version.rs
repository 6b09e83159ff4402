use std::cmp::Ordering;
use std::fmt;

/// Longest version text the library accepts, in bytes.
const MAX_LENGTH: usize = 256;

/// A version, read leniently: `v` prefix, missing minor and patch, and leading zeros in the numbers are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: u64,
    pub(crate) minor: u64,
    pub(crate) patch: u64,
    pub(crate) prerelease: String,
    pub(crate) metadata: String,
    /// The text as it was given.
    pub(crate) original: String,
}

impl Version {
    /// Reads `text`; the error is the library's own wording.
    pub(crate) fn parse(text: &str) -> Result<Version, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!(
                "version string is too long (max {MAX_LENGTH} bytes)"
            ));
        }
        let parts = Parts::whole(text).ok_or("invalid semantic version")?;
        let version = Version {
            major: segment(parts.numbers[0])?,
            minor: segment(parts.numbers[1])?,
            patch: segment(parts.numbers[2])?,
            prerelease: parts.prerelease.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: text.to_owned(),
        };
        check_prerelease(&version.prerelease)?;
        Ok(version)
    }

    /// Precedence; build metadata does not count.
    pub(crate) fn compare(&self, other: &Version) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(
                || match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                    (true, true) => Ordering::Equal,
                    (true, false) => Ordering::Greater,
                    (false, true) => Ordering::Less,
                    (false, false) => compare_prereleases(&self.prerelease, &other.prerelease),
                },
            )
    }

    /// The `v` that the text began with, if any.
    fn prefix(&self) -> &'static str {
        if self.original.starts_with('v') {
            "v"
        } else {
            ""
        }
    }

    fn with_prefix_of(mut self, before: &Version) -> Version {
        self.original = format!("{}{self}", before.prefix());
        self
    }

    /// The next patch release; of a pre-release, the release itself.
    pub(crate) fn next_patch(&self) -> Result<Version, String> {
        let patch = if self.prerelease.is_empty() {
            self.patch
                .checked_add(1)
                .ok_or("patch version increment would overflow uint64")?
        } else {
            self.patch
        };
        Ok(Version::release(self.major, self.minor, patch).with_prefix_of(self))
    }

    /// The next minor release.
    pub(crate) fn next_minor(&self) -> Result<Version, String> {
        let minor = self
            .minor
            .checked_add(1)
            .ok_or("minor version increment would overflow uint64")?;
        Ok(Version::release(self.major, minor, 0).with_prefix_of(self))
    }

    /// The next major release.
    pub(crate) fn next_major(&self) -> Result<Version, String> {
        let major = self
            .major
            .checked_add(1)
            .ok_or("major version increment would overflow uint64")?;
        Ok(Version::release(major, 0, 0).with_prefix_of(self))
    }

    /// The same version with another pre-release.
    pub(crate) fn with_prerelease(&self, prerelease: &str) -> Result<Version, String> {
        check_identifiers(prerelease, "invalid prerelease string")?;
        check_prerelease(prerelease)?;
        Ok(Version {
            prerelease: prerelease.to_owned(),
            ..self.clone()
        }
        .with_prefix_of(self))
    }

    /// The same version with other build metadata.
    pub(crate) fn with_metadata(&self, metadata: &str) -> Result<Version, String> {
        check_identifiers(metadata, "invalid metadata string")?;
        Ok(Version {
            metadata: metadata.to_owned(),
            ..self.clone()
        }
        .with_prefix_of(self))
    }

    fn release(major: u64, minor: u64, patch: u64) -> Version {
        Version {
            major,
            minor,
            patch,
            prerelease: String::new(),
            metadata: String::new(),
            original: String::new(),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// The pieces of a version-like text, unchecked. A missing number is empty.
pub(super) struct Parts<'a> {
    pub(super) numbers: [&'a str; 3],
    pub(super) prerelease: &'a str,
    pub(super) metadata: &'a str,
    /// Bytes of the input that belong to the version.
    pub(super) length: usize,
}

impl<'a> Parts<'a> {
    fn whole(text: &'a str) -> Option<Parts<'a>> {
        Parts::prefix(text, |byte| byte.is_ascii_digit()).filter(|parts| parts.length == text.len())
    }

    /// Reads the longest version at the start of `text`, whose numbers consist of bytes that `is_number` accepts.
    pub(super) fn prefix(text: &'a str, is_number: impl Fn(u8) -> bool) -> Option<Parts<'a>> {
        let mut rest = text.strip_prefix('v').unwrap_or(text);
        let mut numbers = [""; 3];
        numbers[0] = take(&mut rest, &is_number)?;
        for number in &mut numbers[1..] {
            let Some(mut after) = rest.strip_prefix('.') else {
                break;
            };
            let Some(found) = take(&mut after, &is_number) else {
                break;
            };
            *number = found;
            rest = after;
        }
        let prerelease = dotted(&mut rest, '-');
        let metadata = dotted(&mut rest, '+');
        Some(Parts {
            numbers,
            prerelease,
            metadata,
            length: text.len() - rest.len(),
        })
    }
}

fn take<'a>(rest: &mut &'a str, accept: impl Fn(u8) -> bool) -> Option<&'a str> {
    let length = rest.bytes().take_while(|byte| accept(*byte)).count();
    let (found, after) = rest.split_at_checked(length)?;
    *rest = after;
    (!found.is_empty()).then_some(found)
}

/// Takes `lead` and the dot-separated identifiers after it, without `lead`; nothing when there is no such part.
fn dotted<'a>(rest: &mut &'a str, lead: char) -> &'a str {
    let Some(start) = rest.strip_prefix(lead) else {
        return "";
    };
    let mut after = start;
    if take(&mut after, is_identifier).is_none() {
        return "";
    }
    while let Some(mut next) = after.strip_prefix('.') {
        if take(&mut next, is_identifier).is_none() {
            break;
        }
        after = next;
    }
    *rest = after;
    start
        .split_at_checked(start.len() - after.len())
        .map_or("", |(found, _)| found)
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn segment(digits: &str) -> Result<u64, String> {
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse().map_err(|_| {
        format!(
            "error parsing version segment: strconv.ParseUint: parsing \"{digits}\": value out of range"
        )
    })
}

fn check_prerelease(prerelease: &str) -> Result<(), String> {
    let padded = |part: &str| {
        part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if prerelease.split('.').any(padded) {
        return Err("version segment starts with 0".to_owned());
    }
    Ok(())
}

fn check_identifiers(text: &str, message: &str) -> Result<(), String> {
    let valid = |part: &str| !part.is_empty() && part.bytes().all(is_identifier);
    if text.is_empty() || text.split('.').all(valid) {
        Ok(())
    } else {
        Err(message.to_owned())
    }
}

/// Part by part; a missing part is lower than any part.
pub(super) fn compare_prereleases(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (l, r) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (l, r) => (l.unwrap_or(""), r.unwrap_or("")),
        };
        let order = compare_part(l, r);
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Numbers are compared as numbers and are lower than words. A number beyond 64 bits is a word, and two equal numbers
/// with different digits order the left one lower, as in the library.
fn compare_part(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    match (left.is_empty(), right.is_empty()) {
        (true, _) => return Ordering::Less,
        (_, true) => return Ordering::Greater,
        _ => {}
    }
    match (number(left), number(right)) {
        (None, None) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(l), Some(r)) if l > r => Ordering::Greater,
        (Some(_), Some(_)) => Ordering::Less,
    }
}

fn number(part: &str) -> Option<u64> {
    part.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| part.parse().ok())
        .flatten()
}
