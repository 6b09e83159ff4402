//! What must hold of an app's chart.

mod does_not_render;
mod unsatisfied_dependency;

use super::Rule;

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[&does_not_render::RULE, &unsatisfied_dependency::RULE];
