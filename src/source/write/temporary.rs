//! Temporary files: how they are called, and what becomes of those that a killed run left.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

const PREFIX: &str = ".envlint-";
const SUFFIX: &str = ".tmp";
/// Random letters and digits in between.
const RANDOM: usize = 12;

/// A file that was made a moment ago may not be locked yet. Where files are not locked, only age tells.
const YOUNG: Duration = if cfg!(unix) {
    Duration::from_secs(2)
} else {
    Duration::from_secs(3600)
};

/// A temporary file in the directory of `path` with this text. It has the owner and the permissions of the
/// file that it is to replace, and was at no time readable by more people.
pub(super) fn beside(path: &Path, text: &[u8], executable: bool) -> io::Result<NamedTempFile> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if !directory.is_dir() {
        let reason = format!("the directory {} does not exist", directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, reason));
    }
    survive_the_limit();
    tidy(directory);
    let old = fs::symlink_metadata(path)
        .ok()
        .filter(fs::Metadata::is_file);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    #[cfg(unix)]
    builder.permissions(permissions(old.as_ref(), executable));
    // The temporary name in the error itself helps nobody.
    let mut temporary = builder
        .tempfile_in(directory)
        .map_err(|error| io::Error::from(error.kind()))?;
    lock(temporary.as_file());
    // Errors of the temporary file itself would name it.
    temporary.as_file_mut().write_all(text)?;
    if let Some(old) = &old {
        keep(temporary.as_file(), old, executable)?;
    }
    Ok(temporary)
}

/// Makes a write fail that would pass the largest size of a file (`ulimit -f`). The system ends the process otherwise, which
/// leaves the temporary file and says nothing.
#[cfg(unix)]
fn survive_the_limit() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let nobody = std::sync::Arc::default();
        // Without it, the worst is what the system does.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, nobody);
    });
}

#[cfg(not(unix))]
fn survive_the_limit() {}

/// Those of the old file; else what any new file of a repository gets: all that the user's mask leaves.
#[cfg(unix)]
fn permissions(old: Option<&fs::Metadata>, executable: bool) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let more = if executable { 0o111 } else { 0 };
    let mode = old.map_or(0o666, |old| old.permissions().mode() & 0o7777);
    fs::Permissions::from_mode(mode | more)
}

/// Gives a new file the owner and the permissions of the old one. Root may write files of others, which stay theirs; whoever
/// may not give files away keeps them.
#[cfg(unix)]
fn keep(file: &fs::File, old: &fs::Metadata, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        let owner = rustix::fs::Uid::from_raw(old.uid());
        let group = rustix::fs::Gid::from_raw(old.gid());
        let _ = rustix::fs::fchown(file, Some(owner), Some(group));
    }
    // After a change of owner, and without the mask that new files have.
    file.set_permissions(permissions(Some(old), executable))
}

#[cfg(not(unix))]
fn keep(file: &fs::File, old: &fs::Metadata, _: bool) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

/// Holds a file until it is closed, which a killed process does as well. True when nobody else holds it.
#[cfg(unix)]
fn lock(file: &fs::File) -> bool {
    rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok()
}

#[cfg(not(unix))]
fn lock(_: &fs::File) -> bool {
    true
}

/// Removes the temporary files of runs that were killed. Each directory is looked at once.
fn tidy(directory: &Path) {
    static SEEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let is_new = SEEN
        .lock()
        .is_ok_and(|mut seen| seen.insert(directory.to_owned()));
    if !is_new {
        return;
    }
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let is_left = entry.file_name().to_str().is_some_and(is_temporary)
            && entry
                .metadata()
                .is_ok_and(|meta| meta.is_file() && is_old(&meta))
            && fs::File::open(entry.path()).is_ok_and(|file| lock(&file));
        if is_left {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_temporary(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX))
        .is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn is_old(meta: &fs::Metadata) -> bool {
    meta.modified().is_ok_and(|time| {
        SystemTime::now()
            .duration_since(time)
            .is_ok_and(|age| age >= YOUNG)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let old = SystemTime::now() - Duration::from_secs(60);
        let make = |name: &str, time| {
            let file = fs::File::create(at(name)).unwrap();
            file.set_modified(time).unwrap();
            file
        };
        for name in [
            ".envlint-abcdefghijkl.tmp",
            ".envlint-rendered",
            ".envlint-abcdefghijkl",
            ".envlint-abc.tmp",
            ".envlintignore",
        ] {
            drop(make(name, old));
        }
        let held = make(".envlint-heldheldheld.tmp", old);
        assert!(lock(&held));
        drop(make(".envlint-newnewnewnew.tmp", SystemTime::now()));
        tidy(directory.path());
        assert!(!at(".envlint-abcdefghijkl.tmp").exists());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 6);
    }
}
