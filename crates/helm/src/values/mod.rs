//! Values: reading and merging what the user gives, overlaying it on the chart's own, dependencies, schema.

mod coalesce;
mod dependencies;
mod effective;
mod instance;
mod options;
mod schema;
mod strvals;

use envlint_yaml::{Map, Value};

pub(crate) use dependencies::table;
pub(crate) use effective::prepare;
pub use effective::{Effective, effective_values};
pub(crate) use instance::Instance;
pub use options::{ReadFile, ValueOptions, ValuesError, read_local};
pub use schema::{CompiledSchema, SchemaError, SchemaLimit};
pub(crate) use schema::{Schema, check_schemas};

/// The values of a render, as Helm has them after reading: every number of a file is a float64, an integer of `--set` is an int64.
///
/// Go's templates show the difference (`typeOf`, `1e+06`), so values that were read elsewhere come in through
/// [`Values::from_file`], never as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Map);

impl Values {
    /// Values that a file holds, integers as the YAML has them.
    pub fn from_file(map: &Map) -> Values {
        Values(
            map.iter()
                .map(|(key, value)| (key.clone(), floats(value)))
                .collect(),
        )
    }

    /// Reads the text of a values file: one or more YAML documents, the later ones over the earlier ones.
    ///
    /// # Errors
    /// Not YAML, or not a map, in Helm's words.
    pub fn read(text: &[u8]) -> Result<Values, ValuesError> {
        read_values(text)
            .map(|map| Values::from_file(&map))
            .map_err(ValuesError::new)
    }

    /// The values, with whole numbers of files as floats.
    pub fn as_map(&self) -> &Map {
        &self.0
    }

    /// Lays `over` on top: maps are merged, everything else is replaced (Helm: loader.MergeMaps).
    pub fn merge(&mut self, over: Values) {
        merge_maps(&mut self.0, over.0);
    }
}

/// A value with the numbers that Go's `encoding/json` gives.
fn floats(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Float(*number as f64),
        Value::UInt(number) => Value::Float(*number as f64),
        Value::Seq(items) => Value::Seq(items.iter().map(floats).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), floats(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// JSON as Go decodes it into `interface {}`: every number is a float64.
pub(crate) fn from_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::MAX)),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::Seq(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(map) => Value::Map(
            map.into_iter()
                .map(|(key, value)| (key, from_json(value)))
                .collect(),
        ),
    }
}

/// Helm: loader.MergeMaps.
fn merge_maps(base: &mut Map, over: Map) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => merge_maps(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Reads a values file, integers kept (Helm: loader.LoadValues). The error is Helm's text.
pub(crate) fn read_values(data: &[u8]) -> Result<Map, String> {
    let text = std::str::from_utf8(data)
        .map_err(|_| "cannot unmarshal yaml document: error converting YAML to JSON: yaml: invalid leading UTF-8 octet".to_owned())?;
    let mut values = Map::new();
    for document in documents(text)? {
        let value = crate::read::text_document(document).map_err(|e| {
            format!("cannot unmarshal yaml document: error converting YAML to JSON: {e}")
        })?;
        match value {
            Value::Null => {}
            Value::Map(map) => merge_maps(&mut values, map),
            other => {
                let kind = match other {
                    Value::Seq(_) => "array",
                    Value::String(_) => "string",
                    Value::Bool(_) => "bool",
                    _ => "number",
                };
                return Err(format!(
                    "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: \
                     json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
                ));
            }
        }
    }
    Ok(values)
}

/// Splits at lines that begin with `---`, wherever they stand (apimachinery: util/yaml, YAMLReader).
fn documents(text: &str) -> Result<Vec<&str>, String> {
    let mut documents = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(after) = line.strip_prefix("---") {
            let after = after.trim();
            if !after.is_empty() && !after.starts_with('#') {
                return Err(format!(
                    "error reading yaml document: invalid Yaml document separator: {after}"
                ));
            }
            if at > start {
                documents.push(text.get(start..at).unwrap_or_default());
                start = at + line.len();
            }
        }
        at += line.len();
    }
    if at > start {
        documents.push(text.get(start..at).unwrap_or_default());
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_streams_of_documents() {
        let cases: &[(&str, Result<&str, &str>)] = &[
            ("", Ok("{}")),
            ("null\n", Ok("{}")),
            (
                "a: 1\n---\nb: {c: 2}\n---\nb: {d: 3}\n",
                Ok(r#"{"a":1,"b":{"c":2,"d":3}}"#),
            ),
            ("---\n---\na: 1\n...\n", Ok(r#"{"a":1}"#)),
            ("--- # all\na: 1\n", Ok(r#"{"a":1}"#)),
            (
                "a: 1\n--- b\n",
                Err("error reading yaml document: invalid Yaml document separator: b"),
            ),
            (
                "- a\n",
                Err(
                    "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
                ),
            ),
        ];
        for (text, expected) in cases {
            let read =
                read_values(text.as_bytes()).map(|map| serde_json::to_string(&map).expect("json"));
            assert_eq!(
                read.as_deref().map_err(String::as_str),
                *expected,
                "{text:?}"
            );
        }
    }
}
