//! Two sides of a comparison next to each other, for wide terminals. No value is cut: what is long goes on below.

use super::blocks::{Block, Row};
use crate::masking::{Printable, printable};
use crate::promotion::{Class, LineKind, PathView};

/// The least number of columns of a value.
const LEAST: usize = 20;

/// One line of the table: the two sides, and what the second one is to the first.
struct Line {
    left: Printable,
    mark: &'static str,
    right: Printable,
}

/// The paths of an app or a document, with the names of the two sides above them.
pub(super) fn table(
    width: usize,
    sides: &[Printable; 2],
    views: &[PathView],
    with_class: bool,
) -> Printable {
    if views.is_empty() {
        return Printable::default();
    }
    let classes = views.iter().map(|view| view.class.as_str().len());
    let class = with_class.then(|| classes.max().unwrap_or_default());
    let labels: Vec<Printable> = views.iter().map(|view| label(view, class)).collect();
    let widest = labels
        .iter()
        .map(Printable::width)
        .max()
        .unwrap_or_default();
    let first = widest.min(width / 3);
    // Two blanks around the label, and the mark with one on each side.
    let value = width.saturating_sub(first + 4 + 3).max(LEAST * 2) / 2;
    let [left, right] = sides.clone();
    let mut text = Printable::default();
    let mut add = |label: &Printable, lines: Vec<Line>| {
        let mut label = label.clone();
        if label.width() > first {
            text.push(printable!("  {}\n", label));
            label = Printable::default();
        }
        for line in lines.into_iter().flat_map(|line| wrapped(&line, value)) {
            let said = printable!(
                "  {}  {} {} {}",
                label.padded(first),
                line.left.padded(value),
                line.mark,
                line.right
            );
            text.push(said.rewrite(|line| format!("{}\n", line.trim_end())));
            label = Printable::default();
        }
    };
    let mark = " ";
    add(&Printable::default(), vec![Line { left, mark, right }]);
    for (view, label) in views.iter().zip(&labels) {
        add(label, lines(view));
    }
    text
}

/// The path, with its class in so many columns before it.
fn label(view: &PathView, class: Option<usize>) -> Printable {
    let path = view.path.show();
    let path = match view.aspect {
        Some(aspect) => printable!("{} ({})", path, aspect),
        None => path,
    };
    let padded = |width| Printable::from(view.class.as_str()).padded(width);
    match class {
        Some(width) => printable!("{}  {}", padded(width), path),
        None => path,
    }
}

fn lines(view: &PathView) -> Vec<Line> {
    // What says the same has no lines that differ.
    let lines = view.lines.as_ref();
    let lines = lines.filter(|lines| lines.kind != LineKind::SameJson);
    if let Some(block) = lines.and_then(Block::of) {
        return block.rows.iter().map(aligned).collect();
    }
    let shown = |shown: &Option<crate::promotion::Shown>| match shown {
        Some(shown) => shown.line.show(),
        None => "(none)".into(),
    };
    vec![Line {
        left: shown(&view.from),
        mark: match (view.class, &view.from, &view.to) {
            (Class::Shared, ..) => " ",
            (_, Some(_), None) => "<",
            (_, None, Some(_)) => ">",
            _ => "|",
        },
        right: shown(&view.to),
    }]
}

fn aligned(row: &Row) -> Line {
    let (left, mark, right) = match row.clone() {
        Row::Gap => ("…".into(), " ", "…".into()),
        Row::Same(line) => (line.clone(), " ", line),
        Row::Changed(Some(left), Some(right)) => (left, "|", right),
        Row::Changed(left, right) => {
            let mark = if left.is_some() { "<" } else { ">" };
            (left.unwrap_or_default(), mark, right.unwrap_or_default())
        }
    };
    Line { left, mark, right }
}

/// A line in as many as it takes.
fn wrapped(line: &Line, width: usize) -> Vec<Line> {
    let (left, right) = (line.left.wrapped(width), line.right.wrapped(width));
    let at = |pieces: &[Printable], at: usize| pieces.get(at).cloned().unwrap_or_default();
    (0..left.len().max(right.len()))
        .map(|number| Line {
            left: at(&left, number),
            mark: if number == 0 { line.mark } else { " " },
            right: at(&right, number),
        })
        .collect()
}
