//! Values in the course of an overlay: tables that are shared and changed in place, as Go's maps are.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use envlint_budget::Budget;
use envlint_gotemplate as go;
use envlint_yaml::{Document, Key, Kind, Map, Node, Value};

use super::instance::Instance;
use super::table::{File, Item, Leaf, Origin, Table, Written};
use crate::chart::{Chart, Metadata};
use crate::layer::Layer;

/// One chart of the tree, while its dependencies are processed and its defaults are overlaid.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) chart: &'a Chart,
    /// The name, which is the alias for an aliased chart.
    pub(super) name: &'a str,
    /// The chart's metadata; the name is the alias when there is one.
    pub(super) metadata: Metadata,
    /// The default values: the chart's own, then with what it imports.
    pub(super) values: DraftTable<'a>,
    pub(super) dependencies: Vec<Draft<'a>>,
}

impl<'a> Draft<'a> {
    /// The chart and everything in its `charts/`.
    pub(super) fn new(chart: &'a Chart) -> Draft<'a> {
        Draft {
            chart,
            name: &chart.metadata.name,
            metadata: chart.metadata.clone(),
            values: match &chart.values {
                Some(layer) => DraftTable::of_layer(layer, File::Defaults(chart)),
                None => DraftTable::new(),
            },
            dependencies: chart
                .dependencies
                .iter()
                .map(|dependency| Draft::new(dependency))
                .collect(),
        }
    }

    /// The name, which is the alias for an aliased chart.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// Another instance of the same chart: a chart with several aliases appears several times.
    pub(super) fn duplicate(&self) -> Draft<'a> {
        Draft {
            chart: self.chart,
            name: self.name,
            metadata: self.metadata.clone(),
            values: self.values.clone(),
            dependencies: self.dependencies.iter().map(Draft::duplicate).collect(),
        }
    }

    /// How many charts it is, with its subcharts.
    pub(super) fn count(&self) -> usize {
        1 + self.dependencies.iter().map(Draft::count).sum::<usize>()
    }

    /// The chart as it is rendered.
    pub(super) fn finish(self) -> Instance<'a> {
        Instance {
            chart: self.chart,
            name: self.name,
            metadata: self.metadata,
            dependencies: self.dependencies.into_iter().map(Draft::finish).collect(),
        }
    }
}

/// A map of values. Cloning shares it: what Helm puts into a table through one reference is seen through all.
#[derive(Clone)]
pub(super) struct DraftTable<'a>(Rc<Shared<'a>>);

struct Shared<'a> {
    entries: RefCell<BTreeMap<&'a str, DraftItem<'a>>>,
    origin: Option<Origin<'a>>,
}

/// One value of a table.
#[derive(Clone, Debug)]
pub(super) enum DraftItem<'a> {
    /// A map: Helm lays maps over each other.
    Table(DraftTable<'a>),
    /// Anything else, lists included: it is replaced as a whole.
    Leaf(Leaf<'a>),
}

impl<'a> DraftTable<'a> {
    /// An empty table.
    pub(super) fn new() -> DraftTable<'a> {
        DraftTable::with(BTreeMap::new(), None)
    }

    fn with(
        entries: BTreeMap<&'a str, DraftItem<'a>>,
        origin: Option<Origin<'a>>,
    ) -> DraftTable<'a> {
        let entries = RefCell::new(entries);
        DraftTable(Rc::new(Shared { entries, origin }))
    }

    /// The table of a map in a file; none when the node is no map.
    fn of_node(node: &'a Node, file: File<'a>) -> Option<DraftTable<'a>> {
        match DraftItem::of_node(node, file, None) {
            DraftItem::Table(table) => Some(table),
            DraftItem::Leaf(_) => None,
        }
    }

    /// The table of a file that Helm accepts: its documents, the later ones over the earlier ones.
    pub(super) fn of_document(document: &'a Document, file: File<'a>) -> DraftTable<'a> {
        let documents = document.documents().iter();
        let tables = documents.filter_map(|node| DraftTable::of_node(node, file));
        tables
            .reduce(|below, above| below.merge(above))
            .unwrap_or_else(DraftTable::new)
    }

    /// The values of a file that was read.
    pub(super) fn of_layer(layer: &'a Layer, file: File<'a>) -> DraftTable<'a> {
        DraftTable::of_document(layer.document(), file)
    }

    /// The table of plain data, of which nobody knows where it is written.
    pub(super) fn of_map(map: &'a Map) -> DraftTable<'a> {
        let entries = map.iter();
        let entries = entries.map(|(key, value)| (key.as_str(), DraftItem::of_value(value)));
        DraftTable::with(entries.collect(), None)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<DraftItem<'a>> {
        self.0.entries.borrow().get(key).cloned()
    }

    /// The entries in the order of their keys.
    pub(super) fn entries(&self) -> Vec<(&'a str, DraftItem<'a>)> {
        let entries = self.0.entries.borrow();
        entries
            .iter()
            .map(|(key, item)| (*key, item.clone()))
            .collect()
    }

    pub(super) fn insert(&self, key: &'a str, item: DraftItem<'a>) {
        self.0.entries.borrow_mut().insert(key, item);
    }

    /// The same table, which is written where another is when nobody wrote it.
    pub(super) fn or_written_as(self, other: &DraftTable<'a>) -> DraftTable<'a> {
        match self.0.origin {
            Some(_) => self,
            None => DraftTable::with(self.0.entries.borrow().clone(), other.0.origin),
        }
    }

    pub(super) fn remove(&self, key: &str) {
        self.0.entries.borrow_mut().remove(key);
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.0.entries.borrow().len()
    }

    /// A table with the same entries that shares none of its tables. It ends where there is no room for them, and who asked
    /// for the room refuses the values then.
    pub(super) fn deep_copy(&self, room: &Budget) -> DraftTable<'a> {
        let entries = self.0.entries.borrow();
        if !room.spend(entries.len() as u64) {
            return DraftTable::with(BTreeMap::new(), self.0.origin);
        }
        let copy = |item: &DraftItem<'a>| match item {
            DraftItem::Table(table) => DraftItem::Table(table.deep_copy(room)),
            DraftItem::Leaf(leaf) => DraftItem::Leaf(*leaf),
        };
        let entries = entries.iter().map(|(key, item)| (*key, copy(item)));
        DraftTable::with(entries.collect(), self.0.origin)
    }

    /// Takes the room that a copy of the table would need.
    pub(super) fn take_room(&self, room: &Budget) {
        let entries = self.0.entries.borrow();
        if room.spend(entries.len() as u64) {
            for item in entries.values() {
                if let DraftItem::Table(table) = item {
                    table.take_room(room);
                }
            }
        }
    }

    /// A table with the same entries, whose tables stay shared.
    pub(super) fn shallow_copy(&self) -> DraftTable<'a> {
        DraftTable::with(self.0.entries.borrow().clone(), self.0.origin)
    }

    /// Lays `over` on top: maps are merged, everything else is replaced (Helm: loader.MergeMaps). A table that nobody shares
    /// takes what is new as it is: a file may have thousands of documents.
    pub(super) fn merge(self, over: DraftTable<'a>) -> DraftTable<'a> {
        let mut merged = match Rc::try_unwrap(self.0) {
            Ok(own) => own.entries.into_inner(),
            Err(shared) => shared.entries.borrow().clone(),
        };
        for (key, item) in over.entries() {
            let item = match (merged.remove(key), item) {
                (Some(DraftItem::Table(below)), DraftItem::Table(above)) => {
                    DraftItem::Table(below.merge(above))
                }
                (_, item) => item,
            };
            merged.insert(key, item);
        }
        DraftTable::with(merged, over.0.origin)
    }

    /// The table at a path of keys (Helm: Values.DraftTable).
    pub(super) fn table(&self, path: &str) -> Option<DraftTable<'a>> {
        let mut current = self.clone();
        for key in path.split('.') {
            current = match current.get(key)? {
                DraftItem::Table(next) => next,
                DraftItem::Leaf(_) => return None,
            };
        }
        Some(current)
    }
}

impl fmt::Debug for DraftTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A table can be part of several others, so only its keys are shown.
        f.debug_set()
            .entries(self.0.entries.borrow().keys())
            .finish()
    }
}

impl<'a> DraftItem<'a> {
    fn of_node(node: &'a Node, file: File<'a>, key: Option<&'a Key>) -> DraftItem<'a> {
        let key = key.map(Key::span);
        let origin = Some(Origin { file, node, key });
        match node.kind() {
            Kind::Mapping(mapping) => {
                let entries = mapping.iter();
                let entries = entries
                    .map(|(key, value)| (key.text(), DraftItem::of_node(value, file, Some(key))));
                DraftItem::Table(DraftTable::with(entries.collect(), origin))
            }
            Kind::Scalar(_) | Kind::Sequence(_) => {
                let written = Written::Node(node);
                DraftItem::Leaf(Leaf { written, origin })
            }
        }
    }

    fn of_value(value: &'a Value) -> DraftItem<'a> {
        match value {
            Value::Map(map) => DraftItem::Table(DraftTable::of_map(map)),
            _ => DraftItem::Leaf(Leaf {
                written: Written::Plain(value),
                origin: None,
            }),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, DraftItem::Leaf(leaf) if leaf.is_null())
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            DraftItem::Table(_) => None,
            DraftItem::Leaf(leaf) => leaf.as_bool(),
        }
    }

    /// Plain data.
    pub(super) fn value(&self) -> Value {
        match self {
            DraftItem::Table(table) => Value::Map(Freeze::default().table(table).to_map()),
            DraftItem::Leaf(leaf) => leaf.value(),
        }
    }

    /// As templates see it.
    pub(super) fn to_go(&self) -> go::Value {
        match self {
            DraftItem::Table(table) => go::Value::Map(Freeze::default().table(table).to_go()),
            DraftItem::Leaf(leaf) => leaf.to_go(),
        }
    }
}

/// What a table was made of, and what it becomes: tables that are shared stay shared.
#[derive(Default)]
pub(super) struct Freeze<'a>(HashMap<*const Shared<'a>, Table<'a>>);

impl<'a> Freeze<'a> {
    /// The table, as it is from now on.
    pub(super) fn table(&mut self, draft: &DraftTable<'a>) -> Table<'a> {
        let address = Rc::as_ptr(&draft.0);
        let is_shared = Rc::strong_count(&draft.0) > 1;
        if is_shared && let Some(table) = self.0.get(&address) {
            return table.clone();
        }
        let entries = draft.0.entries.borrow();
        let entries = entries.iter().map(|(key, item)| {
            let item = match item {
                DraftItem::Table(table) => Item::Table(self.table(table)),
                DraftItem::Leaf(leaf) => Item::Leaf(*leaf),
            };
            (*key, item)
        });
        let table = Table::new(entries.collect(), draft.0.origin);
        if is_shared {
            self.0.insert(address, table.clone());
        }
        table
    }
}

impl<'a> Table<'a> {
    /// The values of a file that Helm accepts: its documents, the later ones over the earlier ones.
    pub fn of_document(document: &'a Document, file: File<'a>) -> Table<'a> {
        Freeze::default().table(&DraftTable::of_document(document, file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_several_documents_has_the_same_values_with_places() {
        for text in [
            "a: 1\n---\nb: {c: 2}\n---\nb: {d: 3}\n",
            "---\n---\na: 1\n...\n",
            "a: 1\n...\nb: 2\n",
            "null\n",
        ] {
            let layer = Layer::read(text.as_bytes()).expect("values");
            let table = Freeze::default().table(&DraftTable::of_layer(&layer, File::Layer(0)));
            assert_eq!(table.to_map(), layer.to_map(), "{text:?}");
        }
    }
}
