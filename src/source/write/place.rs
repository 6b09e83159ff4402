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

/// Whether a path names a stream of the process, which may be a file.
pub(super) fn is_stream(path: &Path) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    is_link
        && ["/dev", "/proc"]
            .iter()
            .any(|place| path.starts_with(place))
}
