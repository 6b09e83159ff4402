//! Opening a workspace: with a configuration, or as it is found.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CONFIG_FILE, Config, Workspace, declared, environment, find_config, fleet, left};
use crate::masking::{Name, Said, text};
use crate::source::{Problem, Source};

impl Workspace {
    /// Opens the workspace that holds `start`: the nearest directory upwards with an `envlint.yaml`, or else `start`.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn open(start: &Path) -> Result<Workspace, Vec<Problem>> {
        match find_config(start) {
            Some(file) => Workspace::open_config(&file),
            None => Workspace::discovered(start),
        }
    }

    /// Opens the workspace of one configuration file.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn open_config(file: &Path) -> Result<Workspace, Vec<Problem>> {
        let cannot_read = |error: &dyn std::fmt::Display| {
            vec![Problem::without_place(text!(
                "cannot read {}: {}",
                Name(&file.display()),
                Said(&error)
            ))]
        };
        let file_name = file
            .file_name()
            .unwrap_or_else(|| CONFIG_FILE.as_ref())
            .to_string_lossy()
            .into_owned();
        let directory = file
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let root = fs::canonicalize(directory).map_err(|error| cannot_read(&error))?;
        let source = Source::read(&root, &file_name)
            .map(Arc::new)
            .map_err(|error| cannot_read(&error))?;
        Workspace::configured(root, source)
    }

    /// The workspace below a directory, which is absolute and without links, with a configuration that need not be a file
    /// yet.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn configured(root: PathBuf, source: Arc<Source>) -> Result<Workspace, Vec<Problem>> {
        Workspace::with_list(root, source, None)
    }

    /// The same, with a file for the list of the fleet that need not be there yet.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn with_list(
        root: PathBuf,
        source: Arc<Source>,
        list: Option<Arc<Source>>,
    ) -> Result<Workspace, Vec<Problem>> {
        let config = Config::read(&source)?;
        let mut workspace = Workspace {
            environments: environment::declared(&config, &source)?,
            config_source: Some(Arc::clone(&source)),
            config,
            ..Workspace::empty(root)
        };
        if !workspace.config.declares_apps() {
            workspace.discover()?;
        } else {
            if workspace.environments.is_empty() {
                workspace.environments = declared::existing_environments(&workspace);
                workspace.set_kubernetes();
            }
            workspace.fleet = fleet::read(&workspace, &source, list);
            workspace.apps = declared::apps(&workspace, &source)?;
            workspace.broken = left::broken(&workspace);
            workspace.refused = left::refused(&workspace);
            workspace.whole_walk()?;
        }
        Ok(workspace)
    }

    /// The workspace that is found below a directory when no configuration is looked at.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn discovered(directory: &Path) -> Result<Workspace, Vec<Problem>> {
        let root = fs::canonicalize(directory).map_err(|error| {
            vec![Problem::without_place(text!(
                "cannot read the directory {}: {}",
                Name(&directory.display()),
                Said(&error)
            ))]
        })?;
        let mut workspace = Workspace::empty(root);
        workspace.discover()?;
        Ok(workspace)
    }
}
