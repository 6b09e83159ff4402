//! Replacing the text of a file that was read: in two steps, so that several files are replaced together, or none.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::NamedTempFile;

use super::lock::Lock;
use super::{WriteError, persist, place, temporary};
use crate::source::read_regular;

/// How many files are got ready together: each is held open, twice, until it is put in its place.
const AT_ONCE: usize = 100;

/// A new text, safe on the disk next to the file that it is to replace.
#[derive(Debug)]
pub struct Replacement {
    path: PathBuf,
    read: String,
    text: String,
    temporary: NamedTempFile,
    lock: Option<Lock>,
}

/// A file whose text was replaced, and can get its old one again.
#[derive(Debug)]
pub struct Replaced {
    path: PathBuf,
    old: String,
    new: String,
}

impl Replacement {
    /// Gets ready to replace the text of a file. `path` is absolute and has no links in it: the values file of one environment
    /// may be a link to that of another.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn stage(path: &Path, read: &str, text: &str) -> Result<Replacement, WriteError> {
        let target = fs::canonicalize(path)?;
        if target != path {
            return Err(WriteError::Link(target));
        }
        place::writable(path)?;
        let temporary = temporary::beside(path, text.as_bytes(), false)?;
        temporary.as_file().sync_all()?;
        Ok(Replacement {
            path: target,
            read: read.to_owned(),
            text: text.to_owned(),
            temporary,
            lock: None,
        })
    }

    /// Keeps others from writing the file until the new text is in its place.
    ///
    /// # Errors
    /// When the file no longer has the text that was read, or another run writes it.
    fn hold(mut self) -> Result<Replacement, WriteError> {
        self.lock = Lock::of(&self.path)?;
        // What cannot be read any more is not the file that was read.
        let now = read_regular(&self.path);
        match now.ok().as_deref() == Some(self.read.as_bytes()) {
            true => Ok(self),
            false => Err(WriteError::Changed),
        }
    }

    /// Puts the new text in its place, unless the file no longer has the text that was read. Owner and permissions stay.
    ///
    /// # Errors
    /// When the file is not the one that was read, or cannot be replaced.
    pub fn put(self) -> Result<Replaced, WriteError> {
        self.hold()?.put_held()
    }

    fn put_held(self) -> Result<Replaced, WriteError> {
        persist(self.temporary, &self.path)?;
        Ok(Replaced {
            path: self.path,
            old: self.read,
            new: self.text,
        })
    }
}

impl Replaced {
    /// Gives the file its old text again, unless somebody else has changed it meanwhile.
    ///
    /// # Errors
    /// When that cannot be done: the file has the new text, or another one.
    pub fn take_back(&self) -> Result<(), WriteError> {
        Replacement::stage(&self.path, &self.new, &self.old)?
            .put()
            .map(drop)
    }
}

/// Why files were not replaced.
#[derive(Debug)]
pub struct NotReplaced<Of> {
    /// What could not be replaced, and why.
    pub failed: Vec<(Of, WriteError)>,
    /// The files that could not be taken back, and why. All others are as they were.
    pub stuck: Vec<(PathBuf, WriteError)>,
}

/// Replaces the texts of files, all of them or none: what can fail is done before the first of a few hundred is put in its
/// place, and what fails nevertheless is taken back.
///
/// # Errors
/// When one of them cannot be replaced.
pub fn replace_all<Of: Copy + Send + Sync>(
    files: &[Of],
    stage: impl Fn(Of) -> Result<Replacement, WriteError> + Sync,
) -> Result<Vec<Replaced>, NotReplaced<Of>> {
    let mut done: Vec<Replaced> = Vec::new();
    for some in files.chunks(AT_ONCE) {
        let staged = some.par_iter().map(|of| (*of, stage(*of)));
        let (mut staged, mut failed) = apart(staged.collect());
        if failed.is_empty() {
            // In one order for all runs, so that no two of them wait for each other; and all of them before the first is put
            // in its place.
            staged.sort_by(|(_, one), (_, other)| one.path.cmp(&other.path));
            let held = staged.into_iter();
            let held = held.map(|(of, replacement)| (of, replacement.hold()));
            let (held, changed) = apart(held.collect());
            failed = changed;
            if failed.is_empty() {
                let put = held.into_par_iter();
                let put = put.map(|(of, replacement)| (of, replacement.put_held()));
                let (replaced, unplaced) = apart(put.collect());
                done.extend(replaced.into_iter().map(|(_, replaced)| replaced));
                failed = unplaced;
            }
        }
        if !failed.is_empty() {
            let stuck = take_back(&done);
            return Err(NotReplaced { failed, stuck });
        }
    }
    Ok(done)
}

type Results<Of, T> = Vec<(Of, Result<T, WriteError>)>;
type Apart<Of, T> = (Vec<(Of, T)>, Vec<(Of, WriteError)>);

fn apart<Of, T>(results: Results<Of, T>) -> Apart<Of, T> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (of, result) in results {
        match result {
            Ok(value) => good.push((of, value)),
            Err(error) => bad.push((of, error)),
        }
    }
    (good, bad)
}

/// Gives files their old texts again; returns those that cannot get them.
pub fn take_back(done: &[Replaced]) -> Vec<(PathBuf, WriteError)> {
    let done = done.iter().rev();
    let stuck = done.filter_map(|replaced| {
        let error = replaced.take_back().err()?;
        Some((replaced.path.clone(), error))
    });
    stuck.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_together_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        let names: Vec<String> = (0..AT_ONCE + 3).map(|at| format!("{at:03}.yaml")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for name in &names {
            fs::write(root.join(name), "old").unwrap();
        }
        let texts = || -> Vec<String> {
            let read = |name: &&str| fs::read_to_string(root.join(name)).unwrap();
            names.iter().map(read).collect()
        };
        let stage = |name: &str| Replacement::stage(&root.join(name), "old", "new");
        let last = *names.last().unwrap();
        fs::write(root.join(last), "other").unwrap();
        let refused = replace_all(&names, stage).unwrap_err();
        assert!(refused.stuck.is_empty());
        assert!(
            matches!(refused.failed.as_slice(), [(name, WriteError::Changed)] if *name == last)
        );
        assert_eq!(
            texts().iter().filter(|text| *text == "old").count(),
            names.len() - 1
        );
        fs::write(root.join(last), "old").unwrap();
        let done = replace_all(&names, stage).unwrap();
        assert!(texts().iter().all(|text| text == "new"));
        assert!(take_back(&done).is_empty());
        assert!(texts().iter().all(|text| text == "old"));
        assert_eq!(fs::read_dir(&root).unwrap().count(), names.len());
    }
}
