//! JSON Schemas for values: the chart's `values.schema.json`, or one that the configuration names.

use std::collections::{BTreeMap, HashSet};
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use envlint_helm::CompiledSchema;
use envlint_yaml::{Path, Segment, Spanned};
use serde_json::Value;

use crate::masking;
use crate::source::read_text;
use crate::values::{Located, Tree};

/// A schema that values are checked against. Drafts 4, 6, 7, 2019-09 and 2020-12; a schema that names no draft is taken
/// for 2020-12, as Helm takes it.
#[derive(Debug)]
pub struct ValuesSchema {
    /// Path of the schema's file, relative to the workspace's root.
    pub path: String,
    /// The text of the file.
    pub text: String,
    json: OnceLock<Result<Value, String>>,
    compiled: OnceLock<Result<CompiledSchema, String>>,
}

/// A schema that the configuration names and that cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the schema `{path}` cannot be read: {reason}")]
pub struct SchemaError {
    /// Path of the file, as the configuration has it.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Where the configuration names it.
    pub span: envlint_yaml::Span,
}

/// The schemas of a workspace, each read and compiled once.
#[derive(Debug, Default)]
pub(super) struct Schemas(Mutex<BTreeMap<String, Arc<ValuesSchema>>>);

impl Schemas {
    /// The schema of a chart.
    pub(super) fn of_chart(&self, directory: &str, text: &str) -> Arc<ValuesSchema> {
        let path = if directory.is_empty() {
            "values.schema.json".to_owned()
        } else {
            format!("{directory}/values.schema.json")
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = known
            .entry(path.clone())
            .or_insert_with(|| Arc::new(ValuesSchema::new(path, text.to_owned())));
        Arc::clone(schema)
    }

    /// The schema in a chart's directory, where there is one.
    pub(super) fn in_chart(&self, root: &FilePath, directory: &str) -> Option<Arc<ValuesSchema>> {
        let path = FilePath::new(directory).join("values.schema.json");
        let text = read_text(root, path.to_str()?).ok()?;
        Some(self.of_chart(directory, &text))
    }

    /// A schema that the configuration names.
    pub(super) fn named(
        &self,
        root: &FilePath,
        name: &Spanned<String>,
    ) -> Result<Arc<ValuesSchema>, SchemaError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = known.get(&name.value) {
            return Ok(Arc::clone(schema));
        }
        let text = read_text(root, &name.value).map_err(|error| SchemaError {
            path: name.value.clone(),
            reason: error.to_string(),
            span: name.span,
        })?;
        let schema = Arc::new(ValuesSchema::new(name.value.clone(), text));
        known.insert(name.value.clone(), Arc::clone(&schema));
        Ok(schema)
    }
}

impl ValuesSchema {
    fn new(path: String, text: String) -> Self {
        ValuesSchema {
            path,
            text,
            json: OnceLock::new(),
            compiled: OnceLock::new(),
        }
    }

    /// The schema as data. YAML is taken too: a configured schema may be written in it.
    ///
    /// # Errors
    /// Why the text is no schema.
    pub fn json(&self) -> Result<&Value, &str> {
        let json = self.json.get_or_init(|| {
            let text = self.text.trim_start_matches('\u{feff}');
            serde_json::from_str(text).or_else(|error| {
                let document = envlint_yaml::Document::parse(text);
                let is_yaml = self.path.ends_with(".yaml") || self.path.ends_with(".yml");
                match document.root().filter(|_| is_yaml) {
                    Some(root) => {
                        serde_json::to_value(root.to_value()).map_err(|error| error.to_string())
                    }
                    None => Err(format!("it is not JSON: {error}")),
                }
            })
        });
        json.as_ref().map_err(String::as_str)
    }

    /// The compiled schema.
    ///
    /// # Errors
    /// Why it cannot be compiled. References to other files and to the network are among the reasons: nothing outside
    /// of the schema is read.
    pub fn compiled(&self) -> Result<&CompiledSchema, &str> {
        let json = self.json()?;
        let compiled = self
            .compiled
            .get_or_init(|| CompiledSchema::new(json.clone()).map_err(|error| error.to_string()));
        compiled.as_ref().map_err(String::as_str)
    }

    /// Makes the values that the schema marks as secret known to the masking of output. Only a shape tells them from
    /// other values, so it is done wherever values are read: no command shows them.
    pub fn learn_marked(&self, values: &Tree<'_>) {
        let marked = self.sensitive(values);
        masking::learn_marked(marked.iter().filter_map(|value| value.tree().as_str()));
    }

    /// The values that the schema marks as secret, by `writeOnly: true` or `format: password`, with their paths. Only
    /// single values are returned: of a marked map or list, everything in it.
    pub fn sensitive<'a>(&self, values: &Tree<'a>) -> Vec<Located<'a>> {
        let mut found = Vec::new();
        if let Ok(root) = self.json()
            && (self.text.contains("writeOnly") || self.text.contains("password"))
        {
            let mut search = Search {
                root,
                seen: HashSet::new(),
                found: &mut found,
            };
            search.visit(root, &Located::root(values), 0);
        }
        found
    }
}

/// How many schemas may lie inside of each other (through `allOf` and `$ref`) at one value.
const DEEPEST: usize = 32;

struct Search<'s, 'f, 'a> {
    root: &'s Value,
    /// The schemas that have been here, and the paths they were applied to
    seen: HashSet<(*const Value, Path)>,
    found: &'f mut Vec<Located<'a>>,
}

impl<'s, 'a> Search<'s, '_, 'a> {
    fn visit(&mut self, schema: &'s Value, value: &Located<'a>, depth: usize) {
        let Some(keywords) = schema.as_object().filter(|_| depth < DEEPEST) else {
            return;
        };
        if !self.seen.insert((schema, value.path().clone())) {
            return;
        }
        let is_secret = keywords.get("writeOnly").and_then(Value::as_bool) == Some(true)
            || keywords.get("format").and_then(Value::as_str) == Some("password");
        if is_secret {
            self.take(value);
            return;
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for inner in keywords
                .get(keyword)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                self.visit(inner, value, depth + 1);
            }
        }
        if let Some(inner) = keywords
            .get("$ref")
            .and_then(|reference| follow(self.root, reference))
        {
            self.visit(inner, value, depth + 1);
        }
        self.children(keywords, value);
    }

    fn children(&mut self, keywords: &'s serde_json::Map<String, Value>, value: &Located<'a>) {
        let properties = keywords.get("properties");
        let others = keywords.get("additionalProperties");
        let items = keywords.get("items").filter(|schema| schema.is_object());
        for child in value.children() {
            let schema = match child.path().last() {
                Some(Segment::Key(key)) => properties
                    .and_then(|properties| properties.get(key))
                    .or(others),
                _ => items,
            };
            if let Some(schema) = schema {
                self.visit(schema, &child, 0);
            }
        }
    }

    fn take(&mut self, value: &Located<'a>) {
        let children = value.children();
        children.iter().for_each(|child| self.take(child));
        if value.tree().as_scalar().is_some() && !value.tree().is_empty() {
            self.found.push(value.clone());
        }
    }
}

/// The schema that a reference into the same file leads to.
pub(crate) fn follow<'s>(root: &'s Value, reference: &Value) -> Option<&'s Value> {
    root.pointer(reference.as_str()?.strip_prefix('#')?)
}
