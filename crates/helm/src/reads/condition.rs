//! When a template gets to a place: what it tests on the way, and whether that holds in the values of an environment.

use std::sync::Arc;

use envlint_yaml::{Segment, Value};

use super::path::{Step, Steps, run_together};
use crate::values::{Item, Table};

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
                Some(value(steps, values, at)?.as_ref().is_some_and(is_filled))
            }
            Condition::There(steps) => Some(value(steps, values, at)?.is_some()),
            Condition::Is(steps, text) => Some(is_text(value(steps, values, at)?.as_ref(), text)?),
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

/// The value at a place: none when the values lack it. The outer option is none where the steps do not say which item is meant.
fn value(steps: &[Step], values: &Table<'_>, at: &[Segment]) -> Option<Option<Value>> {
    let mut table = values;
    for (depth, step) in steps.iter().enumerate() {
        let along = at.get(..=depth).filter(|at| {
            let mut pairs = steps.iter().zip(*at);
            pairs.all(|(step, segment)| step.fits(segment))
        });
        let item = match (step, along.and_then(<[Segment]>::last)) {
            (Step::Key(key), _) => table.get(key),
            (Step::Any, Some(Segment::Key(key))) => table.get(key),
            (Step::Any, _) => return None,
        };
        match item {
            None => return Some(None),
            Some(item) if depth + 1 == steps.len() => return Some(Some(item.value())),
            Some(Item::Table(below)) => table = below,
            Some(Item::Leaf(leaf)) => {
                return inside(leaf.value(), steps, depth + 1, at);
            }
        }
    }
    Some(Some(Value::Map(values.to_map())))
}

/// The same inside of a value that is no map of the table: a list.
fn inside(mut value: Value, steps: &[Step], from: usize, at: &[Segment]) -> Option<Option<Value>> {
    for (depth, step) in steps.iter().enumerate().skip(from) {
        let along = at.get(..=depth).filter(|at| {
            let mut pairs = steps.iter().zip(*at);
            pairs.all(|(step, segment)| step.fits(segment))
        });
        let next = match (step, along.and_then(<[Segment]>::last)) {
            (Step::Key(key), _) => field(&value, key),
            (Step::Any, Some(segment)) => child(&value, segment),
            (Step::Any, None) => return None,
        };
        match next {
            None => return Some(None),
            Some(next) => value = next,
        }
    }
    Some(Some(value))
}

fn field(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Map(map) => map.get(key).cloned(),
        _ => None,
    }
}

fn child(value: &Value, segment: &Segment) -> Option<Value> {
    match (value, segment) {
        (Value::Map(_), Segment::Key(key)) => field(value, key),
        (Value::Seq(items), Segment::Index(index)) => items.get(*index).cloned(),
        (Value::Seq(items), Segment::Match { field: by, value }) => {
            let is_meant = |item: &&Value| {
                field(item, by).is_some_and(|found| is_text(Some(&found), value) == Some(true))
            };
            items.iter().find(is_meant).cloned()
        }
        _ => None,
    }
}

/// Go: `template.IsTrue`.
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

/// Whether a value is this text; none for values whose text nobody compares.
fn is_text(value: Option<&Value>, text: &str) -> Option<bool> {
    Some(match value {
        None | Some(Value::Null) => false,
        Some(Value::String(known)) => known == text,
        Some(Value::Bool(known)) => known.to_string() == text,
        Some(Value::Int(number)) => number.to_string() == text,
        Some(_) => return None,
    })
}
