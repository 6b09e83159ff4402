//! Types inside of lists, which are compared as a whole: what items are, and what is in them.

use std::collections::BTreeMap;

use envlint_yaml::Path;

use super::type_mismatch::Treated;
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
    place: Path,
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
            let root = (String::new(), row.path.clone());
            collect(tree, &root, &mut MOST.clone(), &mut found);
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
        let place = shapes.iter().find_map(|(_, found)| found.get(path));
        let treated = Treated::of(values, &place?.place, odd.2, usual.2);
        let severity = match treated {
            Treated::Alike => return None,
            Treated::Unseen => Severity::Info,
            // Some templates take both.
            Treated::Differently | Treated::Unknown => Severity::Warning,
        };
        let of_usual = known.iter().filter(|(_, shape, _)| *shape == usual.1);
        let message = text!(
            "in `{}`, `{}` is {} in {} but {} in {}{}",
            row.path,
            Name(path),
            odd.1.words(),
            Name(values.name()),
            usual.1.words(),
            Text::listed(of_usual.map(|(index, ..)| cx.name(*index))),
            treated.words()
        );
        let finding = out
            .finding(odd.2.location(), message)
            .at(row.path.clone())
            .environment(values.name())
            .note(usual.2.location(), text!("{} here", usual.1.words()))
            .help("use one form in all environments");
        Some(out.lower_severity(severity, finding))
    })
}

/// `at` is what the value is called in messages, and where it stands.
fn collect<'a>(tree: &Tree<'a>, at: &(String, Path), left: &mut usize, found: &mut Shapes<'a>) {
    let (called, place) = at;
    let children: Vec<((String, Path), Tree<'a>)> = match tree.kind() {
        TreeKind::Scalar(_) => return,
        TreeKind::Sequence(items) => {
            // Templates read all items alike.
            let at = (format!("{called}[*]"), place.index(0));
            items.into_iter().map(|item| (at.clone(), item)).collect()
        }
        TreeKind::Mapping(entries) => {
            let below = |key: &str| {
                let called = format!("{called}.{}", Path::root().key(key));
                (called, place.key(key))
            };
            let entries = entries.into_iter();
            entries.map(|(key, value)| (below(key), value)).collect()
        }
    };
    for (at, child) in children {
        let Some(less) = left.checked_sub(1) else {
            return;
        };
        *left = less;
        // What is empty fits anything.
        if child.is_empty() {
            continue;
        }
        let shape = Shape::of(&child);
        match found.get_mut(&at.0) {
            Some(seen) if seen.shape != Some(shape) => seen.shape = None,
            Some(_) => {}
            None => {
                let seen = Seen {
                    place: at.1.clone(),
                    shape: Some(shape),
                    first: child.clone(),
                };
                found.insert(at.0.clone(), seen);
            }
        }
        collect(&child, &at, left, found);
    }
}
