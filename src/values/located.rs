//! A value together with its path: who has one has both, and they cannot disagree.

use envlint_yaml::{Items, Path, Segment, Step};

use super::tree::{Tree, TreeKind};

/// A value of one environment, and the path that leads to it there.
#[derive(Debug, Clone)]
pub struct Located<'a> {
    path: Path,
    tree: Tree<'a>,
}

impl<'a> Located<'a> {
    /// The values as a whole.
    pub fn root(tree: &Tree<'a>) -> Located<'a> {
        Located::new(Path::root(), tree)
    }

    /// The value that a path leads to.
    pub fn at(root: &Tree<'a>, path: &Path) -> Option<Located<'a>> {
        Some(Located::new(path.clone(), &root.at(path)?))
    }

    /// For those that walk trees themselves: `path` leads to `tree`.
    pub fn new(path: Path, tree: &Tree<'a>) -> Located<'a> {
        let tree = tree.clone();
        Located { path, tree }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The value.
    pub fn tree(&self) -> &Tree<'a> {
        &self.tree
    }

    /// The value of a key, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<Located<'a>> {
        let tree = self.tree.get(key)?;
        Some(Located::new(self.path.key(key), &tree))
    }

    /// The item of a list.
    pub fn item(&self, index: usize) -> Option<Located<'a>> {
        let items = self.tree.node().as_sequence()?;
        let tree = self.tree.step(&Segment::Index(index))?;
        let step = Items::of(items).step(index);
        Some(Located::new(self.path.join(step.to_segment()), &tree))
    }

    /// The values one step further down: the entries of a map, the items of a list, none for a single value.
    pub fn children(&self) -> Vec<Located<'a>> {
        let below =
            |step: Step<'_>, tree: &Tree<'a>| Located::new(self.path.join(step.to_segment()), tree);
        match self.tree.kind() {
            TreeKind::Scalar(_) => Vec::new(),
            TreeKind::Mapping(entries) => entries
                .iter()
                .map(|(key, tree)| below(Step::Key(key), tree))
                .collect(),
            TreeKind::Sequence(trees) => {
                let items = Items::of(self.tree.node().as_sequence().unwrap_or_default());
                let trees = trees.iter().enumerate();
                trees
                    .map(|(index, tree)| below(items.step(index), tree))
                    .collect()
            }
        }
    }
}
