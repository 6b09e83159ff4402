//! What a file says to Helm, against what it seems to say.

mod ambiguous_scalar;
mod duplicate_key;
mod embedded_text;
mod lost_value;
mod merge_conflict;
mod several_documents;
mod syntax;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &ambiguous_scalar::RULE,
    &duplicate_key::RULE,
    &embedded_text::RULE,
    &lost_value::RULE,
    &merge_conflict::RULE,
    &several_documents::RULE,
    &syntax::RULE,
];
