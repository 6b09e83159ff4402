//! Which files are not as a commit has them: envlint hashes those itself that git's index does not vouch for, since git would
//! run the repository's filters.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::index::Index;
use super::tracked::tracked;
use super::tree::{Entry, Kind};
use super::{LARGEST, Revision};
use crate::masking::text;
use crate::source::{self, MOST_ENTRIES, Problem, Walk};

/// The files below the repository's root that are not as they were in a revision, new ones included; relative to the
/// root, with `/`; of the new ones only those that git tracks, where that is asked for. Only files that `concerns` says yes to
/// are read.
///
/// A file that was not touched since git compared it is taken for what git found it to be. Any other one is compared as it is
/// on the disk, without the filters of `.gitattributes`; other ends of lines alone are no change. A submodule, and a link that
/// leads elsewhere, are taken for changed: what they lead to is not asked.
///
/// # Errors
/// When git fails.
pub fn changed_since(
    revision: &Revision,
    is_tracked: bool,
    concerns: impl Fn(&str) -> bool + Sync,
) -> Result<Vec<String>, Problem> {
    let tree = revision.tree()?;
    let root = revision.repository.root();
    let hash = tree.values().next().map_or(0, |entry| entry.hash.len() / 2);
    let index = Index::of(&revision.repository, hash);
    let within = match revision.repository.prefix() {
        Some(prefix) if prefix.is_empty() => Some(String::new()),
        prefix => prefix.map(|prefix| prefix + "/"),
    };
    let is_clean = |path: &str, found: &fs::Metadata, entry: &Entry| {
        let within = within.as_ref();
        within.is_some_and(|within| index.is_clean(&format!("{within}{path}"), found, &entry.hash))
    };
    let mut changed: Vec<String> = tree
        .par_iter()
        .filter(|(path, entry)| concerns(path) && !is_as(root, path, entry, &is_clean))
        .map(|(path, _)| path.clone())
        .collect();
    let listed = if is_tracked { tracked(root) } else { None };
    let (files, links) = match listed {
        Some(listed) => sorted_out(listed.into_iter()),
        None => on_disk(root)?,
    };
    let is_new = |path: &String| !tree.contains_key(path) && root.join(path).exists();
    changed.extend(files.into_iter().filter(is_new));
    let known: HashSet<String> = changed.iter().cloned().collect();
    let leads_to_change = |link: &String| {
        !known.contains(link) && concerns(link) && leads_to_change(root, link, &known)
    };
    changed.extend(links.into_iter().filter(leads_to_change));
    Ok(changed)
}

/// Whether what is on the disk is what the tree has. `is_clean` tells of files that need not be read for it.
fn is_as(
    root: &Path,
    path: &str,
    entry: &Entry,
    is_clean: &(dyn Fn(&str, &fs::Metadata, &Entry) -> bool + Sync),
) -> bool {
    let file = root.join(path);
    let Ok(found) = fs::symlink_metadata(&file) else {
        return false;
    };
    match entry.kind {
        Kind::Submodule => false,
        Kind::Link => {
            fs::read_link(&file).is_ok_and(|target| entry.is(target.as_os_str().as_encoded_bytes()))
        }
        Kind::File => {
            found.is_file()
                && found.len() <= LARGEST
                && (is_clean(path, &found, entry)
                    || fs::read(&file).is_ok_and(|bytes| entry.is_text(&bytes)))
        }
    }
}

/// Files and links below the root that `.gitignore` does not leave out.
fn on_disk(root: &Path) -> Result<(Vec<String>, Vec<String>), Problem> {
    let walk = Walk::new(root).entering(|entry| entry.name() != ".git");
    let walked =
        walk.entries(|entry| matches!(entry.kind, source::Kind::File | source::Kind::Link));
    if let Some(problem) = walked.refused {
        return Err(problem);
    }
    if walked.is_cut {
        return Err(Problem::without_place(text!(
            "{} holds more than {} files, so envlint does not know which of them are new",
            root,
            MOST_ENTRIES
        ))
        .help("ignore those that are no part of the repository"));
    }
    let entries = walked.entries.into_iter();
    Ok(sorted_out(entries.map(|entry| (entry.path, entry.kind))))
}

/// The files, and the links.
fn sorted_out(entries: impl Iterator<Item = (String, source::Kind)>) -> (Vec<String>, Vec<String>) {
    let (mut files, mut links) = (Vec::new(), Vec::new());
    for (path, kind) in entries {
        match kind {
            source::Kind::Link => links.push(path),
            _ => files.push(path),
        }
    }
    (files, links)
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
