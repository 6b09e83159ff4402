//! Carrying out a plan on the target's text: the paths that move get the source's text, every other byte stays.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_yaml::{
    Change, Document, Edit, EditError, Edited, Fresh, Kind, Node, Origin, Path, Segment, Value,
    change_all, comments_above,
};

use super::anchors::at_anchors;
use super::comparison::{Comparison, Pair, PathState, values};
use super::lists::{by_items, by_ranks};
use super::plan::{Step, steps};
use super::refusal::{Reason, Refusal};
use crate::check::suppressions;
use crate::masking::{Name, Said, text};
use crate::source::Location;
use crate::source::Source;
use crate::values::{Tree, is_identity, names_of, same};

/// How much text may be read again for what is added to one file, in bytes. What is added to one place is proven piece by
/// piece, by reading the result, so thousands of new keys in a file of megabytes would take minutes; nobody reviews such a
/// promotion.
const MOST_WORK: usize = 128 * 1024 * 1024;

/// How often pending paths may be held against all paths to find the parts that move as one: ten thousand paths of which
/// all are pending.
const MOST_PAIRS: usize = 100_000_000;

/// The target's text after the promotion.
///
/// # Errors
/// Why the text cannot be changed as needed, with the place in the target.
pub(super) fn apply(
    source: &Arc<Source>,
    target: &Arc<Source>,
    pairs: &[Pair<'_>],
) -> Result<Arc<Source>, Box<Refusal>> {
    let pending = pairs
        .iter()
        .filter(|pair| pair.state == PathState::Pending)
        .count();
    if pending.saturating_mul(pairs.len()) > MOST_PAIRS {
        return Err(too_different(target, pending));
    }
    let tree = values(source);
    let steps = steps(tree.as_ref(), pairs);
    let alone = |step: &&Step<'_>| match step {
        Step::Set(path, _) => target.document.get(path).is_none(),
        Step::Remove(_) => false,
        Step::Reorder(..) => true,
    };
    let readings = steps.iter().filter(alone).count();
    // A small file grows with what is added to it.
    let length = target.text().len().max(source.text().len());
    if readings.saturating_mul(length) > MOST_WORK {
        return Err(too_different(target, steps.len()));
    }
    let quiet = without_suppressions(&source.document);
    let edited = carry_out(&target.document, &steps, (source, quiet.as_ref()))
        .map_err(|(path, error)| refused(target, &path, &error))?;
    // An edit is proven by reading its result, which is what another reading would give.
    Ok(match edited {
        Some(document) => Arc::new(Source::of(target.path.clone(), Arc::new(document))),
        None => Arc::clone(target),
    })
}

/// The source without the comments that suppress findings: a suppression is about the place where it stands, so the target
/// has its own. None where there are no such comments.
fn without_suppressions(source: &Document) -> Option<Document> {
    let found = suppressions(source);
    let removals = found
        .iter()
        .map(|found| std::slice::from_ref(&found.removal));
    let removals: Vec<&[Edit]> = removals.collect();
    let is_any = !removals.is_empty();
    is_any.then(|| Document::parse(envlint_yaml::apply(source, &removals).text))
}

/// The document after all steps; none when there are none. On failure the path that cannot be changed. `quiet` is the source as
/// its texts are taken, where these are not its own.
fn carry_out(
    document: &Document,
    steps: &[Step<'_>],
    (source, quiet): (&Source, Option<&Document>),
) -> Result<Option<Document>, (Path, EditError)> {
    // The text of an alias means nothing in another file: what it stands for is written.
    let plain = |step: &Step<'_>| match step {
        Step::Set(_, value) if !is_written_out(value) => Some(value.to_value()),
        _ => None,
    };
    let plain: Vec<Option<Value>> = steps.iter().map(plain).collect();
    let kept = source.document.comments().iter();
    let kept: HashSet<&str> = kept.map(|comment| comment.text.trim()).collect();
    let mut is_made = vec![false; steps.len()];
    let mut edited = at_anchors(document, steps, &mut is_made);
    for ((step, plain), is_made) in steps.iter().zip(&plain).zip(&mut is_made) {
        let now = edited.as_ref().unwrap_or(document);
        if let Step::Set(path, value) = step
            && let Fresh::Node(source, list) = fresh(path, value, (plain.as_ref(), quiet))
            && let Some(next) = by_items(now, path, (source, list), &kept)
        {
            edited = Some(next);
            *is_made = true;
        }
    }
    let steps = steps.iter().zip(&plain).zip(is_made);
    let steps = steps.filter(|(_, is_made)| !is_made).map(|(step, _)| step);
    // What neither adds an item nor moves one is done at once, as far as it goes.
    let mut together: Vec<Change<'_>> = Vec::new();
    for (step, plain) in steps {
        let now = edited.as_ref().unwrap_or(document);
        match step {
            Step::Remove(path) => together.push(match is_kept_above(document, path, &kept) {
                true => Change::Remove(path),
                false => Change::RemoveWithComments(path),
            }),
            Step::Set(path, value) if !adds_item(now, path) => {
                together.push(Change::Set(
                    path,
                    fresh(path, value, (plain.as_ref(), quiet)),
                ));
            }
            Step::Set(path, value) => {
                edited = change_all(now, &std::mem::take(&mut together))?.or(edited);
                let now = edited.as_ref().unwrap_or(document);
                let next = put_item(
                    now,
                    path,
                    value,
                    fresh(path, value, (plain.as_ref(), quiet)),
                );
                edited = Some(next.map_err(|error| (path.clone(), error))?.document);
            }
            Step::Reorder(path, like, field) => {
                edited = change_all(now, &std::mem::take(&mut together))?.or(edited);
                let now = edited.as_ref().unwrap_or(document);
                let next = envlint_yaml::reorder(now, path, &order_like(now, path, like, field));
                edited = Some(next.map_err(|error| (path.clone(), error))?.document);
            }
        }
    }
    let now = edited.as_ref().unwrap_or(document);
    Ok(change_all(now, &together)?.or(edited))
}

/// Whether the source still has a comment that stands above what goes: then it is about something else, too.
pub(super) fn is_kept_above(document: &Document, path: &Path, kept: &HashSet<&str>) -> bool {
    let mut above = comments_above(document, path).into_iter();
    above.any(|comment| kept.contains(comment.trim()))
}

/// How a value is written: from plain data, or as its file has it.
fn fresh<'a>(
    path: &Path,
    value: &'a Tree<'_>,
    (plain, quiet): (Option<&'a Value>, Option<&'a Document>),
) -> Fresh<'a> {
    if let Some(plain) = plain {
        return Fresh::Value(plain);
    }
    match quiet.and_then(|quiet| Some((quiet, quiet.get(path)?))) {
        Some((quiet, node)) => Fresh::Node(quiet, node),
        None => Fresh::Node(&value.source().document, value.node()),
    }
}

/// Whether a path is an item, by its name, that the list does not have.
fn adds_item(document: &Document, path: &Path) -> bool {
    matches!(path.last(), Some(Segment::Match { .. })) && document.get(path).is_none()
}

/// Adds an item where the list of the source has it.
fn put_item(
    document: &Document,
    path: &Path,
    value: &Tree<'_>,
    fresh: Fresh<'_>,
) -> Result<Edited, EditError> {
    let (Some(list), Some(Segment::Match { field, .. })) = (path.parent(), path.last()) else {
        return envlint_yaml::set(document, path, fresh);
    };
    let at = place_in_list(document, &list, field, value);
    envlint_yaml::insert(document, &list.index(at), fresh)
}

/// Whether the text of a value can stand by itself: no alias, no merge key and no anchor that others refer to.
fn is_written_out(value: &Tree<'_>) -> bool {
    fn alone(document: &Document, node: &Node) -> bool {
        let anchored = document.span_with_properties(node) != node.span();
        node.origin() == Origin::Written
            && !(anchored
                && document
                    .text(document.span_with_properties(node))
                    .contains('&'))
            && match node.kind() {
                Kind::Scalar(_) => true,
                Kind::Sequence(items) => items.iter().all(|item| alone(document, item)),
                Kind::Mapping(mapping) => {
                    mapping.merge_keys().next().is_none()
                        && mapping.iter().all(|(_, node)| alone(document, node))
                }
            }
    }
    alone(&value.source().document, value.node())
}

/// The places of the target's items, in the order that the source has them in. Items that only the target has keep theirs.
fn order_like(document: &Document, list: &Path, like: &Tree<'_>, field: &str) -> Vec<usize> {
    let items = document
        .get(list)
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let ranks: HashMap<&str, usize> = names_of(like, field)
        .into_iter()
        .enumerate()
        .map(|(rank, name)| (name, rank))
        .collect();
    let rank = |item: &Node| ranks.get(item.named(field)?).copied();
    by_ranks(&items.iter().map(rank).collect::<Vec<_>>())
}

/// Where a new item belongs in the target's list: after the nearest item before it in the source that the target has,
/// too, else before the nearest one behind it; at the end when it has none.
fn place_in_list(document: &Document, list: &Path, field: &str, value: &Tree<'_>) -> usize {
    let items = document
        .get(list)
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let source = value.source();
    let siblings = source
        .document
        .get(list)
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let own = siblings
        .iter()
        .position(|sibling| sibling.span() == value.node().span())
        .unwrap_or(siblings.len());
    let place_of = |sibling: &Node| {
        let wanted = sibling.named(field)?;
        items
            .iter()
            .position(|item| item.named(field) == Some(wanted))
    };
    let before = siblings.iter().take(own).rev().find_map(place_of);
    let behind = || siblings.iter().skip(own + 1).find_map(place_of);
    match before {
        Some(at) => at + 1,
        None => behind().unwrap_or(items.len()),
    }
}

fn refused(target: &Arc<Source>, path: &Path, error: &EditError) -> Box<Refusal> {
    let refusal = Refusal::because(
        Reason::Edit,
        text!(
            "`{}` cannot be changed in {}: {}",
            path,
            target.name(),
            Said(error)
        ),
    )
    .at(path.clone())
    .help("make this change by hand, then promote again");
    Box::new(match nearest_node(target, path) {
        Some(node) => refusal.location(Location::new(target, node.span())),
        None => refusal,
    })
}

/// The value at a path, or the nearest one above it that the file has.
fn nearest_node<'s>(source: &'s Source, path: &Path) -> Option<&'s Node> {
    let mut path = path.clone();
    loop {
        if let Some(node) = source.document.get(&path) {
            return Some(node);
        }
        path = path.parent()?;
    }
}

fn too_different(target: &Source, steps: usize) -> Box<Refusal> {
    let refusal = Refusal::because(
        Reason::Edit,
        text!(
            "{} has {} bytes and would change in {} places, which is too much for one promotion",
            target.name(),
            target.text().len(),
            steps
        ),
    )
    .help("copy the source's file by hand and restore the environment's own values; later promotions work again");
    Box::new(refusal)
}

/// Proves that the new text is what a promotion promises: no path that moves is left behind, and no path that stays has
/// changed.
pub(super) fn prove(
    comparison: &Comparison<'_>,
    source: &Arc<Source>,
    target: &Arc<Source>,
    promoted: &Arc<Source>,
    pairs: &[Pair<'_>],
) -> Result<(), Box<Refusal>> {
    let wrong = |path: &Path, what: &'static str| {
        let refusal = Refusal::because(Reason::Edit, text!("`{}` {}", path, what))
            .at(path.clone())
            .help("make this change by hand, or declare the whole path under `perEnvironment:` in envlint.yaml");
        Box::new(refusal)
    };
    let left = comparison.pairs(source, promoted).unwrap_or_default();
    if let Some(pair) = left.iter().find(|pair| pair.state == PathState::Pending) {
        if let Some(refusal) = item_that_went(pair, source, target) {
            return Err(Box::new(refusal));
        }
        return Err(wrong(
            &pair.path,
            "cannot be promoted without a change to a value that belongs to the environment",
        ));
    }
    let (before, after) = (
        comparison.kept(target, pairs),
        comparison.kept(promoted, pairs),
    );
    let is_kept = |path: &Path| match (before.get(path), after.get(path)) {
        (Some(before), Some(after)) => same(before, after),
        _ => false,
    };
    match before
        .keys()
        .chain(after.keys())
        .find(|path| !is_kept(path))
    {
        Some(path) if comparison.scope.is_everything() => Err(wrong(
            path,
            "belongs to the environment, but would change with the shared path around it",
        )),
        Some(path) => Err(wrong(
            path,
            "stays in this promotion, but would change with the path around it",
        )),
        None => Ok(()),
    }
}

/// Says of an item that the source does not have any more, and that holds what belongs to the environment, what became of
/// it: it may have got another name.
fn item_that_went(pair: &Pair<'_>, source: &Arc<Source>, target: &Arc<Source>) -> Option<Refusal> {
    let name = pair.to.value().filter(|_| is_identity(&pair.path))?;
    let item = pair.path.parent()?;
    let list = item.parent()?;
    let Some(Segment::Match { field, value }) = item.last() else {
        return None;
    };
    let names = |source| {
        let list = values(source).and_then(|tree| tree.at(&list));
        list.map(|list| names_of(&list, field)).unwrap_or_default()
    };
    let (theirs, ours) = (names(source), names(target));
    let only = |some: &[&'_ str], others: &[&'_ str]| -> Vec<String> {
        let mut only: Vec<String> = some.iter().map(|name| (*name).to_owned()).collect();
        only.retain(|name| !others.contains(&name.as_str()));
        only
    };
    let (new, gone) = (only(&theirs, &ours), only(&ours, &theirs));
    let mut message = text!(
        "`{}` is not in {} any more, but it holds a value that belongs to the environment",
        item,
        source.name()
    );
    let help = match (new.as_slice(), gone.as_slice()) {
        ([new], [_]) => {
            let renamed = list.join(Segment::Match {
                field: field.clone(),
                value: new.clone(),
            });
            message.push(text!(
                "; `{}` is new there, which looks like a rename",
                renamed
            ));
            text!(
                "for a rename, write `{}` instead of `{}` in {}; otherwise remove the item there; then promote again",
                Name(new),
                Name(value),
                target.name()
            )
        }
        _ => text!(
            "remove or rename it in {}, then promote again",
            target.name()
        ),
    };
    let refusal = Refusal::because(Reason::Edit, message).at(item).help(help);
    Some(refusal.location(name.location()))
}
