//! Files that are no YAML, line by line, and the comments of those that are.
//!
//! Nothing is known of the structure here, so this takes too much rather than too little: what follows a secret-like
//! key on its line, and the lines below it that are further in, when nothing follows.

use envlint_yaml::{Document, Path, Span};

use super::examine::{Hit, examine, parts};
use super::names::{Promise, promise};
use super::value::is_reference;
use super::{Reason, Secret, Sensitive};

/// What a text that is no YAML has to hide.
pub fn detect(text: &str) -> Vec<Sensitive> {
    let mut found: Vec<Sensitive> = parts(text)
        .into_iter()
        .flat_map(|hit| sensitive(text, &hit))
        .collect();
    let mut offset = 0;
    // The indentation of a secret-like key whose value stands on the lines below.
    let mut open: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        let start = offset + indent;
        offset += line.len();
        if trimmed.is_empty() {
            continue;
        }
        if open.is_some_and(|key| indent > key || trimmed.starts_with("- ")) {
            found.push(named(text, start..start + trimmed.len()));
            continue;
        }
        open = None;
        let Some((key, value)) = entry(trimmed) else {
            continue;
        };
        if promise(key) < Promise::Unclear {
            continue;
        }
        if value.is_empty() || value.starts_with(['|', '>', '&']) {
            open = Some(indent);
        } else if !is_reference(value) {
            let at = start + trimmed.len() - value.len();
            found.push(named(text, at..at + value.len()));
        }
    }
    found
}

/// `key: value` or `- key: value`; `name: KEY` beside `value:` is not seen here.
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    let (key, value) = line.split_once([':', '='])?;
    let key = key.trim().trim_matches(['"', '\'', '{', '[', ' ']);
    (key.len() <= 200 && !key.contains(' ')).then(|| (key, value.trim()))
}

/// Secrets in comments: values that were commented out are still in the file. Comments also document a chart with
/// examples of passwords, so only what is a token or a key by its shape is reported; the rest is masked.
pub fn comments(document: &Document) -> Vec<Sensitive> {
    let source = document.source();
    document
        .comments()
        .iter()
        .flat_map(|comment| {
            let hits = parts(&comment.text);
            // The text is what follows the `#`, to the end of the line.
            let at = comment.span.end.saturating_sub(comment.text.len());
            hits.into_iter()
                .filter(|hit| hit.reason != Reason::Default)
                .flat_map(move |hit| {
                    let range = at + hit.range.start..at + hit.range.end;
                    let reason = match hit.reason {
                        reason @ (Reason::Token(_) | Reason::PrivateKey) => reason,
                        _ => Reason::Named,
                    };
                    sensitive(
                        source,
                        &Hit {
                            range,
                            reason,
                            ..hit
                        },
                    )
                })
        })
        .collect()
}

fn named(text: &str, range: std::ops::Range<usize>) -> Sensitive {
    let value = text.get(range.clone()).unwrap_or_default();
    let value = value.trim_matches(['"', '\'']);
    let reason = examine(value, Promise::Password)
        .first()
        .map_or(Reason::Named, |hit| hit.reason);
    let span = Span::new(range.start, range.end);
    Sensitive {
        span,
        path: Path::root(),
        reason,
        parts: vec![span],
        secret: Secret::new(value),
        decoded: None,
    }
}

fn sensitive(source: &str, hit: &Hit) -> Option<Sensitive> {
    let text = source.get(hit.range.clone())?;
    let span = Span::new(hit.range.start, hit.range.end);
    Some(Sensitive {
        span,
        path: Path::root(),
        reason: hit.reason,
        parts: super::walk::lines(source, span),
        secret: Secret::new(text),
        decoded: hit.decoded.as_deref().map(Secret::new),
    })
}
