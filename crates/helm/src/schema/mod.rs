//! `values.schema.json` (Helm: pkg/chart/common/util/jsonschema.go). Compiled once per chart; nothing is fetched.

mod compiled;
mod cost;
mod remote;
mod report;

use std::sync::{Arc, OnceLock};

pub use compiled::{CompiledSchema, SchemaError, SchemaLimit};

/// A chart's JSON Schema, compiled when it is first needed.
#[derive(Debug)]
pub(crate) struct Schema {
    source: Arc<[u8]>,
    compiled: OnceLock<Result<CompiledSchema, String>>,
}

impl Schema {
    pub(crate) fn new(source: Arc<[u8]>) -> Schema {
        Schema {
            source,
            compiled: OnceLock::new(),
        }
    }

    pub(crate) fn source(&self) -> &[u8] {
        &self.source
    }

    /// Compiles the schema, unless that was done before.
    pub(crate) fn compile(&self) -> &Result<CompiledSchema, String> {
        self.compiled.get_or_init(|| compile(&self.source))
    }

    /// The schema, ready to be applied.
    ///
    /// # Errors
    /// Why it cannot be, in the words of Helm's validator.
    pub(crate) fn compiled(&self) -> Result<&CompiledSchema, &str> {
        self.compile().as_ref().map_err(String::as_str)
    }

    /// Checks values; the error has one line per violation, in the words of Helm's validator.
    pub(crate) fn check(&self, values: &serde_json::Value) -> Result<(), String> {
        let compiled = self.compile().as_ref().map_err(Clone::clone)?;
        match compiled.mistakes(values, report::MAX_LINES) {
            Err(limit) => Err(format!("values.schema.json: {limit}\n")),
            Ok(mistakes) if mistakes.is_empty() => Ok(()),
            Ok(mistakes) => Err(report::violations(&mistakes)),
        }
    }
}

fn compile(source: &[u8]) -> Result<CompiledSchema, String> {
    let schema: serde_json::Value = serde_json::from_slice(source).map_err(unread)?;
    // Only an error has a use for it.
    let again = || serde_json::from_slice(source).unwrap_or_default();
    CompiledSchema::new(schema).map_err(|error| match error {
        SchemaError::Reference { in_helms_words, .. } => in_helms_words,
        SchemaError::TooLarge(reason) => format!("values.schema.json: {reason}\n"),
        SchemaError::Invalid(reason) => report::invalid_schema(&again(), &reason),
    })
}

/// Why a text is no JSON; with the place of it, which Helm does not tell.
fn unread(error: serde_json::Error) -> String {
    match error.is_eof() {
        true => "unexpected EOF".to_owned(),
        false => format!("values.schema.json: {error}"),
    }
}
