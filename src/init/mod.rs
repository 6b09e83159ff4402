//! `envlint init`: a first configuration, from the values files as they are today.
//!
//! [`observe`] looks at every path of every app, [`infer`] decides what may be expected of the paths that differ, and
//! [`text`] writes it down for a person to read and correct.

mod generalise;
mod infer;
mod observe;
mod text;

pub use infer::{Declaration, Expected};

use rayon::prelude::*;

use crate::resolve::{guarded, resolve};
use crate::source::Problem;
use crate::workspace::{Charts, Workspace};
use observe::Observation;

/// A configuration that has not been written yet.
#[derive(Debug)]
pub struct Draft {
    /// The text of `envlint.yaml`.
    pub text: String,
    /// How many environments were found.
    pub environments: usize,
    /// How many apps were found.
    pub apps: usize,
    /// What was declared for all apps and for single ones.
    pub declarations: Vec<Declaration>,
    /// How many shared paths there are.
    pub shared: usize,
    /// Why some apps could not be looked at.
    pub problems: Vec<Problem>,
}

/// Drafts the configuration of a workspace.
pub fn draft(workspace: &Workspace) -> Draft {
    let charts = Charts::load(workspace, workspace.apps.iter());
    let observed: Vec<Result<Vec<Observation>, Problem>> = workspace
        .apps
        .par_iter()
        .map(|app| {
            guarded(&app.name, "read", || {
                let files = app.load(workspace);
                observe::app(&resolve(workspace, app, &files, charts.of(app)))
            })
        })
        .collect();
    let mut problems = Vec::new();
    let mut apps = Vec::new();
    for result in observed {
        apps.push(result.unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        }));
    }
    // An app whose files are named by several conventions cannot be declared by one pattern: discovery keeps finding it.
    let listed = workspace.apps.iter().all(|app| app.patterns.len() == 1);
    let inferred = infer::infer(&apps, listed);
    Draft {
        text: text::write(workspace, &inferred, listed),
        environments: workspace.environments.len(),
        apps: workspace.apps.len(),
        shared: inferred.shared,
        declarations: inferred.into_declarations(),
        problems,
    }
}
