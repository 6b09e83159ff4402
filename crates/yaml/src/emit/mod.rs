//! The text that Go prints for a value: `sigs.k8s.io/yaml` Marshal (Helm's `toYaml`), which is JSON read and written by
//! goyaml v2, and goyaml v3 with two columns per level (Helm's `toYamlPretty`).

mod json;
mod keys;
mod scalar;
mod writer;

use crate::value::Value;
use writer::Writer;

/// Whose text is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
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

/// What Helm's `toYaml` prints, without the line break at the end. The empty text where Marshal fails, as in Helm.
pub fn emit(value: &Value) -> String {
    marshal(value).map(trimmed).unwrap_or_default()
}

/// What `sigs.k8s.io/yaml` Marshal returns, with the line break at the end: keys in goyaml's natural order, lists not
/// indented under their key, text without line breaks of its own folded at 80 columns.
///
/// # Errors
/// What Marshal refuses, see [`EmitError`].
pub fn marshal(value: &Value) -> Result<String, EmitError> {
    Writer::new(Dialect::V2).document(value)
}

/// What Helm's `toYamlPretty` prints, without the line break at the end: lists are indented under
/// their key and no line is folded.
pub fn emit_pretty(value: &Value) -> String {
    Writer::new(Dialect::V3)
        .document(value)
        .map(trimmed)
        .unwrap_or_default()
}

/// Helm: `strings.TrimSuffix(string(data), "\n")`.
fn trimmed(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}
