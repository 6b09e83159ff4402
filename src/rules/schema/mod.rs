//! What JSON Schemas say of values.

mod secrets;
mod values;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&secrets::RULE, &values::RULE];
