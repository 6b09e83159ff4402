//! What a schema says of values.

mod secrets;

use super::Rule;

/// The rules of this folder.
pub const RULES: &[&Rule] = &[&secrets::RULE];
