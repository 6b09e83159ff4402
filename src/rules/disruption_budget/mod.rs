//! Pod disruption budgets.

mod blocks_every_eviction;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&blocks_every_eviction::RULE];
