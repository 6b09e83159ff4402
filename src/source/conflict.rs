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
            _ if is_marker(shown, '<') => (start, middle) = (Some(span), None),
            (Some(_), None) if is_marker(shown, '=') => middle = Some(span),
            (Some(first), Some(second)) if is_marker(shown, '>') => {
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

/// Whether a line is seven times this character, or more: git writes more where one conflict lies in another.
/// <https://git-scm.com/docs/gitattributes#_conflict_marker_size>
fn is_marker(line: &str, character: char) -> bool {
    /// Longer ones underline something.
    const LONGEST: usize = 15;
    let rest = line.trim_start_matches(character);
    let length = line.len() - rest.len();
    (7..=LONGEST).contains(&length) && (rest.is_empty() || rest.starts_with(' '))
}
