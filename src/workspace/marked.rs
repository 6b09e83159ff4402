//! What schemas mark as secret, `writeOnly: true` and `format: password`, whatever the keys are called.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_helm::Chart;
use envlint_yaml::Segment;
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::ValuesSchema;
use super::chart::place_below;
use super::schema::Schemas;
use crate::masking;
use crate::source::Source;
use crate::values::{Located, Tree};

/// How many schemas may lie inside of each other (through `allOf` and `$ref`) at one value.
const DEEPEST: usize = 32;

/// The fewest characters of a value that a schema marks for it to be hidden wherever it appears.
const SHORTEST_MARKED: usize = 4;

/// The size that a pattern of a schema may have once it is compiled, in bytes. One that is larger fits all keys.
const LARGEST_PATTERN: usize = 1 << 20;

/// A schema that marks values of an app: that of its chart, or of a subchart.
#[derive(Debug, Clone)]
pub(super) struct Marking {
    /// The keys below which its values stand; none for the chart itself.
    pub keys: Vec<String>,
    /// The schema.
    pub schema: Arc<ValuesSchema>,
}

impl Marking {
    /// Those of a chart and of the charts in it: Helm holds each against the values of its own.
    pub(super) fn of(chart: &Chart, directory: &str, schemas: &Schemas) -> Vec<Marking> {
        let mut found = Vec::new();
        add(chart, directory, &[], schemas, &mut found);
        found
    }

    /// The values that the schema marks. A subchart gets the globals of its parent, too.
    pub(super) fn find<'a>(&self, values: &Located<'a>) -> Vec<Located<'a>> {
        let mut own = Some(values.clone());
        for key in &self.keys {
            own = own.and_then(|value| value.get(key));
        }
        let mut found = own.map_or_else(Vec::new, |own| find(&self.schema, &own, None));
        if let Some(global) = values.get("global").filter(|_| !self.keys.is_empty()) {
            found.extend(find(&self.schema, &global, Some("global")));
        }
        found
    }
}

fn add(
    chart: &Chart,
    directory: &str,
    keys: &[String],
    schemas: &Schemas,
    found: &mut Vec<Marking>,
) {
    let text = chart.schema().map(String::from_utf8_lossy);
    if let Some(text) = text.filter(|text| may_mark(text)) {
        found.push(Marking {
            keys: keys.to_vec(),
            schema: schemas.of_chart(directory, &text),
        });
    }
    for inner in chart.dependencies() {
        let listed = &chart.metadata().dependencies;
        let known = listed.iter().filter(|known| known.name == inner.name());
        let mut names: Vec<&str> = known.map(|known| known.appears_as()).collect();
        if names.is_empty() {
            names.push(inner.name());
        }
        let directory = place_below(directory, inner);
        for name in names {
            let keys = [keys, &[name.to_owned()]].concat();
            add(inner, &directory, &keys, schemas, found);
        }
    }
}

/// Whether a schema may mark anything.
pub(super) fn may_mark(text: &str) -> bool {
    text.contains("writeOnly") || text.contains("password")
}

/// The values that a schema marks, with their paths: single values, of a marked map or list everything in it. Where a
/// `property` of the root is named, the values are those of it.
pub(super) fn find<'a>(
    schema: &ValuesSchema,
    values: &Located<'a>,
    property: Option<&str>,
) -> Vec<Located<'a>> {
    let Some(root) = schema.json().ok().filter(|_| may_mark(&schema.text)) else {
        return Vec::new();
    };
    let mut search = Search {
        root,
        anchors: anchors(root),
        patterns: HashMap::new(),
        seen: HashSet::new(),
        found: Vec::new(),
    };
    match property {
        Some(key) => {
            for inner in search.of_property(root, key) {
                search.visit(inner, values, 0);
            }
        }
        None => search.visit(root, values, 0),
    }
    search.found
}

/// The schemas that have a name of their own to be referred to: `$id`, `$anchor`, `$dynamicAnchor`.
fn anchors(root: &Value) -> HashMap<&str, &Value> {
    let mut found = HashMap::new();
    let mut left = vec![root];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(entries) => {
                for key in ["$id", "id", "$anchor", "$dynamicAnchor"] {
                    let name = entries.get(key).and_then(Value::as_str);
                    found.extend(name.map(|name| (name.trim_start_matches('#'), value)));
                }
                left.extend(entries.values());
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    found
}

struct Search<'s, 'a> {
    root: &'s Value,
    anchors: HashMap<&'s str, &'s Value>,
    /// The patterns of keys, compiled; none for one that is not understood.
    patterns: HashMap<&'s str, Option<Regex>>,
    /// The schemas that have been here, and the nodes they were applied to.
    seen: HashSet<(*const Value, envlint_yaml::Path)>,
    found: Vec<Located<'a>>,
}

/// Keywords whose schemas hold for the same value. Of alternatives, all count: what is secret in one is secret.
const SAME_VALUE: [&str; 6] = ["allOf", "anyOf", "oneOf", "if", "then", "else"];

/// Keywords with schemas that hold for the same value where it has a key.
const DEPENDENT: [&str; 2] = ["dependentSchemas", "dependencies"];

/// Keywords that refer to another schema.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

impl<'s, 'a> Search<'s, 'a> {
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
        for inner in self.of_same_value(keywords) {
            self.visit(inner, value, depth + 1);
        }
        for (index, child) in value.children().iter().enumerate() {
            let inner = match child.path().last() {
                Some(Segment::Key(key)) => self.of_key(keywords, key),
                _ => of_item(keywords, index),
            };
            for schema in inner {
                self.visit(schema, child, 0);
            }
        }
    }

    /// The schemas inside of one that hold for the same value.
    fn of_same_value(&self, keywords: &'s Map<String, Value>) -> Vec<&'s Value> {
        let of = |keyword: &&str| keywords.get(*keyword);
        let lists = SAME_VALUE.iter().filter_map(of);
        let mut inner: Vec<&Value> = lists
            .flat_map(|known| match known {
                Value::Array(schemas) => schemas.iter().collect(),
                schema => vec![schema],
            })
            .collect();
        let dependent = DEPENDENT.iter().filter_map(of).filter_map(Value::as_object);
        inner.extend(dependent.flat_map(Map::values));
        let references = REFERENCES.iter().filter_map(of);
        inner.extend(references.filter_map(|reference| self.follow(reference)));
        inner
    }

    /// The schema that a reference into the same file leads to.
    fn follow(&self, reference: &Value) -> Option<&'s Value> {
        let name = reference.as_str()?;
        follow(self.root, reference).or_else(|| {
            let anchor = name.rsplit_once('#').map_or(name, |(_, anchor)| anchor);
            let known = self.anchors.get(anchor).or_else(|| self.anchors.get(name));
            known.copied()
        })
    }

    /// The schemas that hold for the value of a key.
    fn of_key(&mut self, keywords: &'s Map<String, Value>, key: &str) -> Vec<&'s Value> {
        let named = keywords.get("properties").and_then(|known| known.get(key));
        let mut inner: Vec<&Value> = named.into_iter().collect();
        let patterns = keywords.get("patternProperties");
        for (pattern, schema) in patterns.and_then(Value::as_object).into_iter().flatten() {
            if self.fits(pattern, key) {
                inner.push(schema);
            }
        }
        if inner.is_empty() {
            let others = ["additionalProperties", "unevaluatedProperties"];
            inner.extend(others.iter().filter_map(|keyword| keywords.get(*keyword)));
        }
        inner
    }

    /// The schemas of a property, wherever in a schema they stand that hold for the same value.
    fn of_property(&mut self, schema: &'s Value, key: &str) -> Vec<&'s Value> {
        let (mut found, mut left, mut seen) = (Vec::new(), vec![schema], HashSet::new());
        while let Some(schema) = left.pop() {
            let keywords = schema.as_object();
            if let Some(keywords) = keywords.filter(|_| seen.insert(std::ptr::from_ref(schema))) {
                found.extend(self.of_key(keywords, key));
                left.extend(self.of_same_value(keywords));
            }
        }
        found
    }

    /// Whether a key fits a pattern; one that is not understood fits all.
    fn fits(&mut self, pattern: &'s str, key: &str) -> bool {
        let compile = || {
            let mut builder = RegexBuilder::new(pattern);
            builder.size_limit(LARGEST_PATTERN).build().ok()
        };
        let known = self.patterns.entry(pattern).or_insert_with(compile);
        known.as_ref().is_none_or(|known| known.is_match(key))
    }

    fn take(&mut self, value: &Located<'a>) {
        let children = value.children();
        children.iter().for_each(|child| self.take(child));
        if value.tree().as_scalar().is_some() && !value.tree().is_empty() {
            self.found.push(value.clone());
        }
    }
}

/// The schemas that hold for an item of a list.
fn of_item(keywords: &Map<String, Value>, index: usize) -> Vec<&Value> {
    let list = |keyword| keywords.get(keyword).and_then(Value::as_array);
    let own = ["prefixItems", "items"].into_iter().filter_map(list);
    let own = own.filter_map(|known| known.get(index));
    let rest = ["items", "additionalItems", "unevaluatedItems", "contains"];
    let rest = rest.into_iter().filter_map(|keyword| keywords.get(keyword));
    own.chain(rest.filter(|schema| schema.is_object()))
        .collect()
}

/// The schema that a reference into the same file leads to.
pub(crate) fn follow<'s>(root: &'s Value, reference: &Value) -> Option<&'s Value> {
    root.pointer(reference.as_str()?.strip_prefix('#')?)
}

/// Makes the values known to the masking of output that the schema of a chart marks, or that of a chart in it: of those that
/// are given, and of its defaults.
pub fn learn_marked_by(chart: &Chart, given: &envlint_helm::Values) {
    let markings = Marking::of(chart, "", &Schemas::default());
    if markings.is_empty() {
        return;
    }
    // JSON is YAML.
    let given = serde_json::to_string(given.as_map()).unwrap_or_default();
    let given = Source::new("values", given);
    let defaults = chart.values();
    let defaults = defaults.map(|layer| Source::of("values.yaml", Arc::clone(layer.document())));
    for source in defaults.into_iter().chain([given]) {
        let source = Arc::new(source);
        if let Some(values) = Tree::of(&source) {
            let values = Located::root(&values);
            let marked = markings.iter().flat_map(|marking| marking.find(&values));
            learn(&marked.collect::<Vec<_>>());
        }
    }
}

/// Makes values that a schema marks known to the masking of output: where they stand in their files, and as texts.
pub(super) fn learn(marked: &[Located<'_>]) {
    let mut by_file: HashMap<*const Source, Vec<&Located<'_>>> = HashMap::new();
    for value in marked {
        let file = Arc::as_ptr(value.tree().source());
        by_file.entry(file).or_default().push(value);
    }
    for values in by_file.values() {
        if let Some(first) = values.first() {
            let nodes = values.iter().map(|value| value.tree().node());
            first.tree().source().mark(nodes);
        }
    }
    let scalars = marked.iter().filter_map(|value| value.tree().as_scalar());
    let texts = scalars.map(envlint_yaml::Scalar::text);
    // What is shorter is a part of everything that anybody says; it is hidden where it stands.
    masking::learn_marked(texts.filter(|text| text.chars().count() >= SHORTEST_MARKED));
}
