//! What subcharts inherit: Helm copies `global` into the values of every subchart. It is written once, and compared once.

use envlint_helm::{Effective, Item, Level, Table};

/// The key that Helm hands down to subcharts.
const GLOBAL: &str = "global";

/// The values of the root chart without what subcharts inherit.
pub(super) fn without_inherited<'a>(effective: &Effective<'a>) -> Table<'a> {
    reduced(effective.values(), &[], &effective.levels(), None)
}

/// The values of the chart at `path`; `above` is the `global` that it inherits from.
fn reduced<'a>(
    values: &Table<'a>,
    path: &[&'a str],
    levels: &[Level<'a>],
    above: Option<&Table<'a>>,
) -> Table<'a> {
    let own = match values.get(GLOBAL) {
        Some(Item::Table(own)) => Some(own),
        Some(Item::Leaf(_)) | None => None,
    };
    let is_subchart = |key: &str| {
        let mut paths = levels.iter().map(|level| level.path.as_slice());
        paths.any(|known| known.split_last() == Some((&key, path)))
    };
    values.filter_map(|key, item| match item {
        Item::Table(table) if key == GLOBAL => {
            let own = match above {
                Some(above) => without(table, above),
                None => table.clone(),
            };
            // Helm gives every chart a `global`, though nobody writes one.
            let is_made_up = own.is_empty() && (above.is_some() || table.origin().is_none());
            (!is_made_up).then_some(Item::Table(own))
        }
        Item::Table(table) if is_subchart(key) => {
            let path = [path, &[key]].concat();
            Some(Item::Table(reduced(table, &path, levels, own.or(above))))
        }
        Item::Table(_) | Item::Leaf(_) => Some(item.clone()),
    })
}

/// What a table has that another does not have from the same place.
fn without<'a>(table: &Table<'a>, other: &Table<'a>) -> Table<'a> {
    table.filter_map(|key, item| match (item, other.get(key)) {
        (Item::Table(own), Some(Item::Table(known))) => {
            let left = without(own, known);
            (!left.is_empty()).then_some(Item::Table(left))
        }
        (item, Some(known)) if is_same_place(item, known) => None,
        (item, _) => Some(item.clone()),
    })
}

fn is_same_place(left: &Item<'_>, right: &Item<'_>) -> bool {
    match (left.origin(), right.origin()) {
        (Some(left), Some(right)) => std::ptr::eq(left.node, right.node),
        _ => false,
    }
}
