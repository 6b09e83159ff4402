//! Where the files of a workspace are looked for: on the disk, or among those that git tracks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::IGNORE_FILE;
use crate::git::tracked;
use crate::source::{Entry, Kind, Walk, Walked, ancestors, directory_of, join};

/// Which files a workspace has.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'p> {
    /// All that ignore files leave.
    All,
    /// Of these, what git tracks, and the given ones: what a commit holds. No directory is read, however many there are.
    /// Where git does not list all that it tracks, it is as if all were asked for.
    Tracked(&'p [PathBuf]),
}

/// The same for one root.
#[derive(Debug, Clone, Default)]
pub(super) enum Listing {
    /// What the directories have.
    #[default]
    Disk,
    /// These files and links, in the order of their paths.
    Tracked(Arc<Vec<(String, Kind)>>),
}

/// Files and links with our ignore files above them, in the order of their paths.
fn with_ignore_files(root: &Path, entries: Vec<Entry>) -> Vec<(String, Kind)> {
    let above = entries
        .iter()
        .flat_map(|entry| ancestors(directory_of(&entry.path)));
    let above: BTreeSet<&str> = above.collect();
    let ignore_files = above.into_iter().map(|above| join(above, IGNORE_FILE));
    let ignore_files = ignore_files.filter(|path| root.join(path).is_file());
    let mut listed: BTreeMap<String, Kind> = ignore_files.map(|path| (path, Kind::File)).collect();
    listed.extend(entries.into_iter().map(|entry| (entry.path, entry.kind)));
    listed.into_iter().collect()
}

impl Listing {
    pub(super) fn of(root: &Path, scope: Scope<'_>) -> Listing {
        let Scope::Tracked(given) = scope else {
            return Listing::Disk;
        };
        let Some(mut listed) = tracked(root) else {
            return Listing::Disk;
        };
        for file in given.iter().filter(|path| path.is_file()) {
            let full = file.canonicalize().ok();
            let below = full
                .as_deref()
                .and_then(|full| full.strip_prefix(root).ok());
            let Some(path) = below.and_then(Path::to_str) else {
                continue;
            };
            let path = path.replace('\\', "/");
            if let Err(at) = listed.binary_search_by(|(known, _)| known.cmp(&path)) {
                listed.insert(at, (path, Kind::File));
            }
        }
        Listing::Tracked(Arc::new(listed))
    }

    /// What a walk finds below a root, and what git tracks there though `.gitignore` names it: to git, that is as any other file.
    pub(super) fn entries<'w>(
        &self,
        root: &Path,
        walk: &dyn Fn() -> Walk<'w>,
        is_wanted: &(dyn Fn(&Entry) -> bool + Sync),
    ) -> Walked {
        let mut walked = match self {
            Listing::Disk => walk().entries(is_wanted),
            Listing::Tracked(listed) => return walk().with_ignored().entries_of(listed, is_wanted),
        };
        let listed = tracked(root).unwrap_or_default();
        let tracked = walk().with_ignored().entries_of(&listed, is_wanted);
        let mut more = tracked.entries;
        more.retain(|entry| {
            let known = |known: &Entry| known.path.cmp(&entry.path);
            walked.entries.binary_search_by(known).is_err()
        });
        if !more.is_empty() {
            // What our own ignore files name is left out, though git may not track them.
            let listed = with_ignore_files(root, more);
            let more = walk().with_ignored().entries_of(&listed, is_wanted);
            walked.entries.extend(more.entries);
            let by_path = |left: &Entry, right: &Entry| left.path.cmp(&right.path);
            walked.entries.sort_by(by_path);
        }
        walked
    }
}
