//! YAML as Helm's functions read and write it (sigs.k8s.io/yaml, which goes through JSON).

use envlint_gotemplate::{Error, Function, LIST_ANY, MAP_ANY, Map, Type, Value};
use envlint_yaml::{Document, EmitError, Value as Plain};

use super::json::mismatch;
use super::plain;
use crate::convert::file_to_go;

const ANY: Type = Type::Interface;
const S: Type = Type::String;

pub(super) static TABLE: &[Function] = &[
    // Helm swallows the error.
    Function::new("toYaml", &[ANY], |_, args| {
        let plain = plain::from_value(args.get(0));
        Ok(plain
            .map(|plain| envlint_yaml::emit(&plain))
            .unwrap_or_default()
            .into())
    })
    .deep(),
    Function::new("mustToYaml", &[ANY], |_, args| {
        let text = marshal(args.get(0))?;
        Ok(text.strip_suffix('\n').unwrap_or(&text).into())
    })
    .deep(),
    Function::new("toYamlPretty", &[ANY], |_, args| {
        Ok(pretty(args.get(0)).into())
    })
    .deep(),
    Function::new("fromYaml", &[S], |cx, args| {
        cx.spend(reading(args.bytes(0)))?;
        Ok(from_yaml(args.bytes(0)))
    }),
    Function::new("fromYamlArray", &[S], |cx, args| {
        cx.spend(reading(args.bytes(0)))?;
        Ok(from_yaml_array(args.bytes(0)))
    }),
];

/// An entry of a map or an item of a list takes half a microsecond to be read.
const STEPS_PER_ENTRY_READ: u64 = 20;

/// What reading a text takes: as many entries as there are lines, or commas and brackets between them.
fn reading(text: &[u8]) -> u64 {
    let begins = |byte: &&u8| matches!(byte, b'\n' | b',' | b'[' | b'{');
    (text.iter().filter(begins).count() as u64 + 1) * STEPS_PER_ENTRY_READ
}

/// What `sigs.k8s.io/yaml` Marshal gives, or its error.
pub(super) fn marshal(value: &Value) -> Result<String, Error> {
    let marshalled = plain::from_value(value).and_then(|plain| {
        envlint_yaml::marshal(&plain).map_err(|error| match error {
            EmitError::Number(number) => Error::new(format!("json: unsupported value: {number}")),
            other => Error::new(other.to_string()),
        })
    });
    marshalled.map_err(|error| Error::wrap("error marshaling into JSON", error))
}

/// goyaml v3 marshals Go's values themselves, not their JSON: the keys of a struct are its fields' names in lower case, in
/// the order of their declaration.
fn pretty(value: &Value) -> String {
    // JSON has null for these.
    match value {
        Value::List(list) if list.is_nil() => return "[]".to_owned(),
        Value::Map(map) if map.is_nil() => return "{}".to_owned(),
        _ => {}
    }
    let Some(fields) = plain::struct_fields(value) else {
        let plain = plain::from_value(value);
        return plain
            .map(|plain| envlint_yaml::emit_pretty(&plain))
            .unwrap_or_default();
    };
    let entry = |(name, value): (&str, Value)| {
        let key = name.to_lowercase();
        if plain::struct_fields(&value).is_some() {
            return format!("{key}:\n  {}", pretty(&value).replace('\n', "\n  "));
        }
        let entry = plain::from_value(&value).map(|value| Plain::Map([(key, value)].into()));
        entry
            .map(|entry| envlint_yaml::emit_pretty(&entry))
            .unwrap_or_default()
    };
    let entries: Vec<String> = fields.into_iter().map(entry).collect();
    entries.join("\n")
}

/// A map, with the error under `Error` when there is one.
fn from_yaml(text: &[u8]) -> Value {
    let error = match read(text) {
        Ok(Value::Map(map)) => return map.into(),
        Ok(Value::Nil) => return Map::new().into(),
        Ok(other) => not_json(&mismatch(&other, MAP_ANY.name)),
        Err(error) => error,
    };
    [("Error", Value::from(error))]
        .into_iter()
        .collect::<Map>()
        .into()
}

/// A list, or the error as its only item.
fn from_yaml_array(text: &[u8]) -> Value {
    let error = match read(text) {
        Ok(Value::List(list)) => return list.into(),
        Ok(Value::Nil) => return Vec::new().into(),
        Ok(other) => not_json(&mismatch(&other, LIST_ANY.name)),
        Err(error) => error,
    };
    vec![Value::from(error)].into()
}

fn not_json(error: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {error}")
}

/// The first document; numbers are `float64`, as everything that goes through Go's JSON.
fn read(text: &[u8]) -> Result<Value, String> {
    let refused = |error| format!("error converting YAML to JSON: {error}");
    let text = crate::read::text(text).map_err(refused)?;
    let document = Document::parse_text(text);
    if let Some(problem) = crate::read::refusal(&document) {
        return Err(refused(crate::read::describe_with_key(&document, problem)));
    }
    Ok(document
        .root()
        .map_or(Value::Nil, |root| file_to_go(&root.to_value())))
}
