//! Many paths, asked at once: what lies in them and what they lie in.

use std::collections::BTreeSet;

use envlint_yaml::{Path, Segment};

use super::tree::Tree;

/// A set of paths. A question costs what the depth of a path costs, however many paths there are.
#[derive(Debug, Clone, Default)]
pub struct PathSet {
    paths: BTreeSet<Path>,
}

impl PathSet {
    /// Adds a path; false when it was there.
    pub fn insert(&mut self, path: Path) -> bool {
        self.paths.insert(path)
    }

    /// True for a set without paths.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether a path is one of these or lies below one.
    pub fn covers(&self, path: &Path) -> bool {
        let segments = path.segments();
        let mut beginnings = (0..=segments.len()).filter_map(|depth| segments.get(..depth));
        !self.is_empty() && beginnings.any(|beginning| self.paths.contains(beginning))
    }

    /// Whether one of these is a path or lies below it.
    pub fn reaches_into(&self, path: &Path) -> bool {
        // Paths are sorted segment by segment, so what lies below one follows it.
        let next = self.paths.range::<Path, _>(path..).next();
        next.is_some_and(|next| path.contains(next))
    }

    /// Whether a path and one of these are the same, or one of the two lies below the other.
    pub fn touches(&self, path: &Path) -> bool {
        self.reaches_into(path) || self.covers(path)
    }

    /// The same paths with the items of lists by their places, as they are in a tree.
    pub fn by_places(&self, tree: &Tree<'_>) -> PathSet {
        self.paths
            .iter()
            .map(|path| by_places(path, tree))
            .collect()
    }
}

impl FromIterator<Path> for PathSet {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> PathSet {
        PathSet {
            paths: paths.into_iter().collect(),
        }
    }
}

/// A path with the items of lists by their places in a tree, so far as it leads into it: two paths that lead to one value
/// are one there, whether an item goes by its name or by its place.
pub fn by_places(path: &Path, tree: &Tree<'_>) -> Path {
    let mut reached = Some(tree.clone());
    let segments = path.segments().iter().map(|segment| {
        let here = reached.take();
        let place = here.as_ref().and_then(|list| list.node().place(segment));
        reached = here.and_then(|tree| tree.step(segment));
        place.map_or_else(|| segment.clone(), Segment::Index)
    });
    segments.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use envlint_yaml::Path;

    use super::{PathSet, by_places};
    use crate::source::Source;
    use crate::values::Tree;

    fn path(text: &str) -> Path {
        text.parse().expect("a path")
    }

    #[test]
    fn what_lies_above_and_below_is_told_apart() {
        let set: PathSet = ["a.b", "a.b.d", "c"].map(path).into_iter().collect();
        let covered =
            ["a.b", "a.b.x", "c.d[0]", "a", "a.bb", "."].map(|text| set.covers(&path(text)));
        assert_eq!(covered, [true, true, true, false, false, false]);
        let reached =
            ["a", ".", "a.b", "c", "a.b.c", "b"].map(|text| set.reaches_into(&path(text)));
        assert_eq!(reached, [true, true, true, true, false, false]);
    }

    #[test]
    fn an_item_goes_by_its_place_wherever_a_path_names_it() {
        let text = "hosts:\n  - {name: a, port: 1}\n  - {name: b, port: 2}\n";
        let source = Arc::new(Source::new("a.yaml", text.to_owned()));
        let tree = Tree::of(&source).expect("values");
        let places = ["hosts[name=b].port", "hosts[1].port", "hosts[name=c].port"]
            .map(|text| by_places(&path(text), &tree).to_string());
        assert_eq!(
            places,
            ["hosts[1].port", "hosts[1].port", "hosts[name=c].port"]
        );
    }
}
