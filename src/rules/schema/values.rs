//! `schema/values`.

use std::sync::Arc;

use envlint_yaml::{Path, Segment};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::masking::{Name, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Source;
use crate::source::{Location, nearest};
use crate::values::{Tree, item_segment};
use crate::workspace::{SchemaError, ValuesSchema};

rule! {
    /// Values do not fit the JSON Schema of their chart.
    ///
    /// ## What it does
    ///
    /// Validates the effective values of every environment, as Helm does before it renders. The schema is the one that
    /// the app names in `envlint.yaml` (`schema:`), else the chart's `values.schema.json`, else the workspace's
    /// (`schemas: {values: …}`). Drafts 4, 6, 7, 2019-09 and 2020-12 are understood.
    ///
    /// A schema that cannot be compiled is one finding. References to other files and to the network are not followed.
    ///
    /// ## Why it matters
    ///
    /// Helm refuses to install a release whose values do not fit. A key that the schema does not know is a misspelt one
    /// that would have no effect.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/values.schema.json says: replicas is an integer, and pullPolicy a property of image
    /// replicas: "three"
    /// image:
    ///   pulPolicy: Always
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// replicas: 3
    /// image:
    ///   pullPolicy: Always
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: schema files](https://helm.sh/docs/topics/charts/#schema-files)
    /// - [JSON Schema](https://json-schema.org/specification)
    "schema/values", Error, Check::App(check)
}

/// How many properties of a schema are compared with a key that it does not know.
const MOST_KEYS: usize = 1_000;

/// How many mistakes of one environment are reported.
const MOST: usize = 50;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let schema = match cx.workspace.schema_of(cx.app, cx.chart) {
        Ok(Some(schema)) => schema,
        Ok(None) => return,
        Err(error) => return unreadable(cx, &error, out),
    };
    let compiled = match schema.compiled() {
        Ok(compiled) => compiled,
        Err(reason) => {
            let help = "Helm refuses every release of the chart until the schema is mended";
            return unusable(&schema, reason, help, out);
        }
    };
    for (values, effective) in cx.readable() {
        let Ok(instance) = serde_json::to_value(effective.to_value()) else {
            continue;
        };
        let mistakes = match compiled.mistakes(&instance, MOST) {
            Ok(mistakes) => mistakes,
            Err(limit) => {
                let help = "Helm has the same to do: refer to each definition once, and keep alternatives few";
                return unusable(&schema, &limit.to_string(), help, out);
            }
        };
        let found: Vec<Finding> = mistakes
            .iter()
            .flat_map(|error| {
                Complaint {
                    values,
                    effective,
                    schema: &schema,
                    error,
                }
                .findings(out)
            })
            .collect();
        for finding in found {
            out.push(finding);
        }
    }
}

fn unusable(schema: &ValuesSchema, reason: &str, help: &'static str, out: &mut Reporter<'_>) {
    let source = Arc::new(Source::new(schema.path.as_str(), schema.text.as_str()));
    let message = text!("the schema cannot be used: {}", Said(&reason));
    let finding = out.finding(Location::start_of(&source), message);
    out.push(finding.help(help));
}

fn unreadable(cx: &AppContext<'_>, error: &SchemaError, out: &mut Reporter<'_>) {
    if let Some(config) = &cx.workspace.config_source {
        let finding = out.finding(Location::new(config, error.span), Text::of(&Said(error)));
        out.push(finding.help("paths of schemas are relative to envlint.yaml"));
    }
}

/// One mistake that the validator found.
struct Complaint<'c, 'a> {
    values: &'c EnvironmentValues<'a>,
    effective: &'c Tree<'a>,
    schema: &'c ValuesSchema,
    error: &'c ValidationError<'c>,
}

impl<'a> Complaint<'_, 'a> {
    fn findings(&self, out: &Reporter<'_>) -> Vec<Finding> {
        let (path, tree) = self.place();
        match self.error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
                .iter()
                .take(MOST)
                .map(|key| self.unknown(&path, &tree, key, out))
                .collect(),
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                vec![self.required(&path, &tree, key, out)]
            }
            kind => vec![out.value(
                self.values,
                path.clone(),
                &tree,
                self.message(kind, &path, &tree),
            )],
        }
    }

    /// The path and the value that the mistake is about.
    fn place(&self) -> (Path, Tree<'a>) {
        let mut path = Path::root();
        let mut tree = self.effective.clone();
        for segment in self.error.instance_path().segments() {
            let step = match segment {
                LocationSegment::Property(key) => Segment::Key(key.into_owned()),
                // A map whose keys are numbers has them here, too.
                LocationSegment::Index(index) if tree.is_mapping() => {
                    Segment::Key(index.to_string())
                }
                LocationSegment::Index(index) => item_segment(tree.node(), index),
            };
            let Some(next) = tree.step(&step) else {
                break;
            };
            path.push(step);
            tree = next;
        }
        (path, tree)
    }

    fn unknown(&self, path: &Path, tree: &Tree<'a>, key: &str, out: &Reporter<'_>) -> Finding {
        let child = tree.get(key);
        let path = path.key(key);
        let message = text!("`{}` is not a key that the schema knows", path);
        let mut finding = match &child {
            Some(child) => out.value(self.values, path, child, message),
            None => out.value(self.values, path, tree, message),
        };
        // The key is what is wrong, whatever it holds.
        if let Some(child) =
            child.filter(|child| child.source().path == finding.location.source.path)
        {
            finding.location = child.key_location();
        }
        let known = self.known_keys();
        let near = nearest(key, known.iter().map(String::as_str));
        finding.suggest_or(near, "remove it, or add it to the schema")
    }

    fn required(&self, path: &Path, tree: &Tree<'a>, key: &str, out: &Reporter<'_>) -> Finding {
        let path = path.key(key);
        let message = text!("`{}` is required by the schema and is missing", path);
        let mut finding = out.value(self.values, path.clone(), tree, message);
        if let Some(place) = self.values.place_of(&path) {
            finding.location = place;
        }
        finding.help(text!("add it to {}", Name(&self.values.file.path)))
    }

    fn message(&self, kind: &ValidationErrorKind, path: &Path, tree: &Tree<'_>) -> Text {
        match kind {
            ValidationErrorKind::Type { kind } => {
                text!(
                    "`{}` is {}, and the schema asks for {}",
                    path,
                    tree.describe(),
                    types(kind)
                )
            }
            ValidationErrorKind::Enum { options } => {
                let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
                let listed = Text::join(options.iter().map(shown), ", ");
                text!(
                    "`{}` is none of the values that the schema allows: {}",
                    path,
                    listed
                )
            }
            ValidationErrorKind::Constant { expected_value } => {
                text!(
                    "`{}` is not {}, the only value that the schema allows",
                    path,
                    shown(expected_value)
                )
            }
            // The validator's own words, without the value, which may be a secret.
            _ => text!(
                "`{}` does not fit the schema: {}",
                path,
                Said(self.error.masked_with("it"))
            ),
        }
    }

    /// The properties of the schema that refused a key.
    fn known_keys(&self) -> Vec<String> {
        let Ok(root) = self.schema.json() else {
            return Vec::new();
        };
        let mut schema = root;
        let mut before = root;
        for segment in self.error.schema_path().segments() {
            before = schema;
            let next = match &segment {
                LocationSegment::Property(key) => schema.get(&**key),
                LocationSegment::Index(index) => schema.get(*index),
            };
            let Some(next) = next else {
                return Vec::new();
            };
            schema = match segment {
                LocationSegment::Property(key) if key == "$ref" => {
                    match crate::workspace::follow_reference(root, next) {
                        Some(target) => target,
                        None => return Vec::new(),
                    }
                }
                _ => next,
            };
        }
        let properties = before.get("properties").and_then(Value::as_object);
        properties
            .map(|properties| properties.keys().take(MOST_KEYS).cloned().collect())
            .unwrap_or_default()
    }
}

fn types(kind: &TypeKind) -> Text {
    let word = |kind: JsonType| match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "a map",
        JsonType::String => "text",
    };
    match kind {
        TypeKind::Single(kind) => word(*kind).into(),
        TypeKind::Multiple(kinds) => Text::join(kinds.iter().map(|kind| word(kind).into()), " or "),
    }
}

/// An allowed value as the schema has it.
fn shown(value: &Value) -> Text {
    match value {
        Value::String(text) => text!("`{}`", Said(&text)),
        other => text!("`{}`", Said(&other)),
    }
}
