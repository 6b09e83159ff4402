//! Custom resource definitions, reduced to what checks need: which versions are served, and the form of the fields.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::validations::{BESIDE, Rules};

/// What an API server knows of one kind of object.
#[derive(Debug, Serialize, Deserialize)]
pub struct Definition {
    /// The API group.
    pub group: String,
    /// The kinds that have this form.
    pub kinds: Vec<String>,
    /// The versions, as the definition lists them.
    pub versions: Vec<Version>,
}

/// One version of a kind.
#[derive(Debug, Serialize, Deserialize)]
pub struct Version {
    /// Its name: `v1beta1`.
    pub name: String,
    /// Whether the API server still takes it.
    pub served: bool,
    /// The form of the objects, as JSON Schema; null for a version that is not served.
    pub schema: Value,
    #[serde(skip)]
    validator: OnceLock<Option<Validator>>,
    /// The rules that stand in the schema.
    #[serde(skip)]
    pub(super) rules: Rules,
}

impl Definition {
    /// Reads a published definition; none for any other object.
    pub fn of_crd(crd: &Value) -> Option<Definition> {
        if crd["kind"] != "CustomResourceDefinition" {
            return None;
        }
        let spec = &crd["spec"];
        let kind = spec["names"]["kind"].as_str()?;
        let versions = spec["versions"].as_array()?.iter().filter_map(|version| {
            let served = version["served"].as_bool()?;
            Some(Version {
                name: version["name"].as_str()?.to_owned(),
                served,
                schema: if served {
                    of_object(kind, &version["schema"]["openAPIV3Schema"])
                } else {
                    Value::Null
                },
                validator: OnceLock::new(),
                rules: Rules::default(),
            })
        });
        Some(Definition {
            group: spec["group"].as_str()?.to_owned(),
            kinds: vec![kind.to_owned()],
            versions: versions.collect(),
        })
    }

    /// The version of that name.
    pub fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == name)
    }

    /// The versions that are served.
    pub fn served(&self) -> impl Iterator<Item = &str> {
        self.versions
            .iter()
            .filter(|version| version.served)
            .map(|version| version.name.as_str())
    }
}

impl Version {
    /// The schema, compiled when it is first needed.
    pub(super) fn validator(&self) -> Option<&Validator> {
        self.validator
            .get_or_init(|| jsonschema::validator_for(&self.schema).ok())
            .as_ref()
    }
}

/// Parts that are left open: the definition repeats the form of a whole Application for each kind of generator, which is
/// twenty times as much as all the rest of it.
const OPEN: [(&str, &str); 1] = [("ApplicationSet", "/properties/spec/properties/generators")];

/// A whole object: what every object has is the API server's own, whether the definition lists it or not, and `status` is
/// not what a person writes.
fn of_object(kind: &str, schema: &Value) -> Value {
    let mut reduced = reduce(schema);
    if let Some(properties) = reduced.get_mut("properties").and_then(Value::as_object_mut) {
        for key in ["apiVersion", "kind"] {
            properties.insert(key.to_owned(), json!({"type": "string"}));
        }
        properties.insert("metadata".to_owned(), json!({"type": "object"}));
        properties.insert("status".to_owned(), json!({}));
    }
    for (_, part) in OPEN.iter().filter(|(of, _)| *of == kind) {
        if let Some(part) = reduced.pointer_mut(part) {
            *part = json!({"type": "array"});
        }
    }
    reduced
}

/// The keywords that are kept: those that say which objects are taken.
const KEPT: [&str; 12] = [
    "type",
    "enum",
    "pattern",
    "required",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
];

/// A structural schema as JSON Schema. What a structural schema prunes is an error here: an object takes only the
/// properties that are listed
/// (<https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning>).
fn reduce(schema: &Value) -> Value {
    let Some(known) = schema.as_object() else {
        return schema.clone();
    };
    let mut reduced = Map::new();
    for keyword in KEPT {
        if let Some(value) = known.get(keyword) {
            reduced.insert(keyword.to_owned(), value.clone());
        }
    }
    if known.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
        reduced.insert("type".to_owned(), json!(["integer", "string"]));
    } else if known.get("nullable") == Some(&Value::Bool(true)) {
        let kind = reduced.remove("type").unwrap_or_default();
        reduced.insert("type".to_owned(), json!([kind, "null"]));
    }
    // These are none of JSON Schema's, and no schema minds them.
    for keyword in BESIDE {
        if let Some(value) = known.get(keyword) {
            reduced.insert(keyword.to_owned(), value.clone());
        }
    }
    if let Some(items) = known.get("items") {
        reduced.insert("items".to_owned(), reduce(items));
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        if let Some(schemas) = known.get(keyword).and_then(Value::as_array) {
            // These only add conditions; which properties there are is said beside them.
            let open = schemas.iter().map(conditions).collect();
            reduced.insert(keyword.to_owned(), Value::Array(open));
        }
    }
    if let Some(refused) = known.get("not") {
        reduced.insert("not".to_owned(), conditions(refused));
    }
    reduce_properties(known, &mut reduced);
    Value::Object(reduced)
}

fn conditions(schema: &Value) -> Value {
    let Some(known) = schema.as_object() else {
        return schema.clone();
    };
    let each = |schemas: &Value| match schemas {
        Value::Array(schemas) => Value::Array(schemas.iter().map(conditions).collect()),
        one => conditions(one),
    };
    let kept = known.iter().filter_map(|(keyword, value)| {
        let value = match (keyword.as_str(), value) {
            ("anyOf" | "oneOf" | "allOf" | "not" | "items", schemas) => each(schemas),
            ("properties", Value::Object(properties)) => {
                let each = properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), conditions(schema)));
                Value::Object(each.collect())
            }
            (keyword, value) if KEPT.contains(&keyword) => value.clone(),
            _ => return None,
        };
        Some((keyword.clone(), value))
    });
    Value::Object(kept.collect())
}

fn reduce_properties(known: &Map<String, Value>, reduced: &mut Map<String, Value>) {
    let properties = known.get("properties").and_then(Value::as_object);
    if let Some(properties) = properties {
        let below = properties
            .iter()
            .map(|(name, schema)| (name.clone(), reduce(schema)));
        reduced.insert("properties".to_owned(), Value::Object(below.collect()));
    }
    let is_open = known.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true));
    match known.get("additionalProperties") {
        Some(schema) => {
            reduced.insert("additionalProperties".to_owned(), reduce(schema));
        }
        None if !is_open && known.get("type") == Some(&json!("object")) => {
            reduced.insert("additionalProperties".to_owned(), json!(false));
        }
        None => {}
    }
}
