//! One environment's values as a tree whose every part knows the text it comes from.

use std::sync::Arc;

use envlint_yaml::{Kind, Map, Node, Path, Scalar, Segment, Span, Value};

use crate::source::Location;
use crate::source::Source;

/// A value of one environment, wherever it was written: in the values file, or in the chart's own defaults below it.
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    source: &'a Arc<Source>,
    node: &'a Node,
    key: Option<Span>,
    /// The children, where two maps were laid over each other; otherwise the node's own are.
    merged: Option<Arc<Vec<(&'a str, Tree<'a>)>>>,
}

/// What a tree is.
pub enum TreeKind<'a> {
    /// A single value, null included.
    Scalar(&'a Scalar),
    /// A list.
    Sequence(Vec<Tree<'a>>),
    /// A map, in the order of the file.
    Mapping(Vec<(&'a str, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// The tree of a whole file; none for a file without content. Of several YAML documents in one file, Helm lays the
    /// later over the earlier.
    pub fn of(source: &'a Arc<Source>) -> Option<Tree<'a>> {
        let whole = |node| Tree {
            source,
            node,
            key: None,
            merged: None,
        };
        let documents = source.document.documents().iter().map(whole);
        documents.reduce(|earlier, later| overlay(&earlier, &later))
    }

    /// What it is, with its children.
    pub fn kind(&self) -> TreeKind<'a> {
        match self.node.kind() {
            Kind::Scalar(scalar) => TreeKind::Scalar(scalar),
            Kind::Sequence(items) => {
                TreeKind::Sequence(items.iter().map(|item| self.child(item, None)).collect())
            }
            Kind::Mapping(_) => TreeKind::Mapping(self.entries()),
        }
    }

    /// The entries of a map, in the order of the file; empty for anything else.
    pub fn entries(&self) -> Vec<(&'a str, Tree<'a>)> {
        match (&self.merged, self.node.as_mapping()) {
            (Some(merged), _) => merged.to_vec(),
            (None, Some(mapping)) => mapping
                .iter()
                .map(|(key, node)| (key.text(), self.child(node, Some(key.span()))))
                .collect(),
            (None, None) => Vec::new(),
        }
    }

    /// How many entries a map has; none for anything else.
    pub fn len(&self) -> usize {
        match (&self.merged, self.node.as_mapping()) {
            (Some(merged), _) => merged.len(),
            (None, Some(mapping)) => mapping.len(),
            (None, None) => 0,
        }
    }

    /// The value of a map's first key.
    pub fn first(&self) -> Option<Tree<'a>> {
        match &self.merged {
            Some(merged) => merged.first().map(|(_, tree)| tree.clone()),
            None => {
                let (key, node) = self.node.as_mapping()?.iter().next()?;
                Some(self.child(node, Some(key.span())))
            }
        }
    }

    /// The value of a key, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<Tree<'a>> {
        match &self.merged {
            Some(merged) => merged
                .iter()
                .find(|(known, _)| *known == key)
                .map(|(_, tree)| tree.clone()),
            None => {
                let (key, node) = self.node.as_mapping()?.entry(key)?;
                Some(self.child(node, Some(key.span())))
            }
        }
    }

    /// The value at the end of a chain of keys.
    pub fn get_keys(&self, keys: &[&str]) -> Option<Tree<'a>> {
        keys.iter()
            .try_fold(self.clone(), |tree, key| tree.get(key))
    }

    /// The value at a path.
    pub fn at(&self, path: &Path) -> Option<Tree<'a>> {
        path.segments()
            .iter()
            .try_fold(self.clone(), |tree, segment| tree.step(segment))
    }

    /// The value one segment further down.
    pub fn step(&self, segment: &Segment) -> Option<Tree<'a>> {
        match segment {
            Segment::Key(key) => self.get(key),
            item => self.node.child(item).map(|item| self.child(item, None)),
        }
    }

    fn child(&self, node: &'a Node, key: Option<Span>) -> Tree<'a> {
        Tree {
            source: self.source,
            node,
            key,
            merged: None,
        }
    }

    /// The map that has this tree under one key.
    pub fn under(self, key: &'a str) -> Tree<'a> {
        Tree {
            key: None,
            merged: Some(Arc::new(vec![(key, self.clone())])),
            ..self
        }
    }

    /// The node in its file.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The file it is written in.
    pub fn source(&self) -> &'a Arc<Source> {
        self.source
    }

    /// Where the value is written.
    pub fn location(&self) -> Location {
        Location::new(self.source, self.node.span())
    }

    /// Where its key is written; the value's own place for what has no key.
    pub fn key_location(&self) -> Location {
        Location::new(self.source, self.key.unwrap_or(self.node.span()))
    }

    /// The single value, where it is one.
    pub fn as_scalar(&self) -> Option<&'a Scalar> {
        self.node.as_scalar()
    }

    /// The text of a scalar, unquoted.
    pub fn as_str(&self) -> Option<&'a str> {
        self.node.as_scalar().map(Scalar::text)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.node.is_null()
    }

    /// Whether it says nothing: null, an empty text, an empty list or an empty map.
    pub fn is_empty(&self) -> bool {
        match self.node.kind() {
            Kind::Mapping(_) => self.len() == 0,
            Kind::Sequence(items) => items.is_empty(),
            Kind::Scalar(_) => self.is_null() || self.as_str() == Some(""),
        }
    }

    /// Whether it is a map.
    pub fn is_mapping(&self) -> bool {
        self.node.as_mapping().is_some()
    }

    /// Whether it is a list.
    pub fn is_sequence(&self) -> bool {
        self.node.as_sequence().is_some()
    }

    /// `true` or `false`, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.node.as_bool()
    }

    /// The value as plain data.
    pub fn to_value(&self) -> Value {
        match &self.merged {
            Some(merged) => Value::Map(
                merged
                    .iter()
                    .map(|(key, tree)| ((*key).to_owned(), tree.to_value()))
                    .collect::<Map>(),
            ),
            None => self.node.to_value(),
        }
    }

    /// How many single values there are in it.
    pub fn count(&self) -> usize {
        match self.kind() {
            TreeKind::Scalar(_) => 1,
            TreeKind::Sequence(items) => items.iter().map(Tree::count).sum(),
            TreeKind::Mapping(entries) => entries.iter().map(|(_, tree)| tree.count()).sum(),
        }
    }

    /// The word for what it is: "a map", "a list", "text", "a number", "true or false", "null".
    pub fn describe(&self) -> &'static str {
        match self.node.kind() {
            Kind::Mapping(_) => "a map",
            Kind::Sequence(_) => "a list",
            Kind::Scalar(scalar) => match scalar.value() {
                Value::Null => "null",
                Value::Bool(_) => "a boolean",
                Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
                Value::String(_) | Value::Seq(_) | Value::Map(_) => "text",
            },
        }
    }
}

/// Lays values over defaults by Helm's rules: maps merge, anything else replaces, and null removes a default
/// (Helm: "Deleting a Default Key", `pkg/chart/common/util/coalesce.go`).
pub fn overlay<'a>(defaults: &Tree<'a>, values: &Tree<'a>) -> Tree<'a> {
    if !(defaults.is_mapping() && values.is_mapping()) {
        return values.clone();
    }
    let mut merged = Vec::new();
    for (key, default) in defaults.entries() {
        match values.get(key) {
            None => merged.push((key, default)),
            Some(value) if value.is_null() => {}
            Some(value) => merged.push((key, overlay(&default, &value))),
        }
    }
    merged.extend(
        values
            .entries()
            .into_iter()
            .filter(|(key, _)| defaults.get(key).is_none()),
    );
    Tree {
        merged: Some(Arc::new(merged)),
        ..values.clone()
    }
}
