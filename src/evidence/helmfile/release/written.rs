//! Values that a release writes out in the helmfile itself: `values: [{image: {tag: v1}}]`. They are a layer as a file is.

use envlint_yaml::{Node, Origin, Span};

use super::Release;
use crate::evidence::claim::LayerPath;
use crate::evidence::helmfile::reader::Reader;

/// The values at their place in the file. None where a template makes any of them, or where the place is not found: then only
/// their names are known.
pub(super) fn part(
    release: &Release<'_>,
    entry: &Node,
    reader: &Reader<'_, '_>,
) -> Option<LayerPath> {
    let map = entry.as_mapping().filter(|map| !map.is_empty())?;
    let is_plain =
        entry.origin() == Origin::Written && !release.is_other && map.merge_keys().next().is_none();
    let span = entry.span();
    let raw = release.part.document.text(span).trim_end();
    if !is_plain || raw.is_empty() || raw.contains("{{") {
        return None;
    }
    let whole = reader.text(&release.part.file)?;
    // The same values may stand in several releases: those behind the name are its own.
    let line = release.evidence("").line.saturating_sub(1);
    let from: usize = whole.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = whole.get(from..)?;
    let start = from + rest.find(raw)?;
    let part = LayerPath::part(
        release.part.file.as_str(),
        Span::new(start, start + raw.len()),
    );
    let read = part.read(whole.to_string());
    let is_same = read.root().map(Node::to_value) == Some(entry.to_value());
    (is_same && read.errors().is_empty()).then_some(part)
}
