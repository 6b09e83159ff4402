//! What nodes are made of while they are read.

use crate::node::Node;
use crate::scalar::Tag;

/// A mistake after which nothing more is read; it is among the problems.
pub(in crate::parse) struct Stop;

pub(super) type Read<T> = Result<T, Stop>;

/// A node, before it has its place.
pub(super) struct Child {
    pub(super) node: Node,
    /// The depth of its deepest child.
    pub(super) height: usize,
    pub(super) end: usize,
    /// The node would be a merge key in the place of a key.
    pub(super) merge: bool,
}

/// What is written before a value.
#[derive(Clone, Copy, Default)]
pub(super) struct Before<'s> {
    pub(super) anchor: Option<&'s str>,
    pub(super) tag: Option<Tag>,
    /// The tag is `!`: the value is read as if it had none.
    pub(super) is_bare: bool,
    /// Where the first of them begins, and where the last one ends.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Before<'_> {
    pub(super) fn is_there(&self) -> bool {
        self.anchor.is_some() || self.tag.is_some()
    }
}

/// Which nodes may be at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between brackets: no block collection.
    Flow,
    Block,
    /// A list that is not indented may be there, too.
    BlockOrList,
}
