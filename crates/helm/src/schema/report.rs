//! Violations in the words of the validator that Helm uses (santhosh-tekuri/jsonschema): `- at '/replicas': got string, want integer`.
//! Helm's order is that of a Go map and changes from run to run; ours is that of the paths.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// More lines help nobody, and a hostile schema could make any number of them.
pub(super) const MAX_LINES: usize = 200;

pub(super) fn violations(errors: &[ValidationError<'_>]) -> String {
    let mut lines = Lines::default();
    lines.group(errors, 0);
    let mut text = lines.0.join("\n");
    text.push('\n');
    text
}

#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn group(&mut self, errors: &[ValidationError<'_>], depth: usize) {
        let mut errors: Vec<&ValidationError<'_>> = errors.iter().collect();
        errors.sort_by_key(|error| error.instance_path().to_string());
        let mut rest = errors.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let same = |error: &&&ValidationError<'_>| {
                matches!(error.kind(), Kind::Required { .. })
                    && matches!(first.kind(), Kind::Required { .. })
                    && error.instance_path() == first.instance_path()
            };
            let more = others.iter().take_while(same).count();
            let (run, tail) = rest.split_at(more + 1);
            self.error(run, depth);
            rest = tail;
        }
    }

    /// One violation; missing properties of one object share a line.
    fn error(&mut self, run: &[&ValidationError<'_>], depth: usize) {
        let Some(error) = run.first() else { return };
        if self.0.len() >= MAX_LINES {
            return;
        }
        let line = |what: String| {
            format!(
                "{}- at '{}': {what}",
                "  ".repeat(depth),
                error.instance_path()
            )
        };
        match error.kind() {
            Kind::Required { .. } => {
                let names: Vec<String> = run.iter().filter_map(|e| required(e)).collect();
                let noun = if names.len() == 1 {
                    "property"
                } else {
                    "properties"
                };
                self.0
                    .push(line(format!("missing {noun} {}", names.join(", "))));
            }
            Kind::AnyOf { context } => {
                self.branches(line("'anyOf' failed".to_owned()), context, depth)
            }
            Kind::OneOfNotValid { context } => self.branches(
                line("'oneOf' failed, none matched".to_owned()),
                context,
                depth,
            ),
            Kind::OneOfMultipleValid { context } => {
                let matched: Vec<String> = context
                    .iter()
                    .enumerate()
                    .filter(|(_, errors)| errors.is_empty())
                    .map(|(index, _)| index.to_string())
                    .collect();
                self.0.push(line(format!(
                    "'oneOf' failed, subschemas {} matched",
                    matched.join(", ")
                )));
            }
            Kind::PropertyNames { error: inner } => {
                self.0.push(line(format!(
                    "invalid propertyName {}",
                    quote(inner.instance())
                )));
                self.error(&[inner], depth + 1);
            }
            kind => self.0.push(line(message(kind, error.instance(), error))),
        }
    }

    fn branches(&mut self, line: String, context: &[Vec<ValidationError<'static>>], depth: usize) {
        self.0.push(line);
        for branch in context {
            self.group(branch, depth + 1);
        }
    }
}

fn required(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        Kind::Required { property } => Some(quote(property)),
        _ => None,
    }
}

fn message(kind: &Kind, found: &Value, error: &ValidationError<'_>) -> String {
    let compare =
        |what: &str, want: &dyn std::fmt::Display| format!("{what}: got {found}, want {want}");
    let items = found.as_array().map_or(0, Vec::len);
    let properties = found.as_object().map_or(0, serde_json::Map::len);
    let length = found.as_str().map_or(0, |text| text.chars().count());
    match kind {
        Kind::Type { kind } => format!("got {}, want {}", type_name(found), wanted(kind)),
        Kind::Minimum { limit } => compare("minimum", limit),
        Kind::Maximum { limit } => compare("maximum", limit),
        Kind::ExclusiveMinimum { limit } => compare("exclusiveMinimum", limit),
        Kind::ExclusiveMaximum { limit } => compare("exclusiveMaximum", limit),
        Kind::MultipleOf { multiple_of } => compare("multipleOf", multiple_of),
        Kind::MinLength { limit } => format!("minLength: got {length}, want {limit}"),
        Kind::MaxLength { limit } => format!("maxLength: got {length}, want {limit}"),
        Kind::MinItems { limit } => format!("minItems: got {items}, want {limit}"),
        Kind::MaxItems { limit } => format!("maxItems: got {items}, want {limit}"),
        Kind::MinProperties { limit } => format!("minProperties: got {properties}, want {limit}"),
        Kind::MaxProperties { limit } => format!("maxProperties: got {properties}, want {limit}"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("'{name}'")).collect();
            format!("additional properties {} not allowed", names.join(", "))
        }
        Kind::AdditionalItems { limit } => format!(
            "last {} additionalItem(s) not allowed",
            items.saturating_sub(*limit)
        ),
        Kind::Constant { expected_value } => format!("value must be {}", quote(expected_value)),
        Kind::Enum { options } => match options.as_array().map(Vec::as_slice) {
            Some([only]) => format!("value must be {}", quote(only)),
            Some(several) => format!(
                "value must be one of {}",
                several.iter().map(quote).collect::<Vec<_>>().join(", ")
            ),
            None => error.to_string(),
        },
        Kind::Pattern { pattern } => format!("{} does not match pattern '{pattern}'", quote(found)),
        Kind::Format { format } => format!("{} is not valid {format}", quote(found)),
        Kind::Contains => "no items match contains schema".to_owned(),
        Kind::UniqueItems => "items are not unique".to_owned(),
        Kind::FalseSchema => "false schema".to_owned(),
        Kind::Not { .. } => "'not' failed".to_owned(),
        _ => error.to_string(),
    }
}

fn quote(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "\\'")),
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
