//! Where a value is written, line by line: what is masked.

use envlint_yaml::{Document, Scalar, Span, Style};

/// Where a scalar is written, line by line, without its quotes or the header of a block.
pub(super) fn written(document: &Document, span: Span, scalar: &Scalar) -> Vec<Span> {
    let inner = match scalar.style() {
        Style::Plain => span,
        Style::SingleQuoted | Style::DoubleQuoted => Span::new(
            span.start + 1,
            span.end.saturating_sub(1).max(span.start + 1),
        ),
        Style::Literal | Style::Folded => {
            let text = document.text(span);
            let header = text.find('\n').map_or(0, |at| at + 1);
            Span::new(span.start + header, span.end)
        }
    };
    lines(document.source(), inner)
}

/// The lines of a span, each without its indentation and end; empty lines are left out.
pub(super) fn lines(source: &str, span: Span) -> Vec<Span> {
    let mut lines = Vec::new();
    let mut start = span.start;
    for line in source
        .get(span.range())
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        let from = start + (line.len() - line.trim_start().len());
        let to = start + line.trim_end().len();
        if from < to {
            lines.push(Span::new(from, to));
        }
        start += line.len();
    }
    lines
}
