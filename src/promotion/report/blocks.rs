//! Two values of several lines next to each other: texts, and lists with a line for each item.

use std::collections::HashMap;
use std::ops::Range;

use similar::{DiffTag, TextDiff};

use super::count;
use crate::masking::{Printable, printable};
use crate::promotion::{LineKind, Lines, Shown, shown};

/// How many lines that are the same are shown around one that is not.
const CONTEXT: usize = 1;
/// As many lines of one value are shown.
const MOST: usize = 200;

/// A line of a comparison.
#[derive(Debug, Clone)]
pub(super) enum Row {
    /// Both have it.
    Same(Printable),
    /// One or both have it in place of the other.
    Changed(Option<Printable>, Option<Printable>),
    /// Lines that are the same, and not shown.
    Gap,
}

/// What differs between two values of several lines.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
    removed: usize,
    added: usize,
    kind: LineKind,
    /// The items that only one of the two has, how often they are removed and added, where others have changed places.
    moved: Option<(usize, usize)>,
}

impl Block {
    /// None where the two look the same, because what differs is masked.
    pub(super) fn of(lines: &Lines) -> Option<Block> {
        let [old, new] = [&lines.from, &lines.to].map(|text| split(&text.show(), lines.kind));
        let mut block = Block {
            rows: Vec::new(),
            removed: 0,
            added: 0,
            kind: lines.kind,
            moved: None,
        };
        let left: Vec<&str> = old.iter().map(|line| &**line).collect();
        let right: Vec<&str> = new.iter().map(|line| &**line).collect();
        let difference = TextDiff::from_slices(&left, &right);
        let mut end = 0;
        for operation in difference.grouped_ops(CONTEXT).iter().flatten() {
            let (tag, from, to) = operation.as_tag_tuple();
            if from.start > end {
                block.rows.push(Row::Gap);
            }
            end = from.end;
            match tag {
                DiffTag::Equal => block.same(&old, from),
                _ => block.changed((&old, from), (&new, to)),
            }
        }
        if lines.kind == LineKind::Items {
            let (removed, added) = only_in_one(&left, &right);
            let is_moved = removed + added < block.removed + block.added;
            block.moved = is_moved.then_some((removed, added));
        }
        if end < old.len() && !block.rows.is_empty() {
            block.rows.push(Row::Gap);
        }
        if block.rows.len() > MOST {
            block.rows.truncate(MOST);
            block.rows.push(Row::Gap);
        }
        let is_said = block.removed + block.added > 0 || block.kind == LineKind::SameJson;
        is_said.then_some(block)
    }

    fn same(&mut self, lines: &[Printable], range: Range<usize>) {
        let lines = lines.get(range).unwrap_or_default().iter();
        self.rows.extend(lines.cloned().map(Row::Same));
    }

    fn changed(
        &mut self,
        (old, from): (&[Printable], Range<usize>),
        (new, to): (&[Printable], Range<usize>),
    ) {
        self.removed += from.len();
        self.added += to.len();
        let visible = |lines: &[Printable], range: Range<usize>| -> Vec<Printable> {
            let lines = lines.get(range).unwrap_or_default().iter();
            lines.map(|line| line.rewrite(visible_end)).collect()
        };
        let (old, new) = (visible(old, from), visible(new, to));
        for at in 0..old.len().max(new.len()) {
            self.rows
                .push(Row::Changed(old.get(at).cloned(), new.get(at).cloned()));
        }
    }

    /// "1 line removed, 2 added".
    pub(super) fn summary(&self) -> Printable {
        let counted = |number| match self.kind {
            LineKind::Items => count(number, "item", "items"),
            LineKind::Text => count(number, "line", "lines"),
            LineKind::Json | LineKind::SameJson => count(number, "line of JSON", "lines of JSON"),
        };
        match (self.removed, self.added) {
            _ if self.kind == LineKind::SameJson => "the same JSON, written in another way".into(),
            _ if self.moved == Some((0, 0)) => "the same items in another order".into(),
            own => {
                let (removed, added) = self.moved.unwrap_or(own);
                let text = match (removed, added) {
                    (removed, 0) => printable!("{} removed", counted(removed)),
                    (0, added) => printable!("{} added", counted(added)),
                    (removed, added) => printable!("{} removed, {} added", counted(removed), added),
                };
                match self.moved {
                    Some(_) => printable!("{}, the others in another order", text),
                    None => text,
                }
            }
        }
    }

    /// What differs, on a line for each of the two.
    fn in_line(&self) -> [Printable; 2] {
        let old = self.joined(|row| match row {
            Row::Changed(old, _) => old.as_ref(),
            Row::Same(_) | Row::Gap => None,
        });
        let new = self.joined(|row| match row {
            Row::Changed(_, new) => new.as_ref(),
            Row::Same(_) | Row::Gap => None,
        });
        [old, new]
    }

    fn joined(&self, side: fn(&Row) -> Option<&Printable>) -> Printable {
        let (mut text, mut is_omitted, mut is_empty) = (Printable::default(), false, true);
        for row in &self.rows {
            match (row, side(row)) {
                (Row::Same(_) | Row::Gap, _) if !is_omitted => {
                    text.push(if text.is_empty() { "…" } else { " …" });
                    is_omitted = true;
                }
                (Row::Changed(..), Some(line)) => {
                    text.push(match (text.is_empty(), is_omitted) {
                        (true, _) => "",
                        (false, true) => " ",
                        (false, false) => " ⏎ ",
                    });
                    text.push(line.rewrite(match self.kind == LineKind::Items {
                        true => |line| line.trim_start_matches("- ").to_owned(),
                        false => |line| line.trim_start().to_owned(),
                    }));
                    (is_omitted, is_empty) = (false, false);
                }
                _ => {}
            }
        }
        match (is_empty, self.kind == LineKind::Items) {
            (true, true) => "(no such items)".into(),
            (true, false) => "(no such lines)".into(),
            (false, _) => text,
        }
    }

    /// The lines below each other, as a unified diff has them.
    pub(super) fn below(&self, indentation: &'static str) -> Printable {
        let mut text = Printable::default();
        let mut line = |mark: &'static str, line: &Printable| {
            text.push(printable!("{}{} {}\n", indentation, mark, line));
        };
        let mut rows = self.rows.iter().peekable();
        while let Some(row) = rows.next() {
            match row {
                Row::Gap => line(" ", &"…".into()),
                Row::Same(same) => line(" ", same),
                Row::Changed(..) => {
                    let mut run = vec![row];
                    while let Some(next) = rows.next_if(|row| matches!(row, Row::Changed(..))) {
                        run.push(next);
                    }
                    let sides = |row: &&Row| match row {
                        Row::Changed(old, new) => (old.clone(), new.clone()),
                        Row::Same(_) | Row::Gap => (None, None),
                    };
                    let sides: Vec<_> = run.iter().map(sides).collect();
                    sides
                        .iter()
                        .flat_map(|(old, _)| old)
                        .for_each(|old| line("-", old));
                    sides
                        .iter()
                        .flat_map(|(_, new)| new)
                        .for_each(|new| line("+", new));
                }
            }
        }
        text
    }
}

/// How many items only the first of two lists has, and how many only the second one, wherever they stand.
fn only_in_one(old: &[&str], new: &[&str]) -> (usize, usize) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for item in old {
        *counts.entry(item).or_default() += 1;
    }
    let mut added = 0;
    for item in new {
        match counts.get_mut(item) {
            Some(left) if *left > 0 => *left -= 1,
            _ => added += 1,
        }
    }
    (counts.values().sum(), added)
}

/// Two values on a line each, cut where they are long; of values of several lines, what differs.
pub(super) fn in_line(
    before: Option<&Shown>,
    after: Option<&Shown>,
    lines: Option<&Lines>,
) -> [Option<Printable>; 2] {
    // What is short is read as a whole, but for a text of several lines.
    let is_short = |shown: Option<&Shown>| shown.is_some_and(|shown| shown::is_short(&shown.line));
    let lines = lines.filter(|lines| match lines.kind {
        LineKind::Text => true,
        LineKind::SameJson => false,
        LineKind::Items | LineKind::Json => !(is_short(before) && is_short(after)),
    });
    if let Some(block) = lines.and_then(Block::of) {
        return block.in_line().map(|line| Some(shown::cut(&line)));
    }
    match (before, after) {
        (Some(before), Some(after)) => {
            let (before, after) = shown::short_pair(&before.line, &after.line);
            [Some(before), Some(after)]
        }
        _ => [before, after].map(|shown| Some(shown::short(&shown?.line))),
    }
}

/// The lines of a text. That the last one has no line break is a line of its own, because Helm keeps the difference.
fn split(text: &Printable, kind: LineKind) -> Vec<Printable> {
    let mut lines = text.split_lines();
    if kind == LineKind::Text && !text.ends_with('\n') {
        lines.push("\\ No line break at the end".into());
    }
    lines
}

/// A line with the blanks at its end made visible.
fn visible_end(line: &str) -> String {
    let text = line.trim_end_matches([' ', '\t']);
    let blanks = line.get(text.len()..).unwrap_or_default();
    text.to_owned() + &blanks.replace(' ', "·").replace('\t', "→")
}
