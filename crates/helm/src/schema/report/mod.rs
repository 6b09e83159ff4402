//! Violations in the words of the validator that Helm uses (santhosh-tekuri/jsonschema 6): `- at '/replicas': got string, want integer`.
//! Where one schema has several complaints about one value, they stand below a line of their own, as do those of `allOf`.
//! Helm's order of properties is that of a Go map and changes from run to run; ours is that of their names.

mod english;
mod tree;
mod words;

use jsonschema::{ReferencingError, ValidationError};
use serde_json::Value;

use tree::Mistake;

/// More lines help nobody, and a hostile schema could make any number of them.
pub(super) const MAX_LINES: usize = 200;

/// How a chart's schema is called.
const FILE: &str = "file:///values.schema.json";

/// What is wrong with values: a line for each violation, with a line feed behind the last.
pub(super) fn violations(errors: &[ValidationError<'_>]) -> String {
    let mut lines = Vec::new();
    list(&tree::of_document(errors), 0, &mut lines);
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// What is wrong with a schema itself, by the schema of schemas; `first` is what the library says when nothing else is known.
pub(super) fn invalid_schema(schema: &Value, first: &str) -> String {
    let head = format!("\"{FILE}#\" is not valid against metaschema");
    let validator = jsonschema::meta::validator_for(schema).ok();
    let errors: Vec<ValidationError<'_>> = validator
        .iter()
        .flat_map(|validator| validator.iter_errors(schema))
        .take(MAX_LINES)
        .collect();
    if errors.is_empty() {
        return format!("{head}: {first}");
    }
    let mut lines = vec![format!(
        "{head}: jsonschema validation failed with '{}#'",
        meta_schema(schema)
    )];
    list(&tree::of_document(&errors), 0, &mut lines);
    lines.join("\n")
}

/// Why a reference of a schema leads nowhere.
pub(super) fn unresolved(error: &ReferencingError) -> String {
    match error {
        ReferencingError::PointerToNowhere { pointer } => {
            format!("json-pointer in \"{FILE}#{pointer}\" not found")
        }
        ReferencingError::NoSuchAnchor { anchor } => {
            format!("anchor in \"{FILE}#{anchor}\" not found in schema \"{FILE}\"")
        }
        ReferencingError::Unretrievable { source, .. } => source.to_string(),
        ReferencingError::UnknownSpecification { specification } => format!(
            "failing loading {specification:?}: schemas are not read from the network or from other files"
        ),
        other => other.to_string(),
    }
}

/// The schema that a schema obeys: what it names, else the newest.
fn meta_schema(schema: &Value) -> &str {
    schema
        .get("$schema")
        .and_then(Value::as_str)
        .unwrap_or("https://json-schema.org/draft/2020-12/schema")
        .trim_end_matches('#')
}

fn list(mistakes: &[Mistake], depth: usize, lines: &mut Vec<String>) {
    for mistake in mistakes {
        if lines.len() >= MAX_LINES {
            return;
        }
        let indent = "  ".repeat(depth);
        lines.push(format!(
            "{indent}- at {}: {}",
            words::quoted(&mistake.at),
            mistake.said
        ));
        list(&mistake.causes, depth + 1, lines);
    }
}
