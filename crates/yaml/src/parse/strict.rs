//! What goyaml, or the way Helm calls it, refuses and the parser does not.

use crate::span::Span;

/// Something that Helm refuses, and why.
pub(super) type Refusal = (Span, String);

/// Looks at the whole text: characters that goyaml does not read, and document separators that Helm's reader does not
/// take (`k8s.io/apimachinery`, `YAMLReader`: only a comment may follow on the line).
pub(super) fn source(source: &str) -> Option<Refusal> {
    control(source).or_else(|| separator(source))
}

fn control(source: &str) -> Option<Refusal> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    if source.bytes().all(is_plain) {
        return None;
    }
    let refused = |char: char| matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    let (at, char) = source.char_indices().find(|(_, char)| refused(*char))?;
    let message = format!(
        "the character U+{:04X} is not allowed in YAML; write an escape in double quotes",
        u32::from(char)
    );
    Some((Span::new(at, at + char.len_utf8()), message))
}

fn separator(source: &str) -> Option<Refusal> {
    let body = source
        .strip_prefix('\u{feff}')
        .map_or(0, |rest| source.len() - rest.len());
    let starts = std::iter::once(body).chain(source.match_indices("\n---").map(|(at, _)| at + 1));
    for start in starts {
        let line = source
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let Some(rest) = line.strip_prefix("---").map(str::trim) else {
            continue;
        };
        if !rest.is_empty() && !rest.starts_with('#') {
            let message =
                "Helm allows only a comment after `---`; write the value on the next line"
                    .to_owned();
            return Some((Span::new(start, start + line.len()), message));
        }
    }
    None
}

/// An anchor or the name of an alias: goyaml takes ASCII letters, digits, `_` and `-`.
pub(super) fn name(name: &str, at: usize) -> Option<Refusal> {
    let wrong = |char: char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
    name.contains(wrong).then(|| {
        let message =
            format!("the anchor name `{name}` may contain only letters, digits, `_` and `-`");
        (Span::new(at, at + name.len()), message)
    })
}

/// A plain scalar. `flow` means between brackets.
pub(super) fn plain(text: &str, span: Span, flow: bool) -> Option<Refusal> {
    if text.starts_with(['|', '>']) {
        return Some((span, "a block scalar cannot be inside brackets".to_owned()));
    }
    (flow && text.contains('?')).then(|| {
        (
            span,
            "text with `?` needs quotes inside brackets".to_owned(),
        )
    })
}

/// The place of an absent value between brackets: goyaml takes a colon that a bracket or comma follows for a part of the
/// plain text before it, unlike YAML 1.2.
pub(super) fn colon(source: &str, at: usize) -> Option<Refusal> {
    let before = source.get(..at).unwrap_or_default().strip_suffix(':')?;
    let is_plain = !before.ends_with(['"', '\'', ' ', '\t', '\n', '{', '[', ',', '?']);
    let next = source.get(at..).unwrap_or_default();
    (is_plain && next.starts_with([',', ']', '}'])).then(|| {
        let message = "Helm reads this colon as part of the text; add a space after it".to_owned();
        (Span::new(at - 1, at), message)
    })
}

/// A double-quoted scalar, with its quotes: goyaml does not know the escape `\/` of JSON.
pub(super) fn double_quoted(raw: &str, start: usize) -> Option<Refusal> {
    let mut bytes = raw.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\'
            && let Some((_, b'/')) = bytes.next()
        {
            let message = "unknown escape `\\/`; the slash needs none".to_owned();
            return Some((Span::new(start + at, start + at + 2), message));
        }
    }
    None
}

/// A key between brackets that is not announced by `?`: it stands on one line and is not too long.
pub(super) fn flow_key(source: &str, span: Span) -> Option<Refusal> {
    let raw = source.get(span.range()).unwrap_or_default();
    if !raw.contains('\n') && raw.len() <= 1024 {
        return None;
    }
    let before = source.get(..span.start).unwrap_or_default().trim_end();
    let is_long = raw.contains('\n') || raw.chars().count() > 1024;
    (is_long && !before.ends_with('?')).then(|| {
        (
            span,
            "a key must be on one line and have at most 1,024 characters".to_owned(),
        )
    })
}

/// The start of an entry of a block collection: no tab stands in its indentation. `whole` means nothing before it on
/// the line may be one, as for a collection that begins behind a dash.
pub(super) fn indentation(source: &str, start: usize, whole: bool) -> Option<Refusal> {
    let before = source.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let indentation = before.get(line..).unwrap_or_default();
    let has_tab = if whole {
        indentation.contains('\t')
    } else {
        indentation.trim_start_matches(' ').starts_with('\t')
    };
    has_tab.then(|| {
        (
            Span::new(line, start),
            "a tab cannot be used for indentation".to_owned(),
        )
    })
}
