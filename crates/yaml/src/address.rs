//! How values are addressed while a tree is walked: one function decides by what the items of a list go.

use std::collections::{HashMap, HashSet};

use crate::node::{Kind, Node};
use crate::path::{Path, Segment};

/// The keys that name the items of a list, the first one first.
const NAMES: [&str; 3] = ["name", "key", "id"];

/// A longer text names nothing. Kubernetes allows 253 characters, and a path repeats the name for each value of the item.
const LONGEST: usize = 253;

/// Up to how many items are told apart by looking at each pair: no table has to be made for them.
const FEW: usize = 12;

/// In longer lists, an item that goes by two different keys is not searched for: it would be done for each of its values.
const MANY: usize = 1_000;

/// One step on the way to a value, borrowed from the tree; as a part of a path it is a [`Segment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'n> {
    /// A key of a map.
    Key(&'n str),
    /// An item of a list.
    Item {
        /// Its place, from 0.
        index: usize,
        /// The key and the text that it goes by, where the list's items have names.
        name: Option<(&'static str, &'n str)>,
    },
}

impl Step<'_> {
    /// The step as a part of a path.
    pub fn to_segment(self) -> Segment {
        match self {
            Step::Key(key) => Segment::Key(key.to_owned()),
            Step::Item {
                name: Some((field, value)),
                ..
            } => Segment::Match {
                field: field.to_owned(),
                value: value.to_owned(),
            },
            Step::Item { index, name: None } => Segment::Index(index),
        }
    }
}

impl<'n> FromIterator<Step<'n>> for Path {
    fn from_iter<I: IntoIterator<Item = Step<'n>>>(steps: I) -> Path {
        steps.into_iter().map(Step::to_segment).collect()
    }
}

/// The items of a list with their addresses: by `name`, `key` or `id` where every item has one of its own, else by their
/// place. Ask once for each list: finding it out looks at all items.
#[derive(Clone, Copy, Debug)]
pub struct Items<'n> {
    items: &'n [Node],
    field: Option<&'static str>,
}

impl<'n> Items<'n> {
    /// The items of a list by themselves.
    pub fn of(items: &'n [Node]) -> Items<'n> {
        Items {
            items,
            field: field_of(std::iter::once(items)),
        }
    }

    /// How the item at a place is addressed.
    pub fn step(&self, index: usize) -> Step<'n> {
        let named = |field| Some((field, self.items.get(index)?.named(field)?));
        Step::Item {
            index,
            name: self.field.and_then(named),
        }
    }

    /// All items in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Step<'n>, &'n Node)> + use<'n> {
        let all = *self;
        let items = all.items.iter().enumerate();
        items.map(move |(index, item)| (all.step(index), item))
    }
}

/// The key that tells apart the items of several lists laid side by side: every item of every list is a map with a text of
/// its own there, and no list has one text twice. None when all lists are empty.
pub fn field_of<'n>(lists: impl Iterator<Item = &'n [Node]> + Clone) -> Option<&'static str> {
    let is_empty = lists.clone().all(<[Node]>::is_empty);
    let mut fields = NAMES.into_iter().filter(|_| !is_empty);
    fields.find(|field| names_items(lists.clone(), field))
}

/// Whether a key tells apart the items of each of these lists.
pub fn names_items<'n>(mut lists: impl Iterator<Item = &'n [Node]>, key: &str) -> bool {
    lists.all(|items| are_named(items, key))
}

/// A name that two items of a list have, with both of them, where all items have one: the list would go by names, but for
/// these two.
pub fn same_names(items: &[Node]) -> Option<(&str, [&Node; 2])> {
    let mut fields = NAMES.into_iter();
    let field = fields.find(|field| items.iter().all(|item| item.named(field).is_some()))?;
    let mut seen: HashMap<&str, &Node> = HashMap::with_capacity(items.len());
    items.iter().find_map(|item| {
        let name = item.named(field)?;
        let first = seen.insert(name, item)?;
        Some((name, [first, item]))
    })
}

fn are_named(items: &[Node], field: &str) -> bool {
    if items.len() > FEW {
        let mut seen = HashSet::with_capacity(items.len());
        let mut names = items.iter().map(|item| item.named(field));
        return names.all(|name| name.is_some_and(|name| seen.insert(name)));
    }
    items.iter().enumerate().all(|(at, item)| {
        let before = items.get(..at).unwrap_or_default();
        item.named(field)
            .is_some_and(|name| before.iter().all(|other| other.named(field) != Some(name)))
    })
}

impl Node {
    /// The text of a map's key, where it can name an item of a list: a single value, neither empty nor very long.
    pub fn named(&self, field: &str) -> Option<&str> {
        let text = self.as_mapping()?.get(field)?.as_scalar()?.text();
        (!text.is_empty() && text.len() <= LONGEST).then_some(text)
    }

    /// Whether two steps from here lead to the same item of a list, though one may go by its place and the other by a
    /// name: `[0]` and `[name=shop]`.
    pub fn is_same_step(&self, one: &Segment, other: &Segment) -> bool {
        let Kind::Sequence(items) = self.kind() else {
            return one == other;
        };
        let has = |item: Option<&Node>, segment: &Segment| match segment {
            Segment::Match { field, value } => item.is_some_and(|item| item.matches(field, value)),
            Segment::Index(_) | Segment::Key(_) => false,
        };
        match (one, other) {
            (Segment::Index(at), by_name) | (by_name, Segment::Index(at)) => {
                one == other || has(items.get(*at), by_name)
            }
            (Segment::Match { field, .. }, Segment::Match { field: by, .. }) if field != by => {
                items.len() <= MANY && {
                    let found = items.iter().find(|item| has(Some(item), one));
                    has(found, other)
                }
            }
            _ => one == other,
        }
    }

    /// The values one step further down, with the step: the entries of a map, the items of a list, none for a scalar.
    pub fn children<'n>(&'n self) -> impl Iterator<Item = (Step<'n>, &'n Node)> + use<'n> {
        let entries = self.as_mapping().map(|mapping| {
            let entries = mapping.iter();
            entries.map(|(key, node)| (Step::Key(key.text()), node))
        });
        let items = self.as_sequence().map(|items| Items::of(items).iter());
        entries
            .into_iter()
            .flatten()
            .chain(items.into_iter().flatten())
    }
}
