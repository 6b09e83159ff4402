//! Between plain data and the values of templates.

use envlint_gotemplate as go;
use envlint_yaml::{Kind, Node, Value};

/// Plain data as a template sees it: an integer becomes an `int64`, as `--set` gives it.
pub(crate) fn to_go(value: &Value) -> go::Value {
    convert(value, &go::Value::int64)
}

/// Plain data of a file as a template sees it: every number is a `float64`.
pub(crate) fn file_to_go(value: &Value) -> go::Value {
    convert(value, &|number| go::Value::float64(number as f64))
}

/// A value of a file as a template sees it.
pub(crate) fn node_to_go(node: &Node) -> go::Value {
    match node.kind() {
        Kind::Scalar(scalar) => file_to_go(&scalar.value()),
        Kind::Sequence(items) => go::Value::List(items.iter().map(node_to_go).collect()),
        Kind::Mapping(mapping) => go::Value::Map(
            mapping
                .iter()
                .map(|(key, node)| (key.text(), node_to_go(node)))
                .collect(),
        ),
    }
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

/// 2^53: floats hold every whole number up to here.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Whole numbers are integers, since that is what people wrote and read.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        Value::Int(number as i64)
    } else {
        Value::Float(number)
    }
}

/// Plain data as JSON, with the numbers that Helm gives to the validator of schemas: it has read all of them as floats.
pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(number) => number_to_json(*number as f64),
        Value::UInt(number) => number_to_json(*number as f64),
        Value::Float(number) => number_to_json(*number),
        Value::Seq(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), to_json(value)))
            .collect(),
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
    }
}

fn number_to_json(number: f64) -> serde_json::Value {
    serde_json::to_value(whole(number)).unwrap_or_default()
}
