//! Why there are no values.

/// Values that cannot be read, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValuesError(String);

impl ValuesError {
    pub(crate) fn new(message: impl Into<String>) -> ValuesError {
        ValuesError(message.into())
    }
}
