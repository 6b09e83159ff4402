//! What a workflow of GitHub says of the way to production.

mod default_token;
mod endless_preview;
mod ignored_environments;
mod merge_ref;
mod pasted_input;
mod reader;
mod unprotected_production;
mod unread_file;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &default_token::RULE,
    &endless_preview::RULE,
    &ignored_environments::RULE,
    &merge_ref::RULE,
    &pasted_input::RULE,
    &unprotected_production::RULE,
    &unread_file::RULE,
];
