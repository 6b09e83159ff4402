//! By what the items of lists are told apart where several files are laid side by side.

use std::collections::HashSet;

use envlint_yaml::{Node, Path, field_of, names_items};

use super::order::names_of;
use super::tree::Tree;

/// The key that tells apart the items of a list without names that has parts of its own: a rule of an Ingress is about one
/// host, so charts have lists of hosts more often than of anything else.
const HOST: &str = "host";

/// What is declared, or asked for, of parts of lists by themselves.
pub trait OwnParts<'a> {
    /// Whether something in a list is named by itself.
    fn are_in(&self, path: &Path, list: &Tree<'a>) -> bool;

    /// Whether a value belongs to each environment.
    fn is_own(&self, path: &Path) -> bool;

    /// The keys that patterns address the items of a list by: `host`, where one is `hosts[host=shop.io].tls`.
    fn keys_of(&self, path: &Path) -> Vec<&str>;
}

/// No parts of lists are declared.
pub(super) struct NoOwnParts;

impl<'a> OwnParts<'a> for NoOwnParts {
    fn are_in(&self, _: &Path, _: &Tree<'a>) -> bool {
        false
    }

    fn is_own(&self, _: &Path) -> bool {
        false
    }

    fn keys_of(&self, _: &Path) -> Vec<&str> {
        Vec::new()
    }
}

/// The key that the items of a list go by in all files: `name`, `key` or `id` as everywhere, and where something in the list is
/// declared by itself, the key that patterns address its items by, else the host. A key that is declared to differ is none where
/// it does. None where the items have no key of their own.
pub(super) fn key_of<'a>(
    path: &Path,
    lists: &[&Tree<'a>],
    own: &dyn OwnParts<'a>,
) -> Option<&'a str> {
    let nodes = lists.iter().filter_map(|list| list.node().as_sequence());
    let name = field_of(nodes.clone());
    let name = name.filter(|name| !belongs_to_each(path, lists, name, own));
    if name.is_some() {
        return name;
    }
    if nodes.clone().all(<[Node]>::is_empty) || !lists.iter().any(|list| own.are_in(path, list)) {
        return None;
    }
    let tells_apart = |key: &&str| {
        names_items(nodes.clone(), key)
            && are_met(lists, key)
            && !belongs_to_each(path, lists, key, own)
    };
    let keys = own.keys_of(path);
    let mut keys = keys.into_iter().chain([HOST]);
    let key = keys.find(tells_apart)?;
    // The key as it is written: it outlives the patterns.
    let mut items = lists.iter().filter_map(|list| list.node().as_sequence());
    let item = items.find_map(<[Node]>::first)?;
    Some(item.as_mapping()?.entry(key)?.0.text())
}

/// Whether a key of the items is declared to differ, next to what is shared in them, and differs.
fn belongs_to_each<'a>(
    path: &Path,
    lists: &[&Tree<'a>],
    key: &str,
    own: &dyn OwnParts<'a>,
) -> bool {
    let names = |list: &Tree<'a>| -> HashSet<&'a str> { names_of(list, key).into_iter().collect() };
    let mut all = lists.iter().map(|list| names(list));
    let first = all.next().unwrap_or_default();
    if all.all(|names| names == first) {
        return false;
    }
    let item = path.index(0);
    let mut items = lists.iter().filter_map(|list| list.node().as_sequence());
    let is_shared = |item_key: &str| item_key != key && !own.is_own(&item.key(item_key));
    own.is_own(&item.key(key))
        && items.any(|items| {
            let mut maps = items.iter().filter_map(Node::as_mapping);
            maps.any(|map| map.iter().any(|(key, _)| is_shared(key.text())))
        })
}

/// Whether each list has an item of every other one: else the key is one of what differs.
fn are_met(lists: &[&Tree<'_>], key: &str) -> bool {
    let mut filled = lists.iter().map(|list| names_of(list, key));
    let mut filled = filled.by_ref().filter(|names| !names.is_empty());
    let Some(first) = filled.next() else {
        return false;
    };
    let first: HashSet<&str> = first.into_iter().collect();
    filled.all(|names| names.iter().any(|name| first.contains(name)))
}
