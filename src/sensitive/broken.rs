//! The entries of a Secret whose file is broken: their keys need not promise anything, and no tree says where they are.

use std::ops::Range;

/// Where the values of the entries are, line by line.
pub(super) fn entries(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for document in text.split_inclusive("\n---") {
        if is_secret(document) {
            let mut of_document = in_block(document);
            of_document.extend(in_flow(document));
            let values = of_document.into_iter();
            found.extend(values.map(|value| offset + value.start..offset + value.end));
        }
        offset += document.len();
    }
    found
}

/// The maps of a Secret that hold its entries.
const SECTIONS: [&str; 2] = ["data", "stringData"];

/// What stands between a key and its value, in YAML, JSON and JSON in a text.
const BETWEEN: [char; 8] = ['"', '\'', '\\', ':', ' ', '\t', '\r', '\n'];

/// Whether a document says that it is a Secret, or a list of them.
fn is_secret(document: &str) -> bool {
    document.match_indices("kind").any(|(at, word)| {
        let rest = document.get(at + word.len()..).unwrap_or_default();
        let value = rest.trim_start_matches(BETWEEN);
        let kind = value.strip_prefix("Secret").unwrap_or("x");
        let end = kind.strip_prefix("List").unwrap_or(kind);
        !end.starts_with(char::is_alphanumeric)
    })
}

/// In maps that are written as lines below their key.
fn in_block(document: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    // The column of the section, and that of its entries.
    let mut section: Option<(usize, Option<usize>)> = None;
    for line in document.split_inclusive('\n') {
        let trimmed = line.trim();
        let bare = trimmed.strip_prefix("- ").unwrap_or(trimmed).trim_start();
        let indent = line.len() - line.trim_start().len();
        let column = indent + trimmed.len() - bare.len();
        let start = offset + indent;
        offset += line.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let Some((_, entries)) = section.as_mut().filter(|(at, _)| indent > *at) else {
            let key = bare.strip_suffix(':');
            let key = key.map(|key| key.trim_matches(['"', '\'']));
            let opens = key.is_some_and(|key| SECTIONS.contains(&key));
            section = opens.then_some((column, None));
            continue;
        };
        let entries = *entries.get_or_insert(indent);
        // What is further in goes on with the value above.
        let value = match trimmed.split_once(':').filter(|_| indent <= entries) {
            Some((_, value)) => value.trim_start(),
            None => trimmed,
        };
        if !value.is_empty() && !value.starts_with(['|', '>']) {
            let end = start + trimmed.len();
            found.push(end - value.len()..end);
        }
    }
    found
}

/// In maps in braces.
fn in_flow(document: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for section in SECTIONS {
        let mut seen = 0;
        for (at, word) in document.match_indices(section) {
            let before = document
                .get(..at)
                .and_then(|before| before.chars().next_back());
            let rest = document.get(at + word.len()..).unwrap_or_default();
            let inner = rest.trim_start_matches(BETWEEN).strip_prefix('{');
            let is_key = at >= seen && !before.is_some_and(char::is_alphanumeric);
            let Some(inner) = inner.filter(|_| is_key) else {
                continue;
            };
            let mut start = document.len() - inner.len();
            let inner = inner.split('}').next().unwrap_or_default();
            seen = start + inner.len();
            for entry in inner.split_inclusive(',') {
                let entry_end = start + entry.len();
                if let Some((_, value)) = entry.split_once(':') {
                    let from = value.trim_start_matches(BETWEEN);
                    let trimmed = from.trim_end_matches(',').trim_end_matches(BETWEEN);
                    let at = entry_end - from.len();
                    found.push(at..at + trimmed.len());
                }
                start = entry_end;
            }
        }
    }
    found.retain(|range| !range.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn every_entry_of_a_broken_secret_is_found() {
        for (text, expected) in [
            (
                "kind: Secret\nstringData:\n  k: hunter2: x\n",
                vec!["hunter2: x"],
            ),
            (
                "apiVersion: v1\nkind: \"Secret\"\ndata:\n  a: eA==\n  b: |\n    one\n    two: three\nx: y\n",
                vec!["eA==", "one", "two: three"],
            ),
            (
                "kind: SecretList\nitems:\n- data:\n    k: hunter2\n  metadata:\n    name: x\n",
                vec!["hunter2"],
            ),
            (
                "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\"eA==\",\"b\":\"eQ==\"}",
                vec!["eA==", "eQ=="],
            ),
            ("kind: SecretStore\ndata:\n  k: hunter2\n", vec![]),
            (
                "kind: ConfigMap\ndata:\n  k: hunter2\n---\nkind: Secret\n",
                vec![],
            ),
        ] {
            let found: Vec<&str> = entries(text)
                .into_iter()
                .map(|range| &text[range])
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
