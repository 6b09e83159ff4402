//! Which commits changed files, the newest first: read from git only as far as somebody asks.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, ErrorKind, Read, Take};
use std::process::Stdio;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::LARGEST;
use super::blobs::Blobs;
use super::process::{Output, Patience, Process};
use super::raw::{self, Entry, Header};
use super::renames::{Former, Gone, Renames};
use super::repository::{Repository, cannot_run};
use crate::source::Problem;

/// More commits are not looked at.
const MOST_COMMITS: usize = 50_000;

/// More than this is not read of them, in bytes.
const MOST_OUTPUT: u64 = 64 << 20;

/// How many paths git is given to look for. Git compares each entry of a tree with each of them, so of more the
/// directories that hold them are given.
const MOST_SPECS: usize = 32;

/// How often the names that files had before they were renamed are looked for.
const MOST_ROUNDS: usize = 4;

/// More files that one commit takes away are not remembered.
const MOST_GONE: usize = 50_000;

/// A commit, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full hash.
    pub hash: String,
    /// When it came to be, in seconds since 1970: a commit that was moved to another branch came to be there.
    pub time: i64,
    /// The name of its author, cut where it is long.
    pub author: String,
}

impl Commit {
    /// As much of its hash as people write.
    pub fn short(&self) -> &str {
        self.hash.get(..7).unwrap_or(&self.hash)
    }

    /// When it came to be, in UTC: `2026-11-20T12:00:00Z`.
    pub fn moment(&self) -> String {
        let moment = Timestamp::from_second(self.time).unwrap_or_default();
        moment.to_string()
    }

    /// The day on which it came to be, in UTC: `2026-11-20`.
    pub fn date(&self) -> String {
        let moment = Timestamp::from_second(self.time).unwrap_or_default();
        moment.to_zoned(TimeZone::UTC).date().to_string()
    }
}

/// A change of one file.
#[derive(Debug)]
pub struct FileChange {
    /// The commit.
    pub commit: Arc<Commit>,
    /// The place of the commit in the log: larger ones are older.
    pub at: usize,
    /// What each parent of the commit has: the name of an object; none where the file is not there.
    pub before: Vec<Option<String>>,
    /// What the commit has.
    pub after: Option<String>,
    /// The path that the file has there, from the root of the work tree: another one than now, where it was renamed later.
    pub path: String,
}

/// Two processes: one lists commits, the other says what they change.
#[derive(Debug)]
struct Pipe {
    commits: Process,
    changes: Process,
    output: BufReader<Take<Output>>,
}

impl Pipe {
    fn open(
        repository: &Repository,
        specs: &[String],
        patience: &Patience,
    ) -> Result<Pipe, Problem> {
        let most = format!("--max-count={MOST_COMMITS}");
        // All of a history: what a merge did not take was there all the same.
        let mut list = repository.command_at_top();
        let list = list
            .args(["rev-list", "--full-history", &most, "HEAD", "--"])
            .args(specs)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut commits = Process::start(list, patience).map_err(|error| cannot_run(&error))?;
        let hashes = commits.piped().map_or_else(Stdio::null, Stdio::from);
        let mut compare = repository.command_at_top();
        let compare = compare
            .args(["diff-tree", "--stdin", "-r", "--root", "-c", "--no-renames"])
            .args(["--raw", "-z", "--no-notes", "--encoding=UTF-8", raw::FORMAT])
            .stdin(hashes)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut changes = Process::start(compare, patience).map_err(|error| cannot_run(&error))?;
        let Some(output) = changes.output() else {
            return Err(Problem::without_place("cannot talk to git"));
        };
        Ok(Pipe {
            commits,
            changes,
            output: BufReader::new(output.take(MOST_OUTPUT)),
        })
    }

    /// Whether both processes came to their end.
    fn is_whole(&mut self) -> bool {
        let is_read = self.output.get_ref().limit() > 0;
        is_read
            && [&mut self.commits, &mut self.changes]
                .into_iter()
                .all(|process| process.finish().is_ok_and(|status| status.success()))
    }
}

/// How reading came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All of it was read.
    Whole,
    /// There is more than is read.
    Cut,
    /// Git failed: there is no commit, or objects are missing.
    Failed,
}

/// The changes of some files, as far as they were read.
#[derive(Debug)]
pub(super) struct Log {
    changes: HashMap<String, Vec<Arc<FileChange>>>,
    /// The files by the paths that they have or had; those by a former path only for commits that are not newer.
    known: HashMap<String, Vec<(String, i64)>>,
    /// Former paths that git has not been asked for.
    former: Vec<String>,
    rounds: usize,
    commits: usize,
    commit: Option<Arc<Commit>>,
    moved: Moved,
    renames: Renames,
    blobs: Option<Blobs>,
    /// Whether a file may have been renamed, and nobody knows.
    is_open: bool,
    patience: Patience,
    pipe: Option<Pipe>,
    end: Option<End>,
}

/// What may have been renamed in the commit that is being read.
#[derive(Debug, Default)]
struct Moved {
    /// The files that are looked for and that it adds.
    new: Vec<raw::File>,
    gone: Vec<Gone>,
    /// What other files hold that it adds: of these, what is gone is the former one.
    taken: HashSet<String>,
    is_cut: bool,
}

impl Log {
    /// The changes of these files; paths are relative to the root of the work tree.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(super) fn open(
        repository: &Repository,
        files: &[String],
        patience: &Patience,
    ) -> Result<Log, Problem> {
        let known = files
            .iter()
            .map(|file| (file.clone(), vec![(file.clone(), i64::MAX)]));
        Ok(Log {
            changes: HashMap::new(),
            known: known.collect(),
            former: Vec::new(),
            rounds: 1,
            commits: 0,
            commit: None,
            moved: Moved::default(),
            renames: Renames::default(),
            blobs: None,
            is_open: false,
            patience: patience.clone(),
            pipe: Some(Pipe::open(repository, &specs(files), patience)?),
            end: None,
        })
    }

    /// The change of a file at a place, the newest first; none when there are not so many.
    pub(super) fn change(
        &mut self,
        repository: &Repository,
        file: &str,
        nth: usize,
    ) -> Option<Arc<FileChange>> {
        loop {
            let known = self.changes.get(file).and_then(|changes| changes.get(nth));
            if known.is_some() || self.end.is_some() {
                return known.cloned();
            }
            self.read_on(repository);
        }
    }

    /// How reading ended; only asked when it did.
    pub(super) fn end(&self) -> End {
        self.end.unwrap_or(End::Cut)
    }

    fn read_on(&mut self, repository: &Repository) {
        let Some(pipe) = &mut self.pipe else {
            self.end = Some(End::Failed);
            return;
        };
        match raw::next(&mut pipe.output) {
            Ok(Some(Entry::Commit(header))) => {
                self.settle(repository);
                self.enter(header);
            }
            Ok(Some(Entry::File(file))) => self.sort(file),
            Ok(None) => {
                self.settle(repository);
                self.next_round(repository);
            }
            // It was waited for as long as it may take.
            Err(error) if error.kind() == ErrorKind::TimedOut => self.end = Some(End::Cut),
            Err(_) => self.end = Some(End::Failed),
        }
    }

    /// Takes a change, or remembers it until all files of the commit are known.
    fn sort(&mut self, file: raw::File) {
        match (&file.before[..], &file.after) {
            ([Some(blob)], None) if self.moved.gone.len() < MOST_GONE => {
                self.moved.gone.push(Gone {
                    path: file.path.clone(),
                    blob: blob.clone(),
                });
                self.take(file, None);
            }
            ([Some(_)], None) => {
                self.moved.is_cut = true;
                self.take(file, None);
            }
            ([None], Some(_)) if self.known.contains_key(&file.path) => self.moved.new.push(file),
            ([None], Some(blob)) if self.moved.taken.len() < MOST_GONE => {
                self.moved.taken.insert(blob.clone());
            }
            _ => self.take(file, None),
        }
    }

    /// Takes the files that the commit adds, with what they were before.
    fn settle(&mut self, repository: &Repository) {
        let mut moved = std::mem::take(&mut self.moved);
        let is_wanted =
            |blob: &String| moved.new.iter().any(|new| new.after.as_ref() == Some(blob));
        moved
            .gone
            .retain(|gone| !moved.taken.contains(&gone.blob) || is_wanted(&gone.blob));
        for mut file in moved.new {
            let blob = file.after.clone().unwrap_or_default();
            let blobs = &mut self.blobs;
            let mut read = |name: &str, most: u64| {
                if blobs.is_none() {
                    *blobs = Blobs::open(repository, &self.patience).ok();
                }
                let read = blobs.as_mut()?.read(&[name], most.min(LARGEST)).ok()?;
                read.into_iter().next().flatten()
            };
            let former = self
                .renames
                .former((&file.path, &blob), &moved.gone, &mut read);
            let former = match former {
                Former::File(gone) => Some(gone),
                Former::None => None,
                Former::Unknown => {
                    self.is_open = true;
                    None
                }
            };
            self.is_open |= moved.is_cut && former.is_none();
            if let Some(former) = former {
                file.before = vec![Some(former.blob.clone())];
            }
            self.take(file, former.map(|former| former.path.clone()));
        }
    }

    fn enter(&mut self, header: Header) {
        let Header { hash, time, author } = header;
        self.commits += 1;
        self.commit = Some(Arc::new(Commit { hash, time, author }));
    }

    fn take(&mut self, file: raw::File, former: Option<String>) {
        let (Some(commit), Some(known)) = (&self.commit, self.known.get(&file.path)) else {
            return;
        };
        let time = commit.time;
        let owners: Vec<String> = known
            .iter()
            .filter(|(_, until)| time <= *until)
            .map(|(owner, _)| owner.clone())
            .collect();
        let change = Arc::new(FileChange {
            commit: Arc::clone(commit),
            at: self.commits,
            before: file.before,
            after: file.after,
            path: file.path,
        });
        for owner in owners {
            let changes = self.changes.entry(owner.clone()).or_default();
            // A round that looks for a former path meets what another one read.
            if changes.iter().any(|known| known.commit == change.commit) {
                continue;
            }
            changes.push(Arc::clone(&change));
            if let Some(former) = &former {
                let owners = self.known.entry(former.clone()).or_default();
                owners.push((owner, time));
                self.former.push(former.clone());
            }
        }
    }

    /// Looks for the paths that files had before, when all commits of the last round were read.
    fn next_round(&mut self, repository: &Repository) {
        let is_whole = self.pipe.as_mut().is_some_and(Pipe::is_whole);
        let former = std::mem::take(&mut self.former);
        self.pipe = None;
        self.end = match is_whole {
            false if self.commits == 0 => Some(End::Failed),
            _ if self.commits >= MOST_COMMITS => Some(End::Cut),
            false => Some(End::Cut),
            true if former.is_empty() && self.is_open => Some(End::Cut),
            true if former.is_empty() => Some(End::Whole),
            true if self.rounds >= MOST_ROUNDS => Some(End::Cut),
            true => {
                self.rounds += 1;
                self.commit = None;
                self.pipe = Pipe::open(repository, &specs(&former), &self.patience).ok();
                None
            }
        };
    }
}

/// What git is given to look for these files: their paths, or the directories that hold them where they are many; nothing
/// for all files.
fn specs(files: &[String]) -> Vec<String> {
    let beginning = |file: &str, depth: usize| -> String {
        let mut ends = file.match_indices('/').map(|(at, _)| at);
        let end = depth.checked_sub(1).and_then(|at| ends.nth(at));
        file.get(..end.unwrap_or(file.len()))
            .unwrap_or(file)
            .to_owned()
    };
    let deepest = files.iter().map(|file| file.matches('/').count() + 1);
    for depth in (1..=deepest.max().unwrap_or_default()).rev() {
        let mut specs: Vec<String> = files.iter().map(|file| beginning(file, depth)).collect();
        specs.sort();
        specs.dedup();
        if specs.len() <= MOST_SPECS {
            return specs;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_are_looked_for_in_their_directories() {
        let of = |files: &[&str]| {
            let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
            specs(&files)
        };
        assert_eq!(of(&["a/b/v.yaml", "v.yaml"]), ["a/b/v.yaml", "v.yaml"]);
        let many: Vec<String> = (0..40).map(|app| format!("apps/{app}/v.yaml")).collect();
        assert_eq!(specs(&many), ["apps"]);
        let few: Vec<String> = (0..40)
            .map(|file| format!("apps/{}/{file}.yaml", file % 2))
            .collect();
        assert_eq!(specs(&few), ["apps/0", "apps/1"]);
        let flat: Vec<String> = (0..40).map(|file| format!("{file}.yaml")).collect();
        assert_eq!(specs(&flat), [""; 0]);
    }
}
