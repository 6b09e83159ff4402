//! The part of Go's `strconv` that templates and function libraries need: quoted text, and floats as text.

mod float;
mod quote;

pub use float::format_float;
pub use quote::{can_backquote, quote, quote_to_ascii, unquote};

pub(crate) use quote::{quote_rune, unquote_char};
