//! Lines of a file as they may be shown: secrets are replaced where they stand.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use envlint_yaml::{Document, Span};

use super::known::{self, Masker};
use super::printable::Printable;
use super::text::{Manner, hide};
use crate::sensitive;

/// A part of a file's text with its secrets replaced, and where each byte of the original went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The text. It has as many lines as the original.
    pub text: Printable,
    start: usize,
    /// Original range and the range that replaces it, both relative to the begin of the part.
    replaced: Vec<(Range<usize>, Range<usize>)>,
}

/// A part of a text, given in bytes, with the secrets at these places replaced, and what is known to be a secret from
/// elsewhere. The places are sorted and do not overlap. Bounds that split a character or lie outside give an empty
/// quote.
pub fn quote(text: &str, part: Range<usize>, secrets: &[Span]) -> Quote {
    let original = text.get(part.clone()).unwrap_or_default();
    let mut hidden = placed(original, &part, secrets);
    let elsewhere = known::current().hidden(original, Manner::Seen);
    hidden.extend(
        elsewhere
            .into_iter()
            .flat_map(|range| lines(original, range)),
    );
    let hidden = known::merged(hidden);
    let mut replaced = Vec::with_capacity(hidden.len());
    let mut shift = 0_isize;
    for range in &hidden {
        let secret = original.get(range.clone()).unwrap_or_default();
        let length = super::placeholder(secret.chars().count()).len();
        let at = range.start.saturating_add_signed(shift);
        replaced.push((range.clone(), at..at + length));
        shift += length.cast_signed() - range.len().cast_signed();
    }
    Quote {
        text: Printable::masked(hide(original, &hidden).into_owned()),
        start: part.start,
        replaced,
    }
}

/// A part of a text with the secrets at these places replaced: not printable yet, since nothing is looked for that is
/// known from elsewhere.
pub fn mask_places(text: &str, secrets: &[Span]) -> String {
    hide(text, &placed(text, &(0..text.len()), secrets)).into_owned()
}

/// The places of secrets, relative to the begin of a part.
fn placed(original: &str, part: &Range<usize>, secrets: &[Span]) -> Vec<Range<usize>> {
    let first = secrets.partition_point(|secret| secret.end <= part.start);
    secrets
        .iter()
        .skip(first)
        .take_while(|secret| secret.start < part.end)
        .map(|secret| {
            secret.start.max(part.start) - part.start..secret.end.min(part.end) - part.start
        })
        .filter(|range| original.get(range.clone()).is_some())
        .collect()
}

/// A range line by line, so that every line stays a line.
fn lines(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut start = range.start;
    let inside = text.get(range).unwrap_or_default();
    let mut lines = Vec::new();
    for line in inside.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        lines.push(start + indent.min(line.trim_end().len())..start + line.trim_end().len());
        start += line.len();
    }
    lines
}

/// A YAML text as it may be shown: manifests, a values file before and after a change. Every line stays a line, so that
/// a diff can be made of the texts as they are and shown with these lines.
pub fn mask_lines(text: &str) -> Printable {
    let document = Document::parse(text);
    let found = sensitive::detect(&document);
    super::learn(&found);
    quote(text, 0..text.len(), &sensitive::parts(&found)).text
}

impl Quote {
    /// Where a range of the file is in the quote. What touches a secret becomes the whole of its replacement.
    pub fn range(&self, span: Range<usize>) -> Range<usize> {
        let start = self.offset(span.start, |replacement| replacement.start);
        let end = self.offset(span.end, |replacement| replacement.end);
        start..end.max(start)
    }

    /// The surroundings of a range of the file, as many bytes on each side, and where the range is in them: a line can be as
    /// long as its file.
    pub fn window(&self, span: Range<usize>, around: usize) -> (Printable, Range<usize>) {
        let range = self.range(span);
        let end = range.end.min(range.start + around);
        let text = &*self.text;
        let boundary = |at: usize| {
            let mut places = (0..=at.min(text.len())).rev();
            places
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or_default()
        };
        let (from, to) = (
            boundary(range.start.saturating_sub(around)),
            boundary(end + around),
        );
        let before = if from > 0 { "…" } else { "" };
        let after = if to < text.len() { "…" } else { "" };
        let shown = text.get(from..to).unwrap_or_default();
        let shift = |at: usize| at - from + before.len();
        (
            Printable::masked(format!("{before}{shown}{after}")),
            shift(range.start)..shift(boundary(end).max(range.start)),
        )
    }

    fn offset(&self, offset: usize, side: fn(&Range<usize>) -> usize) -> usize {
        let offset = offset.saturating_sub(self.start);
        let next = self
            .replaced
            .partition_point(|(original, _)| original.start < offset);
        let last = next.checked_sub(1).and_then(|at| self.replaced.get(at));
        let (from, to) = match last {
            Some((original, replacement)) if offset < original.end => return side(replacement),
            Some((original, replacement)) => (original.end, replacement.end),
            None => (0, 0),
        };
        (to + (offset - from)).min(self.text.len())
    }
}

/// The last part of a text that was quoted: hundreds of places can be on one long line.
#[derive(Debug, Default)]
pub struct LastQuote(Mutex<Option<Remembered>>);

struct Remembered {
    part: Range<usize>,
    secrets: Arc<[Span]>,
    masker: Arc<Masker>,
    quote: Arc<Quote>,
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Remembered")
    }
}

impl LastQuote {
    /// What [`quote`] gives for a part of the text that this belongs to. It is made anew when a secret has become known.
    pub fn quote(&self, text: &str, part: Range<usize>, secrets: Arc<[Span]>) -> Arc<Quote> {
        let masker = known::current();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*last
            && last.part == part
            && Arc::ptr_eq(&last.secrets, &secrets)
            && Arc::ptr_eq(&last.masker, &masker)
        {
            return Arc::clone(&last.quote);
        }
        let quote = Arc::new(quote(text, part.clone(), &secrets));
        *last = Some(Remembered {
            part,
            secrets,
            masker,
            quote: Arc::clone(&quote),
        });
        quote
    }
}
