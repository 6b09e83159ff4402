//! Several files: all of them, or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{WriteError, place, temporary};
use crate::masking::{Name, Say, Speech, text};
use crate::source::file;

/// A file that is to be written.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Where.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Whether it is a program.
    pub executable: bool,
}

/// The file that could not be written, and why. All files are as they were.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {error}", .path.display())]
pub struct AllError {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub error: WriteError,
}

impl Say for AllError {
    fn say(&self, speech: &mut Speech<'_, '_>) -> std::fmt::Result {
        let path = Name(self.path.display());
        speech.text(&text!("cannot write {}: {}", path, self.error))
    }
}

/// What is at a path before it is written.
enum Old {
    Nothing,
    File(Vec<u8>),
    Link(PathBuf),
}

/// Writes files, in directories that are made where they are missing. They are made from others, so nobody waits for the disk:
/// what a loss of power takes can be made again, as git thinks of the files of a work tree (`core.fsync`). Everything that can fail is done before the first of
/// them is put in its place; what fails nevertheless is taken back.
///
/// # Errors
/// When one of them cannot be written.
pub fn all(files: &[NewFile]) -> Result<(), AllError> {
    let mut made = Vec::new();
    let written = put_all(files, &mut made);
    if written.is_err() {
        for directory in made.iter().rev() {
            // One that somebody else has put something into stays.
            let _ = fs::remove_dir(directory);
        }
    }
    written
}

/// Writes files; `made` are the directories that are made for them, each behind the one that it is in.
fn put_all(files: &[NewFile], made: &mut Vec<PathBuf>) -> Result<(), AllError> {
    let mut staged = Vec::with_capacity(files.len());
    for file in files {
        staged.push(stage(file, made).map_err(|error| failed(&file.path, error))?);
    }
    let mut done: Vec<(&Path, Old)> = Vec::new();
    for (file, (old, temporary)) in files.iter().zip(staged) {
        if let Err(error) = temporary.persist(&file.path) {
            for (path, old) in done.iter().rev() {
                // What was written a moment ago can be written again, or nothing can be done.
                let _ = take_back(path, old);
            }
            return Err(failed(&file.path, error.error.into()));
        }
        done.push((&file.path, old));
    }
    Ok(())
}

fn failed(path: &Path, error: WriteError) -> AllError {
    AllError {
        path: path.to_owned(),
        error,
    }
}

fn stage(file: &NewFile, made: &mut Vec<PathBuf>) -> Result<(Old, NamedTempFile), WriteError> {
    place::confined(&file.path)?;
    if let Some(directory) = file.path.parent() {
        let above = directory.ancestors();
        let missing = above.take_while(|at| !at.as_os_str().is_empty() && !at.exists());
        let missing: Vec<&Path> = missing.collect();
        made.extend(missing.into_iter().rev().map(Path::to_owned));
        fs::create_dir_all(directory)?;
    }
    let old = match fs::symlink_metadata(&file.path) {
        Ok(meta) if meta.is_symlink() => Old::Link(fs::read_link(&file.path)?),
        Ok(_) => {
            place::writable(&file.path)?;
            Old::File(file::read_regular(&file.path).map_err(io::Error::other)?)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Old::Nothing,
        Err(error) => return Err(error.into()),
    };
    let temporary = temporary::beside(&file.path, file.text.as_bytes(), file.executable)?;
    Ok((old, temporary))
}

fn take_back(path: &Path, old: &Old) -> io::Result<()> {
    match old {
        Old::File(bytes) => {
            let temporary = temporary::beside(path, bytes, false)?;
            temporary.persist(path).map_err(|error| error.error)?;
            Ok(())
        }
        Old::Nothing => fs::remove_file(path),
        Old::Link(target) => {
            fs::remove_file(path)?;
            #[cfg(unix)]
            return std::os::unix::fs::symlink(target, path);
            #[cfg(not(unix))]
            return Err(io::Error::other(format!("a link to {}", target.display())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: PathBuf, text: &str) -> NewFile {
        NewFile {
            path,
            text: text.to_owned(),
            executable: false,
        }
    }

    #[test]
    fn all_files_are_written_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("a"), "old").unwrap();
        // A directory that is not empty is found out before anything is written.
        fs::create_dir_all(at("d/x")).unwrap();
        let refused = all(&[
            file(at("a"), "new"),
            file(at("b/c"), "new"),
            file(at("d"), "new"),
        ]);
        assert_eq!(refused.unwrap_err().path, at("d"));
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "old");
        assert!(!at("b").exists());
        all(&[file(at("a"), "new"), file(at("b/c"), "new")]).unwrap();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "new");
        assert_eq!(fs::read_to_string(at("b/c")).unwrap(), "new");
    }

    #[test]
    fn what_was_written_is_taken_back_when_a_later_file_fails() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("a"), "old").unwrap();
        // The same path twice, once as a directory: only the second rename finds that out.
        let refused = all(&[
            file(at("a"), "new"),
            file(at("n"), "new"),
            file(at("m"), "new"),
            file(at("m/x"), "new"),
        ]);
        assert!(refused.is_err());
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "old");
        assert!(!at("n").exists());
    }
}
