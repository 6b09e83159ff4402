//! Carrying out fixes: the mechanical repairs that findings bring.

use envlint_yaml::{Document, Span};

use crate::rules::Fix;

/// The text with the fixes made, and how many of them were. A fix is made as a whole or not at all: one that overlaps
/// an earlier one, lies outside of the text, or would leave a file that cannot be read, is left for another run.
pub fn repair(text: &str, fixes: &[&Fix]) -> (String, usize) {
    let accepted = without_overlaps(text, fixes);
    let all = edited(text, &accepted);
    if is_as_good(text, &all) {
        return (all, accepted.len());
    }
    // One of them does harm: the others are made one by one.
    let mut kept: Vec<&Fix> = Vec::new();
    for fix in accepted {
        kept.push(fix);
        if !is_as_good(text, &edited(text, &kept)) {
            kept.pop();
        }
    }
    (edited(text, &kept), kept.len())
}

fn without_overlaps<'f>(text: &str, fixes: &[&'f Fix]) -> Vec<&'f Fix> {
    let mut accepted: Vec<&Fix> = Vec::new();
    let mut taken: Vec<Span> = Vec::new();
    for fix in fixes {
        let spans: Vec<Span> = fix.edits.iter().map(|(span, _)| *span).collect();
        let fits = spans.iter().all(|span| {
            text.get(span.range()).is_some() && !taken.iter().any(|other| overlap(*span, *other))
        });
        if fits && !spans.is_empty() {
            taken.extend(spans);
            accepted.push(fix);
        }
    }
    accepted
}

/// Whether two edits would touch the same bytes, or insert at the same place.
fn overlap(left: Span, right: Span) -> bool {
    left == right || (left.start < right.end && right.start < left.end)
}

fn edited(text: &str, fixes: &[&Fix]) -> String {
    let mut edits: Vec<&(Span, String)> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|(span, _)| *span);
    let (mut result, mut copied) = (String::with_capacity(text.len()), 0);
    for (span, replacement) in edits {
        result += text.get(copied..span.start).unwrap_or_default();
        result += replacement;
        copied = span.end;
    }
    result + text.get(copied..).unwrap_or_default()
}

fn is_as_good(before: &str, after: &str) -> bool {
    let fatal = |text: &str| {
        let document = Document::parse(text);
        document
            .errors()
            .iter()
            .filter(|error| error.is_fatal())
            .count()
    };
    fatal(after) <= fatal(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edits = edits.iter();
        Fix {
            title: "repair".into(),
            safe: true,
            edits: edits
                .map(|(start, end, text)| (Span::new(*start, *end), (*text).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn fixes_are_made_as_far_as_they_agree() {
        let text = "a: 1\nb: 2\n";
        for (fixes, expected, made) in [
            (
                vec![fix(&[(3, 4, "\"1\"")]), fix(&[(8, 9, "3")])],
                "a: \"1\"\nb: 3\n",
                2,
            ),
            (
                vec![fix(&[(3, 4, "5")]), fix(&[(3, 4, "6"), (8, 9, "7")])],
                "a: 5\nb: 2\n",
                1,
            ),
            (
                vec![fix(&[(3, 4, "[")]), fix(&[(8, 9, "3")])],
                "a: 1\nb: 3\n",
                1,
            ),
            (vec![fix(&[(90, 99, "x")])], text, 0),
            (vec![fix(&[])], text, 0),
            (vec![], text, 0),
        ] {
            let fixes: Vec<&Fix> = fixes.iter().collect();
            assert_eq!(repair(text, &fixes), (expected.to_owned(), made));
        }
    }
}
