//! Secrets in the elements of XML, whose name or attribute promises one.

use std::ops::Range;

use super::apart::field;
use super::forms::Take;
use super::names::{Promise, promise};

/// Names of elements that are longer are none of settings.
const LONGEST_NAME: usize = 100;

/// `<password>x</password>`, `<entry key="password">x</entry>`, also with `CDATA` and on several lines.
pub(super) fn elements(text: &str, take: &mut Take<'_>) {
    let mut seen = 0;
    for (at, _) in text.match_indices("</") {
        let from = std::mem::replace(&mut seen, at);
        let before = text.get(from..at).unwrap_or_default();
        let name = text.get(at + 2..).unwrap_or_default();
        let name = name.get(..super::floor(name, LONGEST_NAME)).unwrap_or(name);
        let name = name.split('>').next().unwrap_or_default().trim();
        let Some(open) = before.rfind(&format!("<{name}")) else {
            continue;
        };
        let tag = before.get(open + 1..).unwrap_or_default();
        let Some(end) = tag.find('>') else {
            continue;
        };
        let (tag, content) = (tag.get(..end).unwrap_or_default(), from + open + 2 + end);
        let attribute = || ["name", "key"].into_iter().find_map(|key| field(tag, key));
        let promise = match promise(name) {
            Promise::Nothing => attribute().map_or(Promise::Nothing, |(range, _)| {
                promise(tag.get(range).unwrap_or_default())
            }),
            promise => promise,
        };
        if promise == Promise::Nothing {
            continue;
        }
        for line in lines(text, without_cdata(text, content..at)) {
            take(line, promise, true);
        }
    }
}

/// The content of an element, without what marks it as text.
fn without_cdata(text: &str, content: Range<usize>) -> Range<usize> {
    let inner = text.get(content.clone()).unwrap_or_default();
    let trimmed = inner.trim();
    let start = content.start + (inner.len() - inner.trim_start().len());
    let marked = trimmed.strip_prefix("<![CDATA[");
    match marked.and_then(|rest| rest.strip_suffix("]]>")) {
        Some(rest) => {
            let start = start + "<![CDATA[".len();
            start..start + rest.len()
        }
        // Elements in it are values of their own.
        None if trimmed.contains('<') => start..start,
        None => start..start + trimmed.len(),
    }
}

/// A range line by line, without blanks at the ends.
fn lines(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut start = range.start;
    let mut found = Vec::new();
    for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
        let from = start + (line.len() - line.trim_start().len());
        let to = start + line.trim_end().len();
        if from < to {
            found.push(from..to);
        }
        start += line.len();
    }
    found
}
