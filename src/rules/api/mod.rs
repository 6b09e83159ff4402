//! What Kubernetes' own API says of the objects that a chart renders.

mod deprecated;
mod invalid_object;
mod removed;
mod unknown_field;
mod unknown_version;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &deprecated::RULE,
    &invalid_object::RULE,
    &removed::RULE,
    &unknown_field::RULE,
    &unknown_version::RULE,
];
