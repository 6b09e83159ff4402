//! The lines that a finding is about, as reports quote them: whole lines, secrets masked.

use std::ops::Range;

use super::Location;

/// The line that a location begins on, and the part of that line that it covers: both in bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The line's number, from one.
    pub number: usize,
    /// The line without its end.
    pub bytes: Range<usize>,
    /// What the location covers of it.
    pub marked: Range<usize>,
}

/// The line to show for a location. One of several lines is shown by its first: a map of a hundred lines says no more
/// than its key. None where nothing is written, and for a location that is the file as a whole.
pub(super) fn line(location: &Location) -> Option<Line> {
    let text = location.source.text();
    let span = location.span;
    if span.start == 0 && span.end == 0 {
        return None;
    }
    text.get(..span.start)?;
    let Range { start, end } = location.source.document.line(span.start);
    let line = text.get(start..end)?;
    let mark = match line.strip_prefix('\u{feff}') {
        Some(rest) if start == 0 => line.len() - rest.len(),
        _ => 0,
    };
    let bytes = start + mark..start + line.trim_end().len().max(mark);
    if bytes.is_empty() {
        return None;
    }
    let from = span.start.clamp(bytes.start, bytes.end);
    let to = span.end.clamp(from, bytes.end);
    Some(Line {
        number: location.start().line,
        bytes,
        marked: from..to,
    })
}
