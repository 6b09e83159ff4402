//! How the text after `=` is read.

use envlint_yaml::Value;

/// The largest list index (Helm: strvals.MaxIndex).
pub(super) const MAX_INDEX: usize = 65_536;
/// The deepest `a.b.c…` (Helm: strvals.MaxNestedNameLevel).
pub(super) const MAX_NESTED_NAMES: usize = 30;

/// How the text after `=` becomes a value.
pub(crate) enum Dialect<'a> {
    /// `--set`: booleans, null and integers are typed, `{a,b}` is a list.
    Typed,
    /// `--set-string`: everything is text, `{a,b}` is a list.
    Text,
    /// `--set-json`: JSON.
    Json,
    /// `--set-literal`: the rest of the argument, whatever it holds.
    Literal,
    /// `--set-file`: the content of the file of that name.
    File(&'a dyn Fn(&str) -> Result<Value, String>),
}

/// A scalar of `--set` (Helm: typedVal).
pub(super) fn typed(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    if text == "0" {
        return Value::Int(0);
    }
    // Digits after a leading zero are text: a number would lose the zero.
    let number = if text.starts_with('0') {
        None
    } else {
        text.parse().ok()
    };
    number.map_or(Value::String(text), Value::Int)
}
