//! Which files git tracks, as its index lists them: no directory is read, and no git is started.

use std::path::Path;

use super::index::Index;
use super::repository::Repository;
use crate::source::Kind;

/// How many bytes the names of objects have: of SHA-1, and of SHA-256 (gitformat-index(5)).
const HASHES: [usize; 2] = [20, 32];

/// The files and links below a directory that git tracks, in the order of their paths, which are relative to it; some may not
/// be on the disk. None where no index lists all of them: outside of a repository, and where there are submodules.
pub fn tracked(root: &Path) -> Option<Vec<(String, Kind)>> {
    let repository = Repository::beside(root)?;
    let within = repository.prefix()?;
    let within = match within.as_str() {
        "" => within,
        _ => within + "/",
    };
    let mut indexes = HASHES.map(|hash| Index::of(&repository, hash)).into_iter();
    indexes.find_map(|index| index.below(&within))
}
