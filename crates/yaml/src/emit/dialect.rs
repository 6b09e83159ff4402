//! Whose text is printed, and what they do not print.

/// Whose text is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// goyaml v2 behind JSON: `toYaml`.
    V2,
    /// goyaml v3: `toYamlPretty`.
    V3,
}

/// A value that Go's encoder refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// JSON has no infinity and no NaN.
    #[error("{0} is not a number that JSON has")]
    Number(String),
    /// The text holds a character that goyaml does not read, and it reads what JSON writes.
    #[error("the text holds U+{0:04X}, which cannot be written as YAML by way of JSON")]
    Character(u32),
    /// goyaml reads keys of at most 1,024 characters on one line.
    #[error("the key has more than 1,024 characters, or a line separator")]
    Key,
}
