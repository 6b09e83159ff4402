//! What git's index remembers of the files of a work tree: their contents by name, and by what to tell that they have not
//! been touched since (gitformat-index(5)). Where it tells that, nobody needs to read them; and where it lists all that git
//! tracks, no directory needs to be read to find it.

use std::fs::{self, Metadata};

use super::repository::Repository;
use crate::source::Kind;

/// A larger index is not read, in bytes: that of two million files.
const LARGEST: u64 = 256 << 20;

/// The index of a repository, or nothing where there is none that can be read: then every file is.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// In the order of their paths.
    files: Vec<Known>,
    /// Whether it has all that git tracks: nothing stands for several files, or in another index.
    is_whole: bool,
    /// When it was written.
    written: Time,
}

/// Seconds and nanoseconds, as the file system has them.
type Time = (u32, u32);

/// The name of an object, in as many bytes as the repository gives it; zeros behind them.
type Object = [u8; 32];

/// What is remembered of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    path: String,
    changed: Time,
    modified: Time,
    inode: u32,
    mode: u32,
    size: u32,
    object: Object,
    /// It has several contents, of the sides of a merge.
    is_open: bool,
    /// It is left out of the work tree on purpose (git-sparse-checkout(1)).
    is_absent: bool,
}

impl Index {
    /// Reads the index of a repository. `hash` is how many bytes the names of its objects have.
    pub(super) fn of(repository: &Repository, hash: usize) -> Index {
        let path = repository.index();
        let Ok(found) = fs::metadata(&path) else {
            return Index::default();
        };
        if !found.is_file() || found.len() > LARGEST {
            return Index::default();
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let written = times(&found).map_or((0, 0), |(_, modified)| modified);
        let read = read(&bytes, hash).unwrap_or_default();
        Index { written, ..read }
    }

    /// The files and links below a directory of the work tree, whose path ends with `/` unless it is the root's, in the order
    /// of their paths. None where there may be others: in submodules, or where a part of the index stands elsewhere.
    pub(super) fn below(self, directory: &str) -> Option<Vec<(String, Kind)>> {
        let mut found: Vec<(String, Kind)> = Vec::with_capacity(self.files.len());
        for mut known in self.files {
            let Some(path) = known.path.strip_prefix(directory) else {
                continue;
            };
            if known.is_absent || found.last().is_some_and(|(last, _)| last == path) {
                continue;
            }
            let kind = match known.mode >> 12 {
                0o10 => Kind::File,
                0o12 => Kind::Link,
                _ => return None,
            };
            known.path.drain(..directory.len());
            found.push((known.path, kind));
        }
        self.is_whole.then_some(found)
    }

    /// Whether a file, by its path in the work tree, is surely the object of this name: nothing about it has changed since
    /// git looked at it. One that was written when the index was may have changed later in the same moment (git: racy-git).
    pub(super) fn is_clean(&self, path: &str, found: &Metadata, hash: &str) -> bool {
        let at = self
            .files
            .binary_search_by(|known| known.path.as_str().cmp(path));
        let Some(known) = at.ok().and_then(|at| self.files.get(at)) else {
            return false;
        };
        // An empty size is how git says that it does not know.
        known.size > 0
            && !known.is_open
            && is_named(&known.object, hash)
            && u64::from(known.size) == found.len()
            && known.modified < self.written
            && times(found) == Some((known.changed, known.modified))
            && inode(found) == Some(known.inode)
    }
}

/// Whether the name of an object is this, in hexadecimal digits.
fn is_named(object: &Object, digits: &str) -> bool {
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    let bytes = digits.as_bytes().chunks(2).map(byte);
    digits.len() <= 2 * object.len() && bytes.zip(object).all(|(byte, known)| byte == Some(*known))
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

/// Reads an index of version 2 to 4; none where it is cut off, or something else.
fn read(bytes: &[u8], hash: usize) -> Option<Index> {
    let mut rest = Bytes(bytes);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let count = usize::try_from(rest.number()?).ok()?;
    let mut files = Vec::with_capacity(count.min(bytes.len() / 64));
    let mut is_whole = true;
    let mut path: Vec<u8> = Vec::new();
    for _ in 0..count {
        let start = rest.0.len();
        let changed = (rest.number()?, rest.number()?);
        let modified = (rest.number()?, rest.number()?);
        let (_device, inode, mode) = (rest.number()?, rest.number()?, rest.number()?);
        let (_user, _group) = (rest.number()?, rest.number()?);
        let size = rest.number()?;
        let mut object = Object::default();
        object.get_mut(..hash)?.copy_from_slice(rest.take(hash)?);
        let flags = rest.short()?;
        let more = match flags & EXTENDED {
            0 => 0,
            _ => rest.short()?,
        };
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
        // A name that is not UTF-8 is none that envlint looks at.
        if let Ok(path) = std::str::from_utf8(&path) {
            files.push(Known {
                path: path.to_owned(),
                changed,
                modified,
                inode,
                mode,
                size,
                object,
                is_open: flags & STAGE != 0,
                is_absent: more & SKIPPED != 0,
            });
        }
    }
    // Behind the entries stand extensions, each with its name and its length, and a check sum of all.
    while rest.0.len() > hash {
        let name = rest.take(4)?;
        is_whole &= name != SPLIT && name != SPARSE;
        let length = usize::try_from(rest.number()?).ok()?;
        rest.take(length)?;
    }
    is_whole &= rest.0.len() == hash;
    // They are sorted; but who knows who wrote them.
    if !files.is_sorted_by(|left: &Known, right| left.path <= right.path) {
        files.sort_by(|left, right| left.path.cmp(&right.path));
    }
    Some(Index {
        files,
        is_whole,
        written: Time::default(),
    })
}

/// Flags of an entry, and of the field behind them.
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
const SKIPPED: u16 = 0x4000;

/// Extensions: the entries of another index count, too; an entry may stand for a directory.
const SPLIT: &[u8] = b"link";
const SPARSE: &[u8] = b"sdir";

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
        bytes.extend([0; 20]);
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
            let files = read(&bytes, 20).unwrap().files;
            let paths: Vec<(&str, bool)> = files
                .iter()
                .map(|known| (known.path.as_str(), known.is_open))
                .collect();
            let expected = [
                ("a/b.yaml", false),
                ("c.yaml", false),
                ("merged.yaml", true),
            ];
            assert_eq!(paths, expected, "version {version}");
            assert!(is_named(&files[1].object, &"ab".repeat(20)));
            assert_eq!(files[1].modified, (7, 7));
        }
    }

    #[test]
    fn what_is_no_index_tells_nothing() {
        let whole = index(2, &[entry(2, "a.yaml", "", 0)]);
        for length in 0..whole.len() {
            let read = read(&whole[..length], 20);
            assert!(!read.is_some_and(|index| index.is_whole), "{length} bytes");
        }
        assert!(read(&index(5, &[]), 20).is_none());
        let endless = [b"DIRC".as_slice(), &[0, 0, 0, 2], &[0xff; 4]].concat();
        assert!(read(&endless, 20).is_none());
    }

    #[test]
    fn files_below_a_directory_are_listed_where_the_index_has_all() {
        let entries = ["a.yaml", "sub/b.yaml", "sub/c.yaml"].map(|path| {
            let mut bytes = entry(2, path, "", 0);
            bytes[24..28].copy_from_slice(&0o100_644_u32.to_be_bytes());
            bytes
        });
        let whole = index(2, &entries);
        let below = |bytes: &[u8], directory: &str| -> Option<Vec<String>> {
            let found = read(bytes, 20)?.below(directory)?;
            Some(found.into_iter().map(|(path, _)| path).collect())
        };
        assert_eq!(below(&whole, "").unwrap().len(), 3);
        assert_eq!(below(&whole, "sub/").unwrap(), ["b.yaml", "c.yaml"]);
        let at = whole.len() - 20;
        let with = |extension: &[u8]| {
            let length = [0, 0, 0, 2, 9, 9];
            [&whole[..at], extension, &length, &whole[at..]].concat()
        };
        assert!(below(&with(b"TREE"), "").is_some());
        assert_eq!(below(&with(SPLIT), ""), None);
        assert_eq!(below(&with(SPARSE), ""), None);
        // The mode of a submodule.
        let submodule = index(2, &[entry(2, "sub", "", 0)]);
        assert_eq!(below(&submodule, ""), None);
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
            files: vec![Known {
                path: "a.yaml".to_owned(),
                changed,
                modified,
                inode: inode(&found).unwrap(),
                mode: 0o100_644,
                size,
                object: [0xab; 32],
                is_open: false,
                is_absent: false,
            }],
            is_whole: true,
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
