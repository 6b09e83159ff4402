//! The tree. A node knows its bytes; what an anchor and its aliases share is shared, not copied.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::index::Index;
use crate::path::{Path, Segment};
use crate::scalar::{Resolved, Tag, resolve};
use crate::span::Span;
use crate::value::Value;

/// The source behind one thin pointer, so that a slice of it fits into 16 bytes.
pub(crate) struct Source(pub(crate) Arc<str>);

/// Text that is not in the source, behind one thin pointer.
#[derive(Clone)]
pub(crate) struct OwnedText(Box<str>);

/// Text of the tree: mostly a slice of the source, which every text of a file shares.
#[derive(Clone)]
pub(crate) enum Text {
    /// `source[start..end]`, cut at character boundaries.
    Slice {
        source: Arc<Source>,
        start: u32,
        end: u32,
    },
    /// Text that the source does not contain literally: escapes, folded lines, block scalars, converted keys.
    Owned(Box<OwnedText>),
}

impl Text {
    pub(crate) fn owned(text: &str) -> Text {
        Text::Owned(Box::new(OwnedText(text.into())))
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Text::Slice { source, start, end } => source
                .0
                .get(*start as usize..*end as usize)
                .unwrap_or_default(),
            Text::Owned(text) => &text.0,
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Bytes of the source in 8 bytes; sources are below 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Bytes {
    pub(crate) fn span(self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }
}

/// How a node came to where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// It is written there.
    Written,
    /// An alias is written there; the span is the alias (`*name`), the content is the anchor's.
    Alias,
    /// A merge key (`<<`) brings it; the span is where the merged map has it.
    Merge,
}

/// A value of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    pub(crate) bytes: Bytes,
    pub(crate) origin: Origin,
    pub(crate) flow: bool,
    pub(crate) repr: Repr,
}

/// Content that belongs to one node, or to an anchor and its aliases.
#[derive(Clone, Debug)]
pub(crate) enum Repr {
    Own(Kind),
    Shared(Arc<Kind>),
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// A map.
    Mapping(Mapping),
}

impl Node {
    /// The bytes of the value, without its anchor and tag. An absent value (`key:`) has an empty span after its colon;
    /// a block collection goes from its first item to the end of its last one.
    pub fn span(&self) -> Span {
        self.bytes.span()
    }

    /// What it is. Aliases are already resolved and merge keys applied.
    pub fn kind(&self) -> &Kind {
        match &self.repr {
            Repr::Own(kind) => kind,
            Repr::Shared(kind) => kind,
        }
    }

    /// Whether it is written here, or an alias or a merge key brings it.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// True for a collection in brackets: `{…}`, `[…]`.
    pub fn is_flow(&self) -> bool {
        self.flow
    }

    /// The entries, if it is a map.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self.kind() {
            Kind::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match self.kind() {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self.kind() {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text, if Helm reads the value as a string (`"3"`, not `3`).
    pub fn as_str(&self) -> Option<&str> {
        let scalar = self.as_scalar()?;
        match scalar.resolved() {
            // Only `!!binary` is owned, and its text is not the value.
            Resolved::String(std::borrow::Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if Helm reads the value as one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_scalar()?.resolved() {
            Resolved::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number as Helm sees it, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self.as_scalar()?.resolved() {
            Resolved::Int(number) => Some(number as f64),
            Resolved::UInt(number) => Some(number as f64),
            Resolved::Float(number) => Some(number),
            _ => None,
        }
    }

    /// True for `null`, `~` and an absent value.
    pub fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.resolved() == Resolved::Null)
    }

    /// The value under a path that starts at this node.
    pub fn get(&self, path: &Path) -> Option<&Node> {
        path.segments()
            .iter()
            .try_fold(self, |node, segment| node.child(segment))
    }

    /// The value one segment further.
    pub fn child(&self, segment: &Segment) -> Option<&Node> {
        match (self.kind(), segment) {
            (Kind::Mapping(mapping), Segment::Key(key)) => mapping.get(key),
            (Kind::Sequence(items), segment) => items.get(items.place(segment)?),
            _ => None,
        }
    }

    /// Where the item is that a segment leads to, where this is a list.
    pub fn place(&self, segment: &Segment) -> Option<usize> {
        match self.kind() {
            Kind::Sequence(items) => items.place(segment),
            Kind::Scalar(_) | Kind::Mapping(_) => None,
        }
    }

    /// True for a map whose `field` is a scalar written as `value`.
    pub fn matches(&self, field: &str, value: &str) -> bool {
        self.text_at(field) == Some(value)
    }

    /// The text of the scalar at a key, where this is a map that has it.
    fn text_at(&self, field: &str) -> Option<&str> {
        Some(self.as_mapping()?.get(field)?.as_scalar()?.text())
    }

    /// Plain data.
    pub fn to_value(&self) -> Value {
        match self.kind() {
            Kind::Scalar(scalar) => scalar.value(),
            Kind::Sequence(items) => Value::Seq(items.iter().map(Node::to_value).collect()),
            Kind::Mapping(mapping) => Value::Map(
                mapping
                    .iter()
                    .map(|(key, node)| (key.text().to_owned(), node.to_value()))
                    .collect(),
            ),
        }
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A single value.
#[derive(Clone, Debug)]
pub struct Scalar {
    pub(crate) text: Text,
    pub(crate) style: Style,
    pub(crate) tag: Tag,
}

impl Scalar {
    /// The text with escapes and line folding undone, whatever type it means: `0644`, `yes`, `~`.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// How it is written.
    pub fn style(&self) -> Style {
        self.style
    }

    /// True when a tag such as `!!str` is written before it.
    pub fn is_tagged(&self) -> bool {
        self.tag != Tag::Absent
    }

    /// What it means to Helm.
    pub fn resolved(&self) -> Resolved<'_> {
        // A scalar that does not resolve is refused when the file is read; null stands for it in a document that has
        // no root anyway.
        resolve(self.text(), self.style == Style::Plain, self.tag).unwrap_or(Resolved::Null)
    }

    /// What it means to Helm, as plain data.
    pub fn value(&self) -> Value {
        self.resolved().into_value()
    }
}

/// The items of a list, which it can be used as.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    content: Box<SequenceContent>,
}

#[derive(Clone, Debug, Default)]
struct SequenceContent {
    items: Box<[Node]>,
    /// Made when an item of a long list is first asked for by a name: paths into a list go by one field.
    names: OnceLock<Names>,
}

/// The items of a list by the text that they have at a field.
#[derive(Clone, Debug)]
struct Names {
    field: Box<str>,
    index: Index,
}

impl Sequence {
    /// A list of these items.
    pub(crate) fn new(items: Vec<Node>) -> Sequence {
        let content = SequenceContent {
            items: items.into_boxed_slice(),
            names: OnceLock::new(),
        };
        Sequence {
            content: Box::new(content),
        }
    }

    /// Where the item is that a segment leads to.
    fn place(&self, segment: &Segment) -> Option<usize> {
        match segment {
            Segment::Key(_) => None,
            Segment::Index(index) => (*index < self.len()).then_some(*index),
            Segment::Match { field, value } => self.matching(field, value),
        }
    }

    /// The first item that is a map whose `field` is a scalar written as `value`.
    fn matching(&self, field: &str, value: &str) -> Option<usize> {
        let SequenceContent { items, names } = &*self.content;
        let search = || items.iter().position(|item| item.matches(field, value));
        if !Index::pays(items.len()) {
            return search();
        }
        let name = |place: usize| items.get(place)?.text_at(field);
        let names = names.get_or_init(|| Names {
            field: field.into(),
            index: Index::of(items.len(), name),
        });
        match *names.field == *field {
            true => names.index.find(value, name),
            false => search(),
        }
    }
}

impl Deref for Sequence {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        &self.content.items
    }
}

impl<'a> IntoIterator for &'a Sequence {
    type Item = &'a Node;
    type IntoIter = std::slice::Iter<'a, Node>;

    fn into_iter(self) -> std::slice::Iter<'a, Node> {
        self.iter()
    }
}

/// A key of a map.
#[derive(Clone, Debug)]
pub struct Key {
    pub(crate) text: Text,
    pub(crate) bytes: Bytes,
}

impl Key {
    /// The key as Helm's JSON has it: `1` and `true` are text too.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Where it is written, quotes included.
    pub fn span(&self) -> Span {
        self.bytes.span()
    }
}

/// One key and its value.
pub(crate) type Entry = (Key, Node);

/// The entries of a map, as they hold after merge keys and duplicates: every key is there once.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(crate) content: Box<MappingContent>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct MappingContent {
    /// In the order of the source; what a merge key brings stands where the merge key stands.
    pub(crate) entries: Vec<Entry>,
    /// Where each key is in `entries`; empty for small maps, which are searched from end to end.
    pub(crate) index: Index,
    /// Where merge keys are written.
    pub(crate) merges: Vec<Bytes>,
}

/// Iterates over the entries of a [`Mapping`].
pub type Entries<'a> =
    std::iter::Map<std::slice::Iter<'a, (Key, Node)>, fn(&'a (Key, Node)) -> (&'a Key, &'a Node)>;

impl Mapping {
    /// The entries in the order of the source.
    pub fn iter(&self) -> Entries<'_> {
        fn pair(entry: &Entry) -> (&Key, &Node) {
            (&entry.0, &entry.1)
        }
        self.content.entries.iter().map(pair)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The key as it is written, and its value.
    pub fn entry(&self, key: &str) -> Option<(&Key, &Node)> {
        let MappingContent { entries, index, .. } = &*self.content;
        let found = match index.is_empty() {
            true => entries.iter().find(|entry| entry.0.text() == key),
            false => {
                let place = index.find(key, |place| key_at(entries, place))?;
                entries.get(place)
            }
        };
        found.map(|entry| (&entry.0, &entry.1))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.content.entries.len()
    }

    /// Where merge keys (`<<`) are written.
    pub fn merge_keys(&self) -> impl Iterator<Item = Span> {
        self.content.merges.iter().map(|bytes| bytes.span())
    }

    /// True for `{}`.
    pub fn is_empty(&self) -> bool {
        self.content.entries.is_empty()
    }
}

/// The text of the key at a place of a map.
pub(crate) fn key_at(entries: &[Entry], place: usize) -> Option<&str> {
    entries.get(place).map(|entry| entry.0.text())
}

impl<'a> IntoIterator for &'a Mapping {
    type Item = (&'a Key, &'a Node);
    type IntoIter = Entries<'a>;

    fn into_iter(self) -> Entries<'a> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Node};

    #[test]
    fn nodes_stay_small() {
        // A fleet holds some hundred thousand of them at a time.
        assert!(
            size_of::<Node>() <= 40 && size_of::<Entry>() <= 64,
            "{} {}",
            size_of::<Node>(),
            size_of::<Entry>()
        );
    }
}
