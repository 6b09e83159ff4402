//! Which items of two lists without names are the same item, changed.

use std::collections::{BTreeSet, HashSet};

use envlint_yaml::{Kind, Node};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// How much is held against each other to find items that are alike: what all pairs of them hold together.
const MOST_HELD: usize = 1_000_000;

/// Two items of which at least half is the same are one.
const ALIKE: f64 = 0.5;

/// A place in the old list, a place in the new one, or both.
type Pair = (Option<usize>, Option<usize>);

/// The items of both lists in their order, those that correspond together: equal ones, then those that are alike, and others
/// where as many stand in the place of as many. One that the other list has in another place corresponds to none.
pub(super) fn paired(old: &[Node], new: &[Node]) -> Vec<Pair> {
    let texts = |items: &[Node]| -> Vec<String> { items.iter().map(text_of).collect() };
    let (olds, news) = (texts(old), texts(new));
    let steps = capture_diff_slices(Algorithm::Myers, &olds, &news);
    let of = |texts: &'_ [String]| -> HashSet<String> { texts.iter().cloned().collect() };
    let (had, has) = (of(&olds), of(&news));
    let is_moved = |from: usize, to: usize| {
        olds.get(from).is_some_and(|text| has.contains(text))
            || news.get(to).is_some_and(|text| had.contains(text))
    };
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    for step in &steps {
        let (from, to) = (step.old_range(), step.new_range());
        if matches!(step, DiffOp::Equal { .. }) {
            pairs.extend(from.zip(to).map(|(from, to)| (Some(from), Some(to))));
            continue;
        }
        let (first, second) = (from.start, to.start);
        let olds = old.get(from).unwrap_or_default();
        let news = new.get(to).unwrap_or_default();
        for (from, to) in alike(olds, news) {
            match (from.map(|at| at + first), to.map(|at| at + second)) {
                (Some(from), Some(to)) if is_moved(from, to) => {
                    pairs.extend([(Some(from), None), (None, Some(to))]);
                }
                pair => pairs.push(pair),
            }
        }
    }
    pairs
}

fn text_of(item: &Node) -> String {
    serde_json::to_string(&item.to_value()).unwrap_or_default()
}

/// The same of items of which none is equal.
fn alike(old: &[Node], new: &[Node]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (old_at, new_at) in matches(old, new)
        .into_iter()
        .chain([(old.len(), new.len())])
    {
        let (olds, news) = (from..old_at, to..new_at);
        if olds.len() == news.len() {
            pairs.extend(olds.zip(news).map(|(from, to)| (Some(from), Some(to))));
        } else {
            pairs.extend(olds.map(|at| (Some(at), None)));
            pairs.extend(news.map(|at| (None, Some(at))));
        }
        if old_at < old.len() {
            pairs.push((Some(old_at), Some(new_at)));
        }
        (from, to) = (old_at + 1, new_at + 1);
    }
    pairs
}

/// The pairs of items that are alike, in the order of both lists, so that as much as possible is the same.
fn matches(old: &[Node], new: &[Node]) -> Vec<(usize, usize)> {
    let features =
        |items: &[Node]| -> Vec<BTreeSet<String>> { items.iter().map(features).collect() };
    let (olds, news) = (features(old), features(new));
    let held =
        |features: &[BTreeSet<String>]| features.iter().map(|all| all.len() + 1).sum::<usize>();
    if held(&olds) * news.len() + held(&news) * olds.len() > MOST_HELD {
        return Vec::new();
    }
    let likeness: Vec<Vec<f64>> = olds
        .iter()
        .map(|old| news.iter().map(|new| alikeness(old, new)).collect())
        .collect();
    let alike = |from: usize, to: usize| {
        let likeness = likeness.get(from).and_then(|row| row.get(to)).copied();
        likeness.filter(|likeness| *likeness >= ALIKE)
    };
    // The most that can be the same from these two places on.
    let mut best = vec![vec![0.0_f64; news.len() + 1]; olds.len() + 1];
    let at = |best: &[Vec<f64>], from: usize, to: usize| {
        best.get(from)
            .and_then(|row| row.get(to))
            .copied()
            .unwrap_or(0.0)
    };
    for from in (0..olds.len()).rev() {
        for to in (0..news.len()).rev() {
            let skipped = at(&best, from + 1, to).max(at(&best, from, to + 1));
            let both =
                alike(from, to).map_or(0.0, |likeness| likeness + at(&best, from + 1, to + 1));
            if let Some(cell) = best.get_mut(from).and_then(|row| row.get_mut(to)) {
                *cell = skipped.max(both);
            }
        }
    }
    let mut found = Vec::new();
    let (mut from, mut to) = (0, 0);
    while from < olds.len() && to < news.len() {
        let here = at(&best, from, to);
        match alike(from, to) {
            Some(likeness) if likeness + at(&best, from + 1, to + 1) >= here => {
                found.push((from, to));
                (from, to) = (from + 1, to + 1);
            }
            _ if at(&best, from + 1, to) >= here => from += 1,
            _ => to += 1,
        }
    }
    found
}

/// What tells how much two items have in common: the entries of a map, the items of a list, the words of a text.
fn features(item: &Node) -> BTreeSet<String> {
    match item.kind() {
        Kind::Mapping(map) => map
            .iter()
            .map(|(key, value)| format!("{}={}", key.text(), text_of(value)))
            .collect(),
        Kind::Sequence(items) => items.iter().map(text_of).collect(),
        Kind::Scalar(scalar) => {
            let words = scalar.text().split(|char: char| !char.is_alphanumeric());
            words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        }
    }
}

fn alikeness(old: &BTreeSet<String>, new: &BTreeSet<String>) -> f64 {
    let common = old.intersection(new).count();
    let most = old.len().max(new.len()).max(1);
    common as f64 / most as f64
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::paired;

    #[test]
    fn items_that_are_alike_are_one() {
        for (old, new, expected) in [
            ("[a, b]", "[a, b]", "00 11"),
            ("[a, b]", "[b, a, c]", "-0 01 1- -2"),
            ("[--a=1, --b=1, --c=1]", "[--a=2, --c=2]", "00 1- 21"),
            ("[x]", "[y]", "00"),
            ("[x]", "[y, z]", "0- -0 -1"),
            (
                "[{m: /a, s: 1}, {m: /b, s: 2}]",
                "[{m: /z, s: 0}, {m: /a, s: 1}, {m: /b, s: 3}]",
                "-0 01 12",
            ),
            ("[x, {a: 1, b: 1}]", "[{a: 1, b: 2}, y]", "0- 10 -1"),
        ] {
            let [old, new] = [old, new].map(Document::parse);
            let items =
                |document: &'_ Document| document.root().unwrap().as_sequence().unwrap().to_vec();
            let place = |at: Option<usize>| at.map_or("-".to_owned(), |at| at.to_string());
            let pairs: Vec<String> = paired(&items(&old), &items(&new))
                .into_iter()
                .map(|(from, to)| place(from) + &place(to))
                .collect();
            assert_eq!(pairs.join(" "), expected);
        }
    }
}
