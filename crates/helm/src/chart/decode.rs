//! Decoding plain values into typed fields the way `sigs.k8s.io/yaml` and Go's `encoding/json` do it together: field names match
//! without regard to case, a number or boolean becomes text where text is asked for, null leaves a field as it is, and a mismatch
//! has Go's words.

use envlint_yaml::{Map, Value};

use crate::read::YamlError;

/// A file that does not fit the structure it should have. The text is that of `sigs.k8s.io/yaml`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("error converting YAML to JSON: {0}")]
    Yaml(YamlError),
    #[error("error unmarshaling JSON: while decoding JSON: {0}")]
    Json(String),
    /// Helm finds it after loading (Metadata.Validate).
    #[error("validation: {0} must not contain empty or null nodes")]
    Empty(&'static str),
}

/// A key of a mapping that is decoded.
pub(crate) struct FieldName<'a>(&'a str);

impl FieldName<'_> {
    /// Whether this is the field of that JSON name (Go: encoding/json matches exactly or by case folding).
    pub(crate) fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

/// The value of a field, which knows how Go would call the field.
pub(crate) struct Field<'a> {
    value: &'a Value,
    /// `Dependency.dependencies.tags`: the innermost structure, then the names of the fields from the outermost on.
    structure: &'a str,
    path: String,
}

/// Calls `each` for every entry of the mapping `value`; null is an empty structure.
pub(crate) fn structure(
    value: &Value,
    go_type: &str,
    structure: &str,
    each: &mut dyn FnMut(FieldName<'_>, Field<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    match value {
        Value::Null => Ok(()),
        Value::Map(map) => entries(map, structure, "", each),
        other => Err(DecodeError::Json(format!(
            "json: cannot unmarshal {} into Go value of type {go_type}",
            json_kind(other)
        ))),
    }
}

fn entries(
    map: &Map,
    structure: &str,
    outer: &str,
    each: &mut dyn FnMut(FieldName<'_>, Field<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    for (key, value) in map {
        let path = if outer.is_empty() {
            key.clone()
        } else {
            format!("{outer}.{key}")
        };
        each(
            FieldName(key),
            Field {
                value,
                structure,
                path,
            },
        )?;
    }
    Ok(())
}

impl<'a> Field<'a> {
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    fn mismatch(&self, found: &Value, wanted: &str) -> DecodeError {
        let kind = json_kind(found);
        DecodeError::Json(format!(
            "json: cannot unmarshal {kind} into Go struct field {}.{} of type {wanted}",
            self.structure, self.path
        ))
    }

    /// A `string` field.
    pub(crate) fn string(&self, target: &mut String) -> Result<(), DecodeError> {
        if !self.value.is_null() {
            *target = as_text(self.value).ok_or_else(|| self.mismatch(self.value, "string"))?;
        }
        Ok(())
    }

    /// A `bool` field.
    pub(crate) fn bool(&self, target: &mut bool) -> Result<(), DecodeError> {
        match self.value {
            Value::Null => {}
            Value::Bool(value) => *target = *value,
            other => return Err(self.mismatch(other, "bool")),
        }
        Ok(())
    }

    /// A list field of Go's type `wanted`; null empties it.
    pub(crate) fn items(&self, wanted: &str) -> Result<&'a [Value], DecodeError> {
        match self.value {
            Value::Null => Ok(&[]),
            Value::Seq(items) => Ok(items),
            other => Err(self.mismatch(other, wanted)),
        }
    }

    /// A `[]string` field.
    pub(crate) fn strings(&self) -> Result<Vec<String>, DecodeError> {
        let text = |item: &Value| match item {
            Value::Null => Ok(String::new()),
            other => as_text(other).ok_or_else(|| self.mismatch(other, "string")),
        };
        self.items("[]string")?.iter().map(text).collect()
    }

    /// A `map[string]string` field; `None` for null.
    pub(crate) fn string_map(&self) -> Result<Option<Vec<(String, String)>>, DecodeError> {
        let map = match self.value {
            Value::Null => return Ok(None),
            Value::Map(map) => map,
            other => return Err(self.mismatch(other, "map[string]string")),
        };
        let text = |(key, value): (&String, &Value)| match value {
            Value::Null => Ok((key.clone(), String::new())),
            other => as_text(other)
                .map(|text| (key.clone(), text))
                .ok_or_else(|| self.mismatch(other, "string")),
        };
        map.iter()
            .map(text)
            .collect::<Result<Vec<_>, _>>()
            .map(Some)
    }

    /// An item of a list of structures, or a structure in a field: calls `each` for its entries. Returns false for null.
    pub(crate) fn nested(
        &self,
        item: &Value,
        go_type: &str,
        name: &str,
        each: &mut dyn FnMut(FieldName<'_>, Field<'_>) -> Result<(), DecodeError>,
    ) -> Result<bool, DecodeError> {
        match item {
            Value::Null => Ok(false),
            Value::Map(map) => entries(map, name, &self.path, each).map(|()| true),
            other => Err(self.mismatch(other, go_type)),
        }
    }
}

/// A scalar as text (sigs.k8s.io/yaml: convertToJSONableObject with a string target).
fn as_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::Null | Value::Seq(_) | Value::Map(_) => return None,
    })
}

/// Go's `strconv.FormatFloat(f, 'g', -1, 32)`, the single precision included.
fn float_text(number: f64) -> String {
    let scientific = format!("{:e}", number as f32);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    // Go: strconv/ftoa.go; the shortest 'g' changes to the exponent form at six digits.
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{}", number as f32)
}

/// The word of Go's `json.UnmarshalTypeError` for a value.
fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Seq(_) => "array",
        Value::Map(_) => "object",
    }
}
