//! A values file as Helm reads it: one or more YAML documents, the later ones over the earlier ones.

use std::sync::Arc;

use envlint_yaml::{Document, Map, Node, Problem, Value};

use crate::read;

/// Values that cannot be read, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValuesError {
    message: String,
    is_limit: bool,
}

impl ValuesError {
    pub(crate) fn new(message: impl Into<String>) -> ValuesError {
        ValuesError {
            message: message.into(),
            is_limit: false,
        }
    }

    /// The same, of work that was ended at a limit or not.
    pub(crate) fn at_limit(self, is_limit: bool) -> ValuesError {
        ValuesError { is_limit, ..self }
    }

    /// Whether Helm may take the values: they are more than are laid over each other here.
    pub fn is_limit(&self) -> bool {
        self.is_limit
    }
}

/// A values file that was read, ready to be laid over others.
#[derive(Debug, Clone)]
pub struct Layer {
    document: Arc<Document>,
}

impl Layer {
    /// Reads the bytes of a values file.
    ///
    /// # Errors
    /// Not YAML, or not a map, in Helm's words.
    pub fn read(data: &[u8]) -> Result<Layer, ValuesError> {
        let text = std::str::from_utf8(data).map_err(|_| {
            ValuesError::new("cannot unmarshal yaml document: error converting YAML to JSON: yaml: invalid leading UTF-8 octet")
        })?;
        Layer::of(Arc::new(Document::parse(text)))
    }

    /// Takes a file that was parsed already.
    ///
    /// # Errors
    /// As [`Layer::read`].
    pub fn of(document: Arc<Document>) -> Result<Layer, ValuesError> {
        separators(document.source())?;
        let is_limit = document.errors().iter().any(Problem::is_limit);
        read::accept(&document).map_err(|error| not_yaml(&error).at_limit(is_limit))?;
        match document.documents().iter().find_map(not_a_map) {
            Some(wrong) => Err(wrong),
            None => Ok(Layer { document }),
        }
    }

    /// The file, with its places.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// The values of all documents, the later ones over the earlier ones, as plain data; integers are kept (Helm:
    /// loader.LoadValues).
    pub fn to_map(&self) -> Map {
        let mut values = Map::new();
        for node in self.document.documents() {
            if let Value::Map(map) = node.to_value() {
                merge_maps(&mut values, map);
            }
        }
        values
    }
}

fn not_yaml(error: &dyn std::fmt::Display) -> ValuesError {
    ValuesError::new(format!(
        "cannot unmarshal yaml document: error converting YAML to JSON: {error}"
    ))
}

fn not_a_map(node: &Node) -> Option<ValuesError> {
    let is_map = node.as_mapping().is_some();
    (!is_map).then(|| wrong_kind(&node.to_value())).flatten()
}

/// What Helm says of values that are no map.
fn wrong_kind(value: &Value) -> Option<ValuesError> {
    let kind = match value {
        Value::Null | Value::Map(_) => return None,
        Value::Seq(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
    };
    Some(ValuesError::new(format!(
        "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: \
         json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    )))
}

/// Helm: loader.MergeMaps.
pub(crate) fn merge_maps(base: &mut Map, over: Map) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => merge_maps(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// What Helm says of a line that begins with `---` and separates nothing (apimachinery: util/yaml, YAMLReader).
fn separators(text: &str) -> Result<(), ValuesError> {
    let mut wrong = text
        .lines()
        .filter_map(|line| line.strip_prefix("---"))
        .map(str::trim)
        .filter(|after| !after.is_empty() && !after.starts_with('#'));
    match wrong.next() {
        Some(after) => Err(ValuesError::new(format!(
            "error reading yaml document: invalid Yaml document separator: {after}"
        ))),
        None => Ok(()),
    }
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
            let read = Layer::read(text.as_bytes())
                .map(|layer| serde_json::to_string(&layer.to_map()).expect("json"))
                .map_err(|error| error.to_string());
            assert_eq!(
                read.as_deref().map_err(String::as_str),
                *expected,
                "{text:?}"
            );
        }
    }
}
