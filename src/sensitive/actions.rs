//! Secrets that stand as literals in the actions of templates: `password: {{ "hunter22" | b64enc | quote }}`.

use std::ops::Range;

use super::Reason;
use super::examine::{Hit, examine, hit};
use super::names::{Promise, hints_at_secret, promise};

/// The secrets among the literals that actions print.
pub(super) fn literals(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open + 2;
        let Some(literal) = literal(text, start) else {
            from = start;
            continue;
        };
        let promise = match (promise_before(text, start - 2), literal.is_encoded) {
            // What is encoded by hand is most often a part of a Secret.
            (Promise::Nothing, true) => Promise::Unclear,
            (promise, _) => promise,
        };
        let content = text.get(literal.range.clone()).unwrap_or_default();
        let hits = examine(content, promise).into_iter();
        let hits = hits.filter(|hit| !matches!(hit.reason, Reason::Named | Reason::PasswordHash));
        found.extend(hits.map(|hit| Hit {
            range: literal.range.start + hit.range.start..literal.range.start + hit.range.end,
            ..hit
        }));
        from = literal.end;
    }
    found
}

/// The literals that actions give to what promises a secret: `$password := "…"`, `dict "password" "…"`, `default "…"
/// .Values.password`. They are masked where the template is quoted; whether they are ever printed is not known.
pub(super) fn given(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open + 2;
        let rest = text.get(start..).unwrap_or_default();
        let end = start + rest.find("}}").unwrap_or(rest.len());
        let action = text.get(start..end).unwrap_or_default();
        if hints_at_secret(action) {
            given_in(action, start, &mut found);
        }
        from = end;
    }
    found
}

fn given_in(action: &str, start: usize, found: &mut Vec<Hit>) {
    let mut before: Option<Range<usize>> = None;
    let mut from = 0;
    while let Some(range) = quoted(action, from) {
        let lead = action.get(before.as_ref().map_or(0, |last| last.end + 1)..range.start - 1);
        let lead = lead.unwrap_or_default().trim_end();
        let named = match lead {
            // `dict "password" "…"`
            "" => before.as_ref().and_then(|last| action.get(last.clone())),
            lead => lead
                .strip_suffix(":=")
                .or_else(|| lead.strip_suffix('='))
                .map(str::trim_end)
                .and_then(|lead| lead.rsplit(['$', ' ']).next()),
        };
        // `default "…" .Values.password`, `.Values.password | default "…"`
        let is_default = || {
            lead.ends_with("default")
                && action
                    .split(|char: char| char.is_whitespace() || "()|".contains(char))
                    .filter_map(|word| word.rsplit_once('.'))
                    .any(|(_, key)| promise(key) != Promise::Nothing)
        };
        let is_given = named.is_some_and(|name| promise(name) != Promise::Nothing) || is_default();
        if is_given && !range.is_empty() {
            found.push(hit(start + range.start..start + range.end, Reason::Named));
        }
        from = range.end + 1;
        before = Some(range);
    }
}

/// The next literal in an action: what is between its quotes.
fn quoted(action: &str, from: usize) -> Option<Range<usize>> {
    let rest = action.get(from..)?;
    let at = rest.find(['"', '`'])?;
    let quote = rest.get(at..)?.chars().next()?;
    let open = from + at + 1;
    let mut is_escaped = false;
    let close = action.get(open..)?.char_indices().find_map(|(at, char)| {
        let is_end = char == quote && !is_escaped;
        is_escaped = quote == '"' && char == '\\' && !is_escaped;
        is_end.then_some(at)
    })?;
    Some(open..open + close)
}

/// A literal that an action prints.
struct Literal {
    /// What is between its quotes.
    range: Range<usize>,
    /// Whether it goes through `b64enc`.
    is_encoded: bool,
    /// Where the action ends.
    end: usize,
}

/// The literal that an action begins with, and that it prints; `start` is behind the brackets. Go: text/template/parse,
/// `lexQuote` and `lexRawQuote`.
fn literal(text: &str, start: usize) -> Option<Literal> {
    let rest = text.get(start..)?;
    let inner = rest.strip_prefix('-').unwrap_or(rest).trim_start();
    let quote = inner
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '`'))?;
    let open = start + (rest.len() - inner.len()) + 1;
    let body = text.get(open..)?;
    let mut is_escaped = false;
    let close = body.char_indices().find_map(|(at, char)| {
        let is_end = char == quote && !is_escaped;
        is_escaped = quote == '"' && char == '\\' && !is_escaped;
        is_end.then_some(at)
    })?;
    let behind = body.get(close + 1..)?;
    let length = behind.find("}}")?;
    let pipeline = behind.get(..length)?.trim_end_matches('-').trim();
    // Arguments and comparisons print something else.
    let is_printed = pipeline.is_empty() || pipeline.starts_with('|');
    is_printed.then(|| Literal {
        range: open..open + close,
        is_encoded: pipeline
            .split('|')
            .any(|function| function.trim() == "b64enc"),
        end: open + close + 1 + length,
    })
}

/// What the key promises that stands before an action on its line.
fn promise_before(text: &str, action: usize) -> Promise {
    let before = text.get(..action).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end_matches(['"', '\'', ' ']);
    let key = line.strip_suffix([':', '=']).unwrap_or_default();
    let key = key
        .trim()
        .trim_start_matches("- ")
        .trim_matches(['"', '\'']);
    promise(key)
}

#[cfg(test)]
mod tests {
    use super::{given, literals};

    #[test]
    fn literals_are_hidden_that_are_given_to_what_promises_a_secret() {
        for (text, expected) in [
            ("{{- $password := \"hunter22\" }}", &["hunter22"][..]),
            (
                "{{ $x := dict \"user\" \"app\" \"password\" \"hunter22\" }}",
                &["hunter22"],
            ),
            (
                "{{ .Values.password | default \"hunter22\" }}",
                &["hunter22"],
            ),
            (
                "{{ default `hunter22` .Values.db.password }}",
                &["hunter22"],
            ),
            ("{{ $name := \"hunter22\" }}", &[]),
            ("{{ if eq .Values.password \"\" }}", &[]),
            ("{{ $password := \"hunter22", &[]),
        ] {
            let found: Vec<&str> = given(text)
                .into_iter()
                .map(|hit| &text[hit.range])
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn literals_are_secrets_where_they_are_printed() {
        for (text, expected) in [
            (
                "password: {{ \"hunter22\" | b64enc | quote }}\n",
                &["hunter22"][..],
            ),
            ("password: \"{{- `hunter22` -}}\"\n", &["hunter22"]),
            (
                ".dockerconfigjson: {{ `{\"auths\":{\"r.io\":{\"password\":\"hunter22\"}}}` | b64enc }}\n",
                &["hunter22"],
            ),
            (
                "smtp: {{ \"xK9mQ2vLp8RtZw4YbN7c\" | b64enc }}\n",
                &["xK9mQ2vLp8RtZw4YbN7c"],
            ),
            ("name: {{ \"hunter22\" | quote }}\n", &[]),
            (
                "password: {{ .Values.password | default \"hunter22\" }}\n",
                &[],
            ),
            ("user: {{ \"app\" | b64enc }}\n", &[]),
            ("{{ if eq \"hunter22\" .x }}\n", &[]),
            ("password: {{ \"hunter22", &[]),
        ] {
            let found: Vec<&str> = literals(text)
                .into_iter()
                .map(|hit| &text[hit.range])
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
