//! How secrets are kept out of every output.
//!
//! A secret must not be seen in any output of any command. That is a promise about the whole program, so it is not
//! left to the places that print:
//!
//! 1. **Where source text is quoted** (snippets, diffs), [`quote`] masks by place: the detection says which bytes of
//!    the file are a secret, and those bytes are replaced. This is exact, also for a password that is an ordinary word,
//!    and every line stays a line.
//! 2. **Where a single value is named in a message**, `Tree::shown` gives the value or its replacement.
//!
//! What stands for a secret is `[redacted, 40 chars]`: enough to tell an empty value, a short password and a key apart.

mod quote;

use std::borrow::Cow;

pub use quote::{Quote, quote};

/// What may be written of a text: the last pass over everything that leaves the program.
pub fn mask(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// What is shown instead of a secret of that many characters.
pub fn placeholder(chars: usize) -> String {
    match chars {
        1 => "[redacted, 1 char]".to_owned(),
        chars => format!("[redacted, {chars} chars]"),
    }
}
