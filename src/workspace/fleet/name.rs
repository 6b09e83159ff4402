//! Names that DNS takes, and so Services, hosts and Helm's releases.

use crate::masking::{Name, Text, text};

/// What a label of DNS can hold, in characters.
pub(super) const LONGEST_LABEL: usize = 63;
/// What Helm takes for the name of a release: the rest is for what charts add (Helm: `pkg/chart/common/util`,
/// `ValidateReleaseName`).
pub(super) const LONGEST_RELEASE: usize = 53;

/// Why a name cannot be that of an app of a list, or of a chart, and the way out; none where it can.
pub fn unusable_name(name: &str) -> Option<(Text, &'static str)> {
    unusable(name, LONGEST_RELEASE)
}

pub(super) fn unusable(name: &str, longest: usize) -> Option<(Text, &'static str)> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_inner = |byte: u8| is_letter(byte) || byte == b'-';
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let has_ends = ends
        .iter()
        .all(|end| end.is_some_and(|end| is_letter(*end)));
    if !has_ends || !bytes.iter().all(|byte| is_inner(*byte)) {
        let message = text!(
            "DNS cannot hold the name `{}`, so no Service or host can have it",
            Name(name)
        );
        let help = "use lower-case letters, digits and `-`, with a letter or a digit at both ends";
        return Some((message, help));
    }
    if name.len() > longest {
        let message = text!(
            "the name `{}` has {} characters, but a release has at most {}",
            Name(name),
            name.len(),
            longest
        );
        return Some((message, "shorten it"));
    }
    None
}
