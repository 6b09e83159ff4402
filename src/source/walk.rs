//! The walk of a directory: its files and links, as ignore files leave them. Directories are listed side by side, and what
//! their listings tell is asked of nothing else: a repository may have fifty thousand of them.

mod listed;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::overrides::Override;
use rayon::prelude::*;

use super::diagnostic::Problem;
use super::ignores::{GIT, Guard, Rules};
use super::paths::{is_yaml, join};

/// How many directories are listed side by side.
const AT_ONCE: usize = 512;

/// More entries are not kept: no clone has as many, and it bounds the memory that they take.
pub const MOST_ENTRIES: usize = 1_000_000;

/// So few directories are listed sooner than threads are started.
const FEW: usize = 32;

/// What a walk meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path below the walk's root, with `/`.
    pub path: String,
    /// What is there.
    pub kind: Kind,
    /// How deep it lies: 1 in the root itself.
    pub depth: usize,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

impl Entry {
    /// Its own name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether its name says that people need not see it.
    pub fn is_hidden(&self) -> bool {
        self.name().starts_with('.')
    }

    /// Whether it is a file of YAML, by its name.
    pub fn is_yaml_file(&self) -> bool {
        self.kind == Kind::File && is_yaml(&self.path)
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// What was wanted, in the order of the paths.
    pub entries: Vec<Entry>,
    /// The directories that cannot be listed, and why.
    pub unreadable: Vec<(String, io::Error)>,
    /// What is wrong with an ignore file: its directory was not entered.
    pub refused: Option<Problem>,
    /// Whether there was more than is kept.
    pub is_cut: bool,
}

/// Says whether an entry is of use.
type Question<'w> = Box<dyn Fn(&Entry) -> bool + Send + Sync + 'w>;

/// A walk below a directory. Links are not followed. A name that is not UTF-8 is none that envlint looks at.
pub struct Walk<'w> {
    root: &'w Path,
    /// The names of the ignore files that count: that of git last.
    ignore_files: Vec<&'static str>,
    deepest: usize,
    only: Option<Override>,
    is_entered: Question<'w>,
}

/// A directory that is to be looked at.
struct Directory {
    path: String,
    depth: usize,
    /// The ignore files above it.
    rules: Option<Arc<Rules>>,
    /// What is in it, once that is known.
    listing: Option<Vec<(String, Kind)>>,
}

impl<'w> Walk<'w> {
    /// A walk below a directory, which is absolute and without links. `.gitignore` counts wherever it is, and nothing else of
    /// the machine does.
    pub fn new(root: &'w Path) -> Walk<'w> {
        Walk {
            root,
            ignore_files: vec![GIT],
            deepest: usize::MAX,
            only: None,
            is_entered: Box::new(|_| true),
        }
    }

    /// Files of this name count before those of git.
    #[must_use]
    pub fn with_ignore_file(mut self, name: &'static str) -> Self {
        self.ignore_files.insert(0, name);
        self
    }

    /// What git ignores is looked at, too.
    #[must_use]
    pub fn with_ignored(mut self) -> Self {
        self.ignore_files.retain(|name| *name != GIT);
        self
    }

    /// What lies deeper is not looked at.
    #[must_use]
    pub fn to_depth(self, deepest: usize) -> Self {
        Walk { deepest, ..self }
    }

    /// Only the files that these patterns name, whatever ignore files say of them.
    #[must_use]
    pub fn only(self, only: Override) -> Self {
        Walk {
            only: Some(only),
            ..self
        }
    }

    /// Leaves out what is not to be entered, and what lies in it.
    #[must_use]
    pub fn entering(self, is_entered: impl Fn(&Entry) -> bool + Send + Sync + 'w) -> Self {
        Walk {
            is_entered: Box::new(is_entered),
            ..self
        }
    }

    /// Walks. A directory whose ignore file is refused is not entered.
    pub fn entries(&self, is_wanted: impl Fn(&Entry) -> bool + Sync) -> Walked {
        let guard = Guard::new(self.root);
        let mut walked = Walked::default();
        let mut waiting = vec![self.top(&guard)];
        while let Some(next) = waiting.pop() {
            if walked.entries.len() >= MOST_ENTRIES {
                walked.is_cut = true;
                break;
            }
            let ready = match next.listing {
                Some(_) => self.ruled(next, &guard).into_iter().collect(),
                None => {
                    waiting.push(next);
                    let (ready, held) = self.list(unlisted(&mut waiting), &mut walked);
                    waiting.extend(held);
                    ready
                }
            };
            let sifted = side_by_side(ready, |directory| self.sift(directory, &is_wanted));
            for (entries, below) in sifted {
                walked.entries.extend(entries);
                waiting.extend(below);
            }
        }
        walked
            .entries
            .sort_by(|left, right| left.path.cmp(&right.path));
        walked.refused = guard.into_refused();
        walked
    }

    /// The root, with the ignore files of the directories above it.
    fn top(&self, guard: &Guard) -> Directory {
        let mut above = self.root.ancestors().skip(1);
        // Those of other directories above are nothing that the repository has.
        let counts = above.all(|above| guard.allows(above, &self.ignore_files));
        Directory {
            path: String::new(),
            depth: 0,
            rules: counts
                .then(|| Rules::above(self.root, &self.ignore_files))
                .flatten(),
            listing: None,
        }
    }

    /// Lists directories. Those with ignore files of their own are held back, to be looked at one by one: compiled, such a
    /// file takes memory until all is seen that lies below it.
    fn list(
        &self,
        directories: Vec<Directory>,
        walked: &mut Walked,
    ) -> (Vec<Directory>, Vec<Directory>) {
        let listed = side_by_side(directories, |directory| {
            let listing = list(&self.place(&directory.path));
            (directory, listing)
        });
        let (mut ready, mut held) = (Vec::new(), Vec::new());
        for (directory, listing) in listed {
            let listing = match listing {
                Ok(listing) => listing,
                Err(error) => {
                    walked.unreadable.push((directory.path, error));
                    continue;
                }
            };
            let is_ruled = listing
                .iter()
                .any(|(name, _)| self.ignore_files.contains(&name.as_str()));
            let directory = Directory {
                listing: Some(listing),
                ..directory
            };
            match is_ruled {
                true => held.push(directory),
                false => ready.push(directory),
            }
        }
        (ready, held)
    }

    /// A directory with its own ignore files; none when they are refused.
    fn ruled(&self, directory: Directory, guard: &Guard) -> Option<Directory> {
        let place = self.place(&directory.path);
        let is_allowed = guard.allows(&place, &self.ignore_files);
        is_allowed.then(|| Directory {
            rules: Some(Rules::of(
                &place,
                &self.ignore_files,
                directory.rules.clone(),
            )),
            ..directory
        })
    }

    /// What is wanted of a directory's entries, and the directories in it.
    fn sift(
        &self,
        directory: Directory,
        is_wanted: &(impl Fn(&Entry) -> bool + Sync),
    ) -> (Vec<Entry>, Vec<Directory>) {
        let (mut entries, mut below) = (Vec::new(), Vec::new());
        let depth = directory.depth + 1;
        for (name, kind) in directory.listing.into_iter().flatten() {
            let entry = Entry {
                path: join(&directory.path, &name),
                kind,
                depth,
            };
            if self.is_left_out(&entry, directory.rules.as_deref()) || !(self.is_entered)(&entry) {
                continue;
            }
            if kind == Kind::Directory && depth < self.deepest {
                below.push(Directory {
                    path: entry.path.clone(),
                    depth,
                    rules: directory.rules.clone(),
                    listing: None,
                });
            }
            if is_wanted(&entry) {
                entries.push(entry);
            }
        }
        (entries, below)
    }

    fn is_left_out(&self, entry: &Entry, rules: Option<&Rules>) -> bool {
        if self.only.is_none() && rules.is_none() {
            return false;
        }
        let place = self.place(&entry.path);
        let is_directory = entry.kind == Kind::Directory;
        let named = self
            .only
            .as_ref()
            .map(|only| only.matched(&place, is_directory));
        match named {
            Some(named) if !named.is_none() => named.is_ignore(),
            _ => rules.is_some_and(|rules| rules.ignore(&place, is_directory)),
        }
    }

    fn place(&self, path: &str) -> PathBuf {
        match path {
            "" => self.root.to_owned(),
            path => self.root.join(path),
        }
    }
}

/// The last of the waiting directories that are not listed yet, as many as are listed at once.
fn unlisted(waiting: &mut Vec<Directory>) -> Vec<Directory> {
    let last = waiting.iter().rev().take(AT_ONCE);
    let count = last
        .take_while(|directory| directory.listing.is_none())
        .count();
    waiting.split_off(waiting.len() - count)
}

/// Does the same with all of these, by threads where there are many.
fn side_by_side<T: Send, U: Send>(all: Vec<T>, work: impl Fn(T) -> U + Sync + Send) -> Vec<U> {
    match all.len() < FEW {
        true => all.into_iter().map(work).collect(),
        false => all.into_par_iter().map(work).collect(),
    }
}

/// What is in a directory, in the order of the names.
fn list(directory: &Path) -> io::Result<Vec<(String, Kind)>> {
    let mut listing = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = match entry.file_type() {
            // It went while the directory was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            kind => kind?,
        };
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = match kind {
            kind if kind.is_symlink() => Kind::Link,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_file() => Kind::File,
            _ => Kind::Other,
        };
        listing.push((name, kind));
    }
    listing.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_in_the_order_of_their_paths() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        let make = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for number in 0..FEW * 3 {
            make(&format!("many/app-{number:03}/values.yaml"), "");
        }
        for path in ["a/b.yaml", "a-b/c.yaml", "a/out/d.yaml", "a/kept.txt", "e"] {
            make(path, "");
        }
        make(".gitignore", "*.txt\nout/\n");
        make("a/.gitignore", "!kept.txt\n");
        let found = |walk: Walk<'_>| -> Vec<String> {
            let walked = walk.entries(|entry| entry.kind == Kind::File);
            let paths = walked.entries.into_iter().map(|entry| entry.path);
            paths.filter(|path| !path.starts_with("many/")).collect()
        };
        let all = Walk::new(&root).entries(|entry| entry.is_yaml_file());
        assert_eq!(all.entries.len(), FEW * 3 + 2);
        assert!(all.entries.is_sorted_by_key(|entry| entry.path.clone()));
        assert_eq!(
            found(Walk::new(&root)),
            [
                ".gitignore",
                "a-b/c.yaml",
                "a/.gitignore",
                "a/b.yaml",
                "a/kept.txt",
                "e"
            ]
        );
        make(".ours", "kept.txt\n");
        let with_ours = found(Walk::new(&root).with_ignore_file(".ours"));
        assert!(!with_ours.contains(&"a/kept.txt".to_owned()), "ours first");
        assert_eq!(found(Walk::new(&root).with_ignored()).len(), 8);
        assert_eq!(
            found(Walk::new(&root).to_depth(1)),
            [".gitignore", ".ours", "e"]
        );
        let without = Walk::new(&root).entering(|entry| entry.name() != "a");
        assert_eq!(found(without), [".gitignore", ".ours", "a-b/c.yaml", "e"]);
    }
}
