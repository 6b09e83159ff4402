//! From keys to those of JSON.

use std::borrow::Cow;

use crate::node::{Scalar, Text};
use crate::scalar::{Resolved, key_text};

/// The text of a key after the conversion to JSON.
pub(super) fn converted_key(scalar: &Scalar) -> Result<Text, &'static str> {
    match key_text(scalar.resolved()) {
        // Borrowed text is the scalar's own, unless it is a word for a boolean.
        Some(Cow::Borrowed(text)) if text == scalar.text() => Ok(scalar.text.clone()),
        Some(text) => Ok(Text::owned(&text)),
        None if matches!(scalar.resolved(), Resolved::Null) => {
            Err("null cannot be a key; quote it if you mean text")
        }
        None => {
            Err("an integer above 9223372036854775807 cannot be a key; quote it if you mean text")
        }
    }
}
