//! The little language of `--set` and its relatives (Helm: pkg/strvals): `a.b=1,c[0].d=x,list={1,2}`.

mod keys;
mod reader;

use envlint_yaml::{Map, Value};

use keys::Parser;
use reader::{Reader, Stop};

/// The largest list index (Helm: strvals.MaxIndex).
const MAX_INDEX: usize = 65_536;
/// The deepest `a.b.c…` (Helm: strvals.MaxNestedNameLevel).
const MAX_NESTED_NAMES: usize = 30;

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

/// Sets what `argument` says in `values`.
///
/// # Errors
/// Helm's text, without the "failed parsing --set data" in front.
pub(crate) fn parse_into(
    argument: &str,
    dialect: &Dialect<'_>,
    values: &mut Map,
) -> Result<(), String> {
    let mut parser = Parser {
        input: Reader::new(argument, !matches!(dialect, Dialect::Literal)),
        dialect,
        brackets: 0,
    };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Failed(why)) => return Err(why),
        }
    }
}

/// A scalar of `--set` (Helm: typedVal).
fn typed(text: String) -> Value {
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
