//! What a pattern covers: all that it names, and everything in it.
//!
//! A pattern is read as an automaton: a set of places in it, one bit each, goes along the segments of a path. Time is at
//! most pattern times path, whatever stars there are.

use envlint_yaml::{Node, Path, Segment, Step};

use super::pattern::Part;
use super::tree::Tree;

/// Places in a pattern, one bit each; the one behind the last part is reached by a path that the pattern names.
type Places = u128;

/// Whether an item that a pattern names is the one that a path has at a depth, though one goes by its place there and the
/// other by a name.
pub(super) type SameItem<'f> = &'f dyn Fn(usize, &Segment) -> bool;

/// Whether the pattern names the path or something that holds it.
pub(super) fn covers(parts: &[Part], path: &Path, same: SameItem<'_>) -> bool {
    if is_closed(parts) {
        return follows(parts, path, same) == Some(parts.len());
    }
    let named = 1 << parts.len();
    let mut places = entered(parts, 0);
    for (depth, segment) in path.segments().iter().enumerate() {
        if places & named != 0 {
            return true;
        }
        let is_key = matches!(segment, Segment::Key(_));
        places = advanced(parts, places, is_key, |literal| {
            literal == segment || (!is_key && same(depth, literal))
        });
        if places == 0 {
            return false;
        }
    }
    places & named != 0
}

/// Whether the pattern names the path itself.
pub(super) fn names(parts: &[Part], path: &Path, same: SameItem<'_>) -> bool {
    if is_closed(parts) {
        let length = path.segments().len();
        return length == parts.len() && follows(parts, path, same) == Some(length);
    }
    reached(parts, path, same) & (1 << parts.len()) != 0
}

/// Whether nothing in a pattern is open: it is one path, of any length.
fn is_closed(parts: &[Part]) -> bool {
    parts.iter().all(|part| part.literal().is_some())
}

/// How far a pattern in which nothing is open and a path go together, if one of them is the other's beginning.
fn follows(parts: &[Part], path: &Path, same: SameItem<'_>) -> Option<usize> {
    let mut pairs = parts.iter().zip(path.segments()).enumerate();
    let goes_on = pairs.all(|(depth, (part, segment))| {
        let is_key = matches!(segment, Segment::Key(_));
        let literal = part.literal();
        literal.is_some_and(|literal| literal == segment || (!is_key && same(depth, literal)))
    });
    goes_on.then(|| parts.len().min(path.segments().len()))
}

/// Whether the pattern names something inside of the value at a path.
pub(super) fn names_within(parts: &[Part], path: &Path, value: &Node, same: SameItem<'_>) -> bool {
    if is_closed(parts) {
        let depth = path.segments().len();
        let inside = parts.get(depth..).filter(|inside| !inside.is_empty());
        let is_there = |inside: &[Part]| {
            let mut literals = inside.iter().filter_map(Part::literal);
            literals.try_fold(value, Node::child).is_some()
        };
        return inside.is_some_and(is_there) && follows(parts, path, same) == Some(depth);
    }
    is_named_below(parts, reached(parts, path, same), value)
}

/// The keys by which the pattern addresses the items of the list that a path leads to.
pub(super) fn item_keys<'p>(parts: &'p [Part], path: &Path, same: SameItem<'_>) -> Vec<&'p str> {
    let key = |part: &'p Part| match part.literal()? {
        Segment::Match { field, .. } => Some(field.as_str()),
        Segment::Key(_) | Segment::Index(_) => None,
    };
    if is_closed(parts) {
        let depth = path.segments().len();
        let next = parts.get(depth).and_then(key);
        let next = next.filter(|_| follows(parts, path, same) == Some(depth));
        return next.into_iter().collect();
    }
    let reached = reached(parts, path, same);
    let parts = parts.iter().enumerate();
    let next = parts.filter(|(at, _)| reached & (1 << at) != 0);
    next.filter_map(|(_, part)| key(part)).collect()
}

/// The places in a pattern that a path leads to.
fn reached(parts: &[Part], path: &Path, same: SameItem<'_>) -> Places {
    let segments = path.segments().iter().enumerate();
    segments.fold(entered(parts, 0), |places, (depth, segment)| {
        let is_key = matches!(segment, Segment::Key(_));
        advanced(parts, places, is_key, |literal| {
            literal == segment || (!is_key && same(depth, literal))
        })
    })
}

fn is_named_below(parts: &[Part], places: Places, value: &Node) -> bool {
    let named = 1 << parts.len();
    // Nothing of the pattern is left to name what is further down.
    if places & !named == 0 {
        return false;
    }
    value.children().any(|(step, child)| {
        let is_key = matches!(step, Step::Key(_));
        let below = advanced(parts, places, is_key, |literal| {
            is_step(literal, step, child)
        });
        below & named != 0 || is_named_below(parts, below, child)
    })
}

/// Whether a segment names the child that is reached by a step.
fn is_step(literal: &Segment, step: Step<'_>, child: &Node) -> bool {
    match (literal, step) {
        (Segment::Key(key), Step::Key(known)) => key == known,
        (Segment::Index(at), Step::Item { index, .. }) => *at == index,
        (Segment::Match { field, value }, Step::Item { .. }) => child.matches(field, value),
        _ => false,
    }
}

/// The places after one more segment.
fn advanced(
    parts: &[Part],
    places: Places,
    is_key: bool,
    is_literal: impl Fn(&Segment) -> bool,
) -> Places {
    let mut next = 0;
    for (at, part) in parts.iter().enumerate() {
        if places & (1 << at) == 0 {
            continue;
        }
        let (stays, goes_on) = match part {
            Part::Deep => (true, false),
            Part::One => (false, true),
            Part::Item => (false, !is_key),
            Part::Literal(literal) => (false, is_literal(literal)),
        };
        if stays {
            next |= entered(parts, at);
        }
        if goes_on {
            next |= entered(parts, at + 1);
        }
    }
    next
}

/// A place, and those behind the `**` that stand there: these may be nothing at all.
fn entered(parts: &[Part], at: usize) -> Places {
    let open = parts.get(at..).unwrap_or_default().iter();
    let open = open.take_while(|part| matches!(part, Part::Deep)).count();
    (at..=at + open).fold(0, |places, at| places | 1 << at)
}

/// Longer lists are not searched for an item that holds another list: it would be done for each value in there.
const LARGE: usize = 1_000;

/// Whether `literal` names the item that a path has at a depth, in the list that any of the trees has there.
pub(super) fn is_same_item<'t>(
    trees: impl Iterator<Item = Tree<'t>>,
    path: &Path,
    depth: usize,
    literal: &Segment,
) -> bool {
    let Some((above, segment)) = path
        .segments()
        .get(..=depth)
        .and_then(<[_]>::split_last)
        .map(|(last, above)| (above, last))
    else {
        return false;
    };
    let list = |tree: Tree<'t>| {
        above.iter().try_fold(tree, |tree, segment| {
            let is_large = tree
                .node()
                .as_sequence()
                .is_some_and(|items| items.len() > LARGE);
            tree.step(segment).filter(|_| !is_large)
        })
    };
    trees
        .filter_map(list)
        .any(|list| list.node().is_same_step(literal, segment))
}
