//! How mistakes are told.

pub(super) fn error<T>(code: &str, expression: &str) -> Result<T, String> {
    Err(format!("{code}: `{expression}`"))
}

/// The part of `text` before `rest`, which is a tail of it.
pub(super) fn until<'a>(text: &'a str, rest: &str) -> &'a str {
    text.get(..text.len().saturating_sub(rest.len()))
        .unwrap_or(text)
}
