//! What differs between environments without a reason.

mod missing_key;

use super::Rule;

/// The rules of this folder.
pub const RULES: &[&Rule] = &[&missing_key::RULE];
