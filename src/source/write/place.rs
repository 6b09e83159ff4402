//! Where a file may be written: links of a repository lead nowhere else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;
use crate::source::work_tree;

/// Holds a path to the repository that its links are in: a link of a git work tree, and one below the current directory where
/// there is none, must not lead out of it. The last part of the path may be a link, since it is replaced and not followed.
///
/// # Errors
/// When a link leads out.
pub(super) fn confined(path: &Path) -> Result<(), WriteError> {
    let absolute = std::path::absolute(path)?;
    let mut prefix = PathBuf::new();
    for part in absolute.parent().into_iter().flat_map(Path::components) {
        prefix.push(part);
        if let Some(target) = leads_out(&prefix)? {
            return Err(WriteError::Outside(prefix, target));
        }
    }
    Ok(())
}

/// Where a path leads that is itself a link out of the repository that it is in; none for all others.
///
/// # Errors
/// When it leads nowhere.
pub(super) fn leads_out(path: &Path) -> io::Result<Option<PathBuf>> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    let Some(above) = path.parent().filter(|_| is_link) else {
        return Ok(None);
    };
    let here = fs::canonicalize(".")?;
    let above = fs::canonicalize(match above.as_os_str().is_empty() {
        true => Path::new("."),
        false => above,
    })?;
    let bound = work_tree(&above).or_else(|| above.starts_with(&here).then_some(here));
    let Some(bound) = bound else {
        return Ok(None);
    };
    let target = fs::canonicalize(path)?;
    Ok((!target.starts_with(bound)).then_some(target))
}

/// Holds a file to its permissions: the directory alone decides whether a file can be replaced, but who makes a file read-only
/// wants it to stay. What is not there, and a link, are for the others to judge.
///
/// # Errors
/// When the file is not to be written.
pub(super) fn writable(path: &Path) -> Result<(), WriteError> {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let is_ours = meta.is_symlink() || may_write(path);
    match meta.is_file() && (meta.permissions().readonly() || !is_ours) {
        true => Err(WriteError::ReadOnly),
        false => Ok(()),
    }
}

#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    use rustix::io::Errno;
    // What else is wrong is said when the file is written.
    !matches!(
        access(path, Access::WRITE_OK),
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS)
    )
}

#[cfg(not(unix))]
fn may_write(_: &Path) -> bool {
    true
}

/// Whether a path names a stream of the process, which may be a file.
pub(super) fn is_stream(path: &Path) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    is_link
        && ["/dev", "/proc"]
            .iter()
            .any(|place| path.starts_with(place))
}
