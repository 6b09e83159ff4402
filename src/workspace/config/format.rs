//! `format:` of the configuration: how values files are written.

use std::sync::Arc;

use envlint_yaml::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::masking::{Name, text};
use crate::source::{Location, Problem, Source};
use crate::values::Pattern;

/// How values files are written; `envlint fmt` writes them so. A path names one value here, and nothing in it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Format {
    /// The order of the keys of maps.
    pub keys: Vec<KeyOrder>,
    /// The order of the items of lists.
    pub lists: Vec<ListOrder>,
    /// The quotes of texts that have some, where the others need no escape.
    pub quotes: Option<Quotes>,
    /// Texts that are in quotes. `**` is all of them.
    pub quoted: Vec<Spanned<Pattern>>,
}

/// The order of the keys of maps.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyOrder {
    /// The maps: `env[*]`, `**.resources`, `**` for all; `.` is the top of the file.
    pub path: Spanned<Pattern>,
    /// The keys that come first, in this order, where the map has them.
    #[serde(default)]
    pub first: Vec<String>,
    /// Whether the other keys are in alphabetical order. Default: they keep theirs.
    #[serde(default)]
    pub alphabetical: bool,
}

/// The order of the items of lists.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrder {
    /// The lists: `env`, `**.hosts`.
    pub path: Spanned<Pattern>,
    /// The key of the items that they are sorted by. Default: the items are single values, and sorted by themselves.
    pub by: Option<String>,
    /// Whether the last one comes first.
    #[serde(default)]
    pub descending: bool,
}

/// Which quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Quotes {
    /// `"`
    Double,
    /// `'`
    Single,
}

impl Format {
    /// Paths that are named twice.
    pub(super) fn problems(&self, source: &Arc<Source>) -> Vec<Problem> {
        let keys: Vec<&Spanned<Pattern>> = self.keys.iter().map(|order| &order.path).collect();
        let lists: Vec<&Spanned<Pattern>> = self.lists.iter().map(|order| &order.path).collect();
        let mut problems = Vec::new();
        for paths in [keys, lists] {
            for (index, path) in paths.iter().enumerate() {
                let mut before = paths.iter().take(index);
                let Some(first) = before.find(|other| other.value == path.value) else {
                    continue;
                };
                let message = text!("`{}` has two orders", Name(&path.value));
                problems.push(
                    Problem::located(Location::new(source, path.span), message)
                        .note(Location::new(source, first.span), "the other one")
                        .help("keep one of the two"),
                );
            }
        }
        problems
    }
}
