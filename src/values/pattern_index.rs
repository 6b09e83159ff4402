//! Many patterns, of which few can cover a path: they are found by the keys that they begin with.

use std::collections::BTreeMap;

use envlint_yaml::{Path, Segment};

use super::pattern::Pattern;

/// Patterns by the keys that each of them begins with, up to what is open or an item of a list. What they are of is told by
/// their numbers, from 0 in the order given.
#[derive(Debug, Clone, Default)]
pub struct PatternIndex {
    beginnings: BTreeMap<Path, Vec<usize>>,
}

impl PatternIndex {
    /// An index of these patterns.
    pub fn of<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> PatternIndex {
        let mut index = PatternIndex::default();
        for (number, pattern) in patterns.enumerate() {
            let beginning = pattern.literal_beginning();
            let keys = beginning.segments().iter().take_while(|key| is_key(key));
            let known = index.beginnings.entry(keys.cloned().collect());
            known.or_default().push(number);
        }
        index
    }

    /// Those that may cover a path, in their order.
    pub fn around(&self, path: &Path) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.beginning_of(path).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Those that may name something in the value at a path, in their order.
    pub fn within(&self, path: &Path) -> Vec<usize> {
        // What begins with the path follows it; where the path leads through a list, only what begins above can.
        let below = self.beginnings.range::<Path, _>(path..);
        let below = below
            .take_while(|(beginning, _)| path.contains(beginning))
            .filter(|(beginning, _)| *beginning != path);
        let mut numbers: Vec<usize> = below.flat_map(|(_, numbers)| numbers).copied().collect();
        numbers.extend(self.beginning_of(path));
        numbers.sort_unstable();
        numbers
    }

    fn beginning_of(&self, path: &Path) -> impl Iterator<Item = usize> {
        let segments = path.segments();
        let keys = segments
            .iter()
            .take_while(|segment| is_key(segment))
            .count();
        let beginnings = (0..=keys).filter_map(|depth| segments.get(..depth));
        let known = beginnings.filter_map(|beginning| self.beginnings.get(beginning));
        known.flatten().copied()
    }
}

fn is_key(segment: &Segment) -> bool {
    matches!(segment, Segment::Key(_))
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Path;

    use super::{Pattern, PatternIndex};

    #[test]
    fn no_pattern_is_overlooked() {
        let patterns = ["a.b", "a.*", "**.c", "a.hosts[0].name", "a.b.c", "d"]
            .map(|text| text.parse::<Pattern>().expect("a pattern"));
        let index = PatternIndex::of(patterns.iter());
        for text in ["a.b", "a.b.c.d", "a.hosts[0].name", "a", "d.c", "e", "."] {
            let path: Path = text.parse().expect("a path");
            let covering: Vec<usize> = (0..patterns.len())
                .filter(|at| patterns[*at].covers(&path))
                .collect();
            let around = index.around(&path);
            assert!(covering.iter().all(|at| around.contains(at)), "{text}");
        }
        let around = |text: &str| index.around(&text.parse().expect("a path"));
        assert_eq!(around("a.b.x"), [0, 1, 2]);
        assert_eq!(around("e"), [2]);
        let within = |text: &str| index.within(&text.parse().expect("a path"));
        assert_eq!(within("a.hosts"), [1, 2, 3]);
        assert_eq!(within("a"), [0, 1, 2, 3, 4]);
    }
}
