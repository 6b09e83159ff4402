//! Where workspaces are: the configuration above a directory, and those below it.

use std::path::{Path, PathBuf};

use super::CONFIG_FILE;
use super::files::{Files, files};
use super::listing::Listing;

/// The configurations of the workspaces below a directory, which need not be a workspace that can be opened.
pub fn nested_below(directory: &Path) -> Vec<PathBuf> {
    configurations(directory, &files(directory, &Listing::Disk))
}

pub(super) fn configurations(root: &Path, files: &Files) -> Vec<PathBuf> {
    let directories = files.nested.iter();
    directories
        .map(|directory| root.join(directory).join(CONFIG_FILE))
        .collect()
}

/// The nearest `envlint.yaml` at or above a directory.
pub fn find_config(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start
        .ancestors()
        .map(|directory| directory.join(CONFIG_FILE))
        .find(|file| file.is_file())
}
