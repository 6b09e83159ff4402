//! Writing a file so that an interrupted run leaves the old one (design, section 8).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::masking::{Say, Speech};

/// Why a file was not written. In every case the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another program changed the file after it was read.
    #[error("it changed on disk after it was read, so nothing was written; run the command again")]
    Changed,
    /// A file of this name is there already.
    #[error("it already exists, so nothing was written")]
    Exists,
    /// The file is somewhere else: writing would change the values of whoever it belongs to.
    #[error(
        "a symbolic link leads from it to {}, so nothing was written; replace the link with a file",
        .0.display()
    )]
    Link(PathBuf),
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The words of the operating system are among it.
impl Say for WriteError {
    fn say(&self, speech: &mut Speech<'_, '_>) -> std::fmt::Result {
        speech.other(self)
    }
}

/// Replaces the text of a file, unless it is no longer the text that was read. Permissions stay. `path` is absolute and has
/// no links in it: the values file of one environment may be a link to that of another.
///
/// The new text goes to a temporary file beside the target and is renamed onto it when it is safe on the disk.
///
/// # Errors
/// When the file is not the one that was read, or cannot be written.
pub fn replace(path: &Path, read: &str, text: &str) -> Result<(), WriteError> {
    let target = fs::canonicalize(path)?;
    if target != path {
        return Err(WriteError::Link(target));
    }
    let permissions = fs::metadata(path)?.permissions();
    let temporary = beside(path, text, Some(permissions.clone()))?;
    fs::set_permissions(temporary.path(), permissions)?;
    if fs::read(path)? != read.as_bytes() {
        return Err(WriteError::Changed);
    }
    temporary.persist(path).map_err(|error| error.error)?;
    sync_directory(path);
    Ok(())
}

/// Creates a file with this text; `overwrite` says what to do when one is there.
///
/// # Errors
/// When the file exists and must not be overwritten, or cannot be written.
pub fn create(path: &Path, text: &str, overwrite: bool) -> Result<(), WriteError> {
    let temporary = beside(path, text, None)?;
    if overwrite {
        temporary.persist(path).map_err(|error| error.error)?;
    } else {
        temporary
            .persist_noclobber(path)
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => WriteError::Exists,
                _ => WriteError::Io(error.error),
            })?;
    }
    sync_directory(path);
    Ok(())
}

/// A temporary file in the directory of `path`, at no time readable by more people than the file that it replaces.
fn beside(
    path: &Path,
    text: &str,
    permissions: Option<fs::Permissions>,
) -> io::Result<NamedTempFile> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".envlint-");
    #[cfg(unix)]
    builder.permissions(permissions.unwrap_or_else(new_file));
    #[cfg(not(unix))]
    drop(permissions);
    if !directory.is_dir() {
        let reason = format!("the directory {} does not exist", directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, reason));
    }
    // The temporary name in the error itself helps nobody.
    let mut temporary = builder
        .tempfile_in(directory)
        .map_err(|error| io::Error::from(error.kind()))?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// What any new file of a repository gets: all that the user's mask leaves.
#[cfg(unix)]
fn new_file() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// Makes the rename itself safe. Not every file system can, and then the rename is as safe as it gets.
fn sync_directory(path: &Path) {
    if let Some(directory) = path.parent()
        && let Ok(directory) = fs::File::open(directory)
    {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where temporary files are may be behind a link.
    fn without_links(directory: &tempfile::TempDir) -> PathBuf {
        fs::canonicalize(directory.path()).unwrap()
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = without_links(&directory).join("values.yaml");
        fs::write(&path, "b: 2\n").unwrap();
        assert!(matches!(
            replace(&path, "a: 1\n", "a: 2\n"),
            Err(WriteError::Changed)
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "b: 2\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_is_overwritten_only_when_that_was_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("envlint.yaml");
        create(&path, "one", false).unwrap();
        assert!(matches!(
            create(&path, "two", false),
            Err(WriteError::Exists)
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        create(&path, "two", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (
            without_links(&directory).join("values.yaml"),
            without_links(&directory).join("link.yaml"),
        );
        fs::write(&path, "a: 1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("values.yaml", &link).unwrap();
        let refused = replace(&link, "a: 1\n", "a: 2\n");
        assert!(matches!(refused, Err(WriteError::Link(target)) if target == path));
        assert_eq!(fs::read_to_string(&path).unwrap(), "a: 1\n");
        replace(&path, "a: 1\n", "a: 2\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a: 2\n");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
}
