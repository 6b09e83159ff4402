//! What envlint asks git, through its executable: files of a revision, and files that changed since one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::masking::{Name, Said, text};
use crate::source::Problem;

/// The largest file that is read from a revision, in bytes: the same limit as on disk.
const LARGEST: u64 = 5 * 1024 * 1024;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// What it was called on the command line.
    pub name: String,
    /// Its full hash.
    pub commit: String,
}

impl Revision {
    /// Finds the commit that a name stands for.
    ///
    /// # Errors
    /// When the name could be taken for something else than a revision, when there is no such commit, or no git.
    pub fn resolve(root: &Path, name: &str) -> Result<Revision, Problem> {
        if !is_revision(name) {
            return Err(Problem::without_place(text!("`{}` is not a revision", Name(&name)))
                .help("give a commit's hash, a tag or a branch: letters, digits and any of `._/@{}~^-`, not beginning with `-`"));
        }
        let commit = format!("{name}^{{commit}}");
        let output = git(
            root,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &commit,
            ],
        )?;
        let hash = String::from_utf8_lossy(&output).trim().to_owned();
        if hash.is_empty() || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(no_revision(name));
        }
        Ok(Revision {
            name: name.to_owned(),
            commit: hash,
        })
    }

    /// The text of files as the commit has them; paths are relative to `root`. A path that the commit does not have is
    /// not in the answer.
    ///
    /// # Errors
    /// When git fails.
    pub fn read(
        &self,
        root: &Path,
        paths: &[String],
    ) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
        // One process for all files: a process for each would cost more than everything else of a promotion.
        let mut child = command(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| cannot_run(&error))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(mut input), Some(output)) = (input, output) else {
            return Err(Problem::without_place("cannot talk to git"));
        };
        let asked: Vec<&String> = paths.iter().filter(|path| !path.contains('\n')).collect();
        let request: String = asked
            .iter()
            .map(|path| format!("{}:./{path}\n", self.commit))
            .collect();
        let files = std::thread::scope(|scope| {
            scope.spawn(move || {
                // A git that ends early is noticed where its answers are read.
                let _ = input.write_all(request.as_bytes());
            });
            answers(BufReader::new(output), &asked)
        });
        let _ = child.wait();
        files.map_err(|error| {
            Problem::without_place(text!(
                "git did not give the files of {}: {}",
                Name(&self.name),
                Said(&error)
            ))
        })
    }
}

/// Reads the answers of `git cat-file --batch`: `<hash> blob <size>`, the bytes and a line feed; or `… missing`.
fn answers(
    mut output: impl BufRead,
    asked: &[&String],
) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for path in asked {
        let mut header = String::new();
        if output.read_line(&mut header)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let words: Vec<&str> = header.trim_end().rsplitn(3, ' ').collect();
        let [size, kind, _] = words[..] else { continue };
        let Ok(size) = size.parse::<u64>() else {
            continue;
        };
        let mut bytes = Vec::new();
        (&mut output)
            .take(size.min(LARGEST + 1))
            .read_to_end(&mut bytes)?;
        let rest = size - size.min(LARGEST + 1);
        std::io::copy(&mut (&mut output).take(rest + 1), &mut std::io::sink())?;
        if kind == "blob" {
            files.insert((*path).clone(), bytes);
        }
    }
    Ok(files)
}

/// The root of the repository that a directory is in; none when it is in none, or without git.
pub fn top(directory: &Path) -> Option<PathBuf> {
    let output = git(directory, &["rev-parse", "--show-toplevel"]).ok()?;
    let top = String::from_utf8(output).ok()?;
    let top = top.strip_suffix('\n').filter(|top| !top.is_empty())?;
    Some(PathBuf::from(top))
}

/// The files below `root` that are not as they were in a revision, new ones included; relative to `root`, with `/`.
///
/// # Errors
/// As [`Revision::resolve`].
pub fn changed_since(root: &Path, revision: &Revision) -> Result<Vec<String>, Problem> {
    let changed = git(
        root,
        &[
            "diff",
            "--name-only",
            "--relative",
            "--no-ext-diff",
            "--no-renames",
            "-z",
            &revision.commit,
            "--",
        ],
    )?;
    let untracked = git(root, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    let names = |bytes: &[u8]| -> Vec<String> {
        bytes
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    };
    Ok([names(&changed), names(&untracked)].concat())
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

fn no_revision(name: &str) -> Problem {
    Problem::without_place(text!("there is no commit `{}` in this repository", Name(&name))).help(
        "in a shallow clone older commits are not there: fetch them first (`fetch-depth: 0` of actions/checkout)",
    )
}

fn cannot_run(error: &std::io::Error) -> Problem {
    Problem::without_place(text!("cannot run git: {}", Said(&error)))
        .help("revisions are read through the `git` executable; install it or put it on the PATH")
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    // A repository's own settings could name a program to run: none of them is needed here.
    command
        .arg("-C")
        .arg(root)
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .stdin(Stdio::null());
    command
}

/// Runs git without a shell and returns what it printed; empty when `rev-parse --quiet` finds nothing.
fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Problem> {
    let output = command(root)
        .args(arguments)
        .output()
        .map_err(|error| cannot_run(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let reason: String = said.lines().take(3).collect::<Vec<_>>().join("; ");
    Err(
        Problem::without_place(text!("git failed: {}", Said(&reason)))
            .help("revisions need a git repository around the workspace"),
    )
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

    #[test]
    fn answers_are_told_apart_by_their_sizes() {
        let output =
            "aaaa blob 5\na: 1\n\nHEAD:./no such missing\nbbbb tree 3\nxyz\ncccc blob 0\n\n";
        let paths: Vec<String> = ["a", "no such", "dir", "empty"].map(str::to_owned).into();
        let asked: Vec<&String> = paths.iter().collect();
        let files = answers(output.as_bytes(), &asked).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files["a"], b"a: 1\n");
        assert_eq!(files["empty"], b"");
        assert!(answers(&b"aaaa blob 5\na:"[..], &asked).is_err());
    }
}
