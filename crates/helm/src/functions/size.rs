//! Results that are too large.

use envlint_gotemplate::{Context, Error};

/// The error of an operation whose result would be larger than the execution allows.
pub(super) fn too_large(cx: &dyn Context) -> Error {
    Error::new(format!(
        "result is larger than {} bytes",
        cx.limits().output
    ))
}

/// Fails when a text of this many bytes would be too large.
pub(super) fn check_size(cx: &dyn Context, bytes: usize) -> Result<(), Error> {
    if bytes > cx.limits().output {
        Err(too_large(cx))
    } else {
        Ok(())
    }
}
