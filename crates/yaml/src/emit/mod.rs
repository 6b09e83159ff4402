//! The text that Go prints for a value: `sigs.k8s.io/yaml` Marshal (Helm's `toYaml`), which is JSON read and written by
//! goyaml v2, and goyaml v3 with two columns per level (Helm's `toYamlPretty`).

mod dialect;
mod json;
mod keys;
mod scalar;
mod writer;

use crate::value::Value;
use dialect::Dialect;
pub use dialect::EmitError;
use writer::Writer;

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
