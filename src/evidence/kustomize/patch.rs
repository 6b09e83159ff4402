//! Patches of Kustomize: what they change, and an object with the changes in it.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/>

use std::sync::Arc;

use envlint_yaml::{Document, Map, Node, Span, Value};
use regex::Regex;

use crate::evidence::nodes::{at, text};

/// A patch of some objects.
#[derive(Debug)]
pub(in crate::evidence) struct Patch {
    /// The file that it is written in.
    pub file: String,
    /// Where the kustomization names it.
    pub named: Span,
    /// What it says.
    pub document: Arc<Document>,
    /// Whether places in the document are places in the file.
    pub is_placed: bool,
    /// What it changes, where it does not tell that itself.
    pub target: Option<Target>,
}

/// The objects that a patch is for. Each name is a regular expression, as a whole.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Target {
    kind: Option<Regex>,
    name: Option<Regex>,
    labels: Vec<(String, Option<String>)>,
    /// The kind and the name as they are written.
    written: (Option<String>, Option<String>),
}

/// Longer names of targets are no names.
const LONGEST: usize = 500;

impl Target {
    /// The target of a patch. One without a name stands for all objects of its kind.
    pub(super) fn of(node: &Node) -> Target {
        let form = |key: &str| {
            let text = text(node, &[key]).filter(|text| text.len() <= LONGEST)?;
            Regex::new(&format!("^(?:{text})$")).ok()
        };
        let selector = text(node, &["labelSelector"]).unwrap_or_default();
        Target {
            kind: form("kind"),
            name: form("name"),
            labels: labels(selector),
            written: wanted(node, "kind", &["name"]),
        }
    }

    fn takes(&self, kind: &str, names: &[String], object: &Node) -> bool {
        let fits =
            |form: &Option<Regex>, text: &str| form.as_ref().is_none_or(|form| form.is_match(text));
        let has = |(key, value): &(String, Option<String>)| {
            let known = text(object, &["metadata", "labels", key]);
            known.is_some() && value.as_deref().is_none_or(|value| known == Some(value))
        };
        fits(&self.kind, kind)
            && names.iter().any(|name| fits(&self.name, name))
            && self.labels.iter().all(has)
    }
}

fn wanted(node: &Node, kind: &str, name: &[&str]) -> (Option<String>, Option<String>) {
    let text = |keys: &[&str]| text(node, keys).map(str::to_owned);
    (text(&[kind]), text(name))
}

/// The labels that a selector asks for: `app=shop,tier`. What else it may ask is not looked at.
fn labels(selector: &str) -> Vec<(String, Option<String>)> {
    if selector.contains(['!', '(']) {
        return Vec::new();
    }
    let parts = selector.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    let read = |part: &str| match part.split_once('=') {
        Some((key, value)) => {
            let value = value.trim_start_matches('=').trim();
            (key.trim().to_owned(), Some(value.to_owned()))
        }
        None => (part.to_owned(), None),
    };
    parts.map(read).collect()
}

impl Patch {
    /// The kind and the name of what it is for, as far as it tells them.
    pub(super) fn wanted(&self) -> (Option<String>, Option<String>) {
        match &self.target {
            Some(target) => target.written.clone(),
            None => {
                let part = self.document.root();
                part.map_or((None, None), |part| {
                    wanted(part, "kind", &["metadata", "name"])
                })
            }
        }
    }

    /// The parts of the patch that change an object: a list of operations, or objects of the same name. `names` are those
    /// that the object has and had.
    pub(super) fn parts<'p>(
        &'p self,
        kind: &str,
        names: &[String],
        object: &Node,
    ) -> Vec<&'p Node> {
        let is_meant = |node: &Node| match &self.target {
            Some(target) => target.takes(kind, names, object),
            None => {
                let name = text(node, &["metadata", "name"]);
                text(node, &["kind"]) == Some(kind)
                    && name.is_some_and(|name| names.iter().any(|known| known == name))
            }
        };
        let documents = self.document.documents().iter();
        documents.filter(|node| is_meant(node)).collect()
    }
}

/// The operations of a JSON patch; none where a part is an object.
pub(in crate::evidence) fn operations(part: &Node) -> &[Node] {
    part.as_sequence().unwrap_or_default()
}

/// The keys that an operation names: `/spec/values/a~1b`.
/// <https://www.rfc-editor.org/rfc/rfc6901#section-4>
pub(in crate::evidence) fn pointer(operation: &Node) -> Vec<String> {
    let path = text(operation, &["path"]).unwrap_or_default();
    let parts = path.split('/').skip(1);
    let parts = parts.map(|part| part.replace("~1", "/").replace("~0", "~"));
    parts.collect()
}

/// Changes an object as a part of a patch says. False where that takes the object away.
pub(super) fn apply(object: &mut Value, part: &Node) -> bool {
    if part.as_sequence().is_none() {
        if text(part, &["$patch"]) == Some("delete") {
            return false;
        }
        let mut changes = part.to_value();
        keep_identity(&mut changes);
        merge(object, &changes);
        return true;
    }
    for operation in operations(part) {
        let path = pointer(operation);
        let value = at(operation, &["value"]).map(Node::to_value);
        match text(operation, &["op"]) {
            Some("add") => change(object, &path, value, true),
            Some("replace") => change(object, &path, value, false),
            Some("remove") => change(object, &path, None, false),
            _ => {}
        }
    }
    true
}

/// What an object is, and what it is called, such a patch does not change.
/// Kustomize: api/resource/resource.go, `ApplySmPatch`
fn keep_identity(changes: &mut Value) {
    let Value::Map(map) = changes else { return };
    map.remove("kind");
    map.remove("apiVersion");
    if let Some(Value::Map(metadata)) = map.get_mut("metadata") {
        metadata.remove("name");
        metadata.remove("namespace");
    }
}

/// Merges as Kustomize does with objects that it has no schema of: maps by key, `null` takes away, all else is replaced.
fn merge(object: &mut Value, patch: &Value) {
    let Value::Map(changes) = patch else {
        *object = patch.clone();
        return;
    };
    if !matches!(object, Value::Map(_)) {
        *object = Value::Map(Map::new());
    }
    let Value::Map(map) = object else { return };
    for (key, value) in changes {
        match value {
            Value::Null => {
                map.remove(key);
            }
            value => merge(map.entry(key.clone()).or_insert(Value::Null), value),
        }
    }
}

/// One operation of a JSON patch. What it names and is not there stays so, as far as we go: Kustomize refuses it.
/// <https://www.rfc-editor.org/rfc/rfc6902#section-4>
fn change(object: &mut Value, path: &[String], value: Option<Value>, is_add: bool) {
    let Some((last, above)) = path.split_last() else {
        return;
    };
    let mut place = object;
    for key in above {
        let next = match place {
            Value::Map(map) => map.get_mut(key),
            Value::Seq(items) => key.parse().ok().and_then(|at: usize| items.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else { return };
        place = next;
    }
    match (place, value) {
        (Value::Map(map), Some(value)) => {
            map.insert(last.clone(), value);
        }
        (Value::Map(map), None) => {
            map.remove(last);
        }
        (Value::Seq(items), value) => change_item(items, last, value, is_add),
        _ => {}
    }
}

fn change_item(items: &mut Vec<Value>, key: &str, value: Option<Value>, is_add: bool) {
    let at = match key {
        "-" => Some(items.len()),
        key => key.parse::<usize>().ok(),
    };
    let Some(at) = at else { return };
    match value {
        Some(value) if is_add && at <= items.len() => items.insert(at, value),
        Some(value) => {
            if let Some(item) = items.get_mut(at) {
                *item = value;
            }
        }
        None if at < items.len() => {
            items.remove(at);
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_change_objects() {
        for (object, patch, expected) in [
            (
                "spec: {a: 1, list: [1, 2]}",
                "spec: {b: 2, list: [3]}",
                Some("spec: {a: 1, b: 2, list: [3]}"),
            ),
            (
                "spec: {a: 1, b: 2}",
                "spec: {a: null}",
                Some("spec: {b: 2}"),
            ),
            ("spec: {a: 1}", "$patch: delete", None),
            (
                "{kind: A, metadata: {name: a}}",
                "{kind: A, metadata: {name: b, labels: {c: d}}}",
                Some("{kind: A, metadata: {name: a, labels: {c: d}}}"),
            ),
            (
                "spec: {list: [a, b]}",
                "- {op: replace, path: /spec/list/1, value: c}\n- {op: add, path: /spec/list/-, value: d}\n- {op: remove, path: /spec/list/0}",
                Some("spec: {list: [c, d]}"),
            ),
            (
                "spec: {}",
                "- {op: add, path: /spec/a~1b, value: 1}\n- {op: replace, path: /x/y, value: 1}",
                Some("spec: {a/b: 1}"),
            ),
        ] {
            let of = |text: &str| Document::parse(text).root().map(Node::to_value);
            let mut value = of(object).expect("an object");
            let document = Document::parse(patch);
            let is_left = apply(&mut value, document.root().expect("a patch"));
            assert_eq!(is_left.then_some(value), expected.and_then(of), "{patch}");
        }
    }

    #[test]
    fn a_target_takes_all_that_it_does_not_tell_apart() {
        let object = Document::parse("metadata: {labels: {app: shop}}");
        let object = object.root().expect("an object");
        for (target, expected) in [
            ("kind: HelmRelease", true),
            ("kind: Application", false),
            ("{kind: HelmRelease, name: shop}", true),
            ("{kind: HelmRelease, name: sh.*}", true),
            ("{kind: HelmRelease, name: sho}", false),
            ("{labelSelector: app=shop}", true),
            ("{labelSelector: app=web}", false),
        ] {
            let document = Document::parse(target);
            let target_of = Target::of(document.root().expect("a target"));
            let names = ["shop".to_owned()];
            assert_eq!(
                target_of.takes("HelmRelease", &names, object),
                expected,
                "{target}"
            );
        }
    }
}
