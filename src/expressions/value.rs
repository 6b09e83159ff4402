//! What an expression sees: values of YAML and JSON as values of CEL.

use std::collections::HashMap;

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt,
};
use cel::common::value::Val;
use envlint_yaml::Value;
use serde_json::Value as Json;

/// A value that owns all of itself.
pub type Owned = Box<dyn Val>;

/// A value of YAML.
pub fn of_yaml(value: &Value) -> Owned {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Int(number) => Box::new(CelInt::from(*number)),
        Value::UInt(number) => Box::new(CelUInt::from(*number)),
        Value::Float(number) => Box::new(CelDouble::from(*number)),
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Seq(items) => list(items.iter().map(of_yaml)),
        Value::Map(map) => of_map(map.iter().map(|(key, value)| (key.clone(), of_yaml(value)))),
    }
}

/// A value of the configuration.
pub fn of_json(value: &Json) -> Owned {
    match value {
        Json::Null => Box::new(CelNull),
        Json::Bool(value) => Box::new(CelBool::from(*value)),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Box::new(CelInt::from(number)),
            (None, Some(number)) => Box::new(CelUInt::from(number)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or_default())),
        },
        Json::String(text) => Box::new(CelString::from(text.clone())),
        Json::Array(items) => list(items.iter().map(of_json)),
        Json::Object(map) => of_map(map.iter().map(|(key, value)| (key.clone(), of_json(value)))),
    }
}

/// A map of texts.
pub fn of_texts<const N: usize>(entries: [(&str, &str); N]) -> Owned {
    let text = |text: &str| -> Owned { Box::new(CelString::from(text.to_owned())) };
    of_map(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), text(value))),
    )
}

/// A list.
pub fn list(items: impl Iterator<Item = Owned>) -> Owned {
    Box::new(CelList::from(items.collect::<Vec<Owned>>()))
}

/// A map.
pub fn of_map(entries: impl Iterator<Item = (String, Owned)>) -> Owned {
    let entries =
        entries.map(|(key, value)| (CelMapKey::from(cel::objects::Key::from(key)), value));
    Box::new(CelMap::from(
        entries.collect::<HashMap<CelMapKey<'static>, Owned>>(),
    ))
}
