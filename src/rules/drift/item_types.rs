//! Types inside of lists, which are compared as a whole: what items are, and what is in them.

use std::collections::BTreeMap;

use envlint_yaml::Path;

use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Finding, Reporter};
use crate::source::Severity;
use crate::values::{Row, Tree, TreeKind};

/// What an item is, as far as templates care: they print a text, and look into a map.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Single,
    Map,
    List,
}

impl Shape {
    fn of(tree: &Tree<'_>) -> Shape {
        match tree.kind() {
            TreeKind::Scalar(_) => Shape::Single,
            TreeKind::Mapping(_) => Shape::Map,
            TreeKind::Sequence(_) => Shape::List,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Shape::Single => "a single value",
            Shape::Map => "a map",
            Shape::List => "a list",
        }
    }
}

/// What all items of an environment are that go by one path; no shape where they differ among themselves.
struct Seen<'a> {
    shape: Option<Shape>,
    first: Tree<'a>,
}

/// How many values of a list are looked at.
const MOST: usize = 2_000;

type Shapes<'a> = BTreeMap<String, Seen<'a>>;

/// The first place in the lists of a row where environments have items of different kinds.
pub(super) fn mismatch(cx: &AppContext<'_>, row: &Row<'_>, out: &Reporter<'_>) -> Option<Finding> {
    let lists = row.values().filter(|(_, tree)| tree.is_sequence());
    let shapes: Vec<(usize, Shapes<'_>)> = lists
        .map(|(index, tree)| {
            let mut found = Shapes::new();
            collect(tree, "", &mut MOST.clone(), &mut found);
            (index, found)
        })
        .collect();
    let (_, first) = shapes.first().filter(|_| shapes.len() > 1)?;
    first.keys().find_map(|path| {
        let known = shapes.iter().filter_map(|(index, found)| {
            let seen = found.get(path)?;
            Some((*index, seen.shape?, &seen.first))
        });
        let known: Vec<(usize, Shape, &Tree<'_>)> = known.collect();
        let share = |shape: Shape| known.iter().filter(|(_, other, _)| *other == shape).count();
        let usual = known
            .iter()
            .max_by_key(|(index, shape, _)| (share(*shape), std::cmp::Reverse(*index)))?;
        let odd = known.iter().rev().find(|(_, shape, _)| *shape != usual.1)?;
        let values = cx.environments.get(odd.0)?;
        let of_usual = known.iter().filter(|(_, shape, _)| *shape == usual.1);
        let message = text!(
            "in `{}`, `{}` is {} in {} but {} in {}, and templates treat the two differently",
            row.path,
            Name(path),
            odd.1.words(),
            Name(values.name()),
            usual.1.words(),
            Text::listed(of_usual.map(|(index, ..)| cx.name(*index)))
        );
        let finding = out
            .finding(odd.2.location(), message)
            .at(row.path.clone())
            .environment(values.name())
            .note(usual.2.location(), text!("{} here", usual.1.words()))
            .help("use one form in all environments");
        // Some templates take both.
        Some(out.lower_severity(Severity::Warning, finding))
    })
}

fn collect<'a>(tree: &Tree<'a>, path: &str, left: &mut usize, found: &mut Shapes<'a>) {
    let children: Vec<(String, Tree<'a>)> = match tree.kind() {
        TreeKind::Scalar(_) => return,
        TreeKind::Sequence(items) => {
            let path = format!("{path}[*]");
            items.into_iter().map(|item| (path.clone(), item)).collect()
        }
        TreeKind::Mapping(entries) => {
            let entries = entries.into_iter();
            let below = |key: &str| Path::root().key(key).to_string();
            entries
                .map(|(key, value)| (format!("{path}.{}", below(key)), value))
                .collect()
        }
    };
    for (path, child) in children {
        let Some(less) = left.checked_sub(1) else {
            return;
        };
        *left = less;
        // What is empty fits anything.
        if child.is_empty() {
            continue;
        }
        let shape = Shape::of(&child);
        match found.get_mut(&path) {
            Some(seen) if seen.shape != Some(shape) => seen.shape = None,
            Some(_) => {}
            None => {
                let seen = Seen {
                    shape: Some(shape),
                    first: child.clone(),
                };
                found.insert(path.clone(), seen);
            }
        }
        collect(&child, &path, left, found);
    }
}
