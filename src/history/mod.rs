//! What the history of the repository tells of a shared path that differs: whether the earlier environment moved on, or
//! the later one was changed out of order.
//!
//! It is read only where a path differs, and only as far as the answer needs it: the newest versions of a values file
//! first. What is on the disk is newer than any commit. The values files alone are compared, since a promotion changes
//! nothing else.

mod app;
mod between;
mod file;
mod state;

use std::sync::OnceLock;

pub use app::{PairStates, of_app};
pub use between::{Between, Query};
pub use file::{Dirt, Side};
pub use state::{Since, State, Why};

use crate::git::Past;
use crate::source::work_tree;
use crate::workspace::{App, Deployment, Workspace};

/// The history of the values files of a workspace's apps. Git is started when somebody first asks.
#[derive(Debug)]
pub struct History<'w> {
    workspace: &'w Workspace,
    files: Vec<String>,
    past: OnceLock<Result<Past, Why>>,
}

impl<'w> History<'w> {
    /// The history of these apps.
    pub fn of(workspace: &'w Workspace, apps: &[&App]) -> Self {
        let deployments = apps.iter().flat_map(|app| &app.deployments);
        let files = deployments.filter_map(Deployment::values_file);
        let mut files: Vec<String> = files.map(str::to_owned).collect();
        files.sort();
        files.dedup();
        History {
            workspace,
            files,
            past: OnceLock::new(),
        }
    }

    /// Whether there is a history from its first commit on.
    pub fn is_whole(&self) -> bool {
        self.past().is_ok_and(|past| !past.is_shallow())
    }

    /// What git knows.
    ///
    /// # Errors
    /// Why it knows nothing.
    fn past(&self) -> Result<&Past, Why> {
        let open = || {
            let root = &self.workspace.root;
            if work_tree(root).is_none() && std::env::var_os("GIT_DIR").is_none() {
                return Err(Why::NoRepository);
            }
            Past::of(root, &self.files).map_err(|problem| Why::Git(problem.message))
        };
        self.past.get_or_init(open).as_ref().map_err(Why::clone)
    }
}
