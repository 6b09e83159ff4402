//! Semantic versions of charts and clusters.

use crate::functions::semver::{Constraints, Version};

/// Whether a chart may have this version (Helm: isValidSemver).
pub(crate) fn is_valid(version: &str) -> bool {
    Version::parse(version).is_ok()
}

/// Whether a version is in a range; none where either cannot be read (Masterminds/semver, as Helm uses it).
pub fn is_in_range(version: &str, range: &str) -> Option<bool> {
    let range = Constraints::parse(range).ok()?;
    Some(range.check(&Version::parse(version).ok()?))
}

/// Whether `version` is in the range `constraint`; what cannot be read is not (Helm: IsCompatibleRange).
pub fn satisfies(constraint: &str, version: &str) -> bool {
    is_in_range(version, constraint) == Some(true)
}
