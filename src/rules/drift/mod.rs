//! What differs between environments without a reason.

mod expectation;
mod missing_key;
mod naming_outlier;
mod type_mismatch;
mod undeclared_difference;
mod unused_declaration;

use envlint_yaml::Path;

use super::Rule;
use crate::masking::{Name, Text, text};

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &expectation::RULE,
    &missing_key::RULE,
    &naming_outlier::RULE,
    &type_mismatch::RULE,
    &undeclared_difference::RULE,
    &unused_declaration::RULE,
];

/// A path as it must be written in a flow map.
fn in_flow(path: &Path) -> String {
    let path = path.to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if path.chars().all(is_plain) {
        path
    } else if path.contains(['"', '\\']) && !path.contains('\'') {
        format!("'{path}'")
    } else {
        // A JSON text is a YAML text.
        serde_json::Value::from(path).to_string()
    }
}

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
