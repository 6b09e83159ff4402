//! Many paths as one: `connect.resources` where everything in it differs in one way.

use std::collections::BTreeMap;

use envlint_yaml::{Path, Segment};

use super::infer::{Declaration, Expected};

/// Fewer leaves than this are listed one by one: two paths that happen to be alike are no reason to let a third one
/// differ that does not exist yet.
const FEWEST: usize = 3;

/// A part of the values and what is known of the leaves below it.
#[derive(Default)]
struct Part<'a> {
    children: BTreeMap<&'a Segment, Part<'a>>,
    /// The leaf's declaration, where a leaf ends here; none inside for a shared one.
    leaf: Option<Option<Expected>>,
    /// How many leaves there are at and below it, and how all of them are declared; none where they are not declared alike.
    alike: Option<(usize, Expected)>,
}

impl Part<'_> {
    /// Finds out what all leaves have in common, from the leaves up.
    fn settle(&mut self) {
        let mut parts = Vec::new();
        if let Some(leaf) = &self.leaf {
            parts.push(leaf.clone().map(|expected| (1, expected)));
        }
        for child in self.children.values_mut() {
            child.settle();
            parts.push(child.alike.clone());
        }
        let mut parts = parts.into_iter();
        self.alike = parts.next().flatten().and_then(|first| {
            parts.try_fold(first, |(leaves, expected), part| {
                let (more, other) = part?;
                (other == expected).then_some((leaves + more, expected))
            })
        });
    }
}

/// Declares the leaves that are expected to differ, and a part as a whole where all leaves of it are declared alike. In
/// the order of the leaves.
pub(super) fn generalise<'a>(
    leaves: impl Iterator<Item = (&'a Path, Option<Expected>)>,
) -> Vec<Declaration> {
    let mut root = Part::default();
    let mut declared: Vec<(&Path, Expected)> = Vec::new();
    for (path, expected) in leaves {
        let mut part = &mut root;
        for segment in path.segments() {
            part = part.children.entry(segment).or_default();
        }
        part.leaf = Some(expected.clone());
        if let Some(expected) = expected {
            declared.push((path, expected));
        }
    }
    root.settle();
    let mut declarations: Vec<Declaration> = Vec::new();
    let mut last_pattern: Option<Path> = None;
    for (path, expected) in declared {
        if last_pattern
            .as_ref()
            .is_some_and(|known| known.contains(path))
        {
            continue;
        }
        let top = widest(&root, path);
        let is_part = top.is_some();
        let declaration = Declaration {
            path: top.unwrap_or_else(|| path.clone()),
            expected,
        };
        if is_part {
            if declarations.contains(&declaration) {
                continue;
            }
            last_pattern = Some(declaration.path.clone());
        }
        declarations.push(declaration);
    }
    declarations
}

/// The topmost part above a declared leaf whose leaves are all declared alike.
fn widest(root: &Part<'_>, path: &Path) -> Option<Path> {
    let mut part = root;
    for (depth, segment) in path.segments().iter().enumerate() {
        part = part.children.get(segment)?;
        let is_inner = depth + 1 < path.segments().len();
        let leaves = part.alike.as_ref().map_or(0, |(leaves, _)| *leaves);
        if is_inner && leaves >= FEWEST {
            return Some(path.segments().iter().take(depth + 1).cloned().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(leaves: &[(&str, Option<Expected>)], expected: &[&str]) {
        let paths: Vec<Path> = leaves
            .iter()
            .map(|(path, _)| path.parse().unwrap())
            .collect();
        let leaves = paths
            .iter()
            .zip(leaves.iter().map(|(_, expected)| expected.clone()));
        let shown: Vec<String> = generalise(leaves)
            .iter()
            .map(|declaration| declaration.path.to_string())
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_part_is_declared_as_a_whole_only_when_all_of_it_differs_in_one_way() {
        let rising = || Some(Expected::NonDecreasing);
        check(
            &[
                ("a.requests.cpu", rising()),
                ("a.requests.memory", rising()),
                ("a.limits.cpu", rising()),
                ("a.limits.memory", rising()),
                ("b", rising()),
            ],
            &["a", "b"],
        );
        check(
            &[
                ("a.requests.cpu", rising()),
                ("a.requests.memory", rising()),
                ("a.requests.disk", rising()),
                ("a.name", None),
            ],
            &["a.requests"],
        );
        check(&[("a.x", rising()), ("a.y", rising())], &["a.x", "a.y"]);
        check(
            &[
                ("a.x", rising()),
                ("a.y", Some(Expected::Nothing)),
                ("a.z", rising()),
            ],
            &["a.x", "a.y", "a.z"],
        );
    }
}
