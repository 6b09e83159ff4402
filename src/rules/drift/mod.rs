//! What differs between environments without a reason.

mod expectation;
mod missing_key;
mod type_mismatch;
mod undeclared_difference;
mod unused_declaration;

use super::Rule;

/// The rules of this folder.
pub const RULES: &[&Rule] = &[
    &expectation::RULE,
    &missing_key::RULE,
    &type_mismatch::RULE,
    &undeclared_difference::RULE,
    &unused_declaration::RULE,
];

/// Names in a sentence: `dev`, `dev and staging`, `dev, staging and prod`.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}
