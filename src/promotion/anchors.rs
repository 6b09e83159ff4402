//! A value that an anchor and its aliases bring to several paths: where all of them get the same new one, a single edit changes
//! them.

use envlint_yaml::{Document, Node, Origin, Path, Value, set_at_anchor};

use super::plan::Step;

/// In a larger promotion they are not looked for.
const MOST_STEPS: usize = 2000;

/// The document after the edits at anchors, and which steps these carry out.
pub(super) fn at_anchors(
    document: &Document,
    steps: &[Step<'_>],
    is_made: &mut [bool],
) -> Option<Document> {
    if steps.len() > MOST_STEPS || !document.source().contains(['&', '*']) {
        return None;
    }
    let mut edited: Option<Document> = None;
    for (at, step) in steps.iter().enumerate() {
        let now = edited.as_ref().unwrap_or(document);
        let Some((path, old, new)) = single(now, step) else {
            continue;
        };
        if old.origin() != Origin::Written {
            continue;
        }
        let is_brought = |step: &Step<'_>| match single(now, step) {
            Some((_, other, value)) => {
                other.origin() != Origin::Written && is_same(other, old) && value == new
            }
            None => false,
        };
        let others = steps.iter().enumerate();
        let others = others.filter(|(other, step)| *other != at && is_brought(step));
        let (places, others): (Vec<usize>, Vec<&Path>) = others
            .filter_map(|(other, step)| Some((other, single(now, step)?.0)))
            .unzip();
        if others.is_empty() {
            continue;
        }
        if let Ok(next) = set_at_anchor(now, path, &others, &new) {
            edited = Some(next.document);
            for place in places.into_iter().chain([at]) {
                if let Some(is_made) = is_made.get_mut(place) {
                    *is_made = true;
                }
            }
        }
    }
    edited
}

/// The path of a step that puts a single value in the place of one, with both.
fn single<'s>(document: &'s Document, step: &'s Step<'_>) -> Option<(&'s Path, &'s Node, Value)> {
    let Step::Set(path, value) = step else {
        return None;
    };
    let old = document.get(path)?;
    let are_single = old.as_scalar().is_some() && value.as_scalar().is_some();
    are_single.then(|| (path, old, value.to_value()))
}

fn is_same(one: &Node, other: &Node) -> bool {
    one.to_value() == other.to_value()
}
