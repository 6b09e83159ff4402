//! `schema/values`.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_helm::CompiledSchema;
use envlint_yaml::{Node, Path, Segment, Span};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::masking::{Name, Said, Text, text};
use crate::resolve::{EnvironmentValues, source_of};
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Location, Severity, Source};
use crate::values::{Located, Pattern, Tree};
use crate::workspace::{SchemaError, ValuesSchema};

rule! {
    /// Values do not fit the JSON Schema of their chart.
    ///
    /// ## What it does
    ///
    /// Validates the effective values of every environment, as Helm does before it renders. The schema is the one that
    /// the app names in `envlint.yaml` (`schema:`), else the chart's `values.schema.json`, else the workspace's
    /// (`schemas: {values: …}`). Drafts 4, 6, 7, 2019-09 and 2020-12 are supported.
    ///
    /// What is given when the app is deployed (`--set global.domain=…`) may be anything that fits, so nothing is said of its place,
    /// and of the maps around it only which keys the schema does not know.
    ///
    /// A schema that cannot be compiled is one finding. envlint follows no references to other files or to the network. A
    /// `$ref` to the network is one info: what it stands for is not checked, and the rest of the schema is.
    ///
    /// ## Why it matters
    ///
    /// Helm refuses to install a release whose values do not fit. A key that the schema does not know is often
    /// misspelt, and has no effect.
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

/// The words of a schema below which a condition decides.
const CONDITIONS: [&str; 3] = ["then", "else", "dependentSchemas"];

/// How many mistakes of one environment are reported.
const MOST: usize = 50;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let root = match cx.workspace.schema_of(cx.app, cx.chart) {
        Ok(schema) => schema,
        Err(error) => return unreadable(cx, &error, out),
    };
    let mut broken = BTreeSet::new();
    let mut known = BTreeSet::new();
    for values in &cx.environments {
        for level in levels(cx, values, root.as_ref()) {
            if known.insert(level.schema.path.clone())
                && let Some(finding) = level.unfetched(out)
            {
                out.push(finding);
            }
            if broken.contains(&level.schema.path) {
                continue;
            }
            match level.findings(out) {
                Ok(found) => found.into_iter().for_each(|finding| out.push(finding)),
                Err((reason, help)) => {
                    unusable(&level.schema, &reason, help, out);
                    broken.insert(level.schema.path.clone());
                }
            }
        }
    }
}

/// The values of one chart of the tree in one environment, and the schema that they must fit.
struct Level<'c, 'a> {
    values: &'c EnvironmentValues<'a>,
    /// The chart's values, where they are among those of the root.
    root: Located<'a>,
    instance: Value,
    schema: Arc<ValuesSchema>,
    /// The schema as the chart has it, compiled once for checks and renders.
    compiled: Option<Result<&'a CompiledSchema, &'a str>>,
}

/// What Helm validates: the values of every chart that is deployed, against the chart's own schema. `root` stands for that
/// of the root chart: the configuration may name another.
fn levels<'c, 'a>(
    cx: &AppContext<'a>,
    values: &'c EnvironmentValues<'a>,
    root: Option<&Arc<ValuesSchema>>,
) -> Vec<Level<'c, 'a>> {
    let (Some(chart), Some(Ok(effective))) = (cx.chart, &values.overlaid) else {
        let whole = values.effective.clone().zip(root.cloned());
        let level = whole.map(|(tree, schema)| Level {
            values,
            instance: serde_json::to_value(tree.to_value()).unwrap_or_default(),
            root: Located::root(&tree),
            schema,
            compiled: None,
        });
        return level.into_iter().collect();
    };
    let level = |deployed: envlint_helm::Level<'a>| {
        let is_root = deployed.path.is_empty();
        let own = || {
            let text = String::from_utf8_lossy(deployed.chart.schema()?);
            let directory = chart.directory_of(deployed.chart);
            Some(cx.workspace.schema_in(directory, &text))
        };
        let schema = if is_root { root.cloned() } else { own() }?;
        let table = deployed.values?;
        let tree = Tree::of_table(&table, &|file| source_of(file, values.file, chart))?;
        let keys = deployed.path.iter();
        let path: Path = keys.map(|key| Segment::Key((*key).to_owned())).collect();
        // The chart's schema is compiled for its render, too; another one by itself.
        let is_own = !is_root || chart.path("values.schema.json") == schema.path;
        Some(Level {
            values,
            root: Located::new(path, &tree),
            instance: table.to_json(),
            compiled: deployed.chart.compiled_schema().filter(|_| is_own),
            schema,
        })
    };
    effective.levels().into_iter().filter_map(level).collect()
}

impl Level<'_, '_> {
    /// What of the schema is not checked, since it would have to be fetched: said once, at the first reference.
    fn unfetched(&self, out: &Reporter<'_>) -> Option<Finding> {
        let compiled = match self.compiled {
            Some(Ok(compiled)) => compiled,
            Some(Err(_)) | None => self.schema.compiled().ok()?,
        };
        let (first, others) = compiled.unfetched().split_first()?;
        let source = Arc::new(Source::new(
            self.schema.path.as_str(),
            self.schema.text.as_str(),
        ));
        let root = source.document.root();
        let place = root.and_then(|root| place_of_reference(root, first));
        let location = match place {
            Some(span) => Location::new(&source, span),
            None => Location::start_of(&source),
        };
        let more = match others.len() {
            0 => Text::new(),
            count => text!(" and {} more", count),
        };
        let message = text!(
            "the schema refers to `{}`{}, which envlint does not fetch; the rest of the schema is checked",
            Said(first),
            more
        );
        let finding = out.lowered(Severity::Info, location, message);
        Some(finding.help("copy what it refers to into the schema, below `$defs`"))
    }

    /// What does not fit, or why that cannot be said and what to do about it.
    fn findings(&self, out: &Reporter<'_>) -> Result<Vec<Finding>, (String, &'static str)> {
        let compiled = match self.compiled {
            Some(Ok(compiled)) => Ok(compiled),
            Some(Err(_)) | None => self.schema.compiled(),
        };
        let compiled = compiled.map_err(|reason| {
            let help = "correct the schema: Helm refuses every release of the chart until then";
            (reason.to_owned(), help)
        })?;
        let mistakes = compiled.mistakes(&self.instance, MOST).map_err(|limit| {
            let help =
                "simplify the schema: refer to each definition once, and use fewer alternatives";
            (limit.to_string(), help)
        })?;
        let complaints = mistakes
            .iter()
            .map(|error| Complaint { level: self, error });
        Ok(complaints
            .filter(|complaint| !complaint.may_be_mended())
            .flat_map(|complaint| complaint.findings(out))
            .collect())
    }
}

/// Where a schema refers to something.
fn place_of_reference(node: &Node, reference: &str) -> Option<Span> {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if let Some(mapping) = node.as_mapping() {
            let found = mapping
                .get("$ref")
                .filter(|value| value.as_str() == Some(reference));
            if let Some(value) = found {
                return Some(value.span());
            }
            open.extend(mapping.iter().rev().map(|(_, value)| value));
        }
        open.extend(node.as_sequence().into_iter().flatten().rev());
    }
    None
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
        out.push(finding.help("give a path relative to envlint.yaml"));
    }
}

/// One mistake that the validator found.
struct Complaint<'c, 'a> {
    level: &'c Level<'c, 'a>,
    error: &'c ValidationError<'c>,
}

impl<'a> Complaint<'_, 'a> {
    fn findings(&self, out: &Reporter<'_>) -> Vec<Finding> {
        let place = self.place();
        match self.error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
                .iter()
                .take(MOST)
                .map(|key| self.unknown(&place, key, out))
                .collect(),
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                vec![self.required(&place, key, out)]
            }
            kind => {
                let finding = out.value(self.level.values, &place, self.message(kind, &place));
                vec![finding.help(text!(
                    "correct the value, or the schema in {}",
                    Name(&self.level.schema.path)
                ))]
            }
        }
    }

    /// Whether what is given when the app is deployed, and nobody here knows, may mend it: at its place, around it or in it, or
    /// anywhere where a condition of the schema decides. A key that is one too many stays, whatever is given.
    fn may_be_mended(&self) -> bool {
        let file = self.level.values.file;
        let path = self.place().path().clone();
        let path = match self.error.kind() {
            ValidationErrorKind::AdditionalProperties { .. }
            | ValidationErrorKind::UnevaluatedProperties { .. } => return false,
            ValidationErrorKind::Required { property } => {
                path.key(property.as_str().unwrap_or_default())
            }
            _ => path,
        };
        let segments = path.segments();
        let inside = segments.get(self.level.root.path().segments().len()..);
        let inside = inside.unwrap_or_default();
        // Every subchart has the `global` of the root.
        let is_global = matches!(inside.first(), Some(Segment::Key(key)) if key == "global");
        let place = if is_global { inside } else { segments };
        let mut conditions = self.error.schema_path().segments();
        let is_conditional = conditions.any(|segment| {
            matches!(&segment, LocationSegment::Property(key) if CONDITIONS.contains(&&**key))
        });
        let touches = |given: Path| {
            let given = given.segments();
            is_conditional || given.starts_with(place) || place.starts_with(given)
        };
        let mut given = file.given().filter_map(Pattern::as_path);
        file.is_given(&path) || given.any(|given| !given.is_root() && touches(given))
    }

    /// The value that the mistake is about.
    fn place(&self) -> Located<'a> {
        let mut place = self.level.root.clone();
        for segment in self.error.instance_path().segments() {
            let next = match segment {
                LocationSegment::Property(key) => place.get(&key),
                // A map whose keys are numbers has them here, too.
                LocationSegment::Index(index) if place.tree().is_mapping() => {
                    place.get(&index.to_string())
                }
                LocationSegment::Index(index) => place.item(index),
            };
            let Some(next) = next else {
                break;
            };
            place = next;
        }
        place
    }

    fn unknown(&self, map: &Located<'a>, key: &str, out: &Reporter<'_>) -> Finding {
        let child = map.tree().get(key);
        let is_handed_down = key == "global" && !self.level.root.path().is_root();
        let path = map.path().key(key);
        let message = match is_handed_down {
            true => text!(
                "the schema does not allow `{}`, which Helm gives to every subchart",
                path
            ),
            false => text!("the schema does not know the key `{}`", path),
        };
        let value = map.get(key).unwrap_or_else(|| map.clone());
        let mut finding = out.value(self.level.values, &value, message).at(path);
        // The key is what is wrong, whatever it holds.
        if let Some(child) =
            child.filter(|child| child.source().path == finding.location.source.path)
        {
            finding.location = child.key_location();
        }
        if is_handed_down {
            return finding.help("add `global` to the schema of the subchart");
        }
        let known = self.known_keys();
        let near = out.nearest(key, known.iter().map(String::as_str));
        finding.suggest_or(near, "remove it, or add it to the schema")
    }

    fn required(&self, map: &Located<'a>, key: &str, out: &Reporter<'_>) -> Finding {
        let path = map.path().key(key);
        let message = text!("`{}` is missing, but the schema requires it", path);
        let mut finding = out.value(self.level.values, map, message).at(path.clone());
        if let Some(place) = self.level.values.place_of(&path) {
            finding.location = place;
        }
        finding.help(text!("add it to {}", self.level.values.file.called()))
    }

    fn message(&self, kind: &ValidationErrorKind, value: &Located<'_>) -> Text {
        let (path, tree) = (value.path(), value.tree());
        match kind {
            ValidationErrorKind::Type { kind } => {
                text!(
                    "`{}` is {}, but the schema requires {}",
                    path,
                    tree.describe(),
                    types(kind)
                )
            }
            ValidationErrorKind::Enum { options } => {
                let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
                let listed = Text::join(options.iter().map(shown), ", ");
                text!(
                    "`{}` is not one of the values that the schema allows: {}",
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
        let Ok(root) = self.level.schema.json() else {
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
