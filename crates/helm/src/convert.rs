//! Between plain data and the values of templates.

use envlint_gotemplate as go;
use envlint_yaml::{Map, Value};

/// Plain data as a template sees it: an integer becomes an `int64`, as `--set` gives it.
pub(crate) fn to_go(value: &Value) -> go::Value {
    convert(value, &go::Value::int64)
}

/// Plain data of a file as a template sees it: every number is a `float64`.
pub(crate) fn file_to_go(value: &Value) -> go::Value {
    convert(value, &|number| go::Value::float64(number as f64))
}

/// As [`to_go`], for a map.
pub(crate) fn map_to_go(map: &Map) -> go::Map {
    map.iter()
        .map(|(key, value)| (key.as_str(), to_go(value)))
        .collect()
}

/// As [`file_to_go`], for a map.
pub(crate) fn file_map_to_go(map: &Map) -> go::Map {
    map.iter()
        .map(|(key, value)| (key.as_str(), file_to_go(value)))
        .collect()
}

fn convert(value: &Value, integer: &dyn Fn(i64) -> go::Value) -> go::Value {
    match value {
        Value::Null => go::Value::Nil,
        Value::Bool(value) => go::Value::Bool(*value),
        Value::Int(number) => integer(*number),
        // Go's JSON decoder knows only float64, and --set makes no integer of this size.
        Value::UInt(number) => go::Value::float64(*number as f64),
        Value::Float(number) => go::Value::float64(*number),
        Value::String(text) => go::Value::string(text.as_str()),
        Value::Seq(items) => {
            go::Value::List(items.iter().map(|item| convert(item, integer)).collect())
        }
        Value::Map(map) => go::Value::Map(
            map.iter()
                .map(|(key, value)| (key.as_str(), convert(value, integer)))
                .collect(),
        ),
    }
}

/// Values of templates as plain data. Whole numbers come back as integers, since that is what people wrote and read; whatever plain
/// data cannot hold (functions, host objects) cannot occur in values.
pub(crate) fn from_go(value: &go::Value) -> Value {
    match value {
        go::Value::Bool(value) => Value::Bool(*value),
        go::Value::Int(number, _) => Value::Int(*number),
        go::Value::Uint(number, _) => Value::from(*number),
        go::Value::Float(number, _) => whole(*number),
        go::Value::String(text) => Value::String(text.to_str_lossy().into_owned()),
        go::Value::List(items) => Value::Seq(items.iter().map(from_go).collect()),
        go::Value::Map(map) => Value::Map(map_from_go(map)),
        go::Value::Nil | go::Value::Bytes(_) | go::Value::Object(_) | go::Value::Func(_) => {
            Value::Null
        }
    }
}

/// As [`from_go`], for a map.
pub(crate) fn map_from_go(map: &go::Map) -> Map {
    map.borrow()
        .iter()
        .map(|(key, value)| (key.to_str_lossy().into_owned(), from_go(value)))
        .collect()
}

/// 2^53: floats hold every whole number up to here.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        Value::Int(number as i64)
    } else {
        Value::Float(number)
    }
}
