//! One environment's values as a tree whose every part knows the text it comes from.

use std::sync::Arc;

use envlint_helm::{File, Item, Origin, Table};
use envlint_yaml::{Index, Kind, Map, Node, Path, Resolved, Scalar, Segment, Span, Value};

use crate::source::Location;
use crate::source::Source;

/// A value of one environment, wherever it was written: in the values file, or in the chart's own defaults below it.
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    source: &'a Arc<Source>,
    node: &'a Node,
    key: Option<Span>,
    /// The children, where two maps were laid over each other; otherwise the node's own are.
    merged: Option<Arc<Merged<'a>>>,
}

/// The entries of a map that several files make up, each key once.
#[derive(Debug)]
struct Merged<'a> {
    entries: Vec<(&'a str, Tree<'a>)>,
    /// Where each key is; empty for small maps, which are searched from end to end.
    index: Index,
}

/// Among more values than that, no text is looked for.
const MOST_SEARCHED: usize = 20_000;

/// The file that a part of overlaid values is written in.
pub type SourceOf<'f, 'a> = &'f dyn Fn(File<'a>) -> Option<&'a Arc<Source>>;

/// What a tree is.
pub enum TreeKind<'a> {
    /// A single value, null included.
    Scalar(&'a Scalar),
    /// A list.
    Sequence(Vec<Tree<'a>>),
    /// A map, in the order of the file.
    Mapping(Vec<(&'a str, Tree<'a>)>),
}

fn singles_in(node: &Node) -> usize {
    match node.kind() {
        Kind::Scalar(_) => 1,
        Kind::Sequence(items) => items.iter().map(singles_in).sum(),
        Kind::Mapping(mapping) => mapping.iter().map(|(_, child)| singles_in(child)).sum(),
    }
}

impl<'a> Merged<'a> {
    fn of(entries: Vec<(&'a str, Tree<'a>)>) -> Merged<'a> {
        let key = |place: usize| entries.get(place).map(|(key, _)| *key);
        let index = match Index::pays(entries.len()) {
            true => Index::of(entries.len(), key),
            false => Index::default(),
        };
        Merged { entries, index }
    }

    fn get(&self, wanted: &str) -> Option<&Tree<'a>> {
        let key = |place: usize| self.entries.get(place).map(|(key, _)| *key);
        let place = match self.index.is_empty() {
            true => self.entries.iter().position(|(key, _)| *key == wanted),
            false => self.index.find(wanted, key),
        };
        self.entries.get(place?).map(|(_, tree)| tree)
    }
}

impl<'a> Tree<'a> {
    /// The tree of a whole file; none for a file without content. Of several YAML documents in one file, Helm lays the
    /// later over the earlier.
    pub fn of(source: &'a Arc<Source>) -> Option<Tree<'a>> {
        match source.document.documents() {
            [] => None,
            [node] => Some(Tree {
                source,
                node,
                key: None,
                merged: None,
            }),
            _ => {
                let table = Table::of_document(&source.document, File::Layer(0));
                Tree::of_table(&table, &|_| Some(source))
            }
        }
    }

    /// The tree of values that were overlaid; `source_of` knows the files that they are written in. None when nothing is
    /// written in any of them.
    pub fn of_table(table: &Table<'a>, source_of: SourceOf<'_, 'a>) -> Option<Tree<'a>> {
        let mut entries: Vec<(usize, &'a str, Tree<'a>)> = Vec::with_capacity(table.len());
        for (key, item) in table.entries() {
            let place = item.origin();
            let tree = match item {
                Item::Table(table) => Tree::of_table(table, source_of),
                Item::Leaf(_) => place.and_then(|origin| Tree::at_origin(&origin, source_of)),
            };
            let at = place
                .and_then(|origin| origin.key)
                .map_or(0, |key| key.start);
            entries.extend(tree.map(|tree| (at, *key, tree)));
        }
        let is_default = |tree: &Tree<'a>, own: &Tree<'a>| !Arc::ptr_eq(tree.source, own.source);
        let own = table
            .origin()
            .and_then(|origin| Tree::at_origin(&origin, source_of));
        let own = own.or_else(|| entries.first().map(|(_, _, tree)| tree.clone()))?;
        // As in the file of the map, then what lower files add.
        entries.sort_by_key(|(at, _, tree)| (is_default(tree, &own), *at));
        let merged = entries.into_iter().map(|(_, key, tree)| (key, tree));
        Some(Tree {
            merged: Some(Arc::new(Merged::of(merged.collect()))),
            ..own
        })
    }

    fn at_origin(origin: &Origin<'a>, source_of: SourceOf<'_, 'a>) -> Option<Tree<'a>> {
        Some(Tree {
            source: source_of(origin.file)?,
            node: origin.node,
            key: origin.key,
            merged: None,
        })
    }

    /// What it is, with its children.
    pub fn kind(&self) -> TreeKind<'a> {
        if self.merged.is_some() {
            return TreeKind::Mapping(self.entries());
        }
        match self.node.kind() {
            Kind::Scalar(scalar) => TreeKind::Scalar(scalar),
            Kind::Sequence(items) => {
                TreeKind::Sequence(items.iter().map(|item| self.child(item, None)).collect())
            }
            Kind::Mapping(_) => TreeKind::Mapping(self.entries()),
        }
    }

    /// The entries of a map, in the order of the file; empty for anything else.
    pub fn entries(&self) -> Vec<(&'a str, Tree<'a>)> {
        match (&self.merged, self.node.as_mapping()) {
            (Some(merged), _) => merged.entries.clone(),
            (None, Some(mapping)) => mapping
                .iter()
                .map(|(key, node)| (key.text(), self.child(node, Some(key.span()))))
                .collect(),
            (None, None) => Vec::new(),
        }
    }

    /// How many entries a map has; none for anything else.
    pub fn len(&self) -> usize {
        match (&self.merged, self.node.as_mapping()) {
            (Some(merged), _) => merged.entries.len(),
            (None, Some(mapping)) => mapping.len(),
            (None, None) => 0,
        }
    }

    /// The value of a map's first key.
    pub fn first(&self) -> Option<Tree<'a>> {
        match &self.merged {
            Some(merged) => merged.entries.first().map(|(_, tree)| tree.clone()),
            None => {
                let (key, node) = self.node.as_mapping()?.iter().next()?;
                Some(self.child(node, Some(key.span())))
            }
        }
    }

    /// The value of a key, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<Tree<'a>> {
        match &self.merged {
            Some(merged) => merged.get(key).cloned(),
            None => {
                let (key, node) = self.node.as_mapping()?.entry(key)?;
                Some(self.child(node, Some(key.span())))
            }
        }
    }

    /// The value at the end of a chain of keys.
    pub fn get_keys(&self, keys: &[&str]) -> Option<Tree<'a>> {
        keys.iter()
            .try_fold(self.clone(), |tree, key| tree.get(key))
    }

    /// The value at a path.
    pub fn at(&self, path: &Path) -> Option<Tree<'a>> {
        path.segments()
            .iter()
            .try_fold(self.clone(), |tree, segment| tree.step(segment))
    }

    /// The value one segment further down.
    pub fn step(&self, segment: &Segment) -> Option<Tree<'a>> {
        match segment {
            Segment::Key(key) => self.get(key),
            item => self.node.child(item).map(|item| self.child(item, None)),
        }
    }

    fn child(&self, node: &'a Node, key: Option<Span>) -> Tree<'a> {
        Tree {
            source: self.source,
            node,
            key,
            merged: None,
        }
    }

    /// The node in its file.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The file it is written in.
    pub fn source(&self) -> &'a Arc<Source> {
        self.source
    }

    /// Where the value is written.
    pub fn location(&self) -> Location {
        Location::new(self.source, self.node.span())
    }

    /// Where its key is written; the value's own place for what has no key.
    pub fn key_location(&self) -> Location {
        Location::new(self.source, self.key.unwrap_or(self.node.span()))
    }

    /// The single value below it that holds this text: all of it, or as a part. None where the tree is too large to look.
    pub fn holding(&self, text: &str) -> Option<Tree<'a>> {
        let mut waiting = vec![self.clone()];
        let mut left = MOST_SEARCHED;
        while let Some(tree) = waiting.pop() {
            left = left.checked_sub(1)?;
            if tree.as_str().is_some_and(|known| known.contains(text)) {
                return Some(tree);
            }
            match tree.kind() {
                TreeKind::Scalar(_) => {}
                TreeKind::Sequence(items) => waiting.extend(items.into_iter().rev()),
                TreeKind::Mapping(entries) => {
                    waiting.extend(entries.into_iter().rev().map(|(_, tree)| tree));
                }
            }
        }
        None
    }

    /// The single value, where it is one.
    pub fn as_scalar(&self) -> Option<&'a Scalar> {
        self.own()?.as_scalar()
    }

    /// The node, unless the tree is a map that several files make up.
    fn own(&self) -> Option<&'a Node> {
        self.merged.is_none().then_some(self.node)
    }

    /// The text of a scalar, unquoted.
    pub fn as_str(&self) -> Option<&'a str> {
        self.as_scalar().map(Scalar::text)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.own().is_some_and(Node::is_null)
    }

    /// Whether it says nothing: null, an empty text, an empty list or an empty map.
    pub fn is_empty(&self) -> bool {
        match self.own().map(Node::kind) {
            None | Some(Kind::Mapping(_)) => self.len() == 0,
            Some(Kind::Sequence(items)) => items.is_empty(),
            Some(Kind::Scalar(_)) => self.is_null() || self.as_str() == Some(""),
        }
    }

    /// Whether it is a map.
    pub fn is_mapping(&self) -> bool {
        self.merged.is_some() || self.node.as_mapping().is_some()
    }

    /// Whether it is a list.
    pub fn is_sequence(&self) -> bool {
        self.own().is_some_and(|node| node.as_sequence().is_some())
    }

    /// `true` or `false`, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.own()?.as_bool()
    }

    /// The value as plain data.
    pub fn to_value(&self) -> Value {
        match &self.merged {
            Some(merged) => Value::Map(
                merged
                    .entries
                    .iter()
                    .map(|(key, tree)| ((*key).to_owned(), tree.to_value()))
                    .collect::<Map>(),
            ),
            None => self.node.to_value(),
        }
    }

    /// How many single values there are in it.
    pub fn count(&self) -> usize {
        match &self.merged {
            Some(merged) => merged.entries.iter().map(|(_, tree)| tree.count()).sum(),
            None => singles_in(self.node),
        }
    }

    /// The word for what it is: "a map", "a list", "text", "a number", "true or false", "null".
    pub fn describe(&self) -> &'static str {
        match self.own().map(Node::kind) {
            None | Some(Kind::Mapping(_)) => "a map",
            Some(Kind::Sequence(_)) => "a list",
            Some(Kind::Scalar(scalar)) => match scalar.resolved() {
                Resolved::Null => "null",
                Resolved::Bool(_) => "a boolean",
                Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_) => "a number",
                Resolved::String(_) => "text",
            },
        }
    }
}
