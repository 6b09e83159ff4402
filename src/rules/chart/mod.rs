//! What must hold of an app's chart.

mod ambiguous_dependency;
mod does_not_render;
mod unsatisfied_dependency;

use std::collections::HashMap;
use std::sync::Arc;

use super::Rule;
use crate::source::{Location, Source};
use crate::values::{Tree, TreeKind};

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &ambiguous_dependency::RULE,
    &does_not_render::RULE,
    &unsatisfied_dependency::RULE,
];

/// The versions of dependencies that a file asks for, by the names of the dependencies, and where. The first of a name counts.
fn asked(source: &Arc<Source>) -> HashMap<String, Option<(String, Location)>> {
    let mut asked = HashMap::new();
    let dependencies = Tree::of(source).and_then(|tree| tree.get("dependencies"));
    let Some(TreeKind::Sequence(listed)) = dependencies.as_ref().map(Tree::kind) else {
        return asked;
    };
    for item in listed.iter() {
        let name = item.get("name");
        let Some(name) = name.as_ref().and_then(Tree::as_str) else {
            continue;
        };
        asked.entry(name.to_owned()).or_insert_with(|| {
            let version = item.get("version")?;
            Some((version.as_str()?.to_owned(), version.location()))
        });
    }
    asked
}
