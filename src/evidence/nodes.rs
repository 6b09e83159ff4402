//! Reading manifests: what stands at a chain of keys.

use envlint_yaml::{Map, Node, Value};

/// The value at the end of a chain of keys.
pub(super) fn at<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter()
        .try_fold(node, |node, key| node.as_mapping()?.get(key))
}

/// The text at the end of a chain of keys; that of numbers and of true and false, too.
pub(super) fn text<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    let scalar = at(node, keys)?.as_scalar()?;
    (!at(node, keys)?.is_null()).then(|| scalar.text())
}

/// The items of the list at the end of a chain of keys.
pub(super) fn items<'n>(node: &'n Node, keys: &[&str]) -> &'n [Node] {
    at(node, keys)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

/// Whether a document is an object of this kind.
pub(super) fn is_kind(node: &Node, group: &str, kind: &str) -> bool {
    text(node, &["kind"]) == Some(kind)
        && text(node, &["apiVersion"]).is_some_and(|version| version.starts_with(group))
}

/// The addresses of all single values in a value, as names of `--set`: lists as a whole.
pub(super) fn leaves(node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    add_leaves(node, "", 0, &mut found);
    found
}

/// More single values than these are not looked at, nor deeper ones.
const MOST: usize = 5000;
const DEEPEST: usize = 50;

fn add_leaves(node: &Node, above: &str, depth: usize, found: &mut Vec<String>) {
    let Some(map) = node
        .as_mapping()
        .filter(|map| !map.is_empty() && depth < DEEPEST)
    else {
        if !above.is_empty() && found.len() < MOST {
            found.push(above.to_owned());
        }
        return;
    };
    for (key, child) in map.iter() {
        let key = key.text().replace('.', "\\.");
        let path = match above {
            "" => key,
            above => format!("{above}.{key}"),
        };
        add_leaves(child, &path, depth + 1, found);
    }
}

/// All single values of a map by their address, as Argo CD flattens them: `a.b`, `list.0`.
pub(super) fn flat(map: &Map) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (key, value) in map {
        add_flat(key, value, 0, &mut found);
    }
    found
}

fn add_flat(path: &str, value: &Value, depth: usize, found: &mut Vec<(String, String)>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::Map(map) => {
            for (key, value) in map {
                add_flat(&format!("{path}.{key}"), value, depth + 1, found);
            }
        }
        Value::Seq(items) => {
            for (index, value) in items.iter().enumerate() {
                add_flat(&format!("{path}.{index}"), value, depth + 1, found);
            }
        }
        single => found.push((path.to_owned(), plain(single))),
    }
}

/// A single value as text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}
