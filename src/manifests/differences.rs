//! Two renders of a chart, object by object and field by field.

use std::collections::{HashMap, HashSet, VecDeque};

use envlint_helm::{Manifest, Rendered};
use envlint_yaml::{Items, Kind, Map, Node, Path, Segment, Value, field_of};

use super::all;

/// More fields of one value are not listed.
const MOST_FIELDS: usize = 200;

/// A field of an object that is another one when a value is.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The object's kind
    pub kind: String,
    /// Its name
    pub name: String,
    /// The whole name of its template
    pub template: String,
    /// Where in the object; the root where the whole object is there or not
    pub path: Path,
    /// What the field is; none where it is not there
    pub before: Option<Value>,
    /// What it is with the other value
    pub after: Option<Value>,
}

/// An object that is another one in two renders, or is in one of them only.
#[derive(Debug)]
pub struct ObjectDifference<'m> {
    /// The object before; none where it is new
    pub before: Option<&'m Manifest>,
    /// The object afterwards; none where it is gone
    pub after: Option<&'m Manifest>,
    /// Its fields that differ, where it is in both, with what they are before and afterwards
    pub fields: Vec<(Path, Option<Value>, Option<Value>)>,
}

/// A field with what it is before and afterwards; none where it is not there.
type Difference = (Path, Option<Value>, Option<Value>);

/// The objects in which two renders differ, in the order of the first one, then those that are new. To the cluster, an object
/// with another name is another object.
pub fn differences<'m>(before: &'m Rendered, after: &'m Rendered) -> Vec<ObjectDifference<'m>> {
    let mut left: HashMap<(&str, &str), VecDeque<&Manifest>> = HashMap::new();
    for manifest in all(after) {
        left.entry(identity(manifest))
            .or_default()
            .push_back(manifest);
    }
    let mut objects = Vec::new();
    for manifest in all(before) {
        let same = left
            .get_mut(&identity(manifest))
            .and_then(VecDeque::pop_front);
        match same {
            Some(same) => objects.extend(differ(manifest, same)),
            None => objects.push(ObjectDifference {
                before: Some(manifest),
                after: None,
                fields: Vec::new(),
            }),
        }
    }
    for manifest in all(after) {
        let is_left = |left: &&mut VecDeque<&Manifest>| {
            left.front()
                .is_some_and(|first| std::ptr::eq(*first, manifest))
        };
        if let Some(new) = left.get_mut(&identity(manifest)).filter(is_left) {
            objects.push(ObjectDifference {
                before: None,
                after: new.pop_front(),
                fields: Vec::new(),
            });
        }
    }
    objects
}

/// The fields in which two renders differ. An object with another name is the same one here: its name is a field like any other.
pub(super) fn fields(before: &Rendered, after: &Rendered) -> Vec<Field> {
    let objects = differences(before, after);
    let (mut new, known): (Vec<_>, Vec<_>) = objects
        .into_iter()
        .partition(|object| object.before.is_none());
    let mut fields = Vec::new();
    for object in known {
        let is_same = |other: &ObjectDifference<'_>| {
            let made = |manifest: &Manifest| (manifest.template.clone(), manifest.kind.clone());
            other.after.map(made) == object.before.map(made)
        };
        let renamed = match object.after {
            None => new.iter().position(is_same),
            Some(_) => None,
        };
        match (renamed.map(|at| new.remove(at).after), object.before) {
            (Some(Some(after)), Some(before)) => {
                let renamed = differ(before, after);
                fields.extend(renamed.iter().flat_map(ObjectDifference::to_fields));
            }
            _ => fields.extend(object.to_fields()),
        }
    }
    fields.extend(new.iter().flat_map(ObjectDifference::to_fields));
    fields.truncate(MOST_FIELDS);
    fields
}

impl ObjectDifference<'_> {
    /// Its fields by themselves; where the whole object is there or not, its root.
    pub fn to_fields(&self) -> Vec<Field> {
        let Some(object) = self.before.or(self.after) else {
            return Vec::new();
        };
        let field = |path: Path, before: Option<Value>, after: Option<Value>| Field {
            kind: object.kind.clone(),
            name: object.name.clone(),
            template: object.template.clone(),
            path,
            before,
            after,
        };
        if self.before.is_some() && self.after.is_some() {
            let fields = self.fields.iter().cloned();
            return fields
                .map(|(path, before, after)| field(path, before, after))
                .collect();
        }
        let there = |side: Option<&Manifest>| side.map(|_| Value::Map(Map::default()));
        vec![field(Path::root(), there(self.before), there(self.after))]
    }
}

fn identity(manifest: &Manifest) -> (&str, &str) {
    (&manifest.kind, &manifest.name)
}

/// One object in both renders; none where nothing in it differs.
fn differ<'m>(before: &'m Manifest, after: &'m Manifest) -> Option<ObjectDifference<'m>> {
    if before.text == after.text {
        return None;
    }
    let mut fields = Vec::new();
    let (left, right) = (before.document(), after.document());
    diff(left.root(), right.root(), &Path::root(), &mut fields);
    (!fields.is_empty()).then_some(ObjectDifference {
        before: Some(before),
        after: Some(after),
        fields,
    })
}

fn diff(left: Option<&Node>, right: Option<&Node>, path: &Path, found: &mut Vec<Difference>) {
    if let (Some(left), Some(right)) = (left, right) {
        match (left.kind(), right.kind()) {
            (Kind::Mapping(a), Kind::Mapping(b)) => {
                let new = b.iter().filter(|(key, _)| a.get(key.text()).is_none());
                for (key, _) in a.iter().chain(new) {
                    let key = key.text();
                    diff(a.get(key), b.get(key), &path.key(key), found);
                }
                return;
            }
            (Kind::Sequence(a), Kind::Sequence(b)) if a.len() == b.len() && !is_reordered(a, b) => {
                let items = Items::of(a);
                for (index, (left, right)) in a.iter().zip(b).enumerate() {
                    let path = path.join(items.step(index).to_segment());
                    diff(Some(left), Some(right), &path, found);
                }
                return;
            }
            (Kind::Sequence(a), Kind::Sequence(b)) => {
                if let Some(pairs) = pairs(a, b) {
                    for (segment, left, right) in pairs {
                        diff(left, right, &path.join(segment), found);
                    }
                    return;
                }
            }
            _ => {}
        }
    }
    let (before, after) = (left.map(Node::to_value), right.map(Node::to_value));
    if before != after && found.len() < MOST_FIELDS {
        found.push((path.clone(), before, after));
    }
}

/// Whether two lists have the same items by their names, in another order.
fn is_reordered(left: &[Node], right: &[Node]) -> bool {
    let Some(field) = field_of([left, right].into_iter()) else {
        return false;
    };
    let names = |items: &'_ [Node]| -> Vec<String> {
        let names = items.iter().filter_map(|item| item.named(field));
        names.map(str::to_owned).collect()
    };
    let (mut old, mut new) = (names(left), names(right));
    if old == new {
        return false;
    }
    old.sort_unstable();
    new.sort_unstable();
    old == new
}

type ItemPair<'n> = (Segment, Option<&'n Node>, Option<&'n Node>);

/// The items of two lists by their names; none where they have none, or stand in another order.
fn pairs<'n>(left: &'n [Node], right: &'n [Node]) -> Option<Vec<ItemPair<'n>>> {
    let field = field_of([left, right].into_iter())?;
    let of = |items: &'n [Node]| -> HashMap<&'n str, &'n Node> {
        let named = items.iter();
        named
            .filter_map(|item| Some((item.named(field)?, item)))
            .collect()
    };
    let (old, new) = (of(left), of(right));
    let common = |items: &'n [Node], others: &HashMap<&str, &Node>| -> Vec<&'n str> {
        let names = items.iter().filter_map(|item| item.named(field));
        names.filter(|name| others.contains_key(name)).collect()
    };
    if common(left, &new) != common(right, &old) {
        return None;
    }
    let names = left
        .iter()
        .chain(right)
        .filter_map(|item| item.named(field));
    let mut seen = HashSet::new();
    let names = names.filter(|name| seen.insert(*name));
    let pair = |name: &'n str| {
        let segment = Segment::Match {
            field: field.to_owned(),
            value: name.to_owned(),
        };
        (segment, old.get(name).copied(), new.get(name).copied())
    };
    Some(names.map(pair).collect())
}
