//! Files that are no YAML, line by line, and the comments of those that are.
//!
//! Nothing is known of the structure here, so this takes too much rather than too little: what follows a secret-like
//! key on its line, and the lines below it that are further in, when nothing follows.

use envlint_budget::Budget;
use envlint_yaml::{Document, Path, Span};

use super::examine::{Hit, parts};
use super::harmless::is_placeholder;
use super::lines::sensitive;
use super::names::{Promise, promise};
use super::references::is_reference;
use super::shapes::private_keys;
use super::value::is_surely_drawn;
use super::words::reads_like_words;
use super::{Reason, Secret, Sensitive, broken, nested};

/// What a text that is no YAML has to hide.
pub(super) fn detect(text: &str) -> Vec<Sensitive> {
    let mut found = super::lines::detect(text);
    let entries = broken::entries(text).into_iter();
    let is_value =
        |range: &std::ops::Range<usize>| !text.get(range.clone()).is_none_or(is_reference);
    found.extend(entries.filter(is_value).map(|range| named(text, range)));
    let mut offset = 0;
    // The indentation of a secret-like key whose value stands on the lines below.
    let mut open: Option<usize> = None;
    // The column of a `name:` that promises a secret, and whose `value:` stands on a line below.
    let mut variable: Option<usize> = None;
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
        let column = indent + if trimmed.starts_with("- ") { 2 } else { 0 };
        if matches!(key, "name" | "key") {
            let name = value.trim_matches(['"', '\'']);
            variable = (promise(name) >= Promise::Unclear).then_some(column);
            continue;
        }
        let is_value = matches!(key, "value" | "defaultValue") && variable == Some(column);
        if promise(key) < Promise::Unclear && !is_value {
            continue;
        }
        if value.is_empty() || value.starts_with(['|', '>', '&']) {
            open = Some(indent);
        } else if !is_reference(value) {
            let at = start + trimmed.len() - value.len();
            let length = without_comment(trimmed, value).len();
            found.push(named(text, at..at + length));
        }
    }
    found
}

/// `key: value` or `- key: value`; also `"key" "value"`, where the colon was forgotten.
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    let two_words = || {
        let (key, value) = line.split_once([' ', '\t'])?;
        let value = value.trim();
        let is_quoted = value.starts_with(['"', '\'']);
        (is_quoted || !value.contains(' ')).then_some((key, value))
    };
    let (key, value) = line.split_once([':', '=']).or_else(two_words)?;
    let key = key.trim().trim_matches(['"', '\'', '{', '[', ' ']);
    (key.len() <= 200 && !key.contains(' ')).then(|| (key, value.trim()))
}

/// A value of a line without the comment behind it. Only YAML's: behind `=`, a `#` may be a part of a password.
fn without_comment<'l>(line: &str, value: &'l str) -> &'l str {
    if !line.split([':', '=']).next().is_some_and(|key| {
        let rest = line.get(key.len()..).unwrap_or_default();
        rest.starts_with(':')
    }) {
        return value;
    }
    let closed = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''));
    let from = closed.map_or(Some(0), |quote| Some(value.get(1..)?.find(quote)? + 2));
    let comment = from.and_then(|from| Some(from + value.get(from..)?.find(" #")?));
    comment.map_or(value, |at| value.get(..at).unwrap_or(value).trim_end())
}

/// What no tree has, of a file that is YAML: values of keys that are written again, which Helm passes over, and all that
/// lies behind the last value that was looked at. Only masked: what is passed over is not in use.
pub(super) fn passed_over(document: &Document, known: &[Sensitive]) -> Vec<Sensitive> {
    let known = super::parts(known);
    let is_known = |span: Span| {
        let at = known.partition_point(|part| part.end <= span.start);
        known.get(at).is_some_and(|part| part.start < span.end)
    };
    detect(document.source())
        .into_iter()
        .filter(|sensitive| !is_known(sensitive.span))
        .map(|sensitive| Sensitive {
            reason: Reason::Named,
            ..sensitive
        })
        .collect()
}

/// How a tag, an anchor and a comment begin behind a key.
fn is_marked(text: &str) -> bool {
    let mut places = text.as_bytes().windows(3);
    places.any(|place| matches!(place, [b':', b' ', b'!' | b'&' | b'#']))
}

/// What stands behind a secret-like key and is no value: a tag, an anchor or a comment, because a character of the secret
/// has a meaning in YAML.
pub(super) fn swallowed(document: &Document) -> Vec<Sensitive> {
    let source = document.source();
    let mut found = Vec::new();
    let mut offset = 0;
    if !is_marked(source) {
        return found;
    }
    for line in source.split_inclusive('\n') {
        let trimmed = line.trim();
        let start = offset + (line.len() - line.trim_start().len());
        offset += line.len();
        if !is_marked(trimmed) {
            continue;
        }
        let Some((key, value)) = entry(trimmed) else {
            continue;
        };
        let Some(rest) = value.strip_prefix(['!', '&', '#']) else {
            continue;
        };
        let word = rest.split_whitespace().next().unwrap_or_default();
        if word.is_empty() || reads_like_words(word) || promise(key) < Promise::Unclear {
            continue;
        }
        let at = start + trimmed.len() - rest.len() + rest.find(word).unwrap_or_default();
        found.push(named(source, at..at + word.len()));
    }
    found
}

/// Secrets in comments: values that were commented out are still in the file. Comments also document a chart with
/// examples of passwords, so only what is a token or a key by its shape is reported; the rest is masked.
pub(super) fn comments(document: &Document) -> Vec<Sensitive> {
    let source = document.source();
    let mut found = Vec::new();
    // A private key that was commented out line by line: its lines, and their places.
    let mut key: Option<(String, Vec<Sensitive>)> = None;
    // Whether the comment above is `name:` of a variable that promises a secret.
    let mut is_named = false;
    for comment in document.comments() {
        // The text is what follows the `#`, to the end of the line.
        let at = comment.span.end.saturating_sub(comment.text.len());
        if comment.text.contains("-----BEGIN") && comment.text.contains("PRIVATE KEY") {
            key = Some((String::new(), Vec::new()));
        }
        if let Some((text, lines)) = &mut key {
            let line = comment.text.trim();
            let start = at + (comment.text.len() - comment.text.trim_start().len());
            *text += line;
            text.push('\n');
            lines.push(named(source, start..start + line.len()));
            if line.contains("-----END") {
                found.extend(commented_key(text, std::mem::take(lines)));
                key = None;
            }
            continue;
        }
        let words = comment.text.trim();
        let (named, value) = match entry(words) {
            Some(("name" | "key", name)) => {
                let name = name.trim_matches(['"', '\'']);
                (promise(name) >= Promise::Unclear, None)
            }
            Some(("value" | "defaultValue", value)) if is_named && !is_reference(value) => {
                (false, Some(without_comment(words, value)))
            }
            _ => (false, None),
        };
        is_named = named;
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let start = at + comment.text.find(value).unwrap_or_default();
            found.push(self::named(source, start..start + value.len()));
        }
        let hits = parts(&comment.text).into_iter();
        let hits = hits.filter(|hit| hit.reason != Reason::Default);
        found.extend(hits.filter_map(|hit| {
            let range = at + hit.range.start..at + hit.range.end;
            let text = source.get(range.clone()).unwrap_or_default();
            let reason = match hit.reason {
                // No example of a documentation is drawn.
                Reason::Connection if is_surely_drawn(text) => Reason::Random,
                reason @ (Reason::Token(_) | Reason::PrivateKey | Reason::KeyId(_)) => reason,
                _ => Reason::Named,
            };
            let hit = Hit {
                range,
                reason,
                ..hit
            };
            sensitive(source, &hit)
        }));
    }
    let (text, lines) = key.unwrap_or_default();
    found.extend(commented_key(&text, lines));
    found.extend(commented_out(document));
    found
}

/// The secrets of comments that are a text together: JSON or YAML that was commented out. An example of a documentation is
/// made of words.
fn commented_out(document: &Document) -> Vec<Sensitive> {
    let source = document.source();
    let mut found = Vec::new();
    let left = Budget::new(MOST_COMMENTED);
    let mut take = |text: &str, starts: &[(usize, usize)]| {
        if starts.len() < 2 {
            return;
        }
        let hits = parts(text).into_iter().chain(nested::hits(text, 0, &left));
        for hit in hits {
            let secret = text.get(hit.range.clone()).unwrap_or_default();
            let is_example = reads_like_words(secret) || is_placeholder(secret);
            if secret.contains('\n') || is_example || is_reference(secret) {
                continue;
            }
            let line = starts.partition_point(|(start, _)| *start <= hit.range.start);
            if let Some((start, place)) = line.checked_sub(1).and_then(|line| starts.get(line)) {
                let at = place + (hit.range.start - start);
                found.push(named(source, at..at + secret.len()));
            }
        }
    };
    let (mut text, mut starts) = (String::new(), Vec::new());
    let mut end = 0;
    for comment in document.comments() {
        let between = source.get(end..comment.span.start).unwrap_or_default();
        if !between.trim().is_empty() || between.matches('\n').count() != 1 {
            take(&text, &starts);
            (text, starts) = (String::new(), Vec::new());
        }
        end = comment.span.end;
        starts.push((text.len(), end.saturating_sub(comment.text.len())));
        text += &comment.text;
        text.push('\n');
    }
    take(&text, &starts);
    found
}

/// How many values of comments are looked at.
const MOST_COMMENTED: u64 = 100_000;

/// The lines of a private key in comments: all are masked, and the first is reported when it is a whole key.
fn commented_key(text: &str, mut lines: Vec<Sensitive>) -> Vec<Sensitive> {
    // Documentation says how a key begins, and goes on in words.
    let is_key = text.lines().skip(1).any(is_of_key) && !private_keys(text).is_empty();
    if let Some(first) = lines.first_mut().filter(|_| is_key) {
        first.reason = Reason::PrivateKey;
    }
    lines
}

/// Whether a line may be one of a key: base64, without a blank.
fn is_of_key(line: &str) -> bool {
    let line = line.trim_matches(['#', ' ', '\t']);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    line.len() >= 20
        && line.bytes().all(is_letter)
        && line.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// A text that is masked where it stands.
fn named(text: &str, range: std::ops::Range<usize>) -> Sensitive {
    let value = text.get(range.clone()).unwrap_or_default();
    let span = Span::new(range.start, range.end);
    Sensitive {
        span,
        path: Path::root(),
        reason: Reason::Named,
        parts: vec![span],
        secret: Secret::new(value.trim_matches(['"', '\''])),
        decoded: None,
        is_user: false,
        in_manifest: false,
    }
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[test]
    fn a_comment_behind_a_value_is_no_part_of_it() {
        for (line, hidden) in [
            ("password: hunter22 # of the test", "hunter22"),
            ("password: \"hunter #22\" # of the test", "\"hunter #22\""),
            ("password: hunter#22", "hunter#22"),
            ("password = hunter22 #3", "hunter22 #3"),
        ] {
            let text = format!("a: {{{{ x }}}}\n{line}\n");
            let found = detect(&text);
            let widest = found
                .iter()
                .max_by_key(|found| found.span.end - found.span.start);
            let shown = widest.and_then(|found| text.get(found.span.range()));
            assert_eq!(shown, Some(hidden), "{line}");
        }
    }
}
