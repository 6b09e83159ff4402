//! The maps of one environment's values, as a list that rules go through instead of walking the tree themselves.

use std::collections::HashSet;
use std::sync::OnceLock;

use envlint_yaml::{Items, Path, Step};

use super::located::Located;
use super::tree::{Tree, TreeKind};

/// All maps of a tree that are switched on, the outer before the inner.
#[derive(Debug, Default)]
pub struct Sections<'a> {
    list: Vec<Entry<'a>>,
    /// The maps that describe workloads, once they were looked for.
    pub(super) scaled: OnceLock<Vec<usize>>,
}

#[derive(Debug)]
struct Entry<'a> {
    tree: Tree<'a>,
    children: Vec<(&'a str, Tree<'a>)>,
    parent: Option<usize>,
    /// How the map is reached from the map above it: by a key, and by an item where the key's value is a list.
    steps: Vec<Step<'a>>,
}

/// One map of a tree.
#[derive(Debug, Clone, Copy)]
pub struct Section<'s, 'a> {
    all: &'s Sections<'a>,
    index: usize,
}

/// Keys that switch the map they stand in on and off.
const SWITCHES: [&str; 5] = ["enabled", "create", "install", "deploy", "enable"];

/// Whether a map says that it is switched off: what it sets does not count.
pub fn is_off(map: &Tree<'_>) -> bool {
    SWITCHES
        .iter()
        .any(|key| map.get(key).and_then(|tree| tree.as_bool()) == Some(false))
}

/// Whether a map on the way to a path says that it is switched off.
pub fn is_off_on_the_way(root: &Tree<'_>, path: &Path) -> bool {
    let mut tree = Some(root.clone());
    path.segments().iter().any(|segment| {
        let here = tree.take();
        tree = here.as_ref().and_then(|here| here.step(segment));
        here.as_ref().is_some_and(is_off)
    })
}

/// The maps of a tree that say that they are switched off, by their paths; those inside of them are left out.
pub fn turned_off(root: &Tree<'_>) -> HashSet<Path> {
    let mut found = HashSet::new();
    add_turned_off(root, &mut Vec::new(), &mut found);
    found
}

fn add_turned_off<'a>(tree: &Tree<'a>, steps: &mut Vec<Step<'a>>, found: &mut HashSet<Path>) {
    match tree.kind() {
        TreeKind::Scalar(_) => {}
        TreeKind::Mapping(_) if is_off(tree) => {
            found.insert(steps.iter().copied().collect());
        }
        TreeKind::Mapping(entries) => {
            let maps = entries
                .iter()
                .filter(|(_, child)| child.as_scalar().is_none());
            for (key, child) in maps {
                steps.push(Step::Key(key));
                add_turned_off(child, steps, found);
                steps.pop();
            }
        }
        TreeKind::Sequence(items) => {
            let addresses = Items::of(tree.node().as_sequence().unwrap_or_default());
            for (at, item) in items.iter().enumerate() {
                if item.as_scalar().is_none() {
                    steps.push(addresses.step(at));
                    add_turned_off(item, steps, found);
                    steps.pop();
                }
            }
        }
    }
}

impl<'a> Sections<'a> {
    /// The maps of a tree. A map that says `enabled: false` is left out, with everything below it.
    pub fn of(tree: &Tree<'a>) -> Sections<'a> {
        let mut sections = Sections::default();
        sections.add(tree, None, Vec::new());
        sections
    }

    fn add(&mut self, tree: &Tree<'a>, parent: Option<usize>, steps: Vec<Step<'a>>) {
        match tree.kind() {
            TreeKind::Scalar(_) => {}
            TreeKind::Sequence(items) => {
                let addresses = Items::of(tree.node().as_sequence().unwrap_or_default());
                for (at, item) in items.iter().enumerate() {
                    if item.as_scalar().is_none() {
                        let mut steps = steps.clone();
                        steps.push(addresses.step(at));
                        self.add(item, parent, steps);
                    }
                }
            }
            TreeKind::Mapping(_) if is_off(tree) => {}
            TreeKind::Mapping(children) => {
                let index = self.list.len();
                let below: Vec<(&'a str, Tree<'a>)> = children
                    .iter()
                    .filter(|(_, child)| child.as_scalar().is_none())
                    .cloned()
                    .collect();
                self.list.push(Entry {
                    tree: tree.clone(),
                    children,
                    parent,
                    steps,
                });
                for (key, child) in below {
                    self.add(&child, Some(index), vec![Step::Key(key)]);
                }
            }
        }
    }

    /// The maps, the outer before the inner.
    pub fn iter<'s>(&'s self) -> impl Iterator<Item = Section<'s, 'a>> {
        self.at(0..self.list.len())
    }

    /// The maps at these places.
    pub(super) fn at<'s>(
        &'s self,
        places: impl IntoIterator<Item = usize>,
    ) -> impl Iterator<Item = Section<'s, 'a>> {
        let places = places.into_iter();
        places.map(move |index| Section { all: self, index })
    }
}

impl<'s, 'a> Section<'s, 'a> {
    /// Its place among the maps of the same values.
    pub(super) fn place(&self) -> usize {
        self.index
    }

    fn entry(&self) -> Option<&'s Entry<'a>> {
        self.all.list.get(self.index)
    }

    /// What it holds, in the order of the file.
    pub fn entries(&self) -> &'s [(&'a str, Tree<'a>)] {
        self.entry().map_or(&[], |entry| &entry.children)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'s Tree<'a>> {
        self.find(|known| known == key).map(|(_, tree)| tree)
    }

    /// The first entry whose key fits.
    pub fn find(&self, fits: impl Fn(&str) -> bool) -> Option<(&'a str, &'s Tree<'a>)> {
        self.entries()
            .iter()
            .find(|(key, _)| fits(key))
            .map(|(key, tree)| (*key, tree))
    }

    /// The map as a tree.
    pub fn tree(&self) -> Option<&'s Tree<'a>> {
        self.entry().map(|entry| &entry.tree)
    }

    /// The key it stands under; none for the whole file. Items of a list have the key of the list.
    pub fn key(&self) -> Option<&'a str> {
        self.entry()?.steps.iter().find_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Item { .. } => None,
        })
    }

    /// The map around it.
    pub fn parent(&self) -> Option<Section<'s, 'a>> {
        let index = self.entry()?.parent?;
        Some(Section { index, ..*self })
    }

    /// The map itself and all maps around it, from the inside out.
    pub fn outwards(&self) -> impl Iterator<Item = Section<'s, 'a>> {
        std::iter::successors(Some(*self), Section::parent)
    }

    /// All maps of the same values.
    pub fn everywhere(&self) -> impl Iterator<Item = Section<'s, 'a>> {
        self.all.iter()
    }

    /// Whether `other` is this map or lies inside of it.
    pub fn contains(&self, other: &Section<'_, '_>) -> bool {
        other.outwards().any(|section| section.index == self.index)
    }

    /// The path of the map.
    pub fn path(&self) -> Path {
        let mut outwards: Vec<Section<'_, '_>> = self.outwards().collect();
        outwards.reverse();
        let entries = outwards.iter().filter_map(Section::entry);
        entries.flat_map(|entry| &entry.steps).copied().collect()
    }

    /// The value of a key with its path.
    pub fn located(&self, key: &str) -> Option<Located<'a>> {
        Some(Located::new(self.path().key(key), self.get(key)?))
    }
}
