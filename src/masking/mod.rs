//! How secrets are kept out of every output.
//!
//! A secret must not be seen in any output of any command. That is a promise about the whole program, so it is held by
//! types, and not by the care of the places that print:
//!
//! 1. **Where text is read**, its secrets are made known: [`learn`] is called by every `Source`, [`learn_text`] for what
//!    is read otherwise, [`learn_arguments`] for the command line. Most of it is looked at only when something is to be
//!    shown.
//! 2. **What messages are made of** is [`Text`]: words of the program, and what is said in between. It cannot be printed.
//!    The type of what is said decides how it is masked ([`Say`]): a [`Name`] keeps its words, any other text loses all
//!    that may be a secret.
//! 3. **What leaves the program** is [`Printable`]. Only the masker makes it, of a text ([`Text::show`]) or of lines of a
//!    file ([`quote`], [`mask_lines`]), where the bytes of a secret are replaced in their place. Formats escape what is
//!    printable already, so a secret cannot hide behind an escape, and a replacement cannot break a format.
//!    `cli::Output`, the only writer, takes nothing else.
//!
//! Secrets are of two strengths. A *strong* one (a token, a key, anything drawn or long) is replaced wherever it
//! appears in what is no name. A *weak* one (`postgres`, `admin`: an ordinary word that is somebody's password) is
//! replaced where it stands as a value (`weak.rs`).
//!
//! The replacement is `[redacted, 40 chars]`: enough to tell an empty value, a short password and a key apart.
//!
//! Not masked, and never shown on a terminal: files that are the user's own values (`promote --write`, `check --fix`,
//! `render --out`), and what `template`, `render` and `preview` print for another program.

mod known;
pub mod markdown;
mod printable;
mod quote;
mod text;
mod value;
mod visible;
mod weak;

pub use crate::{printable, text};
pub use printable::{Part, Printable, Shown};
pub use quote::{LastQuote, Quote, mask_lines, mask_places, quote};
pub use text::{Name, Noted, Notes, ObjectName, Said, Say, Seen, Speech, Text};
pub use value::mask_value;
pub use visible::{Own, visible};

use crate::sensitive::{self, Sensitive};

pub use crate::sensitive::placeholder;

/// Makes secrets known to the masker.
pub fn learn(sensitive: &[Sensitive]) {
    known::learn(sensitive);
}

/// Makes the secrets of a text known to the masker: a file that no `Source` is made of.
pub fn learn_text(text: &str) {
    known::learn_later(known::Unread::File(text.to_owned()));
}

/// Makes the secrets of a chart's file known to the masker: of those that hold values, since templates say nothing of
/// them but the keys.
pub fn learn_file(name: &str, bytes: &[u8]) {
    let base = name.rsplit('/').next().unwrap_or(name);
    if matches!(base, "values.yaml" | "values.schema.json" | "Chart.yaml") {
        learn_text(&String::from_utf8_lossy(bytes));
    }
}

/// Whether a key, or the end of a path, promises a secret.
pub fn is_secret_key(key: &str) -> bool {
    sensitive::promises_secret(key)
}

/// Makes what the arguments of the command line set known to the masker.
pub fn learn_arguments(arguments: impl Iterator<Item = String>) {
    for argument in arguments {
        known::learn_later(known::Unread::Argument(argument));
    }
}

/// Makes known to the masker what the expressions and messages of a file say: a draw stands under no key there.
pub fn learn_expressions(text: &str) {
    known::learn_later(known::Unread::Expressions(text.to_owned()));
}

/// Makes values known to the masker that somebody marked as secret, whatever their keys are called: a schema
/// (`writeOnly: true`, `format: password`), or a person who gives them to be sealed.
pub fn learn_marked<'t>(texts: impl Iterator<Item = &'t str>) {
    known::learn_marked(texts);
}
