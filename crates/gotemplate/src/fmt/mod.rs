//! Go's `fmt` and the part of `strconv` that function libraries need.

mod quote;

pub(crate) use quote::{can_backquote, quote_rune, unquote_char};
pub use quote::{quote, quote_to_ascii, unquote};
