//! One writer at a time: what was compared with the text that was read is still there when it is replaced.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::{
    thread,
    time::{Duration, Instant},
};

use super::WriteError;

/// How long another writer may take. It holds a file only while it puts texts in their places.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(10);

/// A file that no other run of this program writes, until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    /// Held and never read: closing it lets go of the lock.
    _held: fs::File,
}

impl Lock {
    /// Waits until nobody else writes a file. None where its file system knows no locks, and then there is none.
    ///
    /// # Errors
    /// When another one writes it for too long.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Result<Option<Lock>, WriteError> {
        use rustix::fs::{FlockOperation, OFlags, flock};
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let mut options = fs::OpenOptions::new();
            let Ok(file) = options.read(true).custom_flags(flags).open(path) else {
                return Ok(None);
            };
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                }
                Err(_) => return Ok(None),
            }
            // A writer renames: whoever waited for it holds the file that was.
            let number = |meta: fs::Metadata| (meta.dev(), meta.ino());
            let is_there = |meta: fs::Metadata| {
                fs::metadata(path).is_ok_and(|now| number(now) == number(meta))
            };
            if file.metadata().is_ok_and(is_there) {
                return Ok(Some(Lock { _held: file }));
            }
        }
        Err(WriteError::Busy)
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Path) -> Result<Option<Lock>, WriteError> {
        Ok(None)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn who_waited_holds_the_file_that_is_there_now() {
        let directory = tempfile::tempdir().unwrap();
        let (path, new) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&path, "old").unwrap();
        let first = Lock::of(&path).unwrap();
        assert!(first.is_some());
        let waiting = path.clone();
        let second = thread::spawn(move || {
            let lock = Lock::of(&waiting).unwrap();
            (lock.is_some(), fs::read_to_string(&waiting).unwrap())
        });
        fs::write(&new, "new").unwrap();
        fs::rename(&new, &path).unwrap();
        drop(first);
        assert_eq!(second.join().unwrap(), (true, "new".to_owned()));
        assert!(Lock::of(&directory.path().join("none")).unwrap().is_none());
    }
}
