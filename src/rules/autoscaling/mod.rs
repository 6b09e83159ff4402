//! Horizontal scaling.

mod fights_replicas;
mod minimum_exceeds_maximum;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&fights_replicas::RULE, &minimum_exceeds_maximum::RULE];
