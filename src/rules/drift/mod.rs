//! What differs between environments without a reason.

mod expectation;
mod missing_key;
mod naming_outlier;
mod type_mismatch;
mod undeclared_difference;
mod unused_declaration;

use envlint_yaml::Path;

use super::Rule;

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
