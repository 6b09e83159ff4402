//! What is in a directory, to compare and to write again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// All that is below a directory, but for the folder of git.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(pub(super) BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    File(Vec<u8>),
    Folder,
    Link(PathBuf),
    Pipe,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Tree> {
        let mut tree = Tree::default();
        tree.add(root, Path::new(""))?;
        Ok(tree)
    }

    fn add(&mut self, root: &Path, below: &Path) -> Result<()> {
        for entry in fs::read_dir(root.join(below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if path == Path::new(".git") {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.0.insert(path.clone(), Entry::Folder);
                self.add(root, &path)?;
                continue;
            }
            let what = if kind.is_symlink() {
                Entry::Link(fs::read_link(entry.path())?)
            } else if kind.is_file() {
                let mut bytes = Vec::new();
                fs::File::open(entry.path())?.read_to_end(&mut bytes)?;
                Entry::File(bytes)
            } else {
                Entry::Pipe
            };
            self.0.insert(path, what);
        }
        Ok(())
    }

    /// Writes it into a directory. What cannot be there, a file below a file, is left out.
    pub(super) fn write(&self, root: &Path) -> Result<()> {
        for (path, entry) in &self.0 {
            let path = root.join(path);
            if let Some(folder) = path.parent()
                && fs::create_dir_all(folder).is_err()
            {
                continue;
            }
            let written = match entry {
                Entry::Folder => fs::create_dir_all(&path),
                Entry::File(bytes) => fs::write(&path, bytes),
                Entry::Link(target) => std::os::unix::fs::symlink(target, &path),
                Entry::Pipe => pipe(&path),
            };
            match written {
                // Names that are too long, that are taken, or that this file system has not.
                Err(error) if error.kind() != io::ErrorKind::StorageFull => {}
                other => other.with_context(|| path.display().to_string())?,
            }
        }
        Ok(())
    }

    /// The paths at which two trees differ.
    pub(super) fn differences(&self, other: &Tree) -> Vec<PathBuf> {
        let paths = self.0.keys().chain(other.0.keys());
        let mut differing: Vec<PathBuf> = paths
            .filter(|path| self.0.get(*path) != other.0.get(*path))
            .cloned()
            .collect();
        differing.sort();
        differing.dedup();
        differing
    }
}

fn pipe(path: &Path) -> io::Result<()> {
    let made = std::process::Command::new("mkfifo").arg(path).status()?;
    match made.success() {
        true => Ok(()),
        false => Err(io::ErrorKind::Other.into()),
    }
}
