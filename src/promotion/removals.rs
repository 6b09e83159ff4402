//! A source that was emptied or cut: a promotion of it would take most values from the target.

use std::sync::Arc;

use super::comparison::{Pair, values};
use super::plan::{Action, Plan};
use super::promote::Request;
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, text};
use crate::source::{Location, Source};
use crate::values::Aspect;

/// Fewer paths than that are removed by the daily work, however few there are.
const FEW: usize = 10;

/// Refuses to take most of a target's values away, unless removals were asked for by their name (`--kind`). `source` has what
/// the target would get.
pub(super) fn refusal(
    request: &Request<'_>,
    source: &Arc<Source>,
    pairs: &[Pair<'_>],
    plan: &Plan<'_>,
) -> Option<Refusal> {
    if request.kinds.contains(&Action::Remove) {
        return None;
    }
    let removals = plan.changes.iter();
    let removed = removals
        .filter(|change| change.action == Action::Remove)
        .count();
    let had = pairs.iter();
    let had = had.filter(|pair| pair.aspect == Aspect::Value && pair.to.value().is_some());
    let had = had.count();
    let is_empty = values(source).is_none_or(|root| root.is_empty());
    if removed == 0 || !(is_empty || (removed >= FEW && removed * 2 >= had)) {
        return None;
    }
    let (from, to) = (Name(&request.from.name), Name(&request.to.name));
    let message = match is_empty {
        true => text!(
            "the values file of {} has no values, so {} would lose {} of its {}",
            from,
            to,
            removed,
            had
        ),
        false => text!(
            "{} has so little of what {} has that {} would lose {} of its {} values",
            from,
            to,
            to,
            removed,
            had
        ),
    };
    let refusal = Refusal::because(Reason::Removal, message).help(
        "see whether the file was emptied or cut by mistake; if all that is to go, ask for removals by name: \
         `--kind add,change,remove,reorder`",
    );
    Some(refusal.location(Location::start_of(source)))
}
