//! In which order keys and items should be.

use std::cmp::Ordering;
use std::collections::HashMap;

use envlint_yaml::{Mapping, Node};

use crate::workspace::{KeyOrder, ListOrder};

/// The order of the keys of a map, as the places that they have now; none where they are in it.
pub(super) fn of_keys(map: &Mapping, order: &KeyOrder) -> Option<Vec<usize>> {
    let keys: Vec<&str> = map.iter().map(|(key, _)| key.text()).collect();
    let rest = order.first.len();
    // The first counts where a key is named twice.
    let named = order.first.iter().enumerate().rev();
    let ranks: HashMap<&str, usize> = named.map(|(rank, key)| (key.as_str(), rank)).collect();
    let ranked: Vec<(usize, &str)> = keys
        .into_iter()
        .map(|key| (ranks.get(key).copied().unwrap_or(rest), key))
        .collect();
    sorted(ranked.len(), |left, right| {
        let (Some((first, left)), Some((second, right))) = (ranked.get(left), ranked.get(right))
        else {
            return Ordering::Equal;
        };
        first.cmp(second).then_with(|| {
            let is_rest = *first == rest && order.alphabetical;
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
