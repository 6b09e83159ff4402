//! What differs between environments without a reason.

mod expectation;
mod item_types;
mod missing_key;
mod missing_object;
mod naming_outlier;
mod out_of_order_change;
mod type_mismatch;
mod undeclared_difference;
mod unused_declaration;

use envlint_yaml::Path;

use super::{AppContext, Rule};
use crate::masking::{Name, Text, text};
use crate::naming::{environment_name, family};
use crate::resolve::order;
use crate::values::{Aspect, Row};

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &expectation::RULE,
    &missing_key::RULE,
    &missing_object::RULE,
    &naming_outlier::RULE,
    &out_of_order_change::RULE,
    &type_mismatch::RULE,
    &undeclared_difference::RULE,
    &unused_declaration::RULE,
];

/// The rule that speaks of paths that the configuration does not let differ.
pub(super) const UNDECLARED_DIFFERENCE: &Rule = &undeclared_difference::RULE;

/// A path as it must be written in a flow map.
fn in_flow(path: &Path) -> String {
    let path = path.to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if path.chars().all(is_plain) {
        path
    } else if path.contains(['"', '\\']) && !path.contains('\'') {
        format!("'{path}'")
    } else {
        // A JSON text is a YAML text.
        serde_json::Value::from(path).to_string()
    }
}

/// The command that promotes between two environments of an app.
fn promotion(cx: &AppContext<'_>, from: usize, to: usize) -> Text {
    command(cx, "promote", [from, to], [from, to])
}

/// The command that carries a hotfix from the later environment back to the earlier one.
fn backport(cx: &AppContext<'_>, from: usize, to: usize) -> Text {
    command(cx, "backport", [to, from], [from, to])
}

fn command(cx: &AppContext<'_>, name: &'static str, way: [usize; 2], forward: [usize; 2]) -> Text {
    let [from, to] = way.map(|index| cx.name(index));
    // The app is in none of those in between.
    let is_skip = match forward.map(|index| cx.environments.get(index)) {
        [Some(from), Some(to)] => {
            !order::between(cx.workspace, from.environment, to.environment).is_empty()
        }
        _ => false,
    };
    let skip = if is_skip { " --allow-skip" } else { "" };
    text!(
        "envlint {} --from {} --to {}{}",
        name,
        Name(from),
        Name(to),
        skip
    )
}

/// More paths are counted, not listed.
const MOST_LISTED: usize = 10;

/// Paths in a sentence; the last of many are counted.
fn listed<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Text {
    let paths = paths.into_iter().map(|path| text!("`{}`", path));
    Text::first(paths, MOST_LISTED)
}

/// Rows in a sentence, as [`listed`].
fn listed_rows(rows: &[&Row<'_>]) -> Text {
    let named = |row: &&Row<'_>| match row.aspect {
        Aspect::Value => text!("`{}`", row.path),
        Aspect::Order { .. } => text!("`{}` (order)", row.path),
    };
    Text::first(rows.iter().map(named), MOST_LISTED)
}

/// The name without the words that name the environment; none when there are none in it. `shop-prod.example.com` and
/// `shop.example.com` are one: production often has no word of its own.
fn nameless(name: &str, environment: &str) -> Option<String> {
    const JOINTS: [char; 5] = ['-', '_', '.', '/', ':'];
    let told = environment_name(environment);
    let names_it = |word: &&str| {
        word.eq_ignore_ascii_case(environment)
            || told.as_ref().is_some_and(|told| family(word) == told.stage)
    };
    let words: Vec<&str> = name.split(JOINTS).collect();
    let kept: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !names_it(word))
        .collect();
    let is_host = name.contains('.');
    (is_host || kept.len() < words.len()).then(|| kept.join("."))
}
