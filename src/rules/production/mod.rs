//! What must hold in the environments of the production tier.

use super::Rule;

/// The rules of this folder.
pub const RULES: &[&Rule] = &[];
