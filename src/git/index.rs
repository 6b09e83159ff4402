//! What git's index remembers of the files of a work tree: their contents by name, and by what to tell that they have not
//! been touched since (gitformat-index(5)). Where it tells that, nobody needs to read them.

use std::collections::HashMap;
use std::fs::{self, Metadata};

use super::repository::Repository;

/// A larger index is not read, in bytes: that of two million files.
const LARGEST: u64 = 256 << 20;

/// The index of a repository, or nothing where there is none that can be read: then every file is.
#[derive(Debug, Default)]
pub(super) struct Index {
    files: HashMap<String, Known>,
    /// When it was written.
    written: Time,
}

/// Seconds and nanoseconds, as the file system has them.
type Time = (u32, u32);

/// What is remembered of a file.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    changed: Time,
    modified: Time,
    inode: u32,
    size: u32,
    hash: String,
}

impl Index {
    /// Reads the index of a repository. `hash` is how many bytes the names of its objects have.
    pub(super) fn of(repository: &Repository, hash: usize) -> Index {
        let path = repository.git_dir().join("index");
        let Ok(found) = fs::metadata(&path) else {
            return Index::default();
        };
        if !found.is_file() || found.len() > LARGEST {
            return Index::default();
        }
        let bytes = fs::read(&path).unwrap_or_default();
        Index {
            files: files(&bytes, hash).unwrap_or_default(),
            written: times(&found).map_or((0, 0), |(_, modified)| modified),
        }
    }

    /// Whether a file, by its path in the work tree, is surely the object of this name: nothing about it has changed since
    /// git looked at it. One that was written when the index was may have changed later in the same moment (git: racy-git).
    pub(super) fn is_clean(&self, path: &str, found: &Metadata, hash: &str) -> bool {
        let Some(known) = self.files.get(path) else {
            return false;
        };
        // An empty size is how git says that it does not know.
        known.size > 0
            && known.hash == hash
            && u64::from(known.size) == found.len()
            && known.modified < self.written
            && times(found) == Some((known.changed, known.modified))
            && inode(found) == Some(known.inode)
    }
}

/// When a file was last changed, and its content.
#[cfg(unix)]
fn times(found: &Metadata) -> Option<(Time, Time)> {
    use std::os::unix::fs::MetadataExt as _;
    let time = |seconds: i64, nanoseconds: i64| {
        let seconds = u32::try_from(seconds).ok()?;
        Some((seconds, u32::try_from(nanoseconds).ok()?))
    };
    let changed = time(found.ctime(), found.ctime_nsec())?;
    Some((changed, time(found.mtime(), found.mtime_nsec())?))
}

/// Git writes other figures on other systems.
#[cfg(not(unix))]
fn times(_: &Metadata) -> Option<(Time, Time)> {
    None
}

/// The lower half, which is what the index has.
#[cfg(unix)]
fn inode(found: &Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    u32::try_from(found.ino() & u64::from(u32::MAX)).ok()
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Option<u32> {
    None
}

/// The entries of an index of version 2 to 4; none where it is cut off, or something else.
fn files(bytes: &[u8], hash: usize) -> Option<HashMap<String, Known>> {
    let mut rest = Bytes(bytes);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let count = usize::try_from(rest.number()?).ok()?;
    let mut files = HashMap::with_capacity(count.min(bytes.len() / 64));
    let mut path: Vec<u8> = Vec::new();
    for _ in 0..count {
        let start = rest.0.len();
        let changed = (rest.number()?, rest.number()?);
        let modified = (rest.number()?, rest.number()?);
        let (_device, inode) = (rest.number()?, rest.number()?);
        let (_mode, _user, _group) = (rest.number()?, rest.number()?, rest.number()?);
        let size = rest.number()?;
        let object = rest.take(hash)?;
        let flags = rest.short()?;
        if flags & EXTENDED != 0 {
            rest.short()?;
        }
        match version {
            4 => {
                let dropped = rest.varied()?;
                path.truncate(path.len().checked_sub(dropped)?);
            }
            _ => path.clear(),
        }
        path.extend_from_slice(rest.text()?);
        if version < 4 {
            // The zero behind the path is the first of those that fill up to eight bytes.
            let taken = start - rest.0.len();
            rest.take(taken.next_multiple_of(8) - taken)?;
        }
        // What several sides of a merge have is nothing that git knows.
        let is_merged = flags & STAGE == 0;
        if let Some(path) = std::str::from_utf8(&path).ok().filter(|_| is_merged) {
            let known = Known {
                changed,
                modified,
                inode,
                size,
                hash: object.iter().map(|byte| format!("{byte:02x}")).collect(),
            };
            files.insert(path.to_owned(), known);
        }
    }
    Some(files)
}

/// Flags of an entry.
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;

/// What is left to read.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// A number of as many bytes as it needs (gitformat-pack(5), the offset of a delta).
    fn varied(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        loop {
            let byte = *self.take(1)?.first()?;
            number = number
                .checked_mul(128)?
                .checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            number = number.checked_add(1)?;
        }
    }

    /// What is in front of the next zero, which is taken, too.
    fn text(&mut self) -> Option<&'b [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry as git writes it; all figures are the same.
    fn entry(version: u32, path: &str, before: &str, flags: u16) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..10).flat_map(|_| 7_u32.to_be_bytes()).collect();
        bytes.extend([0xab; 20]);
        bytes.extend(flags.to_be_bytes());
        if flags & EXTENDED != 0 {
            bytes.extend([0, 0]);
        }
        if version == 4 {
            bytes.push(u8::try_from(before.len()).unwrap());
        }
        bytes.extend(path.as_bytes());
        bytes.push(0);
        if version < 4 {
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        bytes
    }

    fn index(version: u32, entries: &[Vec<u8>]) -> Vec<u8> {
        let count = u32::try_from(entries.len()).unwrap();
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(entries.concat());
        bytes
    }

    #[test]
    fn entries_of_all_versions_are_read() {
        for version in 2..=4 {
            let entries = [
                entry(version, "a/b.yaml", "", 0),
                entry(version, "c.yaml", "a/b.yaml", EXTENDED),
                entry(version, "merged.yaml", "c.yaml", 0x1000),
            ];
            let bytes = index(version, &entries);
            let files = files(&bytes, 20).unwrap();
            let mut paths: Vec<&String> = files.keys().collect();
            paths.sort();
            assert_eq!(paths, ["a/b.yaml", "c.yaml"], "version {version}");
            assert_eq!(files["c.yaml"].hash, "ab".repeat(20));
            assert_eq!(files["c.yaml"].modified, (7, 7));
        }
    }

    #[test]
    fn what_is_no_index_tells_nothing() {
        let whole = index(2, &[entry(2, "a.yaml", "", 0)]);
        for length in 0..whole.len() {
            assert_eq!(files(&whole[..length], 20), None, "{length} bytes");
        }
        assert_eq!(files(&index(5, &[]), 20), None);
        let endless = [b"DIRC".as_slice(), &[0, 0, 0, 2], &[0xff; 4]].concat();
        assert_eq!(files(&endless, 20), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_clean_while_nothing_about_it_changes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yaml");
        fs::write(&path, "a: 1\n").unwrap();
        let found = fs::metadata(&path).unwrap();
        let (changed, modified) = times(&found).unwrap();
        let index = |written: Time, size: u32| Index {
            files: HashMap::from([(
                "a.yaml".to_owned(),
                Known {
                    changed,
                    modified,
                    inode: inode(&found).unwrap(),
                    size,
                    hash: "ab".to_owned(),
                },
            )]),
            written,
        };
        let later = (modified.0 + 1, 0);
        assert!(index(later, 5).is_clean("a.yaml", &found, "ab"));
        assert!(!index(later, 5).is_clean("a.yaml", &found, "cd"));
        assert!(!index(later, 5).is_clean("b.yaml", &found, "ab"));
        assert!(!index(later, 0).is_clean("a.yaml", &found, "ab"));
        assert!(!index(modified, 5).is_clean("a.yaml", &found, "ab"), "racy");
        let file = fs::File::options().write(true).open(&path).unwrap();
        let before = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
        file.set_modified(before).unwrap();
        let touched = fs::metadata(&path).unwrap();
        assert!(!index(later, 5).is_clean("a.yaml", &touched, "ab"));
    }
}
