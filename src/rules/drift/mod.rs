//! What differs between environments without a reason.

mod expectation;
mod missing_key;
mod type_mismatch;
mod undeclared_difference;
mod unused_declaration;

use super::Rule;
use crate::masking::{Name, Text, text};

/// The rules of this folder.
pub const RULES: &[&Rule] = &[
    &expectation::RULE,
    &missing_key::RULE,
    &type_mismatch::RULE,
    &undeclared_difference::RULE,
    &unused_declaration::RULE,
];

/// Names in a sentence: `dev`, `dev and staging`, `dev, staging and prod`.
fn listed(names: &[&str]) -> Text {
    let names = names.iter().map(|name| Text::of(&Name(name)));
    sentence(names.collect())
}

/// The same for what is no single name.
fn sentence(mut items: Vec<Text>) -> Text {
    match items.pop() {
        None => Text::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => text!("{} and {}", Text::join(items, ", "), last),
    }
}
