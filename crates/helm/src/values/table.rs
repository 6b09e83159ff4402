//! Overlaid values, every part of which knows where it is written.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use envlint_gotemplate as go;
use envlint_yaml::{Map, Node, Path, Segment, Span, Value};

use crate::chart::Chart;
use crate::convert;

/// A map of overlaid values. Cloning shares it.
#[derive(Clone)]
pub struct Table<'a>(Arc<Content<'a>>);

struct Content<'a> {
    /// In the order of the keys.
    entries: Vec<(&'a str, Item<'a>)>,
    origin: Option<Origin<'a>>,
}

/// One value of a table.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A map: Helm lays maps over each other.
    Table(Table<'a>),
    /// Anything else, lists included: it is replaced as a whole.
    Leaf(Leaf<'a>),
}

/// A value that is replaced as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    pub(super) written: Written<'a>,
    pub(super) origin: Option<Origin<'a>>,
}

/// What a value is read from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written<'a> {
    Node(&'a Node),
    Plain(&'a Value),
}

/// Where a value is written.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The file.
    pub file: File<'a>,
    /// The value there.
    pub node: &'a Node,
    /// Its key; none for the whole file.
    pub key: Option<Span>,
}

/// The file that sets a value.
#[derive(Clone, Copy, Debug)]
pub enum File<'a> {
    /// A layer, by its place among those that were given, lowest first.
    Layer(usize),
    /// The `values.yaml` of a chart.
    Defaults(&'a Chart),
}

impl<'a> Table<'a> {
    /// The entries are in the order of their keys.
    pub(super) fn new(entries: Vec<(&'a str, Item<'a>)>, origin: Option<Origin<'a>>) -> Table<'a> {
        Table(Arc::new(Content { entries, origin }))
    }

    /// Where the map is written: in the highest file that has it. None when no file has it, such as `global` of a subchart.
    pub fn origin(&self) -> Option<Origin<'a>> {
        self.0.origin
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Item<'a>> {
        let entries = &self.0.entries;
        let at = entries
            .binary_search_by_key(&key, |(known, _)| known)
            .ok()?;
        entries.get(at).map(|(_, item)| item)
    }

    /// How many keys of a path are there before the first that a map lacks; none where the path is there, or leads through
    /// something else than maps.
    pub fn lacks(&self, path: &Path) -> Option<usize> {
        let mut table = self;
        for (depth, segment) in path.segments().iter().enumerate() {
            let Segment::Key(key) = segment else {
                return None;
            };
            match table.get(key) {
                None => return Some(depth),
                Some(Item::Table(next)) => table = next,
                Some(Item::Leaf(_)) => return None,
            }
        }
        None
    }

    /// The entries in the order of their keys.
    pub fn entries(&self) -> &[(&'a str, Item<'a>)] {
        &self.0.entries
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// A table that is written where this one is, with fewer entries.
    #[must_use]
    pub fn filter_map(&self, keep: impl Fn(&'a str, &Item<'a>) -> Option<Item<'a>>) -> Table<'a> {
        let entries = self.0.entries.iter();
        let entries = entries.filter_map(|(key, item)| Some((*key, keep(key, item)?)));
        Table::new(entries.collect(), self.0.origin)
    }

    /// The values as templates see them. Tables that are shared here are shared there.
    pub(crate) fn to_go(&self) -> go::Map {
        self.to_go_sharing(&mut HashMap::new())
    }

    fn to_go_sharing(&self, known: &mut HashMap<*const Content<'a>, go::Map>) -> go::Map {
        let address = Arc::as_ptr(&self.0);
        let is_shared = Arc::strong_count(&self.0) > 1;
        if is_shared && let Some(map) = known.get(&address) {
            return map.clone();
        }
        let entries = self.0.entries.iter().map(|(key, item)| {
            let value = match item {
                Item::Table(table) => go::Value::Map(table.to_go_sharing(known)),
                Item::Leaf(leaf) => leaf.to_go(),
            };
            (*key, value)
        });
        let map: go::Map = entries.collect();
        if is_shared {
            known.insert(address, map.clone());
        }
        map
    }

    /// The values as JSON, as Helm gives them to the validator of schemas.
    pub fn to_json(&self) -> serde_json::Value {
        let entries = self.0.entries.iter().map(|(key, item)| {
            let value = match item {
                Item::Table(table) => table.to_json(),
                Item::Leaf(leaf) => convert::to_json(&leaf.value()),
            };
            ((*key).to_owned(), value)
        });
        serde_json::Value::Object(entries.collect())
    }

    /// The values as plain data; numbers as they are written.
    pub fn to_map(&self) -> Map {
        let entries = self.0.entries.iter();
        let entries = entries.map(|(key, item)| ((*key).to_owned(), item.value()));
        entries.collect()
    }
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.0.entries.iter().map(|(key, _)| key);
        f.debug_set().entries(keys).finish()
    }
}

impl<'a> Item<'a> {
    /// Where it is written.
    pub fn origin(&self) -> Option<Origin<'a>> {
        match self {
            Item::Table(table) => table.origin(),
            Item::Leaf(leaf) => leaf.origin,
        }
    }

    /// Plain data.
    pub fn value(&self) -> Value {
        match self {
            Item::Table(table) => Value::Map(table.to_map()),
            Item::Leaf(leaf) => leaf.value(),
        }
    }
}

impl<'a> Leaf<'a> {
    pub(crate) fn written(&self) -> Written<'a> {
        self.written
    }

    /// Plain data.
    pub fn value(&self) -> Value {
        match self.written {
            Written::Node(node) => node.to_value(),
            Written::Plain(value) => value.clone(),
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self.written {
            Written::Node(node) => node.as_bool(),
            Written::Plain(value) => value.as_bool(),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        match self.written {
            Written::Node(node) => node.is_null(),
            Written::Plain(value) => value.is_null(),
        }
    }

    pub(super) fn to_go(self) -> go::Value {
        match self.written {
            Written::Node(node) => convert::node_to_go(node),
            // `--set` gives integers, and what came from files before is floats already.
            Written::Plain(value) => convert::to_go(value),
        }
    }
}
