//! Items of lists of which a part belongs to the environment, or was asked for by itself: whether the items of the two files can
//! be told apart, so that none gets what belongs to another one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use envlint_yaml::{Path, Segment, same_names};

use super::comparison::{Comparison, Pair, PathState, values};
use super::refusal::{Reason, Refusal};
use crate::masking::{Said, Text, text};
use crate::source::{Location, Source};
use crate::values::{Aspect, Tree};

/// Refuses to overwrite a list of which a part belongs to the environment or was asked for by itself, while its items have
/// neither names nor the same number in both files, or have changed places: nothing tells which part belongs to which item.
pub(super) fn tell_items_apart(
    comparison: &Comparison<'_>,
    source: &Arc<Source>,
    target: &Arc<Source>,
    pairs: &[Pair<'_>],
) -> Result<(), Box<Refusal>> {
    let trees = || [source, target].into_iter().filter_map(values);
    let mut differing = pairs
        .iter()
        .filter(|pair| matches!(pair.state, PathState::Pending | PathState::LeftOut));
    let unclear = differing.find_map(|pair| {
        let is_whole = pair.aspect == Aspect::Value;
        let list = pair
            .to
            .value()
            .filter(|list| is_whole && list.is_sequence())?;
        // What stays here overwrites nothing.
        let moves = pair.state == PathState::Pending;
        let declared = comparison.declarations.names_within(&pair.path, list, trees());
        let declared = declared.filter(|_| moves);
        let twice = [pair.from.value(), pair.to.value()]
            .into_iter()
            .flatten()
            .find_map(named_twice);
        let (why, way) = match &twice {
            Some((name, places)) => (
                text!("two items have the name `{}`", name),
                text!("take one of the two out: {}", Text::join(places.iter().map(Text::of), " and ")),
            ),
            None => (
                "the items have no names, and their number differs".into(),
                "give each of its items a `name`".into(),
            ),
        };
        let (message, help): (Text, Text) = match declared {
            Some(declared) => (
                text!(
                    "a promotion of `{}` would overwrite `{}`, which belongs to the environment: {}",
                    pair.path,
                    declared.path.value,
                    why
                ),
                text!(
                    "declare `{}` under `perEnvironment:` in envlint.yaml, or {}",
                    pair.path,
                    way
                ),
            ),
            None => {
                let (option, pattern) = comparison.scope.names_within(&pair.path, list, trees())?;
                (
                    text!(
                        "{} `{}` names a part of `{}`, which can only be promoted as a whole: {}",
                        option,
                        pattern,
                        pair.path,
                        why
                    ),
                    text!("name `{}`, or {}", pair.path, way),
                )
            }
        };
        let refusal = Refusal::of(Reason::Edit, &pair.path, message).help(help);
        Some(refusal.location(list.key_location()))
    });
    match unclear.or_else(|| items_that_moved(target, pairs)) {
        Some(refusal) => Err(Box::new(refusal)),
        None => Ok(()),
    }
}

/// The name that two items of a list have, and their places.
fn named_twice(list: &Tree<'_>) -> Option<(Text, [Location; 2])> {
    let (name, items) = same_names(list.node().as_sequence()?)?;
    let places = items.map(|item| Location::new(list.source(), item.span()));
    let name = Said(&name);
    Some((Text::of(&name), places))
}

/// What of an item moves with a promotion, in each of the two environments: what it has at which path below it.
#[derive(Default)]
struct Item {
    from: Vec<(Path, String)>,
    to: Vec<(Path, String)>,
    /// The first path in it that the target keeps.
    kept: Option<Path>,
    moves: bool,
}

/// The lists whose items correspond by their places, with these items.
type Lists = BTreeMap<Path, BTreeMap<usize, Item>>;

fn lists(pairs: &[Pair<'_>]) -> Lists {
    let mut lists = Lists::new();
    for pair in pairs {
        let segments = pair.path.segments().iter().enumerate();
        let places = segments.filter_map(|(depth, segment)| match segment {
            Segment::Index(at) => Some((depth, *at)),
            Segment::Key(_) | Segment::Match { .. } => None,
        });
        for (depth, at) in places {
            let items = lists.entry(pair.path.beginning(depth)).or_default();
            let item = items.entry(at).or_default();
            let below: Path = pair
                .path
                .segments()
                .iter()
                .skip(depth + 1)
                .cloned()
                .collect();
            if pair.state.stays() && pair.to.value().is_some() {
                item.kept.get_or_insert_with(|| pair.path.clone());
            }
            if pair.state == PathState::PerEnvironment {
                continue;
            }
            item.moves |= pair.state == PathState::Pending;
            let written =
                |tree: &Tree<'_>| serde_json::to_string(&tree.to_value()).unwrap_or_default();
            let values = [(&mut item.from, &pair.from), (&mut item.to, &pair.to)];
            for (values, presence) in values {
                values.extend(presence.value().map(|tree| (below.clone(), written(tree))));
            }
        }
    }
    for item in lists.values_mut().flat_map(BTreeMap::values_mut) {
        item.from.sort();
        item.to.sort();
    }
    // What stays in none of the items can get to no other one.
    lists.retain(|_, items| items.len() > 1 && items.values().any(|item| item.kept.is_some()));
    lists
}

/// Refuses to promote a list whose items have changed places, where the target keeps a part of them: it would be with another
/// item afterwards.
fn items_that_moved(target: &Arc<Source>, pairs: &[Pair<'_>]) -> Option<Refusal> {
    lists(pairs).into_iter().find_map(|(list, items)| {
        let mut places: HashMap<&[(Path, String)], usize> = HashMap::new();
        for (at, item) in &items {
            places.entry(&item.to).or_insert(*at);
        }
        let has_changed = |item: &Item| item.moves && item.from != item.to;
        let moved = items.iter().filter(|(_, item)| has_changed(item));
        let moved = moved.filter_map(|(at, item)| {
            let other = *places.get(item.from.as_slice())?;
            // An item that stays where it is may be like another one by now.
            let has_left = items.get(&other).is_some_and(has_changed);
            (!item.from.is_empty() && other != *at && has_left).then_some((*at, other))
        });
        let (at, other) = moved.into_iter().next()?;
        let kept = items.values().find_map(|item| item.kept.as_ref())?;
        let message = text!(
            "the items of `{}` seem to have changed places, and nothing names them in both environments: `{}` has what `{}` has in the target, and `{}`, which stays, would belong to another item",
            list, list.index(at), list.index(other), kept
        );
        let refusal = Refusal::of(Reason::Edit, &list, message).help(text!(
            "put the items of `{}` in {} into the order of the source, or give each of them a `name`; then promote again",
            list,
            target.name()
        ));
        let tree = values(target)?.at(&list)?;
        Some(refusal.location(tree.key_location()))
    })
}

/// Says which lists of a plan correspond by their places: nothing else tells to which item a change belongs.
pub(super) fn warnings(pairs: &[Pair<'_>]) -> Vec<Text> {
    let lists = lists(pairs).into_iter();
    let changed = lists.filter(|(_, items)| items.values().any(|item| item.moves));
    changed
        .map(|(list, _)| {
            text!(
                "nothing names the items of `{}` in both environments, so each change is made in the item at the same place",
                list
            )
        })
        .collect()
}
