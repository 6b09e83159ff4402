//! What files of a work tree held in all commits, read only as far as somebody asks. Two processes list changes and one
//! gives contents, however many files there are.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::LARGEST;
use super::blobs::Blobs;
use super::log::{End, FileChange, Log};
use super::repository::Repository;
use crate::source::Problem;

/// Why not all of a history is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The clone is shallow.
    Shallow,
    /// Git failed: there is no commit yet, or the clone lacks objects.
    Failed,
    /// There is more than envlint reads.
    TooLong,
}

/// The past of files.
#[derive(Debug)]
pub struct Past {
    repository: Repository,
    prefix: String,
    log: Mutex<Log>,
    blobs: Mutex<Blobs>,
}

impl Past {
    /// The past of these files, which are relative to a directory: absolute, and without links.
    ///
    /// # Errors
    /// When there is no repository around it, git does not trust it, or git cannot be run.
    pub fn of(root: &Path, files: &[String]) -> Result<Past, Problem> {
        let repository = Repository::around(root)?;
        let prefix = match repository.prefix() {
            Some(prefix) if !prefix.is_empty() => format!("{prefix}/"),
            _ => String::new(),
        };
        let files: Vec<String> = files.iter().map(|file| format!("{prefix}{file}")).collect();
        Ok(Past {
            log: Mutex::new(Log::open(&repository, &files)?),
            blobs: Mutex::new(Blobs::open(&repository)?),
            prefix,
            repository,
        })
    }

    /// The change of a file at a place, the newest first; none when there are not so many.
    pub fn change(&self, file: &str, nth: usize) -> Option<Arc<FileChange>> {
        let file = format!("{}{file}", self.prefix);
        held(&self.log).change(&self.repository, &file, nth)
    }

    /// Why there may be more changes than were read; asked when there are no more.
    pub fn incomplete(&self) -> Option<Incomplete> {
        let end = held(&self.log).end();
        match end {
            End::Failed => Some(Incomplete::Failed),
            _ if self.repository.is_shallow() => Some(Incomplete::Shallow),
            End::Cut => Some(Incomplete::TooLong),
            End::Whole => None,
        }
    }

    /// The file as the last commit has it; none when that has no such file.
    ///
    /// # Errors
    /// When git ends before it has answered.
    pub fn committed(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        self.blob(&format!("HEAD:{}{file}", self.prefix))
    }

    /// The contents of an object, as far as envlint reads; none when this clone lacks it.
    ///
    /// # Errors
    /// When git ends before it has answered.
    pub fn blob(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let read = held(&self.blobs).read(&[name], LARGEST)?;
        Ok(read.into_iter().next().flatten())
    }
}

/// Whoever had it before and failed left nothing half done.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
