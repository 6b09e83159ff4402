//! What is known of a value of a template without executing it: which part of the values it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::condition::Condition;
use super::path::{Step, Steps};

/// More alternatives are not told apart, nor larger structures: a template may build them without end.
pub(super) const MOST_PARTS: usize = 64;
/// Deeper places are not told apart: named templates that call themselves go down a tree without end.
pub(super) const DEEPEST: usize = 24;
/// Tests of more parts are not kept before a value.
const MOST_TESTED: usize = 12;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Known {
    /// No part of the values, or something made of parts of them that were read for it.
    Other,
    /// A part of the values.
    Place(Place),
    /// What a chart's templates get as `.`: by the number of the chart.
    Dot(usize),
    /// `.Template`, `.Chart` or `.Subcharts` of a chart.
    Builtin(usize, &'static str),
    /// A constant, as it prints
    Text(Arc<str>),
    /// The beginning of a text, the rest of which is computed
    Prefix(Arc<str>),
    /// A constant that decides an `if`
    Constant(bool),
    /// The constant `nil`
    Nil,
    /// The outcome of a test
    Test(Arc<Condition>),
    /// A map that the template made
    Dict(Arc<BTreeMap<Arc<str>, Known>>),
    /// Items of a list that the template made
    List(Arc<[Known]>),
    /// The same in their order, as they were handed to `list`: the arguments of a named template
    Tuple(Arc<[Known]>),
    /// The first of them that is not empty: `default`, `coalesce`, `or`
    First(Arc<[Known]>),
    /// One of them: `ternary`, a variable that is assigned in a branch
    Either(Arc<[Known]>),
    /// Maps laid over each other: `merge`
    Merged(Arc<[Known]>),
    /// The last of them if none is empty: `and`
    And(Arc<[Known]>),
    /// What nobody gets unless a test holds: one side of `ternary`, a variable that is assigned in a branch
    When(Arc<Condition>, Arc<Known>),
}

/// A part of the values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// From the root of the values
    pub(super) steps: Steps,
    /// How many of the steps the template can do without: it has something else in their place.
    pub(super) safe: usize,
}

impl Place {
    pub(super) fn new(steps: impl Into<Steps>) -> Place {
        Place {
            steps: steps.into(),
            safe: 0,
        }
    }

    /// One step further; none where it gets too deep to be told.
    pub(super) fn step(&self, step: Step) -> Option<Place> {
        let steps: Vec<Step> = self.steps.iter().cloned().chain([step]).collect();
        (steps.len() <= DEEPEST).then(|| Place {
            steps: steps.into(),
            safe: self.safe,
        })
    }
}

impl Known {
    pub(super) fn text(text: impl Into<Arc<str>>) -> Known {
        Known::Text(text.into())
    }

    /// The constant text.
    pub(super) fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Known::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many parts it has.
    pub(super) fn size(&self) -> usize {
        let sum = |parts: &[Known]| parts.iter().map(Known::size).sum();
        let inside = match self {
            Known::Dict(map) => map.values().map(Known::size).sum(),
            Known::List(parts)
            | Known::Tuple(parts)
            | Known::First(parts)
            | Known::Either(parts)
            | Known::Merged(parts)
            | Known::And(parts) => sum(parts),
            Known::Test(condition) => condition.size(),
            Known::When(condition, value) => condition.size() + value.size(),
            _ => 0,
        };
        1 + inside
    }

    /// The parts that it may be.
    pub(super) fn parts(&self) -> &[Known] {
        match self {
            Known::First(parts)
            | Known::Either(parts)
            | Known::Merged(parts)
            | Known::And(parts)
            | Known::List(parts)
            | Known::Tuple(parts) => parts,
            Known::When(_, value) => std::slice::from_ref(value),
            _ => &[],
        }
    }

    /// The same where something else stands in when it is missing: as far as it leads now, or however far it leads.
    pub(super) fn safe(self, everywhere: bool) -> Known {
        let all = |parts: &Arc<[Known]>| {
            let parts = parts.iter().cloned();
            parts.map(|part| part.safe(everywhere)).collect()
        };
        match self {
            Known::Place(place) => {
                let safe = if everywhere {
                    usize::MAX
                } else {
                    place.steps.len()
                };
                Known::Place(Place {
                    safe: place.safe.max(safe),
                    ..place
                })
            }
            Known::First(parts) => Known::First(all(&parts)),
            Known::Either(parts) => Known::Either(all(&parts)),
            Known::Merged(parts) => Known::Merged(all(&parts)),
            Known::And(parts) => Known::And(all(&parts)),
            Known::When(test, value) => {
                let value = Arc::unwrap_or_clone(value);
                Known::When(test, Arc::new(value.safe(everywhere)))
            }
            other => other,
        }
    }

    /// The same where a test stands before it; not for one that is larger than what it is worth.
    pub(super) fn when(self, test: &Condition) -> Known {
        match test {
            Condition::Always(_) | Condition::Open => self,
            test if test.size() > MOST_TESTED => self,
            test => Known::When(Arc::new(test.clone()), Arc::new(self)),
        }
    }

    /// The same where its items may stand at other places.
    pub(super) fn unordered(self) -> Known {
        let all = |parts: &Arc<[Known]>| {
            let parts = parts.iter().cloned();
            parts.map(Known::unordered).collect()
        };
        match self {
            Known::Tuple(parts) => Known::List(parts),
            Known::First(parts) => Known::First(all(&parts)),
            Known::Either(parts) => Known::Either(all(&parts)),
            Known::And(parts) => Known::And(all(&parts)),
            Known::When(test, value) => {
                let value = Arc::unwrap_or_clone(value);
                Known::When(test, Arc::new(value.unordered()))
            }
            other => other,
        }
    }

    /// When it is neither missing nor empty.
    pub(super) fn truth(&self) -> Condition {
        let all = |parts: &[Known]| parts.iter().map(Known::truth).collect();
        match self {
            Known::Other | Known::Prefix(_) => Condition::Open,
            Known::Place(place) => Condition::Filled(Arc::clone(&place.steps)),
            Known::Dot(_) | Known::Builtin(..) => Condition::Always(true),
            Known::Text(text) => Condition::Always(!text.is_empty()),
            Known::Constant(known) => Condition::Always(*known),
            Known::Nil => Condition::Always(false),
            Known::Test(condition) => (**condition).clone(),
            Known::Dict(map) if map.is_empty() => Condition::Open,
            Known::Dict(_) => Condition::Always(true),
            Known::List(items) | Known::Tuple(items) if items.is_empty() => Condition::Open,
            Known::List(_) | Known::Tuple(_) => Condition::Always(true),
            Known::First(parts) | Known::Merged(parts) => Condition::One(all(parts)),
            Known::And(parts) => Condition::All(all(parts)),
            Known::Either(_) => Condition::Open,
            Known::When(test, value) => Condition::All([(**test).clone(), value.truth()].into()),
        }
    }

    /// When it is not there at all, or `null`.
    pub(super) fn is_nil(&self) -> Condition {
        match self {
            Known::Place(place) => Condition::There(Arc::clone(&place.steps)).not(),
            Known::Text(_) | Known::Constant(_) | Known::Test(_) => Condition::Always(false),
            Known::Nil => Condition::Always(true),
            _ => Condition::Open,
        }
    }

    /// When it is this text.
    pub(super) fn is(&self, text: &Arc<str>) -> Condition {
        match self {
            Known::Place(place) => Condition::Is(Arc::clone(&place.steps), Arc::clone(text)),
            Known::Text(known) => Condition::Always(known == text),
            Known::Constant(known) => Condition::Always(*known.to_string() == **text),
            Known::First(parts) => {
                let (mut ways, mut before) = (Vec::new(), Vec::new());
                for part in parts.iter() {
                    let mut way = before.clone();
                    way.extend([part.truth(), part.is(text)]);
                    ways.push(Condition::All(way.into()));
                    before.push(part.truth().not());
                }
                Condition::One(ways.into())
            }
            _ => Condition::Open,
        }
    }
}
