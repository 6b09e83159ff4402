//! What files of a work tree held in all commits, read only as far as somebody asks. Two processes list changes and one
//! gives contents, however many files there are.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::LARGEST;
use super::blobs::Blobs;
use super::log::{End, FileChange, Log};
use super::process::Patience;
use super::repository::Repository;
use super::tree::{self, Entries, Kind, is_object};
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

/// What the last commit has of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// No such file.
    Nothing,
    /// The text that was asked for.
    Same,
    /// Another text.
    Other(Vec<u8>),
}

/// The past of files.
#[derive(Debug)]
pub struct Past {
    repository: Repository,
    prefix: String,
    log: Mutex<Log>,
    blobs: Mutex<Blobs>,
    last: Mutex<LastCommit>,
}

/// Of so many files the last commit is asked one by one. For each, git reads all trees on the way, which may have ten
/// thousands of entries; so of more, it lists the commit once.
const MOST_SINGLE: usize = 64;

/// What is known of the last commit.
#[derive(Debug, Default)]
struct LastCommit {
    asked: usize,
    /// Its files below the directory that is asked about, once they were listed; none where git failed.
    files: Option<Option<Arc<Entries>>>,
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
        let patience = Patience::of_history();
        Ok(Past {
            log: Mutex::new(Log::open(&repository, &files, &patience)?),
            blobs: Mutex::new(Blobs::open(&repository, &patience)?),
            last: Mutex::default(),
            prefix,
            repository,
        })
    }

    /// The change of a file at a place, the newest first; none when there are not so many.
    pub fn change(&self, file: &str, nth: usize) -> Option<Arc<FileChange>> {
        let file = format!("{}{file}", self.prefix);
        held(&self.log).change(&self.repository, &file, nth)
    }

    /// The other paths that a file had in the newest of its changes, below the directory that is asked about.
    pub fn former_paths(&self, file: &str, most: usize) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        let changes = (0..most).map_while(|nth| self.change(file, nth));
        for change in changes {
            let Some(path) = change.path.strip_prefix(&self.prefix) else {
                continue;
            };
            if path != file && !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
        paths
    }

    /// Whether the clone lacks old commits.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// Why there may be more changes than were read; asked when there are no more.
    pub fn incomplete(&self) -> Option<Incomplete> {
        let end = held(&self.log).end();
        match end {
            End::Failed => Some(Incomplete::Failed),
            _ if self.is_shallow() => Some(Incomplete::Shallow),
            End::Cut => Some(Incomplete::TooLong),
            End::Whole => None,
        }
    }

    /// What the last commit has of a file that is a text now. A clone on Windows gives lines another ending.
    ///
    /// # Errors
    /// When git ends before it has answered.
    pub fn committed(&self, file: &str, text: &str) -> io::Result<Committed> {
        let read = match self.listed() {
            Some(files) => match files.get(file) {
                Some(entry) if entry.kind == Kind::Submodule => None,
                Some(entry) if entry.is_text(text.as_bytes()) => return Ok(Committed::Same),
                Some(entry) => self.blob(&entry.hash)?,
                None => None,
            },
            None => self.blob(&format!("HEAD:{}{file}", self.prefix))?,
        };
        Ok(match read {
            None => Committed::Nothing,
            Some(committed) if is_same_text(&committed, text) => Committed::Same,
            Some(committed) => Committed::Other(committed),
        })
    }

    /// The files of the last commit, where enough of them were asked for.
    fn listed(&self) -> Option<Arc<Entries>> {
        let mut last = held(&self.last);
        last.asked += 1;
        if last.asked <= MOST_SINGLE {
            return None;
        }
        let list = || {
            let listing = self.repository.ask(&["ls-tree", "-r", "-z", "HEAD"]).ok()?;
            Some(Arc::new(tree::parse(&listing)))
        };
        last.files.get_or_insert_with(list).clone()
    }

    /// Whether a text is the content of an object of this name.
    pub fn is_content(name: &str, text: &str) -> bool {
        is_object(name, text.as_bytes())
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

/// A clone on Windows gives lines another ending.
fn is_same_text(committed: &[u8], text: &str) -> bool {
    committed == text.as_bytes()
        || (text.contains("\r\n") && committed == text.replace("\r\n", "\n").as_bytes())
}

/// Whoever had it before and failed left nothing half done.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
