//! The comments that suppress findings. They are applied after all rules have run (`src/check/suppression.rs`).

mod unused;
mod without_reason;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&unused::RULE, &without_reason::RULE];
