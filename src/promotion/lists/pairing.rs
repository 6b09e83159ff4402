//! Which items of two lists without names are the same item, changed.

use std::collections::BTreeSet;

use envlint_yaml::{Kind, Node};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// How much is held against each other to find items that are alike: what all pairs of them hold together.
const MOST_HELD: usize = 1_000_000;

/// Two items of which at least half is the same are one.
const ALIKE: f64 = 0.5;

/// A place in the old list, a place in the new one, or both.
type Pair = (Option<usize>, Option<usize>);

/// The items of both lists in their order, those that correspond together: equal ones, then those that are alike, and others
/// where as many stand in the place of as many.
pub(super) fn paired(old: &[&Node], new: &[&Node]) -> Vec<Pair> {
    let texts =
        |items: &[&Node]| -> Vec<String> { items.iter().map(|item| text_of(item)).collect() };
    let steps = capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new));
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
        let places = alike(olds, news).into_iter();
        pairs
            .extend(places.map(|(from, to)| (from.map(|at| at + first), to.map(|at| at + second))));
    }
    pairs
}

/// What an item is, in one text.
pub(super) fn text_of(item: &Node) -> String {
    serde_json::to_string(&item.to_value()).unwrap_or_default()
}

/// The same of items of which none is equal.
fn alike(old: &[&Node], new: &[&Node]) -> Vec<Pair> {
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

/// How much each of the old items has in common with each of the new ones, where they are alike. Nothing where there are too
/// many to tell.
pub(super) fn likeness(old: &[&Node], new: &[&Node]) -> Vec<Vec<Option<f64>>> {
    let features = |items: &[&Node]| -> Vec<BTreeSet<String>> {
        items.iter().map(|item| features(item)).collect()
    };
    let (olds, news) = (features(old), features(new));
    let held =
        |features: &[BTreeSet<String>]| features.iter().map(|all| all.len() + 1).sum::<usize>();
    if held(&olds) * news.len() + held(&news) * olds.len() > MOST_HELD {
        return Vec::new();
    }
    let of = |old: &BTreeSet<String>, new: &BTreeSet<String>| {
        Some(alikeness(old, new)).filter(|likeness| *likeness >= ALIKE)
    };
    let row = |old| news.iter().map(|new| of(old, new)).collect();
    olds.iter().map(row).collect()
}

/// The pairs of items that are alike, in the order of both lists, so that as much as possible is the same.
fn matches(old: &[&Node], new: &[&Node]) -> Vec<(usize, usize)> {
    let likeness = likeness(old, new);
    let alike = |from: usize, to: usize| *likeness.get(from)?.get(to)?;
    // The most that can be the same from these two places on.
    let mut best = vec![vec![0.0_f64; new.len() + 1]; old.len() + 1];
    let at = |best: &[Vec<f64>], from: usize, to: usize| {
        best.get(from)
            .and_then(|row| row.get(to))
            .copied()
            .unwrap_or(0.0)
    };
    for from in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
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
    while from < old.len() && to < new.len() {
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
            let text = scalar.text();
            let words = text.split(|char: char| !char.is_alphanumeric());
            let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
            // What an option is called says more than its value.
            let called = text.split_once('=').into_iter();
            let called = called.flat_map(|(name, _)| [format!("{name}="), format!("={name}")]);
            words.chain(called).collect()
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
    use envlint_yaml::{Document, Node};

    use super::paired;

    fn items_of(list: &Node) -> Vec<&Node> {
        list.as_sequence().unwrap().iter().collect()
    }

    #[test]
    fn items_that_are_alike_are_one() {
        for (old, new, expected) in [
            ("[a, b]", "[a, b]", "00 11"),
            ("[a, b]", "[b, a, c]", "-0 01 12"),
            ("[--a=1, --b=1]", "[--c=1, --a=2, --b=2]", "-0 01 12"),
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
            let [old, new] = [&old, &new].map(|document| document.root().unwrap());
            let place = |at: Option<usize>| at.map_or("-".to_owned(), |at| at.to_string());
            let pairs: Vec<String> = paired(&items_of(old), &items_of(new))
                .into_iter()
                .map(|(from, to)| place(from) + &place(to))
                .collect();
            assert_eq!(pairs.join(" "), expected);
        }
    }
}
