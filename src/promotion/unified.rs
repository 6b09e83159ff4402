//! Two files as a unified diff, with secrets masked.

use std::ops::Range;

use similar::{DiffOp, DiffTag, TextDiff};

use super::shown;
use crate::masking::{Name, Seen, Text, text};
use crate::source::Source;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// A text that is compared: as it is, and as it may be shown.
#[derive(Debug)]
pub(super) struct Side<'t> {
    name: &'t str,
    text: &'t str,
    /// One for each line of the text, with the secrets replaced that stand in it.
    shown: Vec<String>,
    /// The lines of its file above it.
    above: usize,
}

impl<'t> Side<'t> {
    /// A file.
    pub(super) fn file(source: &'t Source) -> Side<'t> {
        Side::new(&source.path, source.text(), shown::lines(source))
    }

    /// Any text, with its lines as they may be shown.
    pub(super) fn new(name: &'t str, text: &'t str, shown: Vec<String>) -> Side<'t> {
        Side {
            name,
            text,
            shown,
            above: 0,
        }
    }

    /// A part of a file, of which so many lines are above it.
    fn part(source: &'t Source, above: usize) -> Side<'t> {
        Side {
            above,
            ..Side::file(source)
        }
    }
}

/// The unified diff of two files; empty when they are the same.
pub fn diff(old: &Source, new: &Source) -> Text {
    if old.text() == new.text() {
        return Text::new();
    }
    sides(&Side::file(old), &Side::file(new))
}

/// The unified diff of two documents, each with how many lines of its file are above it; empty when they are the same.
pub(super) fn parts(old: (&Source, usize), new: (&Source, usize)) -> Text {
    sides(&Side::part(old.0, old.1), &Side::part(new.0, new.1))
}

/// The unified diff of two texts; empty when they are the same.
///
/// The lines are compared as they are and shown with secrets masked, so that a secret that changes is seen to change.
pub(super) fn sides(old: &Side<'_>, new: &Side<'_>) -> Text {
    if old.text == new.text {
        return Text::new();
    }
    // Lines end where YAML and git take them to end: at a line feed, never at a lone carriage return.
    let old_text: Vec<&str> = old.text.split_inclusive('\n').collect();
    let new_text: Vec<&str> = new.text.split_inclusive('\n').collect();
    let difference = TextDiff::from_slices(&old_text, &new_text);
    let mut text = String::new();
    for hunk in difference.grouped_ops(CONTEXT) {
        text += &header(&hunk, old.above, new.above);
        for operation in &hunk {
            let (tag, old_range, new_range) = operation.as_tag_tuple();
            if tag == DiffTag::Equal {
                push(&mut text, ' ', old, old_range);
            } else {
                push(&mut text, '-', old, old_range);
                push(&mut text, '+', new, new_range);
            }
        }
    }
    text!(
        "--- {}\n+++ {}\n{}",
        Name(old.name),
        Name(new.name),
        Seen(text)
    )
}

fn push(text: &mut String, mark: char, side: &Side<'_>, range: Range<usize>) {
    let reaches_end = range.end == side.shown.len() && !range.is_empty();
    for line in side.shown.get(range).unwrap_or_default() {
        text.push(mark);
        text.push_str(line);
        text.push('\n');
    }
    if reaches_end && !side.text.ends_with('\n') {
        text.push_str("\\ No newline at end of file\n");
    }
}

/// `@@ -3,7 +3,8 @@`: first line and number of lines, of the old and the new file (POSIX `diff -u`).
/// The lines of the files above the two texts count, too.
fn header(hunk: &[DiffOp], old: usize, new: usize) -> String {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return String::new();
    };
    let range = |start: usize, end: usize| match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    };
    format!(
        "@@ -{} +{} @@\n",
        range(old + first.old_range().start, old + last.old_range().end),
        range(new + first.new_range().start, new + last.new_range().end)
    )
}
