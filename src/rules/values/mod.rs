//! What a chart makes of the values that it is given.

mod dependency;
mod dotted_key;
mod restated;
mod template_text;
mod undefined;
mod unused;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &dotted_key::RULE,
    &template_text::RULE,
    &undefined::RULE,
    &unused::RULE,
];
