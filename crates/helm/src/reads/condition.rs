//! When a template gets to a place: what it tests on the way, and whether that holds in the values of an environment.

use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;

use envlint_yaml::{Kind, Node, Path, Segment, Value};

use super::path::{Step, Steps, path_of, run_together};
use crate::values::{Item, Table, Written};

/// What a template tests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Condition {
    /// Known without any values
    Always(bool),
    /// The value is there and not empty (Go: `template.IsTrue`).
    Filled(Steps),
    /// The value is there.
    There(Steps),
    /// The value prints as this text.
    Is(Steps, Arc<str>),
    /// The opposite
    Not(Arc<Condition>),
    /// All of them hold.
    All(Arc<[Condition]>),
    /// One of them holds.
    One(Arc<[Condition]>),
    /// Nobody knows before the template is executed.
    Open,
}

impl Condition {
    /// The opposite.
    pub(super) fn not(self) -> Condition {
        match self {
            Condition::Always(known) => Condition::Always(!known),
            Condition::Not(inner) => (*inner).clone(),
            Condition::Open => Condition::Open,
            other => Condition::Not(Arc::new(other)),
        }
    }

    /// How many tests it is made of. Conditions share their parts, so that one of a few lines can be larger than any memory:
    /// what is kept has at most [`MOST_PARTS`](super::abstraction::MOST_PARTS) of them.
    pub(super) fn size(&self) -> usize {
        match self {
            Condition::Not(inner) => inner.size(),
            Condition::All(parts) | Condition::One(parts) => {
                1 + parts.iter().map(Condition::size).sum::<usize>()
            }
            _ => 1,
        }
    }

    /// Adds the values that it asks for.
    pub(super) fn add_asked(&self, found: &mut BTreeSet<Path>) {
        match self {
            Condition::Filled(steps) | Condition::There(steps) | Condition::Is(steps, _) => {
                found.extend(path_of(steps));
            }
            Condition::Not(inner) => inner.add_asked(found),
            Condition::All(parts) | Condition::One(parts) => {
                parts.iter().for_each(|part| part.add_asked(found));
            }
            Condition::Always(_) | Condition::Open => {}
        }
    }

    /// Whether it can only hold where the path, or something in it, is there.
    pub(super) fn requires(&self, path: &[Segment]) -> bool {
        match self {
            Condition::Filled(steps) | Condition::There(steps) | Condition::Is(steps, _) => {
                steps.len() >= path.len() && run_together(steps, path)
            }
            Condition::All(parts) => parts.iter().any(|part| part.requires(path)),
            Condition::One(parts) => parts.iter().all(|part| part.requires(path)),
            Condition::Always(_) | Condition::Not(_) | Condition::Open => false,
        }
    }

    /// Whether it holds with these values, the item that `at` leads to in place of any item on its way. None when nobody knows.
    pub(super) fn holds(&self, values: &Table<'_>, at: &[Segment]) -> Option<bool> {
        match self {
            Condition::Always(known) => Some(*known),
            Condition::Filled(steps) => {
                Some(found(steps, values, at)?.is_some_and(Found::is_filled))
            }
            Condition::There(steps) => Some(found(steps, values, at)?.is_some()),
            Condition::Is(steps, text) => match found(steps, values, at)? {
                Some(found) => found.is(text),
                None => Some(false),
            },
            Condition::Not(inner) => Some(!inner.holds(values, at)?),
            Condition::All(parts) => {
                let found = parts.iter().map(|part| part.holds(values, at));
                decide(found, false)
            }
            Condition::One(parts) => {
                let found = parts.iter().map(|part| part.holds(values, at));
                decide(found, true)
            }
            Condition::Open => None,
        }
    }
}

/// What all parts come to when one that is `decisive` settles it.
fn decide(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut all = Some(!decisive);
    for part in parts {
        match part {
            Some(known) if known == decisive => return Some(decisive),
            Some(_) => {}
            None => all = None,
        }
    }
    all
}

/// A value where it stands: a test copies nothing of it.
#[derive(Clone, Copy)]
pub(super) enum Found<'v> {
    Table(&'v Table<'v>),
    Node(&'v Node),
    Plain(&'v Value),
}

impl<'v> Found<'v> {
    fn of(item: &'v Item<'v>) -> Found<'v> {
        match item {
            Item::Table(table) => Found::Table(table),
            Item::Leaf(leaf) => match leaf.written() {
                Written::Node(node) => Found::Node(node),
                Written::Plain(value) => Found::Plain(value),
            },
        }
    }

    /// The value of a key.
    fn key(self, key: &str) -> Option<Found<'v>> {
        match self {
            Found::Table(table) => table.get(key).map(Found::of),
            Found::Node(node) => node.as_mapping()?.get(key).map(Found::Node),
            Found::Plain(Value::Map(map)) => map.get(key).map(Found::Plain),
            Found::Plain(_) => None,
        }
    }

    /// The value of a key or the item that a segment names.
    fn child(self, segment: &Segment) -> Option<Found<'v>> {
        match (segment, self) {
            (Segment::Key(key), _) => self.key(key),
            (_, Found::Node(node)) => node.child(segment).map(Found::Node),
            (Segment::Index(index), Found::Plain(Value::Seq(items))) => {
                items.get(*index).map(Found::Plain)
            }
            (Segment::Match { field, value }, Found::Plain(Value::Seq(items))) => {
                let mut items = items.iter().map(Found::Plain);
                items.find(|item| item.key(field).and_then(|found| found.is(value)) == Some(true))
            }
            _ => None,
        }
    }

    /// The value, where it is no map and no list.
    pub(super) fn as_plain(self) -> Option<Value> {
        match self {
            Found::Table(_) | Found::Plain(Value::Seq(_) | Value::Map(_)) => None,
            Found::Node(node) => Some(node.as_scalar()?.value()),
            Found::Plain(value) => Some(value.clone()),
        }
    }

    /// Go: `template.IsTrue`.
    fn is_filled(self) -> bool {
        match self {
            Found::Table(table) => !table.is_empty(),
            Found::Node(node) => match node.kind() {
                Kind::Mapping(mapping) => !mapping.is_empty(),
                Kind::Sequence(items) => !items.is_empty(),
                Kind::Scalar(scalar) => is_filled(&scalar.value()),
            },
            Found::Plain(value) => is_filled(value),
        }
    }

    /// Whether it prints as this text; none for values whose text nobody compares.
    fn is(self, text: &str) -> Option<bool> {
        match self {
            Found::Table(_) => None,
            Found::Node(node) => is_text(&node.as_scalar()?.value(), text),
            Found::Plain(value) => is_text(value, text),
        }
    }
}

/// The value at a place: none when the values lack it. The outer option is none where the steps do not say which item is meant.
pub(super) fn found<'v>(
    steps: &[Step],
    values: &'v Table<'v>,
    at: &[Segment],
) -> Option<Option<Found<'v>>> {
    let mut found = Found::Table(values);
    // As long as the place that is asked for goes the same way, it says which item is meant.
    let mut is_along = true;
    for (step, segment) in steps
        .iter()
        .zip(at.iter().map(Some).chain(iter::repeat(None)))
    {
        is_along &= segment.is_some_and(|segment| step.fits(segment));
        let next = match (step, segment.filter(|_| is_along)) {
            (Step::Key(key), _) => found.key(key),
            (Step::Any, Some(segment)) => found.child(segment),
            (Step::Any, None) => return None,
        };
        match next {
            None => return Some(None),
            Some(next) => found = next,
        }
    }
    Some(Some(found))
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(known) => *known,
        Value::Int(number) => *number != 0,
        Value::UInt(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::Seq(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

fn is_text(value: &Value, text: &str) -> Option<bool> {
    Some(match value {
        Value::Null => false,
        Value::String(known) => known == text,
        Value::Bool(known) => known.to_string() == text,
        Value::Int(number) => number.to_string() == text,
        Value::UInt(_) | Value::Float(_) | Value::Seq(_) | Value::Map(_) => return None,
    })
}
