//! What one keyword says of one value.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::functions::expression_mistake;

use super::english;

/// Items that are compared one by one to name those that are equal.
const MOST_COMPARED: usize = 200;

/// What is wrong. `errors` are those of one keyword and one value: several properties may be missing.
pub(super) fn said(errors: &[&ValidationError<'_>]) -> String {
    let Some(error) = errors.first() else {
        return String::new();
    };
    match error.kind() {
        Kind::Required { .. } => missing(errors),
        kind => message(kind, error.instance(), error),
    }
}

/// Which properties are missing.
fn missing(errors: &[&ValidationError<'_>]) -> String {
    let name = |error: &&ValidationError<'_>| match error.kind() {
        Kind::Required { property } => Some(shown(property)),
        _ => None,
    };
    let names: Vec<String> = errors.iter().filter_map(name).collect();
    let noun = match names.len() {
        1 => "property",
        _ => "properties",
    };
    format!("missing {noun} {}", names.join(", "))
}

fn message(kind: &Kind, found: &Value, error: &ValidationError<'_>) -> String {
    let compare = |what: &str, want: Option<f64>| {
        let number = |number: Option<f64>| number.map_or("a number".to_owned(), english::number);
        format!(
            "{what}: got {}, want {}",
            number(found.as_f64()),
            number(want)
        )
    };
    let length = |what: &str, want: u64| {
        let want = english::count(want as usize);
        format!("{what}: got {}, want {want}", english::count(size(found)))
    };
    match kind {
        Kind::Type { kind } => format!("got {}, want {}", type_name(found), wanted(kind)),
        Kind::Minimum { limit } => compare("minimum", limit.as_f64()),
        Kind::Maximum { limit } => compare("maximum", limit.as_f64()),
        Kind::ExclusiveMinimum { limit } => compare("exclusiveMinimum", limit.as_f64()),
        Kind::ExclusiveMaximum { limit } => compare("exclusiveMaximum", limit.as_f64()),
        Kind::MultipleOf { multiple_of } => compare("multipleOf", Some(*multiple_of)),
        Kind::MinLength { limit } => length("minLength", *limit),
        Kind::MaxLength { limit } => length("maxLength", *limit),
        Kind::MinItems { limit } => length("minItems", *limit),
        Kind::MaxItems { limit } => length("maxItems", *limit),
        Kind::MinProperties { limit } => length("minProperties", *limit),
        Kind::MaxProperties { limit } => length("maxProperties", *limit),
        Kind::AdditionalProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| quoted(name)).collect();
            format!("additional properties {} not allowed", names.join(", "))
        }
        Kind::AdditionalItems { limit } => {
            let more = size(found).saturating_sub(*limit);
            format!(
                "last {} additionalItem(s) not allowed",
                english::count(more)
            )
        }
        Kind::Constant { expected_value } if is_scalar(expected_value) => {
            format!("value must be {}", shown(expected_value))
        }
        Kind::Constant { .. } => "'const' failed".to_owned(),
        Kind::Enum { options } => match options.as_array().map(Vec::as_slice) {
            Some(several) if !several.iter().all(is_scalar) => "'enum' failed".to_owned(),
            Some([only]) => format!("value must be {}", shown(only)),
            Some(several) => format!(
                "value must be one of {}",
                several.iter().map(shown).collect::<Vec<_>>().join(", ")
            ),
            None => error.to_string(),
        },
        Kind::Pattern { pattern } => {
            format!(
                "{} does not match pattern {}",
                shown(found),
                quoted(pattern)
            )
        }
        Kind::Format { format } => {
            let reason = reason(format, found).map_or(String::new(), |why| format!(": {why}"));
            format!("{} is not valid {format}{reason}", shown(found))
        }
        Kind::Contains => "no items match contains schema".to_owned(),
        Kind::UniqueItems => match found.as_array().and_then(|items| equal_pair(items)) {
            Some((one, other)) => format!("items at {one} and {other} are equal"),
            None => "items are not unique".to_owned(),
        },
        Kind::OneOfMultipleValid { context } => {
            let fits = |(_, errors): &(usize, &Vec<_>)| errors.is_empty();
            let fitting = context.iter().enumerate().filter(fits).take(2);
            let places: Vec<String> = fitting.map(|(place, _)| place.to_string()).collect();
            format!("'oneOf' failed, subschemas {} matched", places.join(", "))
        }
        Kind::OneOfNotValid { .. } => "'oneOf' failed, none matched".to_owned(),
        Kind::AnyOf { .. } => "'anyOf' failed".to_owned(),
        Kind::PropertyNames { error } => {
            format!("invalid propertyName {}", shown(error.instance()))
        }
        Kind::FalseSchema => "false schema".to_owned(),
        Kind::Not { .. } => "'not' failed".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a text has not the format, where Helm says that.
fn reason(format: &str, found: &Value) -> Option<String> {
    match format {
        "regex" => expression_mistake(found.as_str()?),
        _ => None,
    }
}

/// How many items, properties or characters.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(properties) => properties.len(),
        Value::String(text) => text.chars().count(),
        _ => 0,
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// The first item that equals one before it, behind that one.
fn equal_pair(items: &[Value]) -> Option<(usize, usize)> {
    // More would take long to compare one by one.
    let items = items.get(..MOST_COMPARED).unwrap_or(items);
    items.iter().enumerate().find_map(|(place, item)| {
        let before = items.get(..place)?.iter().position(|before| before == item);
        before.map(|before| (before, place))
    })
}

/// A text in single quotes, escaped as Go does.
pub(super) fn quoted(text: &str) -> String {
    let go = envlint_gotemplate::fmt::quote(text);
    let inner = go.get(1..go.len() - 1).unwrap_or(text);
    let inner = inner.replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{inner}'")
}

/// A value in a message: Go's form of a scalar.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn wanted(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(only) => only.to_string(),
        TypeKind::Multiple(several) => several
            .iter()
            .map(|kind| kind.to_string())
            .collect::<Vec<_>>()
            .join(" or "),
    }
}
