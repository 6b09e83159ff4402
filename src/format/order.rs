//! In which order keys and items should be.

use std::cmp::Ordering;

use envlint_yaml::{Mapping, Node};

use crate::workspace::{KeyOrder, ListOrder};

/// The order of the keys of a map, as the places that they have now; none where they are in it.
pub(super) fn of_keys(map: &Mapping, order: &KeyOrder) -> Option<Vec<usize>> {
    let keys: Vec<&str> = map.iter().map(|(key, _)| key.text()).collect();
    let rank = |key: &str| {
        let first = order.first.iter().position(|known| known == key);
        first.unwrap_or(order.first.len())
    };
    sorted(keys.len(), |left, right| {
        let [left, right] = [left, right].map(|at| keys.get(at).copied().unwrap_or_default());
        let (first, second) = (rank(left), rank(right));
        first.cmp(&second).then_with(|| {
            let is_rest = first == order.first.len() && order.alphabetical;
            match is_rest {
                true => left.cmp(right),
                false => Ordering::Equal,
            }
        })
    })
}

/// The order of the items of a list, as the places that they have now; none where they are in it.
///
/// # Errors
/// When there is an item that cannot be compared with the others.
pub(super) fn of_items(
    items: &[Node],
    order: &ListOrder,
) -> Result<Option<Vec<usize>>, Incomparable> {
    let what = |item: &Node| -> Option<SortKey> {
        let node = match &order.by {
            Some(key) => item.as_mapping()?.get(key)?,
            None => item,
        };
        let scalar = node.as_scalar()?;
        Some((node.as_f64(), scalar.text().to_owned()))
    };
    let keys: Option<Vec<SortKey>> = items.iter().map(what).collect();
    let keys = keys.ok_or(Incomparable)?;
    // Numbers go by their size where all are numbers.
    let are_numbers = keys.iter().all(|(number, _)| number.is_some());
    Ok(sorted(keys.len(), |left, right| {
        let (Some(left), Some(right)) = (keys.get(left), keys.get(right)) else {
            return Ordering::Equal;
        };
        let ascending = match (left.0, right.0) {
            (Some(left), Some(right)) if are_numbers => left.total_cmp(&right),
            _ => left.1.cmp(&right.1),
        };
        match order.descending {
            true => ascending.reverse(),
            false => ascending,
        }
    }))
}

/// A number, where it is one, and the text.
type SortKey = (Option<f64>, String);

/// There is an item without the key that decides.
pub(super) struct Incomparable;

fn sorted(length: usize, compare: impl Fn(usize, usize) -> Ordering) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|left, right| compare(*left, *right));
    (!order.is_sorted()).then_some(order)
}
