//! A walk of a directory that obeys ignore files, and is not at their mercy.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use ignore::gitignore::GitignoreBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::diagnostic::Problem;
use super::file::{ReadError, read_regular};
use super::work_tree::boundary;
use crate::masking::{Text, text};

/// The ignore file that git knows.
const GIT: &str = ".gitignore";

/// The longest templates for `.gitignore` have some hundred lines. Each line is compiled, and takes kilobytes until its
/// directory is left.
const MOST_LINES: usize = 2_000;

/// Of all ignore files of a walk: some seconds of compiling.
const MOST_LINES_IN_ALL: usize = 100_000;

/// A walk, and what was wrong with an ignore file that it met.
#[derive(Debug)]
pub struct Walk {
    /// Says what else is left out.
    pub builder: WalkBuilder,
    guard: Arc<Guard>,
}

#[derive(Debug)]
struct Guard {
    boundary: PathBuf,
    names: Vec<&'static str>,
    lines: AtomicUsize,
    refused: OnceLock<Problem>,
}

/// A walk below a directory, which is absolute and without links. `.gitignore` counts wherever it is, and so does the file of
/// another name, if one is given; nothing else of the machine does. A directory whose ignore file is refused is not entered.
pub fn walk(
    root: &Path,
    more: Option<&'static str>,
    filter: impl Fn(&DirEntry) -> bool + Send + Sync + 'static,
) -> Walk {
    let guard = Arc::new(Guard {
        boundary: boundary(root),
        names: std::iter::once(GIT).chain(more).collect(),
        lines: AtomicUsize::new(0),
        refused: OnceLock::new(),
    });
    let mut builder = WalkBuilder::new(root);
    builder
        .require_git(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .follow_links(false)
        // Those of other directories above are nothing that the repository has.
        .parents(root.ancestors().skip(1).all(|above| guard.allows(above)));
    if let Some(name) = more {
        builder.add_custom_ignore_filename(name);
    }
    if !guard.allows(root) {
        builder.max_depth(Some(0));
    }
    let held = Arc::clone(&guard);
    builder.filter_entry(move |entry| {
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        filter(entry) && (!is_directory || held.allows(entry.path()))
    });
    Walk { builder, guard }
}

/// Whether an entry is a file of YAML, by its name.
pub fn is_yaml_file(entry: &DirEntry) -> bool {
    let end = entry.path().extension();
    let is_yaml = end.is_some_and(|end| end == "yaml" || end == "yml");
    is_yaml && entry.file_type().is_some_and(|kind| kind.is_file())
}

impl Walk {
    /// Why a directory was not entered.
    pub fn refused(&self) -> Option<&Problem> {
        self.guard.refused.get()
    }
}

impl Guard {
    /// Whether the ignore files of a directory can be obeyed. What is wrong with one of the repository is kept.
    fn allows(&self, directory: &Path) -> bool {
        self.names.iter().all(|name| {
            let path = directory.join(name);
            match self.check(&path) {
                Ok(()) => true,
                Err(reason) => {
                    if directory.starts_with(&self.boundary) {
                        let told = text!("cannot read {}: {}", path, reason);
                        let problem = Problem::without_place(told)
                            .help("remove it, or make it a short file of the repository");
                        let _ = self.refused.set(problem);
                    }
                    false
                }
            }
        })
    }

    fn check(&self, path: &Path) -> Result<(), Text> {
        // Nearly no directory has one: to follow what is not there costs more than the rest of a walk.
        let found = std::fs::symlink_metadata(path);
        let target = match found.and_then(|_| std::fs::canonicalize(path)) {
            Ok(target) => target,
            // A link that leads nowhere is no file either.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(text!("{}", error)),
        };
        if path.starts_with(&self.boundary) && !target.starts_with(&self.boundary) {
            return Err(text!("{}", ReadError::Outside));
        }
        let text = read_regular(&target).map_err(|error| text!("{}", error))?;
        let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
        if lines > MOST_LINES {
            return Err(text!(
                "it has {} lines, but envlint reads at most {}",
                lines,
                MOST_LINES
            ));
        }
        match self.lines.fetch_add(lines, Ordering::Relaxed) + lines > MOST_LINES_IN_ALL {
            true => Err(text!(
                "the ignore files before it already have {} lines, and envlint reads no more",
                MOST_LINES_IN_ALL
            )),
            false => Ok(()),
        }
    }
}

/// Whether an ignore file of git on the way to a path covers it: it is made by a program, or by a person for himself.
pub fn is_ignored(root: &Path, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at);
    let mut directories = std::iter::once("").chain(ends.filter_map(|at| path.get(..at)));
    directories.any(|directory| {
        let below = root.join(directory);
        let Ok(bytes) = read_regular(&below.join(GIT)) else {
            return false;
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut builder = GitignoreBuilder::new(&below);
        for line in text.lines().take(MOST_LINES) {
            // A line that cannot be read ignores nothing.
            let _ = builder.add_line(None, line);
        }
        let ignores = builder.build().ok();
        ignores.is_some_and(|ignores| {
            let found = ignores.matched_path_or_any_parents(root.join(path), false);
            found.is_ignore()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn found(root: &Path) -> (usize, Option<String>) {
        let walk = walk(root, Some(".envlintignore"), |_| true);
        let entries = walk.builder.build().flatten();
        let files = entries.filter(|entry| entry.path().is_file()).count();
        let refused = walk
            .refused()
            .map(|problem| problem.message.show().to_string());
        (files, refused)
    }

    #[test]
    fn what_is_no_short_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        for file in ["a.yaml", "deep/b.yaml", "deep/c.txt"] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(found(&root), (3, None));
        fs::write(root.join(".envlintignore"), "*.txt\n").unwrap();
        assert_eq!(found(&root), (2, None));
        let ignore = root.join("deep/.gitignore");
        fs::write(&ignore, "x\n".repeat(MOST_LINES)).unwrap();
        let (files, refused) = found(&root);
        assert_eq!(files, 1, "the directory is not entered");
        assert!(refused.unwrap().contains("2001 lines"));
        #[cfg(unix)]
        for target in ["/dev/zero", "/dev/null"] {
            fs::remove_file(&ignore).unwrap();
            std::os::unix::fs::symlink(target, &ignore).unwrap();
            let (_, refused) = found(&root);
            assert!(refused.unwrap().contains("outside the repository"));
        }
    }
}
