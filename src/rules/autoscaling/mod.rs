//! Horizontal scaling.

mod minimum_exceeds_maximum;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&minimum_exceeds_maximum::RULE];
