//! Carrying out a plan on the target's text: the paths that move get the source's text, every other byte stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::{Document, EditError, Edited, Fresh, Kind, Node, Origin, Path, Segment};

use super::comparison::{Pair, Standing, pairs, values};
use super::plan::{Step, steps};
use super::refusal::{Reason, Refusal};
use crate::masking::{Said, text};
use crate::resolve::Declarations;
use crate::source::Location;
use crate::source::Source;
use crate::values::{Tree, compare, same};

/// How much text may be read again for the edits of one file, in bytes. Every edit is proven by reading its result, so
/// a file of megabytes that differs in thousands of places would take minutes; nobody reviews such a promotion.
const MOST_WORK: usize = 512 * 1024 * 1024;

/// How often pending paths may be held against all paths to find the parts that move as one: ten thousand paths of which
/// all are pending.
const MOST_PAIRS: usize = 100_000_000;

/// The target's text after the promotion.
///
/// # Errors
/// Why the text cannot be changed as needed, with the place in the target.
pub fn apply(
    source: &Arc<Source>,
    target: &Arc<Source>,
    pairs: &[Pair<'_>],
) -> Result<Arc<Source>, Box<Refusal>> {
    let pending = pairs
        .iter()
        .filter(|pair| pair.standing == Standing::Pending)
        .count();
    if pending.saturating_mul(pairs.len()) > MOST_PAIRS {
        return Err(too_different(target, pending));
    }
    let tree = values(source);
    let steps = steps(tree.as_ref(), pairs);
    if steps.len().saturating_mul(target.text().len()) > MOST_WORK {
        return Err(too_different(target, steps.len()));
    }
    let mut edited: Option<Document> = None;
    for step in &steps {
        let document = edited.as_ref().unwrap_or(&target.document);
        let next = match step {
            Step::Set(path, value) => put(document, path, value),
            Step::Remove(path) => envlint_yaml::remove(document, path),
        };
        edited = Some(
            next.map_err(|error| refused(target, step, &error))?
                .document,
        );
    }
    let text = edited.map_or_else(
        || target.text().to_owned(),
        |document| document.source().to_owned(),
    );
    Ok(Arc::new(Source::new(target.path.clone(), text)))
}

/// Sets a value, or adds it where the target does not have the path.
fn put(document: &Document, path: &Path, value: &Tree<'_>) -> Result<Edited, EditError> {
    let plain;
    let fresh = if is_written_out(value) {
        Fresh::Node(&value.source().document, value.node())
    } else {
        // The text of an alias means nothing in another file: what it stands for is written.
        plain = value.to_value();
        Fresh::Value(&plain)
    };
    match (path.parent(), path.last()) {
        (Some(list), Some(Segment::Match { .. })) if document.get(path).is_none() => {
            let at = place_in_list(document, &list, value);
            envlint_yaml::insert(document, &list.index(at), fresh)
        }
        _ => envlint_yaml::set(document, path, fresh),
    }
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

/// Where a new item belongs in the target's list: after the nearest item before it in the source that the target has,
/// too; at the end when it has none.
fn place_in_list(document: &Document, list: &Path, value: &Tree<'_>) -> usize {
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
    let name = |item: &Node| {
        ["name", "key", "id"].iter().find_map(|field| {
            let scalar = item.as_mapping()?.get(field)?.as_scalar()?;
            Some(scalar.text().to_owned())
        })
    };
    let before = siblings.iter().take(own).rev();
    let neighbour = before.filter_map(name).find_map(|wanted| {
        items
            .iter()
            .position(|item| name(item).as_ref() == Some(&wanted))
    });
    match (neighbour, own) {
        (Some(at), _) => at + 1,
        (None, 0) => 0,
        (None, _) => items.len(),
    }
}

fn refused(target: &Arc<Source>, step: &Step<'_>, error: &EditError) -> Box<Refusal> {
    let path = match step {
        Step::Set(path, _) | Step::Remove(path) => path,
    };
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
            "{} has {} bytes and would change in {} places, which is more than a promotion does",
            target.name(),
            target.text().len(),
            steps
        ),
    )
    .help("copy the source's file by hand, put the environment's own values back, and promote from then on");
    Box::new(refusal)
}

/// Proves that the new text is what a promotion promises: no shared path is left behind, and no per-environment path
/// has changed.
pub fn prove(
    declarations: &Declarations<'_>,
    source: &Arc<Source>,
    target: &Arc<Source>,
    promoted: &Arc<Source>,
) -> Result<(), Box<Refusal>> {
    let wrong = |path: &Path, what: &'static str| {
        let refusal = Refusal::because(Reason::Edit, text!("`{}` {}", path, what))
            .at(path.clone())
            .help("make this change by hand, or declare the path where its type changes under `perEnvironment`");
        Box::new(refusal)
    };
    let left = pairs(declarations, source, promoted).unwrap_or_default();
    if let Some(pair) = left.iter().find(|pair| pair.standing == Standing::Pending) {
        return Err(wrong(
            &pair.path,
            "cannot be promoted without touching what belongs to the environment",
        ));
    }
    let (before, after) = (own(declarations, target), own(declarations, promoted));
    let is_kept = |path: &Path| match (before.get(path), after.get(path)) {
        (Some(before), Some(after)) => same(before, after),
        _ => false,
    };
    match before
        .keys()
        .chain(after.keys())
        .find(|path| !is_kept(path))
    {
        Some(path) => Err(wrong(
            path,
            "belongs to the environment and would change with the shared path around it",
        )),
        None => Ok(()),
    }
}

/// What belongs to the environment in one file, seen without any other.
fn own<'a>(declarations: &Declarations<'_>, source: &'a Arc<Source>) -> BTreeMap<Path, Tree<'a>> {
    let is_own = |path: &Path| {
        declarations
            .classify(path)
            .is_ok_and(|class| class.is_per_environment())
    };
    compare(&[values(source)])
        .into_iter()
        .filter(|row| is_own(&row.path))
        .filter_map(|row| Some((row.path, row.cells.into_iter().next()?.value()?.clone())))
        .collect()
}
