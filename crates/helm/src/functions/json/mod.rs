//! JSON as Go's encoding/json writes and reads it.

mod decode;
mod encode;

use envlint_gotemplate::{Error, Function, GoString, LIST_ANY, List, MAP_ANY, Map, Type, Value};

pub(super) use encode::{Style, encode};

const ANY: Type = Type::Interface;
const S: Type = Type::String;

pub(super) static TABLE: &[Function] = &[
    // Helm's own: swallows the error, or panics with it.
    Function::new("toJson", &[ANY], |cx, args| {
        Ok(encode(cx, args.get(0), Style::COMPACT)
            .unwrap_or_default()
            .into())
    })
    .deep(),
    Function::new("mustToJson", &[ANY], |cx, args| {
        Ok(encode(cx, args.get(0), Style::COMPACT)?.into())
    })
    .deep(),
    Function::new("toPrettyJson", &[ANY], |cx, args| {
        Ok(encode(cx, args.get(0), Style::PRETTY)
            .unwrap_or_default()
            .into())
    })
    .deep(),
    Function::new("mustToPrettyJson", &[ANY], |cx, args| {
        Ok(encode(cx, args.get(0), Style::PRETTY)?.into())
    })
    .deep(),
    RAW,
    RAW.alias("mustToRawJson"),
    Function::new("fromJson", &[S], |_, args| Ok(from_json(args.bytes(0)))),
    Function::new("fromJsonArray", &[S], |_, args| {
        Ok(from_json_array(args.bytes(0)))
    }),
    Function::new("mustFromJson", &[S], |_, args| {
        decode::decode(args.bytes(0)).into_result()
    }),
];

const RAW: Function = Function::new("toRawJson", &[ANY], |cx, args| {
    Ok(encode(cx, args.get(0), Style::RAW)?.into())
})
.deep();

/// A map, with the error under `Error` when there is one.
fn from_json(text: &[u8]) -> Value {
    let decoded = decode::decode(text);
    let (map, mut error) = match decoded.value {
        Value::Map(map) => (map, decoded.error),
        Value::Nil if decoded.error.is_none() => return Map::nil(&MAP_ANY).into(),
        other => (
            Map::new(),
            decoded
                .error
                .or_else(|| Some(mismatch(&other, MAP_ANY.name))),
        ),
    };
    if let Some(error) = error.take() {
        map.insert("Error", GoString::from(error));
    }
    map.into()
}

/// A list, or the error as its only item.
fn from_json_array(text: &[u8]) -> Value {
    let decoded = decode::decode(text);
    let error = match decoded.value {
        Value::List(list) if decoded.error.is_none() => return list.into(),
        Value::Nil if decoded.error.is_none() => return List::nil(&LIST_ANY).into(),
        other => decoded
            .error
            .unwrap_or_else(|| mismatch(&other, LIST_ANY.name)),
    };
    vec![Value::from(error)].into()
}

/// What Go says when JSON of one kind is read into a variable of another.
pub(super) fn mismatch(value: &Value, wanted: &str) -> String {
    let found = match value {
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}

impl decode::Decoded {
    fn into_result(self) -> Result<Value, Error> {
        match self.error {
            Some(error) => Err(Error::new(error)),
            None => Ok(self.value),
        }
    }
}
