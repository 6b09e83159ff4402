//! `values.schema.json` (Helm: pkg/chart/common/util/jsonschema.go). Compiled once per chart; nothing is fetched.

pub mod cost;
mod report;

use std::sync::{Arc, OnceLock};

use envlint_gotemplate as go;
use jsonschema::{Retrieve, Uri, Validator};

use super::Instance;
use crate::convert;

/// A chart's JSON Schema, compiled when it is first needed.
#[derive(Debug)]
pub(crate) struct Schema {
    source: Arc<[u8]>,
    compiled: OnceLock<Result<Compiled, String>>,
}

#[derive(Debug)]
pub(crate) struct Compiled {
    json: serde_json::Value,
    validator: Validator,
}

/// References outside of the schema file: an unknown `urn:` allows everything, as in Helm; the rest would need network or disk.
struct Offline;

impl Retrieve for Offline {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<serde_json::Value, Box<dyn std::error::Error + Send + Sync>> {
        if uri.scheme().as_str() == "urn" {
            return Ok(serde_json::Value::Bool(true));
        }
        Err(format!(
            "failing loading {:?}: schemas are not read from the network or from other files",
            uri.as_str()
        )
        .into())
    }
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
    pub(crate) fn compile(&self) -> &Result<Compiled, String> {
        self.compiled.get_or_init(|| compile(&self.source))
    }

    /// Checks values; the error has one line per violation, in the words of Helm's validator.
    fn check(&self, values: &serde_json::Value) -> Result<(), String> {
        let Compiled { json, validator } = self.compile().as_ref().map_err(Clone::clone)?;
        cost::check_validation(json, values)
            .map_err(|why| format!("values.schema.json: {why}\n"))?;
        match validator.is_valid(values) {
            true => Ok(()),
            false => Err(report::violations(validator, values)),
        }
    }
}

fn compile(source: &[u8]) -> Result<Compiled, String> {
    let json: serde_json::Value =
        serde_json::from_slice(source).map_err(|e| format!("values.schema.json: {e}"))?;
    cost::check_schema(&json).map_err(|why| format!("values.schema.json: {why}\n"))?;
    let validator = jsonschema::options()
        .with_base_uri("file:///values.schema.json")
        .with_retriever(Offline)
        // Linear time on hostile patterns; Go's expressions have no lookahead either.
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(&json)
        .map_err(|error| match error.kind() {
            jsonschema::error::ValidationErrorKind::Referencing(reference) => reference.to_string(),
            _ => {
                format!("\"file:///values.schema.json#\" is not valid against metaschema: {error}")
            }
        })?;
    Ok(Compiled { json, validator })
}

/// Checks the values of a chart and of its subcharts, each against its own schema. The error is Helm's text.
pub(crate) fn check_schemas(chart: &Instance<'_>, values: &go::Map) -> Result<(), String> {
    let mut report = String::new();
    collect(chart, values, &mut report);
    if report.is_empty() {
        return Ok(());
    }
    Err(format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{report}"
    ))
}

fn collect(chart: &Instance<'_>, values: &go::Map, report: &mut String) {
    if let Some(schema) = &chart.chart.schema {
        let json = serde_json::to_value(convert::map_from_go(values)).unwrap_or_default();
        if let Err(why) = schema.check(&json) {
            report.push_str(&format!("{}:\n{why}", chart.name()));
        }
    }
    for subchart in &chart.dependencies {
        match values.get(subchart.name()) {
            None | Some(go::Value::Nil) => {}
            Some(go::Value::Map(values)) => collect(subchart, &values, report),
            Some(other) => {
                let name = subchart.name();
                report.push_str(&format!(
                    "{name}:\ninvalid type for values: expected object (map), got {}\n",
                    other.type_name()
                ));
            }
        }
    }
}
