//! A list whose items have no names, item by item: what both files have stays as the target has it, with its comments.

use envlint_yaml::{Document, Node, Path};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// So many items of both lists together are held against each other; larger lists are replaced as a whole.
const MOST_ITEMS: usize = 1000;
/// How much text may be read again for one list, in bytes: every change of an item is proven by reading the result.
const MOST_READ: usize = 16 << 20;

/// The document with the list at a path made that of another file; none where the two have nothing in common, or an item
/// cannot be changed by itself.
pub(super) fn by_items(
    document: &Document,
    path: &Path,
    (other, list): (&Document, &Node),
) -> Option<Document> {
    let old = document.get(path)?.as_sequence()?;
    let new = list.as_sequence()?;
    if old.len() + new.len() > MOST_ITEMS {
        return None;
    }
    let values = |items: &[Node]| -> Vec<String> {
        let values = items.iter().map(|item| item.to_value());
        values
            .map(|value| serde_json::to_string(&value).unwrap_or_default())
            .collect()
    };
    let steps = capture_diff_slices(Algorithm::Myers, &values(old), &values(new));
    let changed = steps.iter().map(|step| match step {
        DiffOp::Equal { .. } => 0,
        step => step.old_range().len() + step.new_range().len(),
    });
    let longest = document.source().len().max(other.source().len());
    if changed.sum::<usize>().saturating_mul(longest) > MOST_READ
        || !steps
            .iter()
            .any(|step| matches!(step, DiffOp::Equal { .. }))
    {
        return None;
    }
    let mut edited: Option<Document> = None;
    // From the end, so that the places before are those of the document.
    for step in steps.iter().rev() {
        let now = edited.as_ref().unwrap_or(document);
        edited = one(now, path, step, (other, new))?.or(edited);
    }
    edited
}

/// A document after one step; no document where nothing changes.
fn one(
    document: &Document,
    path: &Path,
    step: &DiffOp,
    (other, new): (&Document, &[Node]),
) -> Option<Option<Document>> {
    if matches!(step, DiffOp::Equal { .. }) {
        return Some(None);
    }
    let (from, to) = (step.old_range(), step.new_range());
    let both = from.len().min(to.len());
    let mut edited: Option<Document> = None;
    for place in (from.start + both..from.end).rev() {
        let now = edited.as_ref().unwrap_or(document);
        let removed = envlint_yaml::remove(now, &path.index(place));
        edited = Some(removed.ok()?.document);
    }
    for item in new.get(to.start + both..to.end)?.iter().rev() {
        let now = edited.as_ref().unwrap_or(document);
        let added = envlint_yaml::insert(now, &path.index(from.start + both), (other, item));
        edited = Some(added.ok()?.document);
    }
    for (place, item) in from.zip(new.get(to)?) {
        let now = edited.as_ref().unwrap_or(document);
        let set = envlint_yaml::set(now, &path.index(place), (other, item));
        edited = Some(set.ok()?.document);
    }
    Some(edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_both_lists_have_stay_as_they_are() {
        for (target, source, expected) in [
            (
                "a:\n- x # why x\n# about y\n- 'y'\n",
                "a:\n  - x # other\n  - \"y\"\n  - z # new\n",
                "a:\n- x # why x\n# about y\n- 'y'\n- z # new\n",
            ),
            (
                "a:\n  - x # why x\n  - y\n  - z\n",
                "a: [w, x, q]\n",
                "a:\n  - w\n  - x # why x\n  - q\n",
            ),
            (
                "a: [x, y] # both\n",
                "a:\n  - y\n  - z\n",
                "a: [y, z] # both\n",
            ),
            (
                "a: [\n  x, # why x\n  y, # why y\n]\n",
                "a: [x, z, y]\n",
                "a: [\n  x, # why x\n  z, y, # why y\n]\n",
            ),
            (
                "a: [\n  x, # why x\n  y # why y\n]\n",
                "a: [x, y, z]\n",
                "a: [\n  x, # why x\n  y, # why y\n  z\n]\n",
            ),
            (
                "a:\n  - k: 1 # one\n  - k: 2\n",
                "a:\n  - k: 2\n  - k: 3\n",
                "a:\n  - k: 2\n  - k: 3\n",
            ),
        ] {
            let (target, source) = (Document::parse(target), Document::parse(source));
            let path: Path = Path::root().key("a");
            let list = source.get(&path).unwrap();
            let made = by_items(&target, &path, (&source, list)).unwrap();
            assert_eq!(made.source(), expected);
            assert_eq!(made.get(&path).unwrap().to_value(), list.to_value());
        }
        let (target, source) = (Document::parse("a: [x]\n"), Document::parse("a: [y]\n"));
        let path = Path::root().key("a");
        let list = source.get(&path).unwrap();
        assert!(by_items(&target, &path, (&source, list)).is_none());
    }
}
