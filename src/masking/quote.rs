//! Lines of a file as they may be shown: secrets are replaced where they stand.

use std::ops::Range;

use envlint_yaml::Span;

use super::placeholder;

/// A part of a file's text with its secrets replaced, and where each byte of the original went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The text. It has as many lines as the original.
    pub text: String,
    start: usize,
    /// Original range and the range that replaces it, both relative to the begin of the part.
    replaced: Vec<(Range<usize>, Range<usize>)>,
}

/// A part of a text, given in bytes, with the secrets at these places replaced. The places are sorted and do not overlap.
/// Bounds that split a character or lie outside give an empty quote.
pub fn quote(text: &str, part: Range<usize>, secrets: &[Span]) -> Quote {
    let original = text.get(part.clone()).unwrap_or_default();
    let mut masked = String::with_capacity(original.len());
    let mut replaced = Vec::new();
    let mut copied = 0;
    let first = secrets.partition_point(|secret| secret.end <= part.start);
    for secret in secrets.iter().skip(first) {
        if secret.start >= part.end {
            break;
        }
        let start = secret.start.max(part.start) - part.start;
        let end = secret.end.min(part.end) - part.start;
        let (Some(before), Some(hidden)) = (original.get(copied..start), original.get(start..end))
        else {
            continue;
        };
        masked += before;
        let at = masked.len();
        masked += &placeholder(hidden.chars().count());
        replaced.push((start..end, at..masked.len()));
        copied = end;
    }
    masked += original.get(copied..).unwrap_or_default();
    Quote {
        text: masked,
        start: part.start,
        replaced,
    }
}

impl Quote {
    /// Where a range of the file is in the quote. What touches a secret becomes the whole of its replacement.
    pub fn range(&self, span: Range<usize>) -> Range<usize> {
        let start = self.offset(span.start, |replacement| replacement.start);
        let end = self.offset(span.end, |replacement| replacement.end);
        start..end.max(start)
    }

    fn offset(&self, offset: usize, side: fn(&Range<usize>) -> usize) -> usize {
        let offset = offset.saturating_sub(self.start);
        let (mut from, mut to) = (0, 0);
        for (original, replacement) in &self.replaced {
            if offset <= original.start {
                break;
            }
            if offset < original.end {
                return side(replacement);
            }
            (from, to) = (original.end, replacement.end);
        }
        (to + (offset - from)).min(self.text.len())
    }
}
