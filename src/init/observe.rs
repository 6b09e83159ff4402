//! What can be seen of one path of one app: whether it differs, and what holds of its values.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use envlint_yaml::{Path, Segment};

use crate::resolve::ResolvedApp;
use crate::values::{Measure, Row, Tree, compare_measures, measure};
use crate::workspace::Environment;

/// One path of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Observation {
    /// The path.
    pub path: Path,
    /// Whether two environments have different values, or one has none.
    pub differs: bool,
    /// What holds of the values.
    pub facts: Facts,
}

/// What holds of a path's values in all environments that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// They are one text with the environment's name in it: the text with `{env}` for the name.
    pub pattern: Option<String>,
    /// They are numbers, quantities or durations, and none is smaller than the one before.
    pub non_decreasing: bool,
    /// They are addresses, and no two are the same.
    pub distinct: bool,
    /// They are versions, which travel from one environment to the next as a rule.
    pub version: bool,
}

impl Facts {
    /// What holds of both.
    pub(super) fn and(&self, other: &Facts) -> Facts {
        Facts {
            pattern: self
                .pattern
                .clone()
                .filter(|pattern| other.pattern.as_ref() == Some(pattern)),
            non_decreasing: self.non_decreasing && other.non_decreasing,
            distinct: self.distinct && other.distinct,
            version: self.version && other.version,
        }
    }
}

/// Looks at every path of an app, but for those below `secrets:`, which are per-environment by themselves.
pub(super) fn app(cx: &ResolvedApp<'_>) -> Vec<Observation> {
    let environments: Vec<&Environment> = cx
        .environments
        .iter()
        .map(|values| values.environment)
        .collect();
    let is_selection = |path: &Path| matches!(path.segments().first(), Some(Segment::Key(key)) if key == "secrets");
    cx.table
        .iter()
        .filter(|row| !is_selection(&row.path))
        .map(|row| Observation {
            path: row.path.clone(),
            differs: row.differs() || row.is_missing_somewhere(),
            facts: facts(&environments, row),
        })
        .collect()
}

fn facts(environments: &[&Environment], row: &Row<'_>) -> Facts {
    let values: Vec<(&Environment, &Tree<'_>)> = row
        .values()
        .filter_map(|(index, tree)| Some((*environments.get(index)?, tree)))
        .collect();
    let texts: Option<Vec<(&Environment, &str)>> = values
        .iter()
        .map(|(environment, tree)| Some((*environment, tree.as_str()?)))
        .collect();
    let is_secret = |(_, tree): &(&Environment, &Tree<'_>)| {
        let secrets = tree.source().secrets();
        secrets.touching(tree.node().span()).next().is_some()
    };
    // One value says nothing about a second one; and the text of a secret is written nowhere.
    let texts = texts.filter(|texts| texts.len() > 1 && !values.iter().any(is_secret));
    let Some(texts) = texts else {
        return Facts {
            pattern: None,
            non_decreasing: false,
            distinct: false,
            version: false,
        };
    };
    let only: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
    let is = |wanted: fn(&Measure) -> bool| {
        only.iter()
            .all(|text| measure(text).is_some_and(|measure| wanted(&measure)))
    };
    // A path that one environment lacks more likely waits for its promotion than follows an order.
    let everywhere = !row.is_missing_somewhere();
    let is_amount = is(|measure| !matches!(measure, Measure::Version(_)));
    let all_different = || only.iter().collect::<BTreeSet<_>>().len() == only.len();
    Facts {
        pattern: pattern(&texts),
        non_decreasing: everywhere && is_amount && is_rising(&only),
        distinct: everywhere && are_addresses(&row.path, &only) && all_different(),
        version: is(|measure| matches!(measure, Measure::Version(_))) || is_version_key(&row.path),
    }
}

/// The text that all values are, with `{env}` for the environment's name.
fn pattern(texts: &[(&Environment, &str)]) -> Option<String> {
    let mut patterns = texts
        .iter()
        .map(|(environment, text)| with_placeholder(text, &environment.name));
    let first = patterns.next()??;
    patterns
        .all(|pattern| pattern.as_ref() == Some(&first))
        .then_some(first)
}

/// Puts `{env}` where the environment's name stands as a word: `dev` in `shop-dev.example.com`, not in `device`.
fn with_placeholder(text: &str, name: &str) -> Option<String> {
    if name.is_empty() || text.contains("{env}") {
        return None;
    }
    let is_edge = |char: Option<char>| !char.is_some_and(char::is_alphanumeric);
    let (mut pattern, mut copied) = (String::new(), 0);
    for (at, _) in text.match_indices(name) {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        if is_edge(before) && is_edge(after) {
            pattern += text.get(copied..at).unwrap_or_default();
            pattern += "{env}";
            copied = at + name.len();
        }
    }
    if copied == 0 {
        return None;
    }
    pattern += text.get(copied..).unwrap_or_default();
    Some(pattern)
}

fn is_rising(texts: &[&str]) -> bool {
    texts.windows(2).all(|pair| {
        matches!(
            compare_measures(pair[0], pair[1]),
            Some(Ordering::Less | Ordering::Equal)
        )
    })
}

/// Keys whose values name a thing that environments do not share.
const ADDRESS_KEYS: [&str; 22] = [
    "account",
    "accountid",
    "address",
    "arn",
    "bucket",
    "cluster",
    "database",
    "domain",
    "endpoint",
    "fqdn",
    "host",
    "hostname",
    "index",
    "project",
    "queue",
    "rolearn",
    "subscription",
    "tenant",
    "topic",
    "uri",
    "url",
    "zone",
];

/// Three log levels differ by chance; hosts, buckets and accounts differ because they must. What says so is the key, or
/// the form of all values.
fn are_addresses(path: &Path, texts: &[&str]) -> bool {
    let key = match path.last() {
        Some(Segment::Key(key)) => key.rsplit('.').next().unwrap_or(key).to_lowercase(),
        _ => String::new(),
    };
    let looks_like_one = |text: &&str| {
        text.contains("://")
            || (text.matches('.').count() > 1 && text.contains(char::is_alphabetic))
    };
    let is_address_key = ADDRESS_KEYS.contains(&&*key);
    let is_word = |text: &&str| text.len() > 1 && text.contains(char::is_alphanumeric);
    (is_address_key && texts.iter().all(is_word)) || texts.iter().all(looks_like_one)
}

fn is_version_key(path: &Path) -> bool {
    matches!(path.last(), Some(Segment::Key(key)) if matches!(&*key.to_lowercase(), "tag" | "version" | "digest" | "targetrevision"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_environment_is_a_word() {
        for (text, name, expected) in [
            (
                "shop-dev.example.com",
                "dev",
                Some("shop-{env}.example.com"),
            ),
            ("s3a://events/dev", "dev", Some("s3a://events/{env}")),
            ("dev", "dev", Some("{env}")),
            ("dev-dev", "dev", Some("{env}-{env}")),
            ("device.dev", "dev", Some("device.{env}")),
            ("device", "dev", None),
            ("shop_dev_1", "dev", Some("shop_{env}_1")),
            ("shopdev", "dev", None),
            ("{env}-dev", "dev", None),
            ("prod", "dev", None),
        ] {
            assert_eq!(with_placeholder(text, name).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_are_told_by_their_key_or_their_form() {
        for (path, texts, expected) in [
            ("db.host", ["one", "two"], true),
            ("sparkConf.\"fs.s3.bucket\"", ["one", "two"], true),
            ("logLevel", ["debug", "info"], false),
            ("settings.a", ["https://a", "https://b"], true),
            (
                "settings.a",
                ["db.eu.example.com", "db.us.example.com"],
                true,
            ),
            ("settings.a", ["1.2.3", "1.2.4"], false),
        ] {
            assert_eq!(
                are_addresses(&path.parse().unwrap(), &texts),
                expected,
                "{path}"
            );
        }
    }
}
