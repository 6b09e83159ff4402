//! Values as they are given, before a chart's own are below them.

use envlint_yaml::{Map, Value};

use crate::layer::{Layer, ValuesError, merge_maps};

/// The values of a render, as Helm has them after reading: every number of a file is a float64, an integer of `--set` is an int64.
///
/// Go's templates show the difference (`typeOf`, `1e+06`), so values that were read elsewhere come in through
/// [`Values::from_file`], never as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(pub(super) Map);

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
        Layer::read(text).map(|layer| Values::from_file(&layer.to_map()))
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
