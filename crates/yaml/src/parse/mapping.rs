//! Merge keys and duplicate keys, as goyaml v2 applies them: entry by entry in the order of the source, the later one
//! over the earlier one, a merge key included.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_budget::Budget;

use super::loaded::report;
use crate::index::Index;
use crate::node::{
    Bytes, Entry, Key, Kind, Mapping, MappingContent, Node, Origin, Repr, Sequence, key_at,
};
use crate::problem::{Problem, ProblemKind, Related};

/// A key and its value, as they are written.
pub(super) struct Item {
    pub(super) key: Key,
    pub(super) value: Node,
    /// The key is `<<`.
    pub(super) merge: bool,
}

/// How many entries merge keys may copy in one file: goyaml's bound for all that aliases expand to.
pub(super) const MOST_MERGED: u64 = 400_000;

/// Builds a map from what is written.
pub(super) fn finish(items: Vec<Item>, budget: &Budget, problems: &mut Vec<Problem>) -> Mapping {
    let mut merges = Vec::new();
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    for Item { key, value, merge } in items {
        if merge {
            merges.push(key.bytes);
            merge_into(&mut entries, &value, budget, problems);
        } else {
            entries.push((key, value));
        }
    }
    let index = match Index::pays(entries.len()) {
        true => {
            let index = index_of(&entries);
            match index.has_equal(|place| key_at(&entries, place)) {
                true => {
                    entries = keep_last(entries, problems);
                    index_of(&entries)
                }
                false => index,
            }
        }
        false => {
            if has_duplicate(&entries) {
                entries = keep_last(entries, problems);
            }
            Index::default()
        }
    };
    Mapping {
        content: Box::new(MappingContent {
            entries,
            index,
            merges,
        }),
    }
}

/// Makes the entries of an anchored map cheap to copy, for merge keys.
pub(super) fn share(mut kind: Kind) -> Kind {
    if let Kind::Mapping(mapping) = &mut kind {
        for (_, node) in &mut mapping.content.entries {
            share_node(node);
        }
    }
    kind
}

fn share_node(node: &mut Node) {
    if let Repr::Own(kind) = &mut node.repr
        && !matches!(kind, Kind::Scalar(_))
    {
        let kind = std::mem::replace(kind, Kind::Sequence(Sequence::default()));
        node.repr = Repr::Shared(Arc::new(kind));
    }
}

fn has_duplicate(entries: &[Entry]) -> bool {
    entries.iter().enumerate().any(|(at, entry)| {
        entries
            .iter()
            .take(at)
            .any(|other| other.0.text() == entry.0.text())
    })
}

fn index_of(entries: &[Entry]) -> Index {
    Index::of(entries.len(), |place| key_at(entries, place))
}

/// Keeps the last entry of every key, and reports keys that are written twice. That a merge key and a written key
/// meet is what merge keys are for.
fn keep_last(entries: Vec<Entry>, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let mut last: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
    let mut written: HashMap<&str, Bytes> = HashMap::with_capacity(entries.len());
    let mut keep = vec![true; entries.len()];
    for (at, (key, node)) in entries.iter().enumerate() {
        if let Some(before) = last.insert(key.text(), at)
            && let Some(keep) = keep.get_mut(before)
        {
            *keep = false;
        }
        if node.origin == Origin::Merge {
            continue;
        }
        match written.get(key.text()) {
            Some(first) => report_duplicate(key, *first, problems),
            None => {
                written.insert(key.text(), key.bytes);
            }
        }
    }
    entries
        .into_iter()
        .zip(keep)
        .filter_map(|(entry, keep)| keep.then_some(entry))
        .collect()
}

fn report_duplicate(key: &Key, first: Bytes, problems: &mut Vec<Problem>) {
    let message = format!(
        "the key `{}` is written twice in one map; Helm keeps the last one",
        key.text()
    );
    let related = Related {
        span: first.span(),
        message: "first written here".to_owned(),
    };
    report(
        problems,
        ProblemKind::DuplicateKey,
        key.span(),
        message,
        Some(related),
    );
}

/// Adds what a merge key brings. Of a list of maps the earlier ones win, so they are applied last.
fn merge_into(
    entries: &mut Vec<Entry>,
    value: &Node,
    budget: &Budget,
    problems: &mut Vec<Problem>,
) {
    // goyaml looks at what is written: an alias of a list is not a list of maps.
    match value.kind() {
        Kind::Mapping(mapping) => copy(entries, mapping, budget),
        Kind::Sequence(items) if value.origin == Origin::Written => {
            for item in items.iter().rev() {
                match item.kind() {
                    Kind::Mapping(mapping) => copy(entries, mapping, budget),
                    _ => refuse(item, problems),
                }
            }
        }
        _ => refuse(value, problems),
    }
}

fn refuse(node: &Node, problems: &mut Vec<Problem>) {
    let message = "a merge key `<<` takes a map, an alias of a map, or a list of these".to_owned();
    report(
        problems,
        ProblemKind::InvalidMerge,
        node.span(),
        message,
        None,
    );
}

fn copy(entries: &mut Vec<Entry>, mapping: &Mapping, budget: &Budget) {
    if !budget.spend(mapping.len() as u64) {
        return;
    }
    entries.extend(mapping.content.entries.iter().map(|(key, node)| {
        let mut node = node.clone();
        node.origin = Origin::Merge;
        (key.clone(), node)
    }));
}
