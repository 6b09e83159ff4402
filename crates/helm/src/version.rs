//! Semantic versions of charts and clusters.

use crate::functions::semver::{Constraints, Version};

/// Whether a chart may have this version (Helm: isValidSemver).
pub(crate) fn is_valid(version: &str) -> bool {
    Version::parse(version).is_ok()
}

/// Whether `version` is in the range `constraint`; what cannot be read is not (Helm: IsCompatibleRange).
pub fn satisfies(constraint: &str, version: &str) -> bool {
    match (Constraints::parse(constraint), Version::parse(version)) {
        (Ok(constraint), Ok(version)) => constraint.check(&version),
        _ => false,
    }
}
