//! What a chart makes of the values that it is given.

mod dependency;
mod dotted_key;
mod meant;
mod other_readers;
mod replaced_default;
mod restated;
mod template_text;
mod undefined;
mod unset_switch;
mod unused;
mod unused_default;
mod wrapper;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &dotted_key::RULE,
    &replaced_default::RULE,
    &template_text::RULE,
    &undefined::RULE,
    &unset_switch::RULE,
    &unused::RULE,
    &unused_default::RULE,
];
