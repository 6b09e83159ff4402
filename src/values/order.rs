//! The order of a list's items, where they have names.

use std::collections::HashMap;

use envlint_yaml::{Path, Segment};

use super::tree::Tree;

/// What the items of a list go by, in their order.
pub fn names_of<'a>(list: &Tree<'a>, field: &str) -> Vec<&'a str> {
    let items = list.node().as_sequence().unwrap_or_default();
    items.iter().filter_map(|item| item.named(field)).collect()
}

/// Whether a path is the name of a list's item, which tells it from the others: without it, nothing could be said of the
/// item any more.
pub fn is_identity(path: &Path) -> bool {
    match path.segments() {
        [.., Segment::Match { field, .. }, Segment::Key(key)] => field == key,
        _ => false,
    }
}

/// Whether the items that both lists have stand in one order, whatever else is between them.
pub fn same_order(left: &[&str], right: &[&str]) -> bool {
    if left == right {
        return true;
    }
    let places: HashMap<&str, usize> = right
        .iter()
        .enumerate()
        .map(|(place, name)| (*name, place))
        .collect();
    left.iter().filter_map(|name| places.get(name)).is_sorted()
}

#[cfg(test)]
mod tests {
    use super::same_order;

    #[test]
    fn what_both_have_is_compared() {
        for (left, right, expected) in [
            ("abc", "abc", true),
            ("abc", "acb", false),
            ("abc", "ca", false),
            ("abc", "axc", true),
            ("axb", "yab", true),
            ("ab", "cd", true),
            ("", "a", true),
            ("a", "a", true),
        ] {
            let split = |text: &'static str| text.split("").filter(|name| !name.is_empty());
            let (left, right): (Vec<_>, Vec<_>) = (split(left).collect(), split(right).collect());
            assert_eq!(same_order(&left, &right), expected, "{left:?} {right:?}");
            assert_eq!(same_order(&right, &left), expected, "{right:?} {left:?}");
        }
    }
}
