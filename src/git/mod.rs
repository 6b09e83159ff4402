//! What envlint asks git, through its executable: files of a revision, files that changed since one, and all that files
//! ever held.

mod blobs;
mod changed;
mod index;
mod log;
mod past;
mod process;
mod raw;
mod renames;
mod repository;
mod tracked;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use blobs::Blobs;
pub use changed::changed_since;
pub use log::{Commit, FileChange};
pub use past::{Committed, Incomplete, Past};
use process::Patience;
use repository::Repository;
pub use tracked::tracked;
use tree::{Entries, follow};

use crate::masking::{Name, Said, text};
use crate::source::Problem;

/// The largest file that is read from a revision, in bytes: the same limit as on disk.
const LARGEST: u64 = 5 * 1024 * 1024;

/// The longest target of a link, in bytes (Linux: `PATH_MAX`).
const LONGEST_LINK: u64 = 4096;

/// A commit.
#[derive(Debug, Clone)]
pub struct Revision {
    /// What it was called on the command line.
    pub name: String,
    /// Its full hash.
    pub commit: String,
    repository: Repository,
}

impl Revision {
    /// Finds the commit that a name stands for, in the repository around a directory: absolute, and without links.
    ///
    /// # Errors
    /// When the name could be taken for something else than a revision, when there is no such commit, or no git.
    pub fn resolve(root: &Path, name: &str) -> Result<Revision, Problem> {
        if !is_revision(name) {
            return Err(Problem::without_place(text!("`{}` is not a revision", Name(&name)))
                .help("give a commit's hash, a tag or a branch: letters, digits and any of `._/@{}~^-`, not beginning with `-`"));
        }
        let repository = Repository::around(root)?;
        let commit = format!("{name}^{{commit}}");
        let output = repository.ask(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ])?;
        let hash = String::from_utf8_lossy(&output).trim().to_owned();
        if hash.is_empty() || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(no_revision(name, repository.is_shallow()));
        }
        only_one(&repository, name)?;
        Ok(Revision {
            name: name.to_owned(),
            commit: hash,
            repository,
        })
    }

    /// Whether it is the last commit or one that it is made of.
    ///
    /// # Errors
    /// When git fails.
    pub fn is_merged(&self) -> Result<bool, Problem> {
        let arguments = ["merge-base", "--is-ancestor", &self.commit, "HEAD"];
        self.repository.agrees(&arguments)
    }

    /// The files of the commit below the directory, by path.
    fn tree(&self) -> Result<Entries, Problem> {
        let listing = self
            .repository
            .ask(&["ls-tree", "-r", "-z", &self.commit])?;
        Ok(tree::parse(&listing))
    }

    /// The text of files as the commit has them; paths are relative to the directory. A path that the commit does not
    /// have is not in the answer; a link stands for the file that it leads to.
    ///
    /// # Errors
    /// When git fails, or lacks an object of the commit.
    pub fn read(&self, paths: &[String]) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
        let tree = self.tree()?;
        let files = self.followed(&tree, paths)?;
        let blobs = self.blobs(files.iter().map(|(_, hash)| *hash), LARGEST + 1)?;
        let text = |(path, hash): (&String, &str)| Some((path.clone(), blobs.get(hash)?.clone()));
        Ok(files.into_iter().filter_map(text).collect())
    }

    /// The files that paths lead to, by their hashes. Only links on the way are read: a tree may be full of others.
    fn followed<'t, 'p>(
        &self,
        tree: &'t Entries,
        paths: &'p [String],
    ) -> Result<Vec<(&'p String, &'t str)>, Problem> {
        let mut targets: BTreeMap<String, Option<String>> = BTreeMap::new();
        loop {
            let mut unknown: BTreeSet<String> = BTreeSet::new();
            let mut target = |hash: &str| match targets.get(hash) {
                Some(target) => target.clone(),
                None => {
                    unknown.insert(hash.to_owned());
                    None
                }
            };
            let followed = paths
                .iter()
                .filter_map(|path| Some((path, follow(tree, path, &mut target)?.hash.as_str())));
            let files: Vec<(&String, &str)> = followed.collect();
            if unknown.is_empty() {
                return Ok(files);
            }
            let mut read = self.blobs(unknown.iter().map(String::as_str), LONGEST_LINK + 1)?;
            for hash in unknown {
                let target = read
                    .remove(&hash)
                    .filter(|bytes| bytes.len() as u64 <= LONGEST_LINK);
                let target = target.and_then(|bytes| String::from_utf8(bytes).ok());
                targets.insert(hash, target);
            }
        }
    }

    /// The contents of blobs by hash, of each as many bytes as `most`.
    fn blobs<'h>(
        &self,
        hashes: impl Iterator<Item = &'h str>,
        most: u64,
    ) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
        let hashes: Vec<&str> = hashes.collect();
        if hashes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let read = Blobs::open(&self.repository, &Patience::of_history())?.read(&hashes, most);
        let read = read.map_err(|error| {
            Problem::without_place(text!(
                "git did not give the files of {}: {}",
                Name(&self.name),
                Said(&error)
            ))
        })?;
        let found = hashes.iter().zip(read);
        let blobs: BTreeMap<String, Vec<u8>> = found
            .filter_map(|(hash, bytes)| Some(((*hash).to_owned(), bytes?)))
            .collect();
        match hashes.iter().any(|hash| !blobs.contains_key(*hash)) {
            // envlint never fetches: a repository says how that is done.
            true => Err(Problem::without_place(text!(
                "files of {} are not in this clone, which is a partial one",
                Name(&self.name)
            ))
            .help("fetch them first: git fetch --refetch --no-filter")),
            false => Ok(blobs),
        }
    }
}

/// Whether a text can only be a revision: never an option, never a range or a path inside of a revision.
fn is_revision(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name.contains("..")
        && name
            .chars()
            .all(|char| char.is_alphanumeric() || "._/@{}~^-+#".contains(char))
}

fn no_revision(name: &str, is_shallow: bool) -> Problem {
    let help = match is_shallow {
        true => {
            "this clone is shallow, and older commits are not there: fetch them first (`fetch-depth: 0` of actions/checkout)"
        }
        false => {
            "`git branch --all` and `git tag` list the names that there are; a branch of a remote may have to be fetched"
        }
    };
    Problem::without_place(text!(
        "there is no commit `{}` in this repository",
        Name(name)
    ))
    .help(help)
}

/// Whether a name is not that of a branch and of a tag of another commit: git takes the tag then, and says so only in passing.
///
/// # Errors
/// When it is both.
fn only_one(repository: &Repository, name: &str) -> Result<(), Problem> {
    // The name that `NAME~2`, `NAME^`, `NAME@{1}` begin with.
    let name = name.split(['~', '^']).next().unwrap_or_default();
    let name = name.split("@{").next().unwrap_or_default();
    let [branch, tag] = ["heads", "tags"].map(|kind| format!("refs/{kind}/{name}"));
    let format = "--format=%(refname) %(objectname) %(*objectname)";
    let listed = repository.ask(&["for-each-ref", format, &branch, &tag])?;
    let listed = String::from_utf8_lossy(&listed);
    let commit = |wanted: &str| {
        let mut refs = listed.lines().map(|line| line.split(' '));
        let mut hashes = refs.find_map(|mut words| (words.next()? == wanted).then_some(words))?;
        // An annotated tag is an object of its own, and the commit is what it is a tag of.
        let own = hashes.next()?;
        Some(hashes.next().filter(|hash| !hash.is_empty()).unwrap_or(own))
    };
    match (commit(&branch), commit(&tag)) {
        (Some(head), Some(tagged)) if head != tagged => Err(Problem::without_place(text!(
            "`{}` is a branch and a tag of another commit",
            Name(name)
        ))
        .help(text!(
            "say which one is meant: `{}` or `{}`",
            Name(&branch),
            Name(&tag)
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_nothing_else_is_a_revision() {
        for (name, expected) in [
            ("3f2c1a9", true),
            ("main", true),
            ("release/2024-11", true),
            ("v1.2.3", true),
            ("HEAD~2", true),
            ("HEAD^{commit}", true),
            ("main@{upstream}", true),
            ("", false),
            ("-O", false),
            ("--output=x", false),
            ("main..dev", false),
            ("main:file", false),
            ("a b", false),
            ("a\nb", false),
            ("$(id)", false),
            ("a;b", false),
        ] {
            assert_eq!(is_revision(name), expected, "{name:?}");
        }
    }
}
