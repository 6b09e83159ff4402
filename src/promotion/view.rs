//! What reports are made of: paths and masked values, free of the files they come from.

use std::collections::BTreeMap;

use envlint_yaml::Path;
use serde::Serialize;

use super::comparison::Pair;
use super::plan::{Action, Change};
use super::shown::{self, Data};
use crate::masking::{Name, Text, text};
use crate::resolve::Rewrite;
use crate::values::{Aspect, Tree, same};

/// A value as it may be shown.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Shown {
    /// As plain data.
    pub data: Data,
    /// On one line of text.
    #[serde(skip)]
    pub line: Text,
}

impl Shown {
    pub(super) fn of(tree: Option<&Tree<'_>>, aspect: Aspect<'_>) -> Option<Shown> {
        let tree = tree?;
        Some(match aspect {
            Aspect::Value => Shown {
                data: shown::data(tree),
                line: shown::line(tree),
            },
            Aspect::Order { field } => {
                let names = shown::names(tree, field);
                Shown {
                    data: shown::list(&names),
                    line: Text::join(names, ", "),
                }
            }
        })
    }
}

/// What the lines of a value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Those of a text.
    Text,
    /// The items of a list.
    Items,
    /// The values of a JSON text.
    Json,
    /// The same, where both texts say the same.
    SameJson,
}

/// Two values of several lines: texts, JSON in texts, or lists with a line for each item.
#[derive(Debug, Clone)]
pub struct Lines {
    /// The first one.
    pub from: Text,
    /// The second one.
    pub to: Text,
    /// What the lines are.
    pub kind: LineKind,
}

/// What becomes of a path between two sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It belongs to the environment: it is never promoted.
    PerEnvironment,
    /// A shared path that differs until it is promoted.
    Pending,
    /// A shared path of which the later environment has a value that the earlier one never had.
    Hotfix,
    /// Another shared path that differs: history does not tell which side is ahead, or nothing is promoted from one to the
    /// other.
    Different,
    /// A shared path that is the same in both.
    Shared,
}

impl Class {
    /// The word for it, in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::PerEnvironment => "per-environment",
            Class::Pending => "pending",
            Class::Hotfix => "hotfix",
            Class::Different => "different",
            Class::Shared => "shared",
        }
    }
}

/// One path on both sides of a comparison.
#[derive(Debug, Clone, Serialize)]
pub struct PathView {
    /// The path.
    pub path: Text,
    /// What becomes of it.
    pub class: Class,
    /// What of it differs, where that is not its value: `order`, of a list's items; `from` and `to` are their names then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<&'static str>,
    /// The value in the first environment; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Shown>,
    /// The value in the second environment; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Shown>,
    /// Both values line by line, where they have several.
    #[serde(skip)]
    pub lines: Option<Lines>,
}

impl PathView {
    /// What makes the second value of the first.
    pub fn action(&self) -> Action {
        match self.aspect {
            Some(_) => Action::Reorder,
            None => Action::between(Aspect::Value, self.from.is_some(), self.to.is_some()),
        }
    }

    /// The view of a pair.
    pub fn of(pair: &Pair<'_>, class: Class) -> PathView {
        let (before, after) = (pair.from.value(), pair.to.value());
        let lines = match (before, after, pair.aspect) {
            (Some(before), Some(after), Aspect::Value) if pair.differs() => {
                shown::several_lines(before, after)
            }
            _ => None,
        };
        PathView {
            path: Text::of(&pair.path),
            class,
            aspect: match pair.aspect {
                Aspect::Value => None,
                Aspect::Order { .. } => Some("order"),
            },
            from: Shown::of(before, pair.aspect),
            to: Shown::of(after, pair.aspect),
            lines,
        }
    }
}

/// One change of a plan.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeView {
    /// The path.
    pub path: Text,
    /// What happens to it.
    pub action: Action,
    /// The target's value before; absent when it had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Shown>,
    /// The target's value afterwards; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Shown>,
    /// Both values line by line, where they have several.
    #[serde(skip)]
    pub lines: Option<Lines>,
    /// What `promotion.transforms` made the value of; absent where the source has the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transformed: Option<Transformed>,
}

/// A value that transforms changed on its way.
#[derive(Debug, Clone, Serialize)]
pub struct Transformed {
    /// The source's own value.
    pub from: Shown,
    /// The places of the transforms in the configuration.
    pub by: Vec<Text>,
    /// Both in words: "true in uat, by `promotion.transforms`, envlint.yaml:9:12".
    #[serde(skip)]
    pub said: Text,
}

/// So many places of transforms are named for one value.
const MOST_PLACES: usize = 3;

impl Transformed {
    /// What rewrites made of a value of an environment.
    fn of(own: Shown, path: &Path, rewrites: &[Rewrite], environment: &str) -> Transformed {
        let rewrites = rewrites.iter().filter(|rewrite| rewrite.is_about(path));
        let places = rewrites.flat_map(|rewrite| &rewrite.by);
        let places: BTreeMap<usize, Text> = places
            .map(|place| (place.span.start, Text::of(place)))
            .collect();
        let by: Vec<Text> = places.into_values().collect();
        let said = text!(
            "{} in {}, by `promotion.transforms`, {}",
            own.line.clone(),
            Name(environment),
            Text::first(by.iter().cloned(), MOST_PLACES)
        );
        Transformed {
            from: own,
            by,
            said,
        }
    }
}

impl ChangeView {
    /// The view of a change; `own` are the values of the source, before all transforms, with what they make of them, and
    /// `from` is its environment.
    pub fn of(
        change: &Change<'_>,
        (own, rewrites): (Option<&Tree<'_>>, &[Rewrite]),
        from: &str,
    ) -> ChangeView {
        let own = own.and_then(|own| own.at(&change.path));
        let is_other = |own: &Tree<'_>| {
            let after = change.after.as_ref();
            change.aspect == Aspect::Value && after.is_some_and(|after| !same(own, after))
        };
        let own = own.filter(is_other);
        let own = Shown::of(own.as_ref(), change.aspect);
        ChangeView {
            transformed: own.map(|own| Transformed::of(own, &change.path, rewrites, from)),
            path: Text::of(&change.path),
            action: change.action,
            before: Shown::of(change.before.as_ref(), change.aspect),
            after: Shown::of(change.after.as_ref(), change.aspect),
            lines: match (&change.before, &change.after, change.aspect) {
                (Some(before), Some(after), Aspect::Value) => shown::several_lines(before, after),
                _ => None,
            },
        }
    }
}
