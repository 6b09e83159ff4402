//! The environments' values side by side: a table with one row per path.

use std::collections::{HashMap, HashSet};

use envlint_budget::Budget;
use envlint_yaml::{Node, Path, Resolved, Scalar, Segment, Value};

use super::located::Located;
use super::order::same_order;
use super::parts::{NoOwnParts, OwnParts, key_of};
use super::quantity::same_measure;
use super::stack::{are_of_stacks, same_in_stacks};
use super::tree::{Tree, TreeKind};

/// One path and its value in each environment.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The path: of a single value, of a list that compares whole, or of the place where the types differ.
    pub path: Path,
    /// What of it is compared.
    pub aspect: Aspect<'a>,
    /// One per environment, in promotion order.
    pub presences: Vec<Presence<'a>>,
}

/// What of a path is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect<'a> {
    /// Its value.
    Value,
    /// The order of a list's items, which have rows of their own. There is such a row only where the same items stand in
    /// another order in two environments.
    Order {
        /// The key that the items go by.
        field: &'a str,
    },
}

/// A path's value in one environment.
#[derive(Debug, Clone)]
pub enum Presence<'a> {
    /// The value.
    Value(Tree<'a>),
    /// The environment does not have the path.
    Missing {
        /// How many segments of the path lead to the topmost part that is missing.
        depth: usize,
    },
    /// The environment has no readable values at all: it does not count.
    Unknown,
}

impl<'a> Presence<'a> {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&Tree<'a>> {
        match self {
            Presence::Value(tree) => Some(tree),
            Presence::Missing { .. } | Presence::Unknown => None,
        }
    }
}

impl<'a> Row<'a> {
    /// The values that are there, with the index of their environment.
    pub fn values(&self) -> impl Iterator<Item = (usize, &Tree<'a>)> {
        self.presences
            .iter()
            .enumerate()
            .filter_map(|(index, presence)| Some((index, presence.value()?)))
    }

    /// The value of one environment with the path, where it has one.
    pub fn located(&self, index: usize) -> Option<Located<'a>> {
        let tree = self.presences.get(index)?.value()?;
        Some(Located::new(self.path.clone(), tree))
    }

    /// The environments that lack the path, and how many segments lead to the topmost part that is missing.
    pub fn missing(&self) -> impl Iterator<Item = (usize, usize)> + Clone {
        self.presences
            .iter()
            .enumerate()
            .filter_map(|(index, presence)| match presence {
                Presence::Missing { depth } => Some((index, *depth)),
                Presence::Value(_) | Presence::Unknown => None,
            })
    }

    /// Whether any environment lacks the path.
    pub fn is_missing_somewhere(&self) -> bool {
        self.presences
            .iter()
            .any(|presence| matches!(presence, Presence::Missing { .. }))
    }

    /// Whether two environments have different values, or the same items in another order.
    pub fn differs(&self) -> bool {
        if self.aspect != Aspect::Value {
            return true;
        }
        let mut values = self.values().map(|(_, tree)| tree);
        let Some(first) = values.next() else {
            return false;
        };
        values.any(|other| !same(first, other))
    }
}

/// Whether two values are the same: as Helm reads them, and quantities and durations by what they amount to; as Pulumi reads
/// them where both stand in its stacks.
pub fn same(left: &Tree<'_>, right: &Tree<'_>) -> bool {
    if are_of_stacks(left, right) {
        return same_in_stacks(left, right);
    }
    match (left.as_scalar(), right.as_scalar()) {
        (Some(left), Some(right)) => same_scalar(left, right),
        (None, None) => left.to_value() == right.to_value(),
        _ => false,
    }
}

/// Whether a value is the same as one that a file held before.
pub fn same_as_before(tree: &Tree<'_>, before: &Node) -> bool {
    match (tree.as_scalar(), before.as_scalar()) {
        (Some(left), Some(right)) => same_scalar(left, right),
        (None, None) => tree.to_value() == before.to_value(),
        _ => false,
    }
}

/// Whether two values that files held before are the same.
pub fn same_nodes(left: &Node, right: &Node) -> bool {
    match (left.as_scalar(), right.as_scalar()) {
        (Some(left), Some(right)) => same_scalar(left, right),
        (None, None) => left.to_value() == right.to_value(),
        _ => false,
    }
}

fn same_scalar(left: &Scalar, right: &Scalar) -> bool {
    // Most values are written alike, and then nothing has to be resolved.
    (left.text() == right.text() && left.style() == right.style())
        || left.value() == right.value()
        || same_number(&left.value(), &right.value())
        || same_measure(left.text(), right.text())
}

/// Whether two numbers, one of them written with a point or an exponent, are one to Helm: it makes JSON of them, where `1.0` is `1`.
fn same_number(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(float), Value::Int(int)) | (Value::Int(int), Value::Float(float)) => {
            i32::try_from(*int).is_ok_and(|int| f64::from(int) == *float)
        }
        _ => false,
    }
}

/// Lays trees side by side. `None` is an environment whose values could not be read.
pub fn compare<'a>(environments: &[Option<Tree<'a>>]) -> Vec<Row<'a>> {
    compare_with(environments, &NoOwnParts)
}

/// Lays trees side by side. Lists without names compare whole, but for those in which something is declared by itself: their
/// items go by the key that it names them by, else by their host, else by their places, as long as there are equally many.
pub fn compare_with<'a>(environments: &[Option<Tree<'a>>], own: &dyn OwnParts<'a>) -> Vec<Row<'a>> {
    // Few files are bounded by what they hold.
    compare_within(&Budget::new(u64::MAX), environments, own).unwrap_or_default()
}

/// The same for any number of environments: a row has a value or a gap for each, so that many environments without a
/// path in common make far more of them than their files hold. None when there are more than the budget has units.
pub fn compare_within<'a>(
    cells: &Budget,
    environments: &[Option<Tree<'a>>],
    own: &dyn OwnParts<'a>,
) -> Option<Vec<Row<'a>>> {
    let mut comparison = Comparison {
        rows: Vec::new(),
        cells,
        own,
    };
    let presences = environments
        .iter()
        .map(|tree| tree.clone().map_or(Presence::Unknown, Presence::Value))
        .collect();
    comparison.walk(Path::root(), presences);
    (!cells.is_spent()).then_some(comparison.rows)
}

struct Comparison<'f, 'a> {
    rows: Vec<Row<'a>>,
    /// The values and gaps that may still be laid side by side.
    cells: &'f Budget,
    own: &'f dyn OwnParts<'a>,
}

impl<'a> Comparison<'_, 'a> {
    fn walk(&mut self, path: Path, presences: Vec<Presence<'a>>) {
        if !self.cells.spend(presences.len() as u64) {
            return;
        }
        let all = |wanted: fn(&Tree<'a>) -> bool| {
            presences.iter().filter_map(Presence::value).all(wanted)
        };
        let goes_down = (all(Tree::is_mapping) && self.mappings(&path, &presences))
            || (all(Tree::is_sequence)
                && (self.named_items(&path, &presences) || self.items_by_place(&path, &presences)));
        if !goes_down && !path.is_root() {
            self.rows.push(Row {
                path,
                aspect: Aspect::Value,
                presences,
            });
        }
    }

    /// Goes down into maps; false when all of them are empty.
    fn mappings(&mut self, path: &Path, presences: &[Presence<'a>]) -> bool {
        let children: Vec<Named<'a, 'a>> = presences
            .iter()
            .map(|presence| Named::new(presence.value().map(Tree::entries).unwrap_or_default()))
            .collect();
        let keys = union(
            children
                .iter()
                .map(|named| named.list.iter().map(|(key, _)| *key)),
        );
        for (at, key) in keys.iter().enumerate() {
            if self.cells.is_spent() {
                break;
            }
            let child = path.join(Segment::Key((*key).to_owned()));
            // The files are alike, so a key is usually at the same place in each.
            let below = descend(presences, &child, |index| {
                children.get(index)?.find(key, at)
            });
            self.walk(child, below);
        }
        !keys.is_empty()
    }

    /// Goes down into lists whose items go by a key; false when they have none.
    fn named_items(&mut self, path: &Path, presences: &[Presence<'a>]) -> bool {
        let lists: Vec<&Tree<'a>> = presences.iter().filter_map(Presence::value).collect();
        let Some(field) = key_of(path, &lists, self.own) else {
            return false;
        };
        let items: Vec<Named<'a, 'a>> = presences
            .iter()
            .map(|presence| presence.value().map(items_of).unwrap_or_default())
            .map(|items| {
                let named = |item: Tree<'a>| (item.node().named(field).unwrap_or_default(), item);
                Named::new(items.into_iter().map(named).collect())
            })
            .collect();
        if are_in_different_orders(&items) {
            self.rows.push(Row {
                path: path.clone(),
                aspect: Aspect::Order { field },
                presences: presences.to_vec(),
            });
        }
        let names = union(
            items
                .iter()
                .map(|named| named.list.iter().map(|(name, _)| *name)),
        );
        for (at, value) in names.into_iter().enumerate() {
            if self.cells.is_spent() {
                break;
            }
            let child = path.join(Segment::Match {
                field: field.to_owned(),
                value: value.to_owned(),
            });
            let below = descend(presences, &child, |index| items.get(index)?.find(value, at));
            self.walk(child, below);
        }
        true
    }

    /// Goes down into lists without names that have parts of their own inside; false when they compare whole.
    fn items_by_place(&mut self, path: &Path, presences: &[Presence<'a>]) -> bool {
        let mut lists = presences.iter().filter_map(Presence::value);
        let Some(count) = lists.next().and_then(|list| list.node().as_sequence()) else {
            return false;
        };
        let count = count.len();
        let is_as_long = |list: &Tree<'a>| {
            let items = list.node().as_sequence();
            items.is_some_and(|items| items.len() == count)
        };
        let mut declared = presences.iter().filter_map(Presence::value);
        if count == 0 || !lists.all(is_as_long) || !declared.any(|list| self.own.are_in(path, list))
        {
            return false;
        }
        let items: Vec<Vec<Tree<'a>>> = presences
            .iter()
            .map(|presence| presence.value().map(items_of).unwrap_or_default())
            .collect();
        for at in 0..count {
            if self.cells.is_spent() {
                break;
            }
            let child = path.index(at);
            let below = descend(presences, &child, |index| {
                items.get(index)?.get(at).cloned()
            });
            self.walk(child, below);
        }
        true
    }
}

/// Whether two of the lists have the same items in another order.
fn are_in_different_orders(lists: &[Named<'_, '_>]) -> bool {
    let mut filled = lists.iter().filter(|named| !named.list.is_empty());
    let Some(first) = filled.next() else {
        return false;
    };
    // Mostly all lists are alike, and then nothing has to be made for them.
    let is_alike = |named: &Named<'_, '_>| {
        named.list.len() == first.list.len()
            && named
                .list
                .iter()
                .zip(&first.list)
                .all(|(one, other)| one.0 == other.0)
    };
    if filled.all(is_alike) {
        return false;
    }
    let names: Vec<Vec<&str>> = lists
        .iter()
        .map(|named| named.list.iter().map(|(name, _)| *name).collect())
        .collect();
    names.iter().enumerate().any(|(at, list)| {
        let others = names.iter().skip(at + 1);
        others.into_iter().any(|other| !same_order(list, other))
    })
}

fn items_of<'a>(list: &Tree<'a>) -> Vec<Tree<'a>> {
    match list.kind() {
        TreeKind::Sequence(items) => items,
        TreeKind::Scalar(_) | TreeKind::Mapping(_) => Vec::new(),
    }
}

/// Trees by name. Large lists have an index: what a stranger sends must not take the square of its size.
struct Named<'k, 'a> {
    list: Vec<(&'k str, Tree<'a>)>,
    index: HashMap<&'k str, usize>,
}

/// From how many on an index is worth its price.
const LARGE: usize = 32;

impl<'k, 'a> Named<'k, 'a> {
    fn new(list: Vec<(&'k str, Tree<'a>)>) -> Self {
        let mut index = HashMap::new();
        if list.len() > LARGE {
            for (at, (name, _)) in list.iter().enumerate() {
                index.entry(*name).or_insert(at);
            }
        }
        Named { list, index }
    }

    /// The tree of that name, which is probably near `hint`.
    fn find(&self, name: &str, hint: usize) -> Option<Tree<'a>> {
        let near = self.list.get(hint).filter(|(known, _)| *known == name);
        let found = near.or_else(|| {
            if self.list.len() > LARGE {
                self.index.get(name).and_then(|at| self.list.get(*at))
            } else {
                self.list.iter().find(|(known, _)| *known == name)
            }
        });
        found.map(|(_, tree)| tree.clone())
    }
}

/// The presences one segment further down.
fn descend<'a>(
    presences: &[Presence<'a>],
    child: &Path,
    find: impl Fn(usize) -> Option<Tree<'a>>,
) -> Vec<Presence<'a>> {
    presences
        .iter()
        .enumerate()
        .map(|(index, presence)| match presence {
            Presence::Unknown => Presence::Unknown,
            Presence::Missing { depth } => Presence::Missing { depth: *depth },
            Presence::Value(_) => find(index).map_or(
                Presence::Missing {
                    depth: child.segments().len(),
                },
                Presence::Value,
            ),
        })
        .collect()
}

/// All keys, each once, in the order in which they are first met.
fn union<'k>(lists: impl Iterator<Item = impl Iterator<Item = &'k str>>) -> Vec<&'k str> {
    let mut seen = HashSet::new();
    lists.flatten().filter(|key| seen.insert(*key)).collect()
}

/// Whether two values are of types that a template treats alike. What is empty fits anything (charts write `""`, `{}` or
/// nothing for "not set"), `false` fits a map or list that it turns off, and so does a number beside a quantity or a percentage (`1` beside `500m`, `2` beside `50%`).
pub fn same_type(left: &Tree<'_>, right: &Tree<'_>) -> bool {
    // All single values of a stack are texts.
    let are_single = left.as_scalar().is_some() && right.as_scalar().is_some();
    if left.is_empty() || right.is_empty() || (are_single && are_of_stacks(left, right)) {
        return true;
    }
    let turns_off = |switch: &Tree<'_>, other: &Tree<'_>| {
        switch.as_bool() == Some(false) && other.as_scalar().is_none()
    };
    if turns_off(left, right) || turns_off(right, left) {
        return true;
    }
    let (Some(a), Some(b)) = (left.as_scalar(), right.as_scalar()) else {
        return left.describe() == right.describe();
    };
    match (a.resolved(), b.resolved()) {
        (Resolved::String(text), Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_))
        | (Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_), Resolved::String(text)) => {
            has_unit(&text)
        }
        _ => left.describe() == right.describe(),
    }
}

/// Whether a text is a number with a unit: a quantity, a duration, a size, a percentage.
fn has_unit(text: &str) -> bool {
    let ends_in_digit = text.ends_with(|last: char| last.is_ascii_digit());
    !ends_in_digit && (text.ends_with('%') || super::measure(text).is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Source;

    #[test]
    fn environments_without_a_path_in_common_are_laid_side_by_side_as_far_as_the_budget_goes() {
        let sources: Vec<Arc<Source>> = (0..10)
            .map(|at| Arc::new(Source::new("values.yaml", format!("k{at}: 1\nl{at}: 1\n"))))
            .collect();
        let trees: Vec<Option<Tree<'_>>> = sources.iter().map(Tree::of).collect();
        let rows = |units| compare_within(&Budget::new(units), &trees, &NoOwnParts);
        // The root and twenty paths, each in ten environments.
        assert_eq!(rows(211).map(|rows| rows.len()), Some(20));
        assert!(rows(209).is_none() && rows(0).is_none());
    }
}
