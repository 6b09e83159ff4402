//! Values of templates as plain data, as Go's JSON makes it.

use envlint_gotemplate::{Error, Object, Value};
use envlint_yaml::Value as Plain;

use super::semver::{Version, WithoutPointer};
use super::time::Time;

/// Values nested deeper are refused: a map can hold itself. (Go looks for cycles from a depth of 1000 on.)
const MAX_DEPTH: usize = 250;

/// The text of the types that marshal themselves, the same in JSON, YAML and TOML: times and versions.
pub(super) fn marshalled(value: &Value) -> Option<String> {
    if let Some(time) = value.downcast::<Time>() {
        return Some(time.0.rfc3339());
    }
    let version = value.downcast::<Version>();
    let version = version.or_else(|| value.downcast::<WithoutPointer>().map(|plain| &plain.0));
    version.map(Version::to_string)
}

/// A value as plain data. Floats stay floats: how they are written is the emitter's business.
pub(super) fn from_value(value: &Value) -> Result<Plain, Error> {
    convert(value, MAX_DEPTH)
}

/// The exported fields of a struct that does not marshal itself, in the order of their declaration.
pub(super) fn struct_fields(value: &Value) -> Option<Vec<(&'static str, Value)>> {
    match value {
        Value::Object(object) if object.underlying().is_none() && marshalled(value).is_none() => {
            Some(exported(&**object)).filter(|fields| !fields.is_empty())
        }
        _ => None,
    }
}

fn exported(object: &dyn Object) -> Vec<(&'static str, Value)> {
    let mut fields = object.fields();
    fields.retain(|(name, _)| name.starts_with(|c: char| c.is_ascii_uppercase()));
    fields
}

fn convert(value: &Value, depth: usize) -> Result<Plain, Error> {
    let unsupported = |what: String| Err(Error::new(format!("json: unsupported {what}")));
    let Some(depth) = depth.checked_sub(1) else {
        let name = value.type_name();
        return unsupported(format!("value: encountered a cycle via {name}"));
    };
    Ok(match value {
        Value::Nil => Plain::Null,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Int(number, _) => Plain::Int(*number),
        Value::Uint(number, _) => match i64::try_from(*number) {
            Ok(number) => Plain::Int(number),
            Err(_) => Plain::UInt(*number),
        },
        Value::Float(number, _) => Plain::Float(*number),
        Value::String(text) => Plain::String(lossy(text.as_bytes())),
        Value::Bytes(bytes) => Plain::String(data_encoding::BASE64.encode(bytes)),
        Value::List(list) if list.is_nil() => Plain::Null,
        Value::List(list) => {
            let items = list.iter().map(|item| convert(item, depth));
            Plain::Seq(items.collect::<Result<_, _>>()?)
        }
        Value::Map(map) if map.is_nil() => Plain::Null,
        Value::Map(map) => {
            let entries = map.borrow();
            let converted = entries
                .iter()
                .map(|(key, value)| Ok((lossy(key.as_bytes()), convert(value, depth)?)));
            Plain::Map(converted.collect::<Result<_, Error>>()?)
        }
        Value::Object(object) => match (marshalled(value), object.underlying()) {
            (Some(text), _) => Plain::String(text),
            (None, Some(plain)) => convert(&plain, depth)?,
            (None, None) => {
                let fields = object.json_fields();
                let converted = fields
                    .iter()
                    .map(|(name, value)| Ok(((*name).to_owned(), convert(value, depth)?)));
                Plain::Map(converted.collect::<Result<_, Error>>()?)
            }
        },
        Value::Func(func) => return unsupported(format!("type: {}", func.type_name())),
    })
}

fn lossy(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => super::text::runes(text).collect(),
    }
}
