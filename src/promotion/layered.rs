//! Changes of values that other layers give as well: a promotion writes the environment's own file, and no other.

use std::sync::Arc;

use envlint_yaml::Path;

use super::plan::{Action, Change};
use crate::masking::{Name, Text, text};
use crate::values::{Aspect, Tree};
use crate::workspace::{LayerFile, ValuesFile};

/// What a person should know of changes to a target's own file whose effect other layers decide.
pub(super) fn warnings(target: &ValuesFile, changes: &[Change<'_>]) -> Vec<Text> {
    let changes = changes.iter();
    let values = changes.filter(|change| change.aspect == Aspect::Value);
    values
        .filter_map(|change| warning(target, change))
        .collect()
}

fn warning(target: &ValuesFile, change: &Change<'_>) -> Option<Text> {
    let (path, environment) = (&change.path, Name(&target.environment.name));
    // Of values that may come from anywhere, nobody can say so.
    if target.is_given(path) && !target.is_open() {
        return Some(text!(
            "`{}` in {} is given when it is deployed, so the value in the file does not count",
            path,
            environment
        ));
    }
    // Helm: maps are merged, so one below adds to what is promoted.
    let is_map = |tree: &Option<Tree<'_>>| tree.as_ref().is_some_and(Tree::is_mapping);
    if is_map(&change.before) || is_map(&change.after) {
        return None;
    }
    if let Some(file) = giving(target.above().rev(), path) {
        return Some(text!(
            "`{}` in {} still comes from {}, which is laid over the environment's own file",
            path,
            environment,
            Name(&file.path)
        ));
    }
    let file = giving(target.below().rev(), path)?;
    match change.action {
        Action::Add => Some(text!(
            "`{}` in {} came from {}, and gets a value in the environment's own file",
            path,
            environment,
            Name(&file.path)
        )),
        Action::Remove => Some(text!(
            "`{}` in {} comes from {} again, once it is removed",
            path,
            environment,
            Name(&file.path)
        )),
        Action::Change | Action::Reorder => None,
    }
}

/// The first of these layers that has a value at a path.
fn giving<'f>(
    mut layers: impl Iterator<Item = &'f Arc<LayerFile>>,
    path: &Path,
) -> Option<&'f LayerFile> {
    let gives = |file: &&Arc<LayerFile>| {
        let source = file.source.as_ref().ok();
        source
            .and_then(Tree::of)
            .is_some_and(|root| root.at(path).is_some())
    };
    layers.find(gives).map(|file| &**file)
}
