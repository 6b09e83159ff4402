//! Many edits of one file at once, proven together.

use std::collections::BTreeSet;

use super::change::Edit;
use crate::comment::Comment;
use crate::document::Document;
use crate::node::{Kind, Node};
use crate::problem::Problem;
use crate::span::Span;

/// What came of a number of edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The text with the edits made.
    pub text: String,
    /// How many groups were made.
    pub made: usize,
}

/// Makes groups of edits, each as a whole or not at all. A group that overlaps an earlier one or lies outside of the text is
/// left out, and so is one that would change more than what it replaces: the new text is read again, and must have the
/// same structure, the same values and the same comments everywhere else.
pub fn apply(doc: &Document, groups: &[&[Edit]]) -> Applied {
    let fitting = without_overlaps(doc.source(), groups);
    let mut kept = Vec::with_capacity(fitting.len());
    accept(doc, &fitting, &mut kept);
    Applied {
        text: edited(doc.source(), &kept),
        made: kept.len(),
    }
}

/// The edit that takes a comment out: with its line where it stands alone, else with the blanks before it.
pub fn remove_comment(doc: &Document, comment: &Comment) -> Edit {
    let text = doc.source();
    let before = text.get(..comment.span.start).unwrap_or_default();
    let after = text.get(comment.span.end..).unwrap_or_default();
    let span = if comment.own_line {
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let line_break = after.find('\n').map_or(after.len(), |at| at + 1);
        Span::new(line, comment.span.end + line_break)
    } else {
        Span::new(before.trim_end_matches([' ', '\t']).len(), comment.span.end)
    };
    Edit::new(span, "")
}

/// Adds the groups that can be proven. Most often all of them can, and the text is read once; a group that does harm is
/// found by halving.
fn accept<'e>(doc: &Document, groups: &[&'e [Edit]], kept: &mut Vec<&'e [Edit]>) {
    if groups.is_empty() {
        return;
    }
    let before = kept.len();
    kept.extend(groups);
    if is_proven(doc, kept) {
        return;
    }
    kept.truncate(before);
    if groups.len() > 1 {
        let (first, second) = groups.split_at(groups.len() / 2);
        accept(doc, first, kept);
        accept(doc, second, kept);
    }
}

/// The groups that touch no byte of the text that an earlier one touches.
fn without_overlaps<'e>(text: &str, groups: &[&'e [Edit]]) -> Vec<&'e [Edit]> {
    let mut taken = BTreeSet::new();
    let mut accepted = Vec::new();
    for group in groups {
        let own = group.iter().map(|edit| edit.span);
        let new = own.take_while(|span| take(text, *span, &mut taken)).count();
        if new == group.len() && new > 0 {
            accepted.push(*group);
        } else {
            for edit in group.iter().take(new) {
                taken.remove(&edit.span);
            }
        }
    }
    accepted
}

/// Takes a range of the text, unless it is taken, or two insertions would meet at one place. What is taken never overlaps,
/// so only the neighbours have to be looked at.
fn take(text: &str, span: Span, taken: &mut BTreeSet<Span>) -> bool {
    let before = taken.range(..=span).next_back();
    let behind = taken.range(span..).next();
    let is_free = before.is_none_or(|known| known.end <= span.start && *known != span)
        && behind.is_none_or(|known| span.end <= known.start && *known != span);
    is_free && text.get(span.range()).is_some() && taken.insert(span)
}

/// All edits of some groups, in the order of the text.
fn sorted<'e>(groups: &[&'e [Edit]]) -> Vec<&'e Edit> {
    let mut edits: Vec<&Edit> = groups.iter().flat_map(|group| group.iter()).collect();
    edits.sort_by_key(|edit| edit.span);
    edits
}

fn edited(text: &str, groups: &[&[Edit]]) -> String {
    let (mut result, mut copied) = (String::with_capacity(text.len()), 0);
    for edit in sorted(groups) {
        result += text.get(copied..edit.span.start).unwrap_or_default();
        result += &edit.replacement;
        copied = edit.span.end;
    }
    result + text.get(copied..).unwrap_or_default()
}

/// Whether the edits change what they replace, and nothing else.
fn is_proven(doc: &Document, groups: &[&[Edit]]) -> bool {
    let after = Document::parse(edited(doc.source(), groups));
    let fatal = |doc: &Document| {
        doc.errors()
            .iter()
            .filter(|problem| problem.is_fatal())
            .count()
    };
    let edits = sorted(groups);
    let same = |(before, after): (&Node, &Node)| is_same(before, after, &edits);
    fatal(&after) <= fatal(doc)
        && doc.errors().iter().any(Problem::is_refused)
            == after.errors().iter().any(Problem::is_refused)
        && doc.documents().len() == after.documents().len()
        && doc.documents().iter().zip(after.documents()).all(same)
        && comments_stand(doc, &after, &edits)
}

/// Whether a value is what it was, or one that an edit replaces.
fn is_same(before: &Node, after: &Node, edits: &[&Edit]) -> bool {
    match (before.kind(), after.kind()) {
        (Kind::Mapping(old), Kind::Mapping(new)) => {
            old.len() == new.len()
                && old.iter().zip(new).all(|((old_key, old), (new_key, new))| {
                    old_key.text() == new_key.text() && is_same(old, new, edits)
                })
        }
        (Kind::Sequence(old), Kind::Sequence(new)) => {
            old.len() == new.len()
                && old
                    .iter()
                    .zip(new)
                    .all(|(old, new)| is_same(old, new, edits))
        }
        (Kind::Scalar(old), Kind::Scalar(new)) => {
            old.value() == new.value() || touches(edits, before.span())
        }
        _ => touches(edits, before.span()),
    }
}

/// Whether an edit replaces some of a span.
fn touches(edits: &[&Edit], span: Span) -> bool {
    let from = edits.partition_point(|edit| edit.span.end < span.start);
    edits
        .get(from)
        .is_some_and(|edit| edit.span.start <= span.end)
}

/// Whether every comment that no edit touches is still there, as it was.
fn comments_stand(doc: &Document, after: &Document, edits: &[&Edit]) -> bool {
    let is_kept = |comment: &&Comment| !touches(edits, comment.span);
    let mut left = after.comments().iter();
    doc.comments()
        .iter()
        .filter(is_kept)
        .all(|comment| left.any(|other| other.text == comment.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit::new(Span::new(start, end), text)
    }

    #[test]
    fn groups_are_made_as_far_as_they_agree_and_do_no_harm() {
        let text = "a: 1\nb: 2 # two\n";
        for (groups, expected, made) in [
            (
                vec![vec![edit(3, 4, "\"1\"")], vec![edit(8, 9, "3")]],
                "a: \"1\"\nb: 3 # two\n",
                2,
            ),
            (
                vec![
                    vec![edit(3, 4, "5")],
                    vec![edit(3, 4, "6"), edit(8, 9, "7")],
                ],
                "a: 5\nb: 2 # two\n",
                1,
            ),
            (
                vec![vec![edit(3, 4, "[")], vec![edit(8, 9, "3")]],
                "a: 1\nb: 3 # two\n",
                1,
            ),
            // A key of its own, and a comment that becomes text.
            (vec![vec![edit(3, 4, "1\nc: 2")]], text, 0),
            (vec![vec![edit(8, 11, "\"2 # ")]], text, 0),
            (vec![vec![edit(90, 99, "x")]], text, 0),
            (vec![vec![]], text, 0),
            (vec![], text, 0),
        ] {
            let groups: Vec<&[Edit]> = groups.iter().map(Vec::as_slice).collect();
            let applied = apply(&Document::parse(text), &groups);
            assert_eq!((applied.text.as_str(), applied.made), (expected, made));
        }
    }

    #[test]
    fn a_comment_goes_with_what_only_it_needs() {
        for (text, expected) in [
            ("a: 1 # x\nb: 2\n", "a: 1\nb: 2\n"),
            ("# x\na: 1\n", "a: 1\n"),
            ("a:\n  # x\n  b: 1\n", "a:\n  b: 1\n"),
            ("a: 1\n# x", "a: 1\n"),
        ] {
            let doc = Document::parse(text);
            let edit = remove_comment(&doc, &doc.comments()[0]);
            let applied = apply(&doc, &[&[edit]]);
            assert_eq!((applied.text.as_str(), applied.made), (expected, 1));
        }
    }
}
