//! A file: its source, its documents, its comments and what is wrong with it.

mod part;
pub(crate) mod settings;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::comment::Comment;
use crate::node::{Bytes, Node};
use crate::parse;
use crate::path::Path;
use crate::problem::Problem;
use crate::span::{Position, Span};

/// One file of YAML. Plain data: it can be shared between threads.
#[derive(Debug)]
pub struct Document {
    source: Arc<str>,
    loaded: parse::Loaded,
    lines: OnceLock<Vec<u32>>,
    /// How many characters lie before each block of the source.
    characters: OnceLock<Vec<u32>>,
}

impl Document {
    /// Reads a file. Never fails: what is wrong is in [`Document::errors`].
    ///
    /// A file that Helm refuses has no root, so that nothing is concluded from half a file.
    pub fn parse(source: impl Into<Arc<str>>) -> Document {
        Document::read(source.into(), parse::load)
    }

    /// Reads one YAML document, as Helm reads a text that is no values file (`fromYaml`, Chart.yaml): it is not cut into
    /// documents, and what follows the first one is dropped.
    pub fn parse_text(source: impl Into<Arc<str>>) -> Document {
        Document::read(source.into(), parse::load_text)
    }

    fn read(source: Arc<str>, load: fn(&Arc<str>) -> parse::Loaded) -> Document {
        let loaded = load(&source);
        Document {
            source,
            loaded,
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    /// The same without its values, which take most of the memory: the text, the comments and what is wrong stay.
    #[must_use]
    pub fn without_values(&self) -> Document {
        Document {
            source: Arc::clone(&self.source),
            loaded: parse::Loaded {
                comments: self.loaded.comments.clone(),
                problems: self.loaded.problems.clone(),
                size: self.loaded.size,
                ..parse::Loaded::default()
            },
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    /// The text as it was given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many keys and values it has: what it takes of memory goes by it.
    pub fn size(&self) -> usize {
        self.loaded.size
    }

    /// The text of a span; empty when the span is not inside of the source or splits a character.
    pub fn text(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// What is wrong, in the order of the source. At most 100 problems are kept.
    pub fn errors(&self) -> &[Problem] {
        &self.loaded.problems
    }

    /// The value of the first YAML document. `None` for a file that is empty, has only comments, or cannot be read.
    pub fn root(&self) -> Option<&Node> {
        self.loaded.documents.first()
    }

    /// The values of all YAML documents of the stream. Helm overlays them, the later ones over the earlier ones.
    pub fn documents(&self) -> &[Node] {
        &self.loaded.documents
    }

    /// The comments in the order of the source.
    pub fn comments(&self) -> &[Comment] {
        &self.loaded.comments
    }

    /// The value at a path of the first YAML document.
    pub fn get(&self, path: &Path) -> Option<&Node> {
        self.root()?.get(path)
    }

    /// The span of a value together with the anchor and tag that are written before it.
    pub fn span_with_properties(&self, node: &Node) -> Span {
        let span = node.span();
        let properties = &self.loaded.properties;
        let found = properties
            .binary_search_by_key(&span.start, |properties| properties.value as usize)
            .ok();
        let start = found
            .and_then(|at| properties.get(at))
            .map_or(span.start, |properties| properties.start as usize);
        Span::new(start, span.end)
    }

    /// The places of the aliases of the anchor that is written before a value; empty when there is no anchor, or no
    /// alias of it.
    pub(crate) fn aliases_of(&self, node: &Node) -> impl Iterator<Item = Span> {
        let span = node.span();
        let anchors = self
            .loaded
            .anchors
            .iter()
            .filter(move |anchor| anchor.value.span() == span);
        anchors.flat_map(|anchor| anchor.uses.iter().map(|bytes| bytes.span()))
    }

    /// True when an anchor or an alias is written inside of a span.
    pub(crate) fn touches_anchor(&self, span: Span) -> bool {
        let inside = |bytes: &Bytes| span.contains(bytes.span());
        self.loaded
            .anchors
            .iter()
            .any(|anchor| inside(&anchor.value) || anchor.uses.iter().any(inside))
    }

    /// Whether an alias outside of a span refers to an anchor inside of it.
    pub fn is_used_elsewhere(&self, span: Span) -> bool {
        self.aliases_into(span) > 0
    }

    /// How many aliases outside of a span refer to anchors inside of it.
    pub(crate) fn aliases_into(&self, span: Span) -> usize {
        let inside = self
            .loaded
            .anchors
            .iter()
            .filter(|anchor| span.contains(anchor.value.span()));
        inside
            .flat_map(|anchor| &anchor.uses)
            .filter(|bytes| !span.contains(bytes.span()))
            .count()
    }

    /// Line and column of a byte offset. An offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = self.line_starts();
        let line = lines.partition_point(|start| *start as usize <= offset);
        let start = lines
            .get(line.wrapping_sub(1))
            .map_or(0, |start| *start as usize);
        let before = self.source.get(start..offset).unwrap_or_default();
        let mark = usize::from(start == 0 && before.starts_with('\u{feff}'));
        Position {
            line,
            column: self.characters(start, offset) - mark + 1,
        }
    }

    /// The line that an offset lies on, in bytes, without its end.
    pub fn line(&self, offset: usize) -> Range<usize> {
        let lines = self.line_starts();
        let next = lines.partition_point(|start| *start as usize <= offset);
        let start = next.checked_sub(1).and_then(|at| lines.get(at));
        let start = start.map_or(0, |start| *start as usize);
        let end = lines
            .get(next)
            .map(|next| (*next as usize).saturating_sub(1));
        start..end.unwrap_or(self.source.len()).max(start)
    }

    /// How many characters lie between two offsets. A line can be as long as its file, and have thousands of places.
    fn characters(&self, start: usize, end: usize) -> usize {
        if end - start <= BLOCK {
            return count(self.source.as_bytes().get(start..end));
        }
        let known = self.characters.get_or_init(|| {
            let blocks = self.source.as_bytes().chunks(BLOCK);
            let ends = blocks.scan(0_u32, |before, block| {
                *before += u32::try_from(count(Some(block))).unwrap_or(u32::MAX);
                Some(*before)
            });
            std::iter::once(0).chain(ends).collect()
        });
        let before = |offset: usize| {
            let block = offset / BLOCK;
            let before = known.get(block).map_or(0, |before| *before as usize);
            before + count(self.source.as_bytes().get(block * BLOCK..offset))
        };
        before(end) - before(start)
    }

    /// The byte offset of a line and a column. What lies behind the end of a line, or of the source, is that end.
    pub fn offset(&self, position: Position) -> usize {
        let lines = self.line_starts();
        let line = position.line.saturating_sub(1);
        let Some(start) = lines.get(line).map(|start| *start as usize) else {
            return self.source.len();
        };
        let text = self.source.get(start..).unwrap_or_default();
        let end = text.find('\n').unwrap_or(text.len());
        let mark = usize::from(start == 0 && text.starts_with('\u{feff}'));
        let column = position.column.saturating_sub(1) + mark;
        let characters = text.char_indices().map(|(at, _)| at);
        let at = characters.take_while(|at| *at < end).nth(column);
        start + at.unwrap_or(end)
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| line_starts(&self.source))
    }
}

/// The bytes of a block of which the characters are counted once.
const BLOCK: usize = 4096;

/// How many characters begin in these bytes.
fn count(bytes: Option<&[u8]>) -> usize {
    let begins = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    bytes.unwrap_or_default().iter().filter(begins).count()
}

/// Offsets at which lines begin. Sources are below 4 GiB (see `parse::load`), larger ones have no nodes to place.
fn line_starts(source: &str) -> Vec<u32> {
    let breaks = source
        .bytes()
        .enumerate()
        .filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0)
        .chain(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_a_long_line_are_counted_as_on_a_short_one() {
        let long = "äb€c𝄞".repeat(3_000);
        let text = format!("\u{feff}a: 1\nb: '{long}'\nc: 1\n");
        let document = Document::parse(text.as_str());
        let start = text.find("b:").unwrap_or_default();
        let line = document.line(start + 9_000);
        assert_eq!(text.get(line.clone()), Some(&*format!("b: '{long}'")));
        assert_eq!(document.line(0), 0..start - 1);
        assert_eq!(document.line(text.len()), text.len()..text.len());
        for at in (start..line.end).step_by(97) {
            let at = (start..=at).rev().find(|at| text.is_char_boundary(*at));
            let at = at.unwrap_or(start);
            let column = text
                .get(start..at)
                .map_or(0, |before| before.chars().count())
                + 1;
            assert_eq!(document.position(at), Position { line: 2, column });
        }
    }
}
