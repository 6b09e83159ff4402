//! Horizontal scaling.

mod fights_replicas;
mod minimum_exceeds_maximum;
mod missing_autoscaler;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &fights_replicas::RULE,
    &minimum_exceeds_maximum::RULE,
    &missing_autoscaler::RULE,
];
