//! Where the files of a workspace are looked for: on the disk, or among those that git tracks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::git::tracked;
use crate::source::{Entry, Kind, Walk, Walked};

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

    /// What a walk finds.
    pub(super) fn entries(
        &self,
        walk: &Walk<'_>,
        is_wanted: &(dyn Fn(&Entry) -> bool + Sync),
    ) -> Walked {
        match self {
            Listing::Disk => walk.entries(is_wanted),
            Listing::Tracked(listed) => walk.entries_of(listed, is_wanted),
        }
    }
}
