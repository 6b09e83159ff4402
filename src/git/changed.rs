//! Which files are not as a commit has them: envlint hashes them itself, since git would run the repository's filters.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::tree::{Entry, Kind};
use super::{LARGEST, Revision};
use crate::source::{Problem, walk};

/// The files below the repository's root that are not as they were in a revision, new ones included; relative to the
/// root, with `/`. Only files that `concerns` says yes to are read.
///
/// A file is compared as it is on the disk, without the filters of `.gitattributes`; other ends of lines alone are no
/// change. A submodule, and a link that leads elsewhere, are taken for changed: what they lead to is not asked.
///
/// # Errors
/// When git fails.
pub fn changed_since(
    revision: &Revision,
    concerns: impl Fn(&str) -> bool + Sync,
) -> Result<Vec<String>, Problem> {
    let tree = revision.tree()?;
    let root = revision.repository.root();
    let mut changed: Vec<String> = tree
        .par_iter()
        .filter(|(path, entry)| concerns(path) && !is_as(root, path, entry))
        .map(|(path, _)| path.clone())
        .collect();
    let (files, links) = on_disk(root)?;
    changed.extend(files.into_iter().filter(|path| !tree.contains_key(path)));
    let known: HashSet<String> = changed.iter().cloned().collect();
    let leads_to_change = |link: &String| {
        !known.contains(link) && concerns(link) && leads_to_change(root, link, &known)
    };
    changed.extend(links.into_iter().filter(leads_to_change));
    Ok(changed)
}

/// Whether what is on the disk is what the tree has.
fn is_as(root: &Path, path: &str, entry: &Entry) -> bool {
    let file = root.join(path);
    let Ok(found) = fs::symlink_metadata(&file) else {
        return false;
    };
    match entry.kind {
        Kind::Submodule => false,
        Kind::Link => fs::read_link(&file)
            .is_ok_and(|target| hash(target.as_os_str().as_encoded_bytes(), entry)),
        Kind::File => {
            found.is_file()
                && found.len() <= LARGEST
                && fs::read(&file).is_ok_and(|bytes| is_text_of(&bytes, entry))
        }
    }
}

fn is_text_of(bytes: &[u8], entry: &Entry) -> bool {
    if hash(bytes, entry) {
        return true;
    }
    // A clone on Windows gives lines another ending.
    let Some(text) = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.contains("\r\n"))
    else {
        return false;
    };
    hash(text.replace("\r\n", "\n").as_bytes(), entry)
}

/// Whether the bytes are those of a blob: its name is the check sum of them behind a short head (gitformat-pack(5)).
fn hash(bytes: &[u8], entry: &Entry) -> bool {
    let head = format!("blob {}\0", bytes.len());
    fn sum<D: Digest>(head: &str, bytes: &[u8]) -> String {
        let sum = D::new().chain_update(head).chain_update(bytes).finalize();
        sum.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    match entry.hash.len() {
        40 => sum::<Sha1>(&head, bytes) == entry.hash,
        _ => sum::<Sha256>(&head, bytes) == entry.hash,
    }
}

/// Files and links below the root that `.gitignore` does not leave out.
fn on_disk(root: &Path) -> Result<(Vec<String>, Vec<String>), Problem> {
    let mut walk = walk(root, None, |entry| entry.file_name() != ".git");
    walk.builder.hidden(false);
    let (mut files, mut links) = (Vec::new(), Vec::new());
    for entry in walk.builder.build().flatten() {
        let Some(path) = relative(root, entry.path()) else {
            continue;
        };
        match entry.file_type() {
            Some(kind) if kind.is_file() => files.push(path),
            Some(kind) if kind.is_symlink() => links.push(path),
            _ => {}
        }
    }
    match walk.refused() {
        Some(problem) => Err(problem.clone()),
        None => Ok((files, links)),
    }
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let below: PathBuf = path.strip_prefix(root).ok()?.to_owned();
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Whether a link leads to a file that changed, to a directory with one in it, or out of the root.
fn leads_to_change(root: &Path, link: &str, changed: &HashSet<String>) -> bool {
    match fs::canonicalize(root.join(link)) {
        Ok(target) => match relative(root, &target) {
            Some(target) => changed.iter().any(|path| {
                path.strip_prefix(target.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }),
            None => true,
        },
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}
