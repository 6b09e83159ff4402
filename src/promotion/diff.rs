//! `envlint diff`: what differs between the values files of two environments, app by app.

use std::sync::Arc;

use rayon::prelude::*;

use super::comparison::{Comparison, PathState};
use super::files::values_file;
use super::scope::Scope;
use super::view::PathView;
use super::{rendered, unified};
use crate::masking::Text;
use crate::resolve::Declarations;
use crate::resolve::guarded;
use crate::source::Problem;
use crate::values::several_documents;
use crate::workspace::{App, Environment, Workspace};

/// What differs between two environments of one app.
#[derive(Debug)]
pub struct AppDiff {
    /// The app.
    pub app: Arc<str>,
    /// The first environment's values file.
    pub from_file: String,
    /// The second environment's values file.
    pub to_file: String,
    /// The paths that differ, or all of them, in the order of the files.
    pub paths: Vec<PathView>,
    /// How many paths there are of each class.
    pub counts: Counts,
    /// The two files as a unified diff, masked; empty when they are the same text.
    pub unified: Text,
    /// Files whose values depend on the version of Helm; they are compared as Helm 4 reads them.
    pub ambiguous: Vec<Problem>,
}

/// How many paths there are of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Per-environment paths that differ.
    pub per_environment: usize,
    /// Shared paths that have not moved yet.
    pub pending: usize,
    /// Shared paths that are the same.
    pub shared: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.per_environment += other.per_environment;
        self.pending += other.pending;
        self.shared += other.shared;
    }
}

impl AppDiff {
    /// Whether any path differs.
    pub fn differs(&self) -> bool {
        self.counts.per_environment + self.counts.pending > 0
    }

    /// Whether anything that is rendered differs.
    pub fn renders_differently(&self) -> bool {
        !self.unified.is_empty()
    }
}

/// What is really deployed to two environments, for each app with a chart or a secret backend: only the unified diff of
/// the manifests is filled in.
pub fn diff_rendered(
    workspace: &Workspace,
    apps: &[&App],
    from: &Environment,
    to: &Environment,
) -> Vec<Result<AppDiff, Box<Problem>>> {
    apps.par_iter()
        .map(|app| {
            guarded(&app.name, "compared", || {
                let unified = rendered::diff(workspace, app, from, to)?;
                Ok(AppDiff {
                    app: Arc::clone(&app.name),
                    from_file: rendered::name(&from.name),
                    to_file: rendered::name(&to.name),
                    paths: Vec::new(),
                    counts: Counts::default(),
                    unified,
                    ambiguous: Vec::new(),
                })
            })
            .unwrap_or_else(|problem| Err(Box::new(problem)))
        })
        .collect()
}

/// Compares two environments of each app. An app that cannot be compared says why, and the others are compared.
pub fn diff(
    workspace: &Workspace,
    apps: &[&App],
    from: &Environment,
    to: &Environment,
    all_paths: bool,
) -> Vec<Result<AppDiff, Box<Problem>>> {
    apps.par_iter()
        .map(|app| {
            guarded(&app.name, "compared", || {
                app_diff(workspace, app, from, to, all_paths)
            })
            .unwrap_or_else(|problem| Err(Box::new(problem)))
        })
        .collect()
}

fn app_diff(
    workspace: &Workspace,
    app: &App,
    from: &Environment,
    to: &Environment,
    all_paths: bool,
) -> Result<AppDiff, Box<Problem>> {
    let files = app.load(workspace);
    let from = values_file(workspace, app, &files, from)?;
    let to = values_file(workspace, app, &files, to)?;
    let comparison = Comparison {
        declarations: &Declarations::of(workspace, app),
        scope: &Scope::default(),
    };
    let pairs = comparison.pairs(&from, &to)?;
    let mut counts = Counts::default();
    for pair in &pairs {
        match pair.state {
            PathState::PerEnvironment => counts.per_environment += usize::from(pair.differs()),
            PathState::Pending | PathState::LeftOut => counts.pending += 1,
            PathState::Shared => counts.shared += 1,
        }
    }
    Ok(AppDiff {
        app: Arc::clone(&app.name),
        paths: pairs
            .iter()
            .filter(|pair| all_paths || pair.differs())
            .map(PathView::of)
            .collect(),
        counts,
        unified: unified::diff(&from, &to),
        ambiguous: [&from, &to]
            .into_iter()
            .filter_map(several_documents)
            .collect(),
        from_file: from.path.clone(),
        to_file: to.path.clone(),
    })
}
