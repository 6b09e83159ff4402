//! What anchors name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::part::Child;
use crate::node::Kind;
use crate::parse::loaded::{Anchor, Loaded};

/// What an anchor names, when it is complete.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) kind: Arc<Kind>,
    pub(super) height: usize,
    pub(super) flow: bool,
    /// The anchor's place in `Loaded::anchors`.
    pub(super) place: usize,
}

/// The anchors of a document by their names; `None` while the value is incomplete.
#[derive(Default)]
pub(super) struct Targets<'s> {
    pub(super) known: HashMap<&'s str, Option<Target>>,
    /// The names of the documents before.
    pub(super) others: HashSet<&'s str>,
}

impl<'s> Targets<'s> {
    pub(super) fn next_document(&mut self) {
        let names = self.known.drain().map(|(name, _)| name);
        self.others.extend(names);
    }

    pub(super) fn begin(&mut self, name: &'s str) {
        self.known.insert(name, None);
    }

    pub(super) fn complete(
        &mut self,
        name: &'s str,
        kind: &Arc<Kind>,
        child: &Child,
        loaded: &mut Loaded,
    ) {
        let target = Target {
            kind: Arc::clone(kind),
            height: child.height,
            flow: child.node.flow,
            place: loaded.anchors.len(),
        };
        loaded.anchors.push(Anchor {
            value: child.node.bytes,
            uses: Vec::new(),
        });
        self.known.insert(name, Some(target));
    }
}
