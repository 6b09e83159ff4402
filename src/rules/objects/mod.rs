//! The objects that a chart renders, held against each other.

mod broken_digest;
mod duplicate;
mod missing_port;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&broken_digest::RULE, &duplicate::RULE, &missing_port::RULE];
