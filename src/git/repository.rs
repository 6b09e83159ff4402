//! How git is started: so that nothing of the repository's choosing runs.
//!
//! A repository can name programs in its configuration (`core.fsmonitor`, hooks, filters, `diff.external`, text conversion,
//! helpers of transports, pagers) and bind files to them in `.gitattributes`. Only plumbing is called, which asks none of
//! them: `rev-parse`, `ls-tree` and `cat-file` read objects, never the index or the work tree; objects that a partial
//! clone lacks are not fetched, since that starts whatever the configuration names. `rev-list` and `diff-tree` compare
//! objects with objects; without a patch to print they ask no driver of a diff. What the index remembers of files is read
//! without git ([`super::index`]).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::process::{Patience, Process};
use crate::masking::{Said, text};
use crate::source::{Problem, read_regular, work_tree};

/// A configuration with nothing in it.
const NO_FILE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// More than this is not read from git, in bytes: the names of two million files.
const MOST_OUTPUT: u64 = 256 << 20;

/// How long git may think about a single question.
const QUESTION: Duration = Duration::from_secs(6);

/// Settings that a command line gives precedence over every file (git-config(1)). No plumbing called here needs them; a
/// later git may.
const SETTINGS: [&str; 8] = [
    // A folder inside of a clone that looks like a bare repository brings a configuration of its own.
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "core.bigFileThreshold=8m",
    "protocol.allow=never",
    "submodule.recurse=false",
    "diff.external=",
];

/// A repository and the directory in its work tree that is asked about.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    /// As git writes it.
    git_dir: OsString,
    work_tree: OsString,
    root: PathBuf,
}

impl Repository {
    /// The repository around a directory, which is absolute and without links.
    ///
    /// A caller that sets both `GIT_DIR` and `GIT_WORK_TREE` says which one it is, as `envlint generate hooks` does. Else
    /// git is asked, once with the user's own configuration, since `safe.directory` is respected: a repository of another
    /// owner is refused unless the user trusts it. Everything after that runs without any configuration but the
    /// repository's, which has nothing left to say.
    ///
    /// # Errors
    /// When there is none, git does not trust it, or git cannot be run.
    pub(super) fn around(root: &Path) -> Result<Repository, Problem> {
        if let Some(told) = Repository::told(root) {
            refuse_pipes(Path::new(&told.git_dir))?;
            return Ok(told);
        }
        let top = work_tree(root)
            .ok_or_else(|| failed(&format!("{} is not in a git repository", root.display())))?;
        let beside = top.join(".git");
        if beside.is_dir() {
            refuse_pipes(&beside)?;
        }
        let mut command = command(&top);
        // Not further up than where its `.git` was found.
        if let Some(above) = top.parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        command.args(["rev-parse", "--absolute-git-dir"]);
        let output = run(command)?;
        let git_dir = line(&output);
        let found = fs::canonicalize(&git_dir)
            .map_err(|error| failed(&format!("cannot read its directory: {error}")))?;
        if top.starts_with(&found) {
            return Err(failed(&format!(
                "{} is no repository, though it looks like one",
                top.display()
            )));
        }
        if found != beside {
            refuse_pipes(&found)?;
        }
        Ok(Repository {
            git_dir,
            work_tree: top.into_os_string(),
            root: root.to_owned(),
        })
    }

    /// What the caller's environment says, when it is about this directory.
    fn told(root: &Path) -> Option<Repository> {
        let git_dir = std::env::var_os("GIT_DIR")?;
        let work_tree = std::env::var_os("GIT_WORK_TREE")?;
        let (git_dir, top) = (
            fs::canonicalize(git_dir).ok()?,
            fs::canonicalize(&work_tree).ok()?,
        );
        root.starts_with(&top).then(|| Repository {
            git_dir: git_dir.into_os_string(),
            work_tree: top.into_os_string(),
            root: root.to_owned(),
        })
    }

    /// Where the repository's own files are.
    fn git_dir(&self) -> &Path {
        Path::new(&self.git_dir)
    }

    /// The same without a question to git where nobody need be asked: to read what the index says starts no program.
    pub(super) fn beside(root: &Path) -> Option<Repository> {
        let top = work_tree(root)?;
        let git_dir = top.join(".git");
        match Repository::told(root) {
            None if git_dir.is_dir() => Some(Repository {
                git_dir: git_dir.into_os_string(),
                work_tree: top.into_os_string(),
                root: root.to_owned(),
            }),
            None => Repository::around(root).ok(),
            told => told,
        }
    }

    /// Its index. While a commit is made, git names the one that will be committed: that of this repository, where it lies in
    /// its directory.
    pub(super) fn index(&self) -> PathBuf {
        let own = self.git_dir();
        let named = std::env::var_os("GIT_INDEX_FILE");
        let named = named.map(|named| Path::new(&self.work_tree).join(named));
        let is_own = |named: &PathBuf| {
            let above = named.parent().and_then(|above| above.canonicalize().ok());
            above.is_some() && above == own.canonicalize().ok()
        };
        named.filter(is_own).unwrap_or_else(|| own.join("index"))
    }

    /// The directory that is asked about.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the directory that is asked about lies in the work tree, with `/`; empty for its root, none when it lies
    /// elsewhere.
    pub(super) fn prefix(&self) -> Option<String> {
        let top = fs::canonicalize(&self.work_tree).ok()?;
        let below = self.root.strip_prefix(top).ok()?.to_str()?;
        Some(below.replace('\\', "/"))
    }

    /// Whether older commits were left out of the clone (gitrepository-layout(5), `shallow`).
    pub(super) fn is_shallow(&self) -> bool {
        common_dir(Path::new(&self.git_dir))
            .join("shallow")
            .is_file()
    }

    /// A git that reads objects of this repository, in the directory that is asked about.
    pub(super) fn command(&self) -> Command {
        self.command_in(&self.root)
    }

    /// The same at the root of the work tree, where paths are as commits have them.
    pub(super) fn command_at_top(&self) -> Command {
        self.command_in(Path::new(&self.work_tree))
    }

    fn command_in(&self, directory: &Path) -> Command {
        let mut command = command(directory);
        command
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_DIR", &self.git_dir)
            .env("GIT_WORK_TREE", &self.work_tree)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", NO_FILE);
        command
    }

    /// What git prints; empty when it fails without a word, as `rev-parse --quiet` does.
    ///
    /// # Errors
    /// When git cannot be run, or says why it failed.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, Problem> {
        let mut command = self.command();
        command.args(arguments);
        run(command)
    }
}

impl Repository {
    /// Whether git answers a question with yes: it ends with 0, or 1 for no.
    ///
    /// # Errors
    /// When git cannot be run, or ends otherwise.
    pub(super) fn agrees(&self, arguments: &[&str]) -> Result<bool, Problem> {
        let mut command = self.command();
        let silent = command
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Process::start(silent, &Patience::of(QUESTION));
        let status = process.and_then(|mut process| process.finish());
        let status = status.map_err(|error| cannot_run(&error))?;
        match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(failed("it gave no answer")),
        }
    }
}

/// What all linked work trees of a repository share; the directory itself where there are none
/// (gitrepository-layout(5), `commondir`).
fn common_dir(git_dir: &Path) -> PathBuf {
    let common = read_regular(&git_dir.join("commondir"));
    let common = common.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    common.map_or_else(
        || git_dir.to_owned(),
        |common| git_dir.join(common.trim_end()),
    )
}

/// Git opens these files without a look at what they are: in place of one, a pipe that nobody writes into stops it.
///
/// # Errors
/// When one is a pipe or a device.
fn refuse_pipes(git_dir: &Path) -> Result<(), Problem> {
    let common = common_dir(git_dir);
    let places = ["", "info", "objects/info"].map(|below| common.join(below));
    for place in places.iter().map(PathBuf::as_path).chain([git_dir]) {
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        if let Some(pipe) = entries.map(|entry| entry.path()).find(|path| stops(path)) {
            return Err(failed(&format!(
                "{} is no regular file, and git would wait for it",
                pipe.display()
            )));
        }
    }
    Ok(())
}

/// Whether reading a path may never end. The file system monitor leaves a socket beside the others, which nobody reads.
#[cfg(unix)]
fn stops(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = fs::metadata(path).map(|found| found.file_type());
    kind.is_ok_and(|kind| kind.is_fifo() || kind.is_char_device() || kind.is_block_device())
}

/// Other systems have no pipes among their files.
#[cfg(not(unix))]
fn stops(_: &Path) -> bool {
    false
}

/// A git without the caller's variables, prompts, transports, fetches and replaced objects.
fn command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    let is_git = |name: &OsStr| {
        name.to_string_lossy()
            .to_ascii_uppercase()
            .starts_with("GIT_")
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_git(name)) {
        command.env_remove(name);
    }
    command
        .current_dir(directory)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        // No transport has this name (git(1), GIT_ALLOW_PROTOCOL); for versions without GIT_NO_LAZY_FETCH.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_ATTR_NOSYSTEM", "1")
        .arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null());
    command
}

/// The first line, as a path.
fn line(output: &[u8]) -> OsString {
    let line = output.split(|byte| *byte == b'\n').next().unwrap_or(output);
    #[cfg(unix)]
    return <OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(line).to_owned();
    #[cfg(not(unix))]
    return String::from_utf8_lossy(line).into_owned().into();
}

/// Runs git without a shell and returns what it printed.
fn run(mut command: Command) -> Result<Vec<u8>, Problem> {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process =
        Process::start(piped, &Patience::of(QUESTION)).map_err(|error| cannot_run(&error))?;
    let (Some(output), Some(errors)) = (process.output(), process.complaints()) else {
        return Err(Problem::without_place("cannot talk to git"));
    };
    let read = |stream: &mut dyn Read| {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).map(|_| bytes)
    };
    let output = read(&mut output.take(MOST_OUTPUT + 1)).map_err(|error| cannot_run(&error))?;
    let errors = read(&mut errors.take(1 << 16));
    let status = process.finish().map_err(|error| cannot_run(&error))?;
    if output.len() as u64 > MOST_OUTPUT {
        return Err(failed(&format!("it wrote more than {MOST_OUTPUT} bytes")));
    }
    if status.success() {
        return Ok(output);
    }
    let errors = errors.unwrap_or_default();
    let said = String::from_utf8_lossy(&errors);
    // The command that mends it stands behind an empty line.
    let lines = said.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty()).take(4);
    let reason = lines.fold(String::new(), |reason, line| {
        let between = match reason.ends_with(':') {
            _ if reason.is_empty() => "",
            true => " ",
            false => "; ",
        };
        reason + between + line
    });
    match reason.is_empty() {
        true => Ok(Vec::new()),
        false => Err(failed(&reason)),
    }
}

fn failed(reason: &str) -> Problem {
    Problem::without_place(text!("git failed: {}", Said(&reason)))
        .help("revisions need a git repository around the workspace")
}

pub(super) fn cannot_run(error: &std::io::Error) -> Problem {
    Problem::without_place(text!("cannot run git: {}", Said(&error)))
        .help("revisions are read through the `git` executable; install it or put it on the PATH")
}
