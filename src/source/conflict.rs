//! The markers that git writes where two branches changed the same lines.

use envlint_yaml::Span;

/// One place where two branches changed the same lines.
#[derive(Debug, Clone, Copy)]
pub struct Conflict {
    /// The line `<<<<<<<`.
    pub start: Span,
    /// The line `=======`.
    pub middle: Span,
    /// The line `>>>>>>>`.
    pub end: Span,
}

/// The conflicts of a text. Markers stand at the beginning of a line, so the text of a block scalar has none.
pub fn conflicts(text: &str) -> Vec<Conflict> {
    if !text.contains("<<<<<<<") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut start, mut middle) = (None, None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let shown = line.trim_end();
        let span = Span::new(at, at + shown.len());
        at += line.len();
        match (start, middle) {
            _ if is_marker(shown, "<<<<<<<") => (start, middle) = (Some(span), None),
            (Some(_), None) if shown == "=======" => middle = Some(span),
            (Some(first), Some(second)) if is_marker(shown, ">>>>>>>") => {
                found.push(Conflict {
                    start: first,
                    middle: second,
                    end: span,
                });
                (start, middle) = (None, None);
            }
            _ => {}
        }
    }
    found
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
