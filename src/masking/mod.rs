//! How secrets are kept out of every output.
//!
//! A secret must not be seen in any output of any command. That is a promise about the whole program, so it is not
//! left to the places that print:
//!
//! 1. **Where a file is read**, its secrets are found ([`crate::sensitive`]) and made known ([`learn`]). There is no
//!    way to make a `Source` without this, also of a file with syntax errors.
//! 2. **Where source text is quoted** (snippets, diffs), [`quote`] and [`mask_lines`] mask by place: the detection
//!    says which bytes are a secret, and those bytes are replaced. This is exact, also for a password that is an
//!    ordinary word, and every line stays a line.
//! 3. **Where a single value is named in a message**, `promotion::shown` gives the value or its replacement; and when
//!    a rule reports a finding, [`mask_finding`] hides what they quote of the values that they point at.
//! 4. **Where text leaves the program**, [`mask`] replaces every known secret, in all the forms that writers give it:
//!    as it is, escaped for JSON, YAML, XML or Markdown, as base64, and line by line. All of stdout, stderr and
//!    `--output` passes through here, by way of `cli::Output`, which is the only writer.
//!
//! Secrets are of two strengths. A *strong* one (a token, a key, anything drawn or long) is replaced wherever it
//! appears. A *weak* one (`postgres`, `admin`: an ordinary word that is somebody's password) would take file names,
//! app names and sentences with it; it is replaced where it stands as a value: in quotes or after a colon or an equals
//! sign, on a line that names a secret-like key.
//!
//! The replacement is `[redacted, 40 chars]`: enough to tell an empty value, a short password and a key apart. It has
//! no character that JSON, XML, SARIF or a workflow command would have to escape, so masking never breaks a format.
//! Where a number is masked in JSON, the replacement brings its own quotes.
//!
//! Not masked, and never shown on a terminal: files that are the user's own values (`promote --write`, `check --fix`,
//! `render --out`), and what `template` prints for another program.

mod known;
mod lines;
mod quote;

use std::borrow::Cow;

pub use lines::{between, mask_lines};
pub use quote::{Quote, quote};

use envlint_yaml::Document;

use crate::sensitive::{self, Sensitive};

pub use crate::sensitive::placeholder;

/// Makes secrets known to [`mask`].
pub fn learn(sensitive: &[Sensitive]) {
    known::learn(sensitive);
}

/// Makes the secrets of a text known to [`mask`]: a file that no `Source` is made of.
pub fn learn_text(text: &str) {
    known::learn(&sensitive::detect(&Document::parse(text)));
}

/// Makes values known to [`mask`] that a schema marks as secret (`writeOnly: true`, `format: password`), whatever their
/// keys are called.
pub fn learn_marked<'t>(texts: impl Iterator<Item = &'t str>) {
    known::learn_marked(texts);
}

/// What may be written of a text: the last pass over everything that leaves the program.
pub fn mask(text: &str) -> Cow<'_, str> {
    known::current().mask(text)
}
