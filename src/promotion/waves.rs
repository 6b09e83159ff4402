//! Waves: environments that stand beside each other, and get a value one wave after the other.

use std::sync::Arc;

use envlint_yaml::Path;

use super::plan::Change;
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, text};
use crate::resolve::Transforms;
use crate::source::Source;
use crate::values::{Aspect, Tree, same};
use crate::workspace::{AppFiles, Environment, ValuesFile, Workspace};

/// Why a promotion would bring to an environment what those of an earlier wave do not have yet.
pub(super) fn refusals(
    workspace: &Workspace,
    files: &AppFiles,
    source: &Arc<Source>,
    (from, to): (&Environment, &Environment),
    changes: &[Change<'_>],
) -> Vec<Refusal> {
    let waves = &workspace.config.promotion.waves;
    let is_of = |name: &str, wave: &[envlint_yaml::Spanned<String>]| {
        wave.iter().any(|known| known.value == name)
    };
    let own = waves.iter().position(|wave| is_of(&to.name, wave));
    let earlier = waves.get(..own.unwrap_or_default()).unwrap_or_default();
    let before = files
        .values
        .iter()
        .filter(|file| {
            earlier
                .iter()
                .any(|wave| is_of(&file.environment.name, wave))
        })
        .filter(|file| file.is_own_file() && file.source.is_ok());
    // Transforms give each of them values of its own.
    let carried = |file: &ValuesFile| {
        let transforms = Transforms::between(workspace, from, &file.environment);
        Transforms::carry(transforms.as_ref(), source).ok()
    };
    let before: Vec<(&ValuesFile, Option<Arc<Source>>)> =
        before.map(|file| (file, carried(file))).collect();
    let changes = changes
        .iter()
        .filter(|change| change.aspect == Aspect::Value);
    changes
        .filter_map(|change| {
            let lacks = |(file, carried): &&(&ValuesFile, Option<Arc<Source>>)| {
                let carried = carried.as_ref().and_then(Tree::of);
                let wanted = carried.and_then(|carried| carried.at(&change.path));
                !has(file, &change.path, wanted.as_ref())
            };
            let (lacking, _) = before.iter().find(lacks)?;
            Some(refusal(&change.path, &lacking.environment, to))
        })
        .collect()
}

/// Whether an environment has the value that is promoted, or lacks what goes.
fn has(file: &ValuesFile, path: &Path, wanted: Option<&Tree<'_>>) -> bool {
    let source = file.source.as_ref().ok();
    let value = source.and_then(Tree::of).and_then(|root| root.at(path));
    match (value, wanted) {
        (Some(value), Some(wanted)) => same(&value, wanted),
        (None, None) => true,
        _ => false,
    }
}

fn refusal(path: &Path, lacking: &Environment, to: &Environment) -> Refusal {
    let message = text!(
        "`{}` in {} is not what would be promoted, and {} is of a later wave",
        path,
        Name(&lacking.name),
        Name(&to.name)
    );
    Refusal::of(Reason::Wave, path, message).help(text!(
        "promote it to {} first, or pass --allow-skip",
        Name(&lacking.name)
    ))
}
