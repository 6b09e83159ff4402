//! What a chart makes of the values that it is given.

mod dependency;
mod restated;
mod undefined;
mod unused;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&undefined::RULE, &unused::RULE];
