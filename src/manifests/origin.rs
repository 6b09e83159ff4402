//! The value that a field of an object is made of.

use std::sync::atomic::Ordering::Relaxed;

use envlint_helm::Rendered;
use envlint_yaml::{Path, Segment, Value};

use super::probe::Variant;
use super::rendered::RenderedObject;
use super::{AppManifests, all};
use crate::values::{Located, plain_key};

/// How many values of one app are tried: each is one render.
const MOST_TRIED: usize = 50;
/// How many of them for one field.
const MOST_OF_FIELD: usize = 4;
/// Shorter texts are parts of too many others.
const SHORTEST: usize = 3;
/// Among more values than that, none is looked for.
const MOST_VALUES: usize = 20_000;

impl<'a> AppManifests<'a> {
    /// The value that a field is made of: it has the field's text, or a part of it, and with another one the field is
    /// another one, too. None where there is no such value, or where too many were tried.
    pub fn origin(
        &self,
        environment: &str,
        object: &RenderedObject,
        path: &Path,
    ) -> Option<Located<'a>> {
        let resolved = self.resolved;
        let mut environments = resolved.environments.iter();
        let values = environments.find(|values| **values.name() == *environment)?;
        let field = object.value_at(path)?;
        let root = Located::root(values.effective.as_ref()?);
        let mut likely = candidates(&root, field, (&object.name, path));
        likely.retain(|candidate| resolved.may_read(candidate.path()));
        likely.truncate(MOST_OF_FIELD);
        if likely.is_empty() || self.tried.load(Relaxed) >= MOST_TRIED {
            return None;
        }
        let variant = Variant::of(resolved.app, resolved.chart?, values)?;
        likely.into_iter().find(|candidate| {
            self.tried.fetch_add(1, Relaxed) < MOST_TRIED
                && variant
                    .rendered_with_others(&[candidate.path()])
                    .is_some_and(|other| changes(&other, object, path, field))
        })
    }
}

/// Whether a field is another one in another render. With another name, an object is another one.
fn changes(other: &Rendered, object: &RenderedObject, path: &Path, field: &Value) -> bool {
    let mut manifests = all(other);
    let same = manifests.find(|manifest| {
        manifest.kind == object.kind
            && manifest.name == object.name
            && manifest.template == object.template
    });
    match same.and_then(|same| same.document().root()) {
        Some(root) => match root.get(path) {
            Some(node) => node.to_value() != *field,
            // A map or a list was taken away, and the field with it.
            None => matches!(field, Value::Map(_) | Value::Seq(_)),
        },
        None => *path == Path::root().key("metadata").key("name"),
    }
}

/// The single values that a field may be made of, the likeliest first.
fn candidates<'a>(
    root: &Located<'a>,
    field: &Value,
    (object, path): (&str, &Path),
) -> Vec<Located<'a>> {
    let key = |path: &Path| match path.segments().last() {
        Some(Segment::Key(key)) => Some(key.clone()),
        _ => None,
    };
    let wanted = key(path);
    let (mut equal, mut parts) = (Vec::new(), Vec::new());
    let mut waiting = vec![root.clone()];
    let mut left = MOST_VALUES;
    while let Some(value) = waiting.pop() {
        let Some(rest) = left.checked_sub(1) else {
            return Vec::new();
        };
        left = rest;
        let tree = value.tree();
        if tree.as_scalar().is_none() {
            waiting.extend(value.children());
            let is_likely = matches!(field, Value::Map(_) | Value::Seq(_))
                && key(value.path()) == wanted
                && tree.to_value() == *field;
            equal.extend(is_likely.then_some(value));
            continue;
        }
        match (field, tree.as_str()) {
            (Value::String(field), Some(text)) if text.len() >= SHORTEST => {
                if text == field {
                    equal.push(value);
                } else if field.contains(text) {
                    parts.push(value);
                }
            }
            // `true` and `1` stand in many values: only one with the field's own name is likely.
            (Value::Bool(_) | Value::Int(_), _)
                if tree.to_value() == *field && key(value.path()) == wanted =>
            {
                equal.push(value);
            }
            _ => {}
        }
    }
    // The longer part says more; of several with one text, that of a section which the object is named after.
    let is_foreign = |value: &Located<'_>| !is_named_after(object, value.path());
    equal.sort_by_key(is_foreign);
    parts.sort_by_key(|value| {
        let length = value.tree().as_str().map(str::len);
        (std::cmp::Reverse(length), is_foreign(value))
    });
    equal.extend(parts);
    equal
}

/// Whether a section around a path has a name that is in the object's: `orderService` of `shop-order-service`.
fn is_named_after(object: &str, path: &Path) -> bool {
    let object = plain_key(object);
    let mut segments = path.segments().iter();
    segments.any(|segment| {
        let name = match segment {
            Segment::Key(key) => plain_key(key),
            Segment::Match { value, .. } => plain_key(value),
            Segment::Index(_) => return false,
        };
        name.len() >= SHORTEST && object.contains(&*name)
    })
}
