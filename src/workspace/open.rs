//! Opening a workspace: with a configuration, or as it is found.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::listing::{Listing, Scope};
use super::{CONFIG_FILE, Config, Workspace, declared, environment, find_config, fleet, left};
use crate::masking::{Name, Said, text};
use crate::source::{Problem, Source};

impl Workspace {
    /// Opens the workspace that holds `start`: the nearest directory upwards with an `envlint.yaml`, or else `start`.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn open(start: &Path) -> Result<Workspace, Vec<Problem>> {
        Workspace::open_within(start, None, Scope::All)
    }

    /// Opens the workspace of one configuration file.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn open_config(file: &Path) -> Result<Workspace, Vec<Problem>> {
        Workspace::of_config(file, Scope::All)
    }

    /// The same with so many of its files: the workspace of a configuration file, or without one that which holds `start`.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn open_within(
        start: &Path,
        config: Option<&Path>,
        scope: Scope<'_>,
    ) -> Result<Workspace, Vec<Problem>> {
        match (config, find_config(start)) {
            (Some(file), _) => Workspace::of_config(file, scope),
            (None, Some(file)) => Workspace::of_config(&file, scope),
            (None, None) => Workspace::found_below(start, scope),
        }
    }

    fn of_config(file: &Path, scope: Scope<'_>) -> Result<Workspace, Vec<Problem>> {
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
        let empty = Workspace {
            listing: Listing::of(&root, scope),
            ..Workspace::empty(root)
        };
        empty.with_config(source, None)
    }

    /// The workspace below a directory, which is absolute and without links, with a configuration that need not be a file
    /// yet.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn configured(root: PathBuf, source: Arc<Source>) -> Result<Workspace, Vec<Problem>> {
        Workspace::empty(root).with_config(source, None)
    }

    /// A workspace of the same files with another configuration.
    ///
    /// # Errors
    /// The problems of the configuration, each with its place in the file.
    pub fn configured_as(&self, source: Arc<Source>) -> Result<Workspace, Vec<Problem>> {
        self.with_same_files().with_config(source, None)
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
        Workspace::empty(root).with_config(source, list)
    }

    fn with_config(
        self,
        source: Arc<Source>,
        list: Option<Arc<Source>>,
    ) -> Result<Workspace, Vec<Problem>> {
        let config = Config::read(&source)?;
        let mut workspace = Workspace {
            environments: environment::declared(&config, &source)?,
            config_source: Some(Arc::clone(&source)),
            config,
            ..self
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
        Workspace::found_below(directory, Scope::All)
    }

    fn found_below(directory: &Path, scope: Scope<'_>) -> Result<Workspace, Vec<Problem>> {
        let root = fs::canonicalize(directory).map_err(|error| {
            vec![Problem::without_place(text!(
                "cannot read the directory {}: {}",
                Name(&directory.display()),
                Said(&error)
            ))]
        })?;
        let mut workspace = Workspace {
            listing: Listing::of(&root, scope),
            ..Workspace::empty(root)
        };
        workspace.discover()?;
        Ok(workspace)
    }
}
