//! The text that makes an object, in its template: from the line that begins it to the next document.

use envlint_yaml::Span;

use crate::source::Location;

/// A line of a template that has a key.
pub(super) struct KeyLine<'t> {
    /// What stands behind the key.
    pub value: &'t str,
    /// The key, and what stands behind it.
    pub whole: Location,
    /// The key.
    pub key: Location,
}

/// The text that makes an object, whose first line is at a place.
pub(super) fn text_of(object: &Location) -> &str {
    let text = object.source.text();
    let rest = text.get(object.span.start..).unwrap_or_default();
    rest.split("\n---").next().unwrap_or(rest)
}

/// The first line of an object that begins with a key, `containers:`; a list may begin with it.
pub(super) fn line_of<'t>(object: &'t Location, key: &str) -> Option<KeyLine<'t>> {
    let mut from = object.span.start;
    let lines = text_of(object).split_inclusive('\n').map(|line| {
        let start = from;
        from += line.len();
        (start, line)
    });
    let mut found = lines.filter_map(|(start, line)| {
        let entry = line.trim_start();
        let entry = entry.strip_prefix("- ").unwrap_or(entry);
        let value = entry.strip_prefix(key)?;
        let start = start + line.len() - entry.len();
        let place = |length: usize| Location::new(&object.source, Span::new(start, start + length));
        Some(KeyLine {
            value: value.trim(),
            whole: place(entry.trim_end().len()),
            key: place(key.len()),
        })
    });
    found.next()
}
