//! The files of a commit, as `git ls-tree -r -z` lists them.

use std::collections::BTreeMap;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::source::normal;

/// What a tree holds at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file, executable or not.
    File,
    /// A symbolic link; its content is where it leads.
    Link,
    /// A submodule: a commit of another repository.
    Submodule,
}

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it is.
    pub kind: Kind,
    /// The name of the object, in hexadecimal digits.
    pub hash: String,
}

impl Entry {
    /// Whether its content is this.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        is_object(&self.hash, bytes)
    }

    /// Whether its content is this text. A clone on Windows gives lines another ending.
    pub(super) fn is_text(&self, bytes: &[u8]) -> bool {
        let with_returns = || {
            let text = std::str::from_utf8(bytes).ok();
            text.filter(|text| text.contains("\r\n"))
        };
        self.is(bytes)
            || with_returns().is_some_and(|text| self.is(text.replace("\r\n", "\n").as_bytes()))
    }
}

/// Whether the bytes are those of a blob: its name is the check sum of them behind a short head (gitformat-pack(5)).
pub(super) fn is_object(name: &str, bytes: &[u8]) -> bool {
    let head = format!("blob {}\0", bytes.len());
    fn sum<D: Digest>(head: &str, bytes: &[u8]) -> String {
        let sum = D::new().chain_update(head).chain_update(bytes).finalize();
        sum.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    match name.len() {
        40 => sum::<Sha1>(&head, bytes) == name,
        _ => sum::<Sha256>(&head, bytes) == name,
    }
}

/// The files of a tree by path.
pub(super) type Entries = BTreeMap<String, Entry>;

/// Reads `<mode> <type> <hash>\t<path>\0`, again and again (git-ls-tree(1)). A path that is not UTF-8 is none that envlint
/// looks at.
pub(super) fn parse(listing: &[u8]) -> Entries {
    let entry = |line: &[u8]| -> Option<(String, Entry)> {
        let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        let mut words = head.split(' ');
        let (mode, kind, hash) = (words.next()?, words.next()?, words.next()?);
        let kind = match (mode, kind) {
            ("120000", _) => Kind::Link,
            (_, "commit") => Kind::Submodule,
            _ => Kind::File,
        };
        let hash = hash.to_owned();
        Some((path.to_owned(), Entry { kind, hash }))
    };
    listing.split(|byte| *byte == 0).filter_map(entry).collect()
}

/// The entry at a path, links of the tree followed, however they lead around in it; none when one leads out of it.
pub(super) fn follow<'t>(
    tree: &'t Entries,
    path: &str,
    read: &mut dyn FnMut(&str) -> Option<String>,
) -> Option<&'t Entry> {
    /// Linux follows forty, and no repository has more than one or two.
    const MOST_LINKS: usize = 8;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let prefixes = path
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([path.len()]);
        let found = prefixes
            .filter_map(|end| Some((end, tree.get(&path[..end])?)))
            .next();
        match found? {
            (_, entry) if entry.kind == Kind::Submodule => return None,
            (end, entry) if entry.kind == Kind::File => {
                return (end == path.len()).then_some(entry);
            }
            (end, entry) => {
                let target = read(&entry.hash)?;
                path = joined(&path[..end], &target, &path[end..])?;
            }
        }
    }
    None
}

/// Where a link leads: its target, from its own directory, and what follows in the path.
fn joined(link: &str, target: &str, rest: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let directory = link.rsplit_once('/').map_or("", |(directory, _)| directory);
    normal(directory, &format!("{target}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Entries {
        parse(
            b"100644 blob aa\ta.yaml\x00120000 blob bb\tenvs/link.yaml\x00120000 blob cc\tdir\0\
              160000 commit dd\tsub\x00100755 blob ee\tshared/a b.yaml\x00120000 blob ff\tloop\x00120000 blob gg\tout\0",
        )
    }

    #[test]
    fn a_listing_is_read_by_its_zeros() {
        let tree = tree();
        assert_eq!(tree.len(), 7);
        assert_eq!(tree["a.yaml"].kind, Kind::File);
        assert_eq!(tree["sub"].kind, Kind::Submodule);
        assert_eq!(tree["shared/a b.yaml"].hash, "ee");
    }

    #[test]
    fn links_are_followed_inside_of_the_tree_only() {
        let tree = tree();
        let mut read = |hash: &str| {
            let target = match hash {
                "bb" => "../a.yaml",
                "cc" => "shared",
                "ff" => "loop",
                _ => "../../etc/passwd",
            };
            Some(target.to_owned())
        };
        let mut hash = |path| follow(&tree, path, &mut read).map(|entry| entry.hash.as_str());
        assert_eq!(hash("a.yaml"), Some("aa"));
        assert_eq!(hash("envs/link.yaml"), Some("aa"));
        assert_eq!(hash("dir/a b.yaml"), Some("ee"));
        for path in ["loop", "out", "sub", "sub/x", "a.yaml/x", "none"] {
            assert_eq!(hash(path), None, "{path}");
        }
    }
}
