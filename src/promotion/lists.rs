//! A list whose items have no names, made that of another file item by item, and in items that are maps key by key: what both
//! files have stays as the target has it, with its comments.

mod order;
mod pairing;

use std::collections::HashSet;

use envlint_yaml::{Change, Document, Kind, Mapping, Node, Path, change_all};

use super::apply::is_kept_above;
pub(super) use order::by_ranks;
use order::order;
use pairing::paired;

/// So many items of both lists together are held against each other; larger lists are replaced as a whole.
const MOST_ITEMS: usize = 4000;
/// How much text may be read again for one list, in bytes: every change is proven by reading the result.
const MOST_READ: usize = 64 << 20;

/// One change of a part of the list.
enum Part<'n> {
    /// The items of a list get other places: at each comes the one that stands here now.
    Reorder(Path, Vec<usize>),
    Set(Path, &'n Node),
    Insert(Path, &'n Node),
    Remove(Path),
}

/// The document with the list at a path made that of another file; none where the two have nothing in common, or a part
/// cannot be changed by itself. `kept` are the comments that the other file has.
pub(super) fn by_items(
    document: &Document,
    path: &Path,
    (other, list): (&Document, &Node),
    kept: &HashSet<&str>,
) -> Option<Document> {
    let of = |moves: bool| {
        let mut parts = Parts {
            moves,
            all: Vec::new(),
        };
        let has_common = parts.of_items(path, document.get(path)?, list)?;
        has_common.then_some(parts.all)
    };
    // A list that holds an anchor may not let its items move.
    let ways = [true, false].into_iter().filter_map(of);
    ways.filter_map(|parts| made(document, &parts, other, kept))
        .next()
}

/// The document after all changes; none where one of them cannot be made.
fn made(
    document: &Document,
    parts: &[Part<'_>],
    other: &Document,
    kept: &HashSet<&str>,
) -> Option<Document> {
    let longest = document.source().len().max(other.source().len());
    let is_alone = |part: &&Part<'_>| matches!(part, Part::Insert(..) | Part::Reorder(..));
    let readings = 1 + 2 * parts.iter().filter(is_alone).count();
    if readings.saturating_mul(longest) > MOST_READ {
        return None;
    }
    let mut edited: Option<Document> = None;
    let mut together: Vec<Change<'_>> = Vec::new();
    for part in parts {
        let now = edited.as_ref().unwrap_or(document);
        match part {
            Part::Set(path, node) => together.push(Change::Set(path, (other, *node).into())),
            Part::Remove(path) => together.push(match is_kept_above(now, path, kept) {
                true => Change::Remove(path),
                false => Change::RemoveWithComments(path),
            }),
            Part::Insert(path, node) => {
                let made = change_all(now, &std::mem::take(&mut together)).ok()?;
                let now = made.as_ref().unwrap_or(now);
                let added = envlint_yaml::insert(now, path, (other, *node));
                edited = Some(added.ok()?.document);
            }
            Part::Reorder(path, order) => {
                let made = change_all(now, &std::mem::take(&mut together)).ok()?;
                let now = made.as_ref().unwrap_or(now);
                let moved = envlint_yaml::reorder(now, path, order);
                edited = Some(moved.ok()?.document);
            }
        }
    }
    let now = edited.as_ref().unwrap_or(document);
    change_all(now, &together).ok()?.or(edited)
}

/// The changes that make one list the other, as they are collected: each names places as they are when those before it were made.
struct Parts<'n> {
    /// Whether items may be moved.
    moves: bool,
    all: Vec<Part<'n>>,
}

impl<'n> Parts<'n> {
    /// Those that make one list the other: items get their places first; then from the end, so that the places before are
    /// those of the document. False where no item has a counterpart; none where the lists are too long.
    fn of_items(&mut self, path: &Path, list: &Node, new: &'n Node) -> Option<bool> {
        let (items, new) = (list.as_sequence()?, new.as_sequence()?);
        if items.len() + new.len() > MOST_ITEMS {
            return None;
        }
        let mut old: Vec<&Node> = items.iter().collect();
        if let Some(order) = order(items, new).filter(|_| self.moves) {
            old = order.iter().filter_map(|at| items.get(*at)).collect();
            self.all.push(Part::Reorder(path.clone(), order));
        }
        let new: Vec<&Node> = new.iter().collect();
        let pairs = paired(&old, &new);
        let mut place = old.len();
        for (from, to) in pairs.iter().rev() {
            place = from.unwrap_or(place);
            let at = path.index(place);
            match (
                from.and_then(|from| old.get(from)),
                to.and_then(|to| new.get(to)),
            ) {
                (Some(old), Some(new)) => self.of_value(&at, old, new),
                (Some(_), None) => self.all.push(Part::Remove(at)),
                (None, Some(new)) => self.all.push(Part::Insert(at, new)),
                (None, None) => {}
            }
        }
        let is_common =
            |(from, to): &(Option<usize>, Option<usize>)| from.is_some() && to.is_some();
        Some(pairs.iter().any(is_common))
    }

    /// Those that make one value the other.
    fn of_value(&mut self, path: &Path, old: &Node, new: &'n Node) {
        if old.to_value() == new.to_value() {
            return;
        }
        let before = self.all.len();
        let is_made = match (old.kind(), new.kind()) {
            (Kind::Mapping(old), Kind::Mapping(new)) => self.of_entries(path, old, new),
            (Kind::Sequence(_), Kind::Sequence(_)) => {
                self.of_items(path, old, new).unwrap_or_default()
            }
            _ => false,
        };
        if !is_made {
            self.all.truncate(before);
            self.all.push(Part::Set(path.clone(), new));
        }
    }

    /// Those that make one map the other; false where they have no key in common.
    fn of_entries(&mut self, path: &Path, old: &Mapping, new: &'n Mapping) -> bool {
        let mut has_common = false;
        for (key, node) in old.iter() {
            let at = path.key(key.text());
            match new.get(key.text()) {
                Some(other) => {
                    has_common = true;
                    self.of_value(&at, node, other);
                }
                None => self.all.push(Part::Remove(at)),
            }
        }
        let added = new.iter().filter(|(key, _)| old.get(key.text()).is_none());
        let added = added.map(|(key, node)| Part::Set(path.key(key.text()), node));
        self.all.extend(added);
        has_common
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(target: &str, source: &str) -> Option<String> {
        let (target, source) = (Document::parse(target), Document::parse(source));
        let path: Path = Path::root().key("a");
        let list = source.get(&path).unwrap();
        let kept = source.comments().iter();
        let kept = kept.map(|comment| comment.text.trim()).collect();
        let made = by_items(&target, &path, (&source, list), &kept)?;
        assert_eq!(made.get(&path).unwrap().to_value(), list.to_value());
        Some(made.source().to_owned())
    }

    #[test]
    fn items_that_both_lists_have_stay_as_they_are() {
        for (target, source, expected) in [
            (
                "a:\n- x # why x\n# about y\n- 'y'\n",
                "a:\n  - x # other\n  - \"y\"\n  - z # new\n",
                "a:\n- x # why x\n# about y\n- 'y'\n- z # new\n",
            ),
            (
                "a: [x, y] # both\n",
                "a:\n  - y\n  - z\n",
                "a: [y, z] # both\n",
            ),
            (
                "a: [\n  x, # why x\n  y, # why y\n]\n",
                "a: [x, z, y]\n",
                "a: [\n  x, # why x\n  z,\n  y, # why y\n]\n",
            ),
            (
                "a: [\n  x, # why x\n  y # why y\n]\n",
                "a: [\n  x,\n  y,\n  # above\n  z, # why z\n]\n",
                "a: [\n  x, # why x\n  y, # why y\n  # above\n  z # why z\n]\n",
            ),
            (
                "a:\n  - k: 1 # one\n  - k: 2\n",
                "a:\n  - k: 2\n  - k: 3\n",
                "a:\n  - k: 2\n  - k: 3\n",
            ),
        ] {
            assert_eq!(made(target, source).as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_item_that_changes_keeps_its_comments() {
        for (target, source, expected) in [
            (
                "a:\n  # why\n  - k: 1 # k\n    # about l\n    l: 1\n",
                "a:\n  # why\n  - k: 1\n    l: 2\n    m: 3 # new\n",
                "a:\n  # why\n  - k: 1 # k\n    # about l\n    l: 2\n    m: 3 # new\n",
            ),
            (
                "a:\n  # verbose\n  - --v=1\n",
                "a:\n  # verbose\n  - --v=2\n",
                "a:\n  # verbose\n  - --v=2\n",
            ),
            (
                "a:\n  # why x\n  - x\n  - l: [1, 2] # one\n    n: 1\n  # about m\n  - m: 1\n",
                "a:\n  - l: [1, 3]\n    n: 1\n  - m: 1\n",
                "a:\n  - l: [1, 3] # one\n    n: 1\n  # about m\n  - m: 1\n",
            ),
            (
                "a:\n  - --a=1 # a\n  - --b=1 # b\n  - --c=1 # c\n",
                "a:\n  - --a=2\n  - --c=2\n",
                "a:\n  - --a=2 # a\n  - --c=2 # c\n",
            ),
        ] {
            assert_eq!(made(target, source).as_deref(), Some(expected));
        }
    }

    #[test]
    fn lists_without_anything_in_common_are_replaced_as_a_whole() {
        assert_eq!(made("a: [x]\n", "a: [y, z]\n"), None);
        assert_eq!(made("a: [x]\n", "a: [{k: 1}, z]\n"), None);
    }
}
