//! JSON Schemas for values: the chart's `values.schema.json`, or one that the configuration names.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use envlint_helm::{Chart, CompiledSchema, LoadOptions};
use envlint_yaml::Spanned;
use serde_json::Value;

use super::marked::{Marking, may_mark};
use crate::source::{boundary, entries_within, is_yaml, join, read_text};

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
pub(super) struct Schemas {
    known: Mutex<BTreeMap<String, Arc<ValuesSchema>>>,
    /// Those that mark values of a chart, by its directory.
    markings: Mutex<BTreeMap<String, Slot>>,
}

/// The schemas that mark values of a chart, once they are read.
type Slot = Arc<OnceLock<Vec<Marking>>>;

impl Schemas {
    /// The schema of a chart.
    pub(super) fn of_chart(&self, directory: &str, text: &str) -> Arc<ValuesSchema> {
        let path = if directory.is_empty() {
            "values.schema.json".to_owned()
        } else {
            format!("{directory}/values.schema.json")
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = known
            .entry(path.clone())
            .or_insert_with(|| Arc::new(ValuesSchema::new(path, text.to_owned())));
        Arc::clone(schema)
    }

    /// The schemas that mark values of a chart: its own, and those of the charts in it. A chart without others in it is not
    /// loaded for them.
    pub(super) fn markings(&self, root: &FilePath, directory: &str) -> Slot {
        let slot = {
            let mut known = self.markings.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(directory.to_owned()).or_default())
        };
        slot.get_or_init(|| {
            let path = root.join(directory);
            let has_others = || {
                let definition = read_text(root, &join(directory, "Chart.yaml"));
                may_have_schemas(root, &join(directory, "charts"))
                    || definition.is_ok_and(|text| text.contains("file://"))
            };
            if path.is_file() || has_others() {
                let options = LoadOptions {
                    links_within: Some(boundary(root)),
                    seen: None,
                    any_format: true,
                    brings_local: true,
                    // It is not kept.
                    together: None,
                };
                let chart = Chart::load_with(&path, &options);
                let of = |chart: Chart| Marking::of(&chart, directory, self);
                return chart.map(of).unwrap_or_default();
            }
            let own = FilePath::new(directory).join("values.schema.json");
            let text = own.to_str().and_then(|own| read_text(root, own).ok());
            let marking = |text: String| Marking {
                keys: Vec::new(),
                schema: self.of_chart(directory, &text),
            };
            text.filter(|text| may_mark(text))
                .map(marking)
                .into_iter()
                .collect()
        });
        slot
    }

    /// A schema that the configuration names.
    pub(super) fn named(
        &self,
        root: &FilePath,
        name: &Spanned<String>,
    ) -> Result<Arc<ValuesSchema>, SchemaError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
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
                match document.root().filter(|_| is_yaml(&self.path)) {
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
}

/// Whether charts in a directory of charts may have schemas: what is packed is not looked into.
fn may_have_schemas(root: &FilePath, charts: &str) -> bool {
    let mut paths = entries_within(root, charts).map(|entry| entry.path());
    paths.any(|path| match path.is_dir() {
        true => path.join("values.schema.json").is_file() || path.join("charts").is_dir(),
        false => path.extension().is_some_and(|ending| ending == "tgz"),
    })
}
