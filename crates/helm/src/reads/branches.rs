//! The objects that templates write behind tests, and the values that would bring them about.

use std::ops::Range;

use envlint_yaml::{Path, Segment, Value};

use super::Reads;
use super::condition::{Condition, Found, found};
use super::path::{Steps, path_of};
use super::record::Object;
use crate::values::{Effective, Table};

/// What values would have to be.
type Settings = Vec<(Path, Value)>;

/// Keys of switches, as charts name them: what is missing there can be turned on.
const SWITCHES: [&str; 3] = ["create", "enable", "enabled"];

/// A place where a template of the root chart begins an object.
#[derive(Debug, Clone, Copy)]
pub struct Branch<'r> {
    all: &'r Reads,
    object: &'r Object,
}

impl Reads {
    /// The places where templates of the root chart begin objects, unless their kind is computed.
    pub fn branches(&self) -> impl Iterator<Item = Branch<'_>> {
        let objects = self.objects.iter();
        objects.map(|object| Branch { all: self, object })
    }
}

impl<'r> Branch<'r> {
    /// The whole name of the template's file: `shop/templates/ingress.yaml`.
    pub fn file(&self) -> &'r str {
        &self.object.at.file
    }

    /// The bytes of the file that say the kind.
    pub fn span(&self) -> Range<usize> {
        self.object.at.span.clone()
    }

    /// The object's kind.
    pub fn kind(&self) -> &'r str {
        &self.object.kind
    }

    /// Whether a render with these values gets here. None when nobody knows before.
    pub fn is_taken(&self, effective: &Effective<'_>) -> Option<bool> {
        self.all.passes(self.object.guard, effective.values(), &[])
    }

    /// Values that would bring a render here: switches that are off, and texts that a test asks for. None where it takes
    /// more than that, or nobody knows what it takes.
    pub fn settings(&self, effective: &Effective<'_>) -> Option<Vec<(Path, Value)>> {
        let mut settings = Vec::new();
        for test in self.all.tests(self.object.guard) {
            settings.extend(to_hold(test, effective.values(), true)?);
        }
        settings.sort_by(|(left, _), (right, _)| left.cmp(right));
        settings.dedup();
        let is_twice =
            |pair: &[(Path, Value)]| matches!(pair, [(left, _), (right, _)] if left == right);
        (!settings.windows(2).any(is_twice)).then_some(settings)
    }
}

/// What values have to be so that a condition comes out as is `wanted`; nothing more where it does already.
fn to_hold(condition: &Condition, values: &Table<'_>, wanted: bool) -> Option<Settings> {
    if condition.holds(values, &[]) == Some(wanted) {
        return Some(Settings::new());
    }
    match condition {
        Condition::Always(_) | Condition::There(_) => None,
        // What the cluster serves, for one: the render will tell.
        Condition::Open => Some(Settings::new()),
        Condition::Filled(steps) => switched(steps, values, wanted),
        Condition::Is(steps, text) if wanted => chosen(steps, text, values),
        Condition::Is(..) => None,
        Condition::Not(inner) => to_hold(inner, values, !wanted),
        Condition::All(parts) if wanted => all(parts, values, true),
        Condition::All(parts) => one(parts, values, false),
        Condition::One(parts) if wanted => one(parts, values, true),
        Condition::One(parts) => all(parts, values, false),
    }
}

fn all(parts: &[Condition], values: &Table<'_>, wanted: bool) -> Option<Settings> {
    let settings = parts.iter().map(|part| to_hold(part, values, wanted));
    let settings: Option<Vec<Settings>> = settings.collect();
    Some(settings?.into_iter().flatten().collect())
}

fn one(parts: &[Condition], values: &Table<'_>, wanted: bool) -> Option<Settings> {
    parts.iter().find_map(|part| to_hold(part, values, wanted))
}

/// A switch, the other way. What else a value could be that is empty, a list of hosts perhaps, nobody can guess.
fn switched(steps: &Steps, values: &Table<'_>, wanted: bool) -> Option<Settings> {
    let path = path_of(steps)?;
    let is_switch = match found(steps, values, &[])? {
        Some(found) => matches!(found.as_plain(), Some(Value::Bool(_))),
        None => matches!(path.last(), Some(Segment::Key(key)) if SWITCHES.contains(&key.as_str())),
    };
    is_switch.then(|| vec![(path, Value::Bool(wanted))])
}

/// A text that a test asks for, where there is another, or none.
fn chosen(steps: &Steps, text: &str, values: &Table<'_>) -> Option<Settings> {
    let path = path_of(steps)?;
    let value = match found(steps, values, &[])?.map(Found::as_plain) {
        None | Some(Some(Value::Null | Value::String(_))) => Value::String(text.to_owned()),
        Some(Some(Value::Bool(_))) => Value::Bool(text.parse().ok()?),
        Some(Some(Value::Int(_))) => Value::Int(text.parse().ok()?),
        Some(_) => return None,
    };
    Some(vec![(path, value)])
}
