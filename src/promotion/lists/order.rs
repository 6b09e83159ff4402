//! The order that items without names have in another list.

use std::collections::{HashMap, VecDeque};

use envlint_yaml::Node;

use super::pairing::{likeness, text_of};

/// Items by their places, in the order of what they are compared with: those that have a rank take the places of those that
/// have one, by their ranks. The others keep theirs.
pub(in crate::promotion) fn by_ranks<R: Ord>(ranks: &[Option<R>]) -> Vec<usize> {
    let rank = |place: &usize| ranks.get(*place).and_then(Option::as_ref);
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    let common: Vec<usize> = order
        .iter()
        .copied()
        .filter(|at| rank(at).is_some())
        .collect();
    let mut sorted = common.clone();
    sorted.sort_by_key(rank);
    for (place, from) in common.into_iter().zip(sorted) {
        if let Some(slot) = order.get_mut(place) {
            *slot = from;
        }
    }
    order
}

/// The places of the old items in the order that the new list has them in; none where they are in it.
pub(super) fn order(old: &[Node], new: &[Node]) -> Option<Vec<usize>> {
    let order = by_ranks(&counterparts(old, new));
    let is_moved = order.iter().enumerate().any(|(place, from)| place != *from);
    is_moved.then_some(order)
}

/// Where the new list has each of the old items: the same one, or else the one that is most like it.
fn counterparts(old: &[Node], new: &[Node]) -> Vec<Option<usize>> {
    let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (place, item) in new.iter().enumerate() {
        places.entry(text_of(item)).or_default().push_back(place);
    }
    let same = old
        .iter()
        .map(|item| places.get_mut(&text_of(item))?.pop_front());
    let mut found: Vec<Option<usize>> = same.collect();
    let gone: Vec<usize> = (0..old.len())
        .filter(|at| matches!(found.get(*at), Some(None)))
        .collect();
    let mut added: Vec<usize> = places.into_values().flatten().collect();
    added.sort_unstable();
    for (from, to) in most_alike((old, &gone), (new, &added)) {
        if let Some(place) = found.get_mut(from) {
            *place = Some(to);
        }
    }
    found
}

fn picked<'n>((items, places): (&'n [Node], &[usize])) -> Vec<&'n Node> {
    places.iter().filter_map(|at| items.get(*at)).collect()
}

/// The pairs of those items of both lists that are most like each other, each item once. Of equally good ones, those that are
/// near each other.
fn most_alike(old: (&[Node], &[usize]), new: (&[Node], &[usize])) -> Vec<(usize, usize)> {
    let rows = likeness(&picked(old), &picked(new));
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (from, row) in old.1.iter().zip(rows) {
        let alike = new.1.iter().zip(row);
        pairs.extend(alike.filter_map(|(to, likeness)| Some((likeness?, *from, *to))));
    }
    pairs.sort_by(|one, other| {
        let distance = |(_, from, to): &(f64, usize, usize)| from.abs_diff(*to);
        let by_likeness = other.0.total_cmp(&one.0);
        by_likeness.then_with(|| distance(one).cmp(&distance(other)))
    });
    let (mut left, mut right) = (HashMap::new(), HashMap::new());
    for (_, from, to) in pairs {
        if !left.contains_key(&from) && !right.contains_key(&to) {
            left.insert(from, to);
            right.insert(to, from);
        }
    }
    left.into_iter().collect()
}
