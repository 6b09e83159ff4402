//! Secrets in texts that are no files: names, arguments, and what other programs say.

use std::ops::Range;

use envlint_yaml::Document;

use super::assignments::{name_before, value_after};
use super::examine::{Hit, parts, shaped};
use super::names::{Promise, promise};
use super::words::{entropy, reads_like_words, sorts};
use super::{Reason, Secret, detect};

/// The shortest word that is taken for a random draw wherever it stands.
pub(super) const DRAWN: usize = 16;

/// What of a name is a secret by its own shape: tokens, keys, passwords in addresses, long random draws. A word or a
/// check sum is none, whatever else it is called.
pub(crate) fn evident(text: &str) -> Vec<Range<usize>> {
    let mut found = tokens(text);
    found.extend(draws(text));
    found
}

/// The same for a text of any origin, where passwords that are set count as well.
pub(crate) fn apparent(text: &str) -> Vec<Range<usize>> {
    let mut found = ranges(parts(text));
    found.extend(draws(text));
    found
}

/// The same for a line of a file, which may hold ciphertext and check sums: tokens, keys and passwords in addresses.
pub(crate) fn tokens(text: &str) -> Vec<Range<usize>> {
    ranges(shaped(text))
}

fn ranges(hits: Vec<Hit>) -> Vec<Range<usize>> {
    let hits = hits.into_iter();
    hits.filter(|hit| hit.reason != Reason::Default)
        .map(|hit| hit.range)
        .collect()
}

/// Words of small letters, capitals and digits that nobody would think of. Check sums have two sorts of characters.
pub(super) fn draws(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let ends = text
        .char_indices()
        .filter(|(_, char)| !char.is_ascii_alphanumeric());
    for (end, next) in ends
        .map(|(at, char)| (at, at + char.len_utf8()))
        .chain([(text.len(), text.len())])
    {
        let word = text.get(start..end).unwrap_or_default();
        if word.len() >= DRAWN
            && sorts(word) >= 3
            && entropy(word) >= 3.2
            && !reads_like_words(word)
        {
            found.push(start..end);
        }
        start = next;
    }
    found
}

/// The secrets that an argument of the command line sets: `--set db.password=…,api.token=…`, JSON, or a text with a
/// token in it.
pub(crate) fn argument(text: &str) -> Vec<(Secret, Reason)> {
    let mut found: Vec<(Secret, Reason)> = Vec::new();
    let mut take = |value: &str, reason| {
        let value = value.trim_matches(['{', '}', '"', '\'']);
        if !value.is_empty() {
            found.push((Secret::new(value), reason));
        }
    };
    let is_secret = |name: &str| {
        let path = name
            .rsplit([',', '{', '"', '='])
            .find(|path| !path.is_empty());
        let key = path.and_then(|path| path.rsplit('.').next());
        [path, key]
            .into_iter()
            .flatten()
            .any(|key| promise(key) != Promise::Nothing)
    };
    for (at, _) in text.match_indices('=') {
        let name = text.get(..at).unwrap_or_default();
        let rest = text.get(at + 1..).unwrap_or_default();
        if is_secret(name) {
            // One flag takes all that follows for the value, the others end it at a comma.
            take(rest, Reason::Named);
            take(&first_value(rest), Reason::Named);
            for item in rest.trim_matches(['{', '}']).split(',') {
                take(item, Reason::Named);
            }
        }
    }
    let document = Document::parse(text);
    for sensitive in detect(&document) {
        found.push((sensitive.secret, sensitive.reason));
        found.extend(sensitive.decoded.map(|text| (text, Reason::Encoded)));
    }
    found
}

/// The secrets that a text with expressions says: long random draws, and what is compared with a secret-like name, as in
/// `values.password != "hunter2"`.
pub(crate) fn expression(text: &str) -> Vec<(Secret, Reason)> {
    /// A line may be as long as a file: only what is near is compared.
    const NEAR: usize = 400;
    let secret = |range: Range<usize>| Secret::new(text.get(range).unwrap_or_default());
    let drawn = draws(text).into_iter();
    let drawn = drawn.map(|range| (secret(range), Reason::Random));
    let compared = ["==", "!="].into_iter().flat_map(|operator| {
        let places = text.match_indices(operator);
        places.filter_map(|(at, _)| {
            let before = text.get(super::floor(text, at.saturating_sub(NEAR))..at)?;
            let name = name_before(before.lines().next_back()?, '=')?;
            let start = at + operator.len();
            let line = text.get(start..super::floor(text, start + NEAR))?;
            let (value, quoted) = value_after(line.lines().next()?, '=')?;
            let is_secret = quoted && promise(name) != Promise::Nothing;
            is_secret.then(|| start + value.start..start + value.end)
        })
    });
    drawn
        .chain(compared.map(|range| (secret(range), Reason::Named)))
        .collect()
}

/// The text up to a comma that no backslash keeps, backslashes undone (Helm: pkg/strvals).
fn first_value(rest: &str) -> String {
    let mut value = String::new();
    let mut chars = rest.chars();
    while let Some(char) = chars.next() {
        match char {
            ',' => break,
            '\\' => value.extend(chars.next()),
            char => value.push(char),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_no_secret_looks_like() {
        for name in [
            "environments/prod/values.yaml",
            "postgres",
            "shop-7d9f8b6c5d-x2x4z",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "3f2c1a9d5b7e8f60718293a4b5c6d7e8f9012345",
            "connect.sparkConf.\"spark.sql.shuffle.partitions\"",
            "env[name=DB_PASSWORD].value",
            "550e8400-e29b-41d4-a716-446655440000",
            "SparkKubernetesClusterSchedulerBackendV2",
        ] {
            assert!(evident(name).is_empty(), "{name}");
        }
        for (name, hidden) in [
            ("values-Xk29vQ7mLpZq81xY.yaml", "Xk29vQ7mLpZq81xY"),
            ("postgres://app:hunter22@db/shop", "hunter22"),
        ] {
            let found = evident(name);
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(name.get(found[0].clone()), Some(hidden), "{name}");
        }
    }

    #[test]
    fn arguments_are_read_as_the_flags_read_them() {
        for (text, expected) in [
            ("password=hunter2", "hunter2"),
            ("db.password=hunter2,replicas=3", "hunter2"),
            ("a=b,users[0].token=x1", "x1"),
            ("password=a\\,b,c=d", "a,b"),
            ("--set-literal=password=a,b c", "a,b c"),
            ("db={\"password\": \"hunter2\"}", "hunter2"),
            ("{\"db\": {\"password\": \"hunter2\"}}", "hunter2"),
            ("tokens={one,two}", "two"),
        ] {
            let found = argument(text);
            let all: Vec<&str> = found.iter().map(|(secret, _)| secret.expose()).collect();
            assert!(all.contains(&expected), "{text}: {all:?}");
        }
        assert_eq!(argument("replicas=3,image.tag=1.2.3").len(), 0);
    }

    #[test]
    fn expressions_say_what_they_compare_secrets_with() {
        for (text, expected) in [
            ("values.password == \"hunter2\"", vec!["hunter2"]),
            ("values.db.password != 'hunter2' && true", vec!["hunter2"]),
            ("x: \"values.password == \\\"hunter2\\\"\"", vec!["hunter2"]),
            ("it is Xk29vQ7mLpZq81xY", vec!["Xk29vQ7mLpZq81xY"]),
            ("values.replicas == 'two'", vec![]),
            ("has(values.password) == true", vec![]),
        ] {
            let found = expression(text);
            let all: Vec<&str> = found.iter().map(|(secret, _)| secret.expose()).collect();
            assert_eq!(all, expected, "{text}");
        }
    }
}
