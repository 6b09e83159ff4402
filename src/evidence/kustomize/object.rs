//! An object as a directory builds it.

use envlint_yaml::{Document, Node, Value, emit};

use super::build::Resource;
use super::patch::{Patch, apply};
use crate::evidence::nodes::text;

/// An object after all kustomizations that change it.
#[derive(Debug)]
pub(in crate::evidence) struct Built<'b> {
    /// The object where anything changes it.
    document: Option<Document>,
    /// What changes it, in order.
    pub changes: Vec<Change<'b>>,
}

/// A part of a patch that changes an object.
#[derive(Debug, Clone, Copy)]
pub(in crate::evidence) struct Change<'b> {
    pub patch: &'b Patch,
    pub part: &'b Node,
}

impl Resource {
    /// What becomes of an object of the file. None where a patch takes it away.
    pub(in crate::evidence) fn object<'b>(&'b self, object: &Node) -> Option<Built<'b>> {
        let kind = text(object, &["kind"]).unwrap_or_default();
        let mut name = text(object, &["metadata", "name"])?.to_owned();
        // A patch may name an object as it was before.
        let mut names = vec![name.clone()];
        let mut value: Option<Value> = None;
        let mut changes = Vec::new();
        for step in &self.steps {
            for patch in &step.patches {
                for part in patch.parts(kind, &names, object) {
                    let value = value.get_or_insert_with(|| object.to_value());
                    if !apply(value, part) {
                        return None;
                    }
                    changes.push(Change { patch, part });
                }
            }
            let value = value.get_or_insert_with(|| object.to_value());
            if let Some(Value::Map(metadata)) = field(value, "metadata") {
                if let Some(namespace) = &step.namespace {
                    let namespace = Value::String(namespace.clone());
                    metadata.insert("namespace".to_owned(), namespace);
                }
                if let Some(Value::String(patched)) = metadata.get_mut("name") {
                    *patched = format!("{}{patched}{}", step.prefix, step.suffix);
                    name.clone_from(patched);
                }
            }
            if !names.contains(&name) {
                names.push(name.clone());
            }
        }
        Some(Built {
            document: value.map(|value| Document::parse(emit(&value))),
            changes,
        })
    }
}

fn field<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    match value {
        Value::Map(map) => map.get_mut(key),
        _ => None,
    }
}

impl Built<'_> {
    /// Whether a patch changes it.
    pub(in crate::evidence) fn is_patched(&self) -> bool {
        !self.changes.is_empty()
    }

    /// The object, with its changes. Its places are none of a file where anything changes it.
    pub(in crate::evidence) fn node<'n>(&'n self, object: &'n Node) -> &'n Node {
        let document = self.document.as_ref();
        document.and_then(Document::root).unwrap_or(object)
    }
}
