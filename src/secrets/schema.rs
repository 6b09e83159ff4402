//! The JSON Schema of the `secrets:` block, made from the backends' settings: for editors with everything that is needed,
//! and for a chart's `values.schema.json` without, since a chart renders before its settings are given.

use serde_json::{Map, Value, json};

use super::backends::{
    self, Backend, Case, ENABLED, ENVIRONMENT, Form, Need, Setting, WORKLOAD_KINDS,
};
use super::form::pattern;

/// How much a schema demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Everything that an enabled backend needs, and nothing that is not known: for editors and for `envlint check`.
    Complete,
    /// The form of what is there: for a chart.
    Form,
}

/// `schemas/secrets.schema.json`: the `secrets:` block of a values file.
pub fn block() -> Value {
    let mut schema = properties(Demand::Complete);
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert(
        "title".to_owned(),
        json!("The `secrets:` block of a values file"),
    );
    schema.insert("type".to_owned(), json!("object"));
    Value::Object(schema)
}

/// The `secrets` property of a chart's `values.schema.json`.
pub fn fragment() -> Value {
    let mut schema = properties(Demand::Form);
    schema.insert(
        "$comment".to_owned(),
        json!("Written by `envlint generate templates`."),
    );
    Value::Object(schema)
}

fn properties(demand: Demand) -> Map<String, Value> {
    let mut properties = Map::new();
    for backend in backends::all() {
        properties.insert(backend.key.to_owned(), of_backend(backend, demand));
    }
    let doc = "The environment's name, for the label of the objects, where the chart cannot tell it by its namespace and release.";
    properties.insert(
        ENVIRONMENT.to_owned(),
        json!({"type": ["string", "null"], "description": doc}),
    );
    let mut schema = Map::new();
    schema.insert("description".to_owned(), json!("Which backend the environment reads its secrets from, and where. One of the seven is enabled."));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema
}

fn of_backend(backend: &Backend, demand: Demand) -> Value {
    let description = format!("{}. {}", backend.title, backend.summary);
    let settings = group(backend, "", demand);
    let enabled = json!({
        "type": "object",
        "properties": {ENABLED: {"const": true}},
        "required": [ENABLED],
    });
    match (demand, settings) {
        (Demand::Complete, Value::Object(mut schema)) => {
            schema.insert("description".to_owned(), json!(description));
            let conditions = json!({"allOf": conditions(backend)});
            schema.extend([("if".to_owned(), enabled), ("then".to_owned(), conditions)]);
            Value::Object(schema)
        }
        // What is not enabled may be of another layout.
        (_, settings) => json!({"description": description, "if": enabled, "then": settings}),
    }
}

/// The map of the settings below a path.
fn group(backend: &Backend, path: &str, demand: Demand) -> Value {
    let mut properties = Map::new();
    for key in backend.keys(path) {
        let below = if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        };
        let schema = match backend.setting(&below) {
            _ if below == ENABLED => {
                json!({"type": "boolean", "description": "Whether the environment reads its secrets from this backend."})
            }
            Some(setting) => of_setting(setting),
            None => group(backend, &below, demand),
        };
        properties.insert(key.to_owned(), schema);
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!(["object", "null"]));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if demand == Demand::Complete {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    Value::Object(schema)
}

fn of_setting(setting: &Setting) -> Value {
    let mut schema = match of_form(setting.form) {
        Value::Object(schema) => schema,
        _ => Map::new(),
    };
    schema.insert("description".to_owned(), json!(setting.doc));
    if let Some(default) = setting.default {
        schema.insert("default".to_owned(), json!(default));
    }
    if !setting.example.is_empty() && !matches!(setting.form, Form::Flag | Form::Choice(_)) {
        schema.insert("examples".to_owned(), json!([setting.example]));
    }
    Value::Object(schema)
}

/// `null` takes a default away, as everywhere in Helm's values.
fn of_form(form: Form) -> Value {
    match form {
        Form::Choice(words) => {
            let words: Vec<Value> = words
                .iter()
                .map(|word| json!(word))
                .chain([Value::Null])
                .collect();
            json!({"enum": words})
        }
        Form::Flag => json!({"type": ["boolean", "null"]}),
        Form::Version => {
            json!({"type": ["string", "integer", "null"], "minLength": 1, "minimum": 1})
        }
        Form::SecretRef(_) => json!({
            "type": ["string", "object", "null"],
            "minLength": 1,
            "properties": {"name": {"type": "string", "minLength": 1}, "key": {"type": "string", "minLength": 1}},
        }),
        Form::Workloads => json!({
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "properties": {"kind": {"enum": WORKLOAD_KINDS}, "name": {"type": "string", "minLength": 1}},
                "required": ["kind", "name"],
                "additionalProperties": false,
            },
        }),
        Form::Ciphertexts => json!({
            "type": ["object", "null"],
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
        }),
        _ => match pattern(form) {
            Some(pattern) => json!({"type": ["string", "null"], "pattern": pattern}),
            None => json!({"type": ["string", "null"], "minLength": 1}),
        },
    }
}

/// What an enabled backend needs.
fn conditions(backend: &Backend) -> Vec<Value> {
    let mut conditions = Vec::new();
    for setting in backend.settings {
        let needed = match setting.need {
            Need::Optional => continue,
            Need::Required => required(setting.path),
            Need::RequiredUnless(other) => {
                json!({"anyOf": [required(setting.path), required(other)]})
            }
        };
        conditions.push(in_case(backend, setting.case, needed));
    }
    for alternative in backend.alternatives {
        let one: Vec<Value> = alternative
            .settings
            .iter()
            .map(|path| required(path))
            .collect();
        conditions.push(in_case(backend, alternative.case, json!({"anyOf": one})));
    }
    conditions
}

fn in_case(backend: &Backend, case: Option<Case>, needed: Value) -> Value {
    let Some(case) = case else {
        return needed;
    };
    let holds = json!({"properties": {case.setting: {"enum": case.values}}});
    let default = backend
        .setting(case.setting)
        .and_then(|setting| setting.default);
    // A setting that is not given has its default.
    let given = if default.is_some_and(|default| case.values.contains(&default)) {
        holds
    } else {
        json!({"allOf": [holds, required(case.setting)]})
    };
    json!({"if": given, "then": needed})
}

/// The setting at a path is there.
fn required(path: &str) -> Value {
    match path.split_once('.') {
        None => json!({"required": [path]}),
        Some((group, rest)) => json!({"required": [group], "properties": {group: required(rest)}}),
    }
}
