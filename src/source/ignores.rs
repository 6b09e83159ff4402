//! Ignore files: which paths they leave out, and which of these files are obeyed.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::diagnostic::Problem;
use super::file::{ReadError, read_regular};
use super::work_tree::boundary;
use crate::masking::{Text, text};

/// The ignore file that git knows.
pub(super) const GIT: &str = ".gitignore";

/// The longest templates for `.gitignore` have some hundred lines. Each line is compiled, and takes kilobytes until its
/// directory is left.
const MOST_LINES: usize = 2_000;

/// Of all ignore files of a walk: some seconds of compiling.
const MOST_LINES_IN_ALL: usize = 100_000;

/// Of those that are kept together.
const MOST_LINES_KEPT: usize = 20_000;

/// The ignore files that count in a directory: its own, and those of the directories above.
#[derive(Debug)]
pub(super) struct Rules {
    /// Of the file that counts before git's.
    first: Gitignore,
    git: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// Those of a directory; `names` are the files' names, that of git last.
    pub(super) fn of(directory: &Path, names: &[&str], above: Option<Arc<Rules>>) -> Arc<Rules> {
        let read = |wanted: &dyn Fn(&str) -> bool| {
            let mut names = names.iter().filter(|name| wanted(name));
            let path = names.next().map(|name| directory.join(name));
            path.filter(|path| path.exists())
                .map_or_else(Gitignore::empty, |path| compiled(directory, &path))
        };
        Arc::new(Rules {
            first: read(&|name| name != GIT),
            git: read(&|name| name == GIT),
            above,
        })
    }

    /// Those of all directories above a walk's root.
    pub(super) fn above(root: &Path, names: &[&str]) -> Option<Arc<Rules>> {
        let mut directories: Vec<&Path> = root.ancestors().skip(1).collect();
        directories.reverse();
        let over = |above, directory: &Path| Rules::over(directory, names, above);
        directories.into_iter().fold(None, over)
    }

    /// Those of a directory where it has any, else those of the directories above.
    fn over(directory: &Path, names: &[&str], above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let rules = Rules::of(directory, names, above.clone());
        match rules.first.is_empty() && rules.git.is_empty() {
            true => above,
            false => Some(rules),
        }
    }

    /// Whether a path is to be left out. The nearest file that says anything of it decides, and git's comes last.
    pub(super) fn ignore(&self, path: &Path, is_directory: bool) -> bool {
        let all = || std::iter::successors(Some(self), |rules| rules.above.as_deref());
        let said = |of: fn(&Rules) -> &Gitignore| {
            let mut said = all().map(move |rules| of(rules).matched(path, is_directory));
            said.find(|said| !said.is_none())
        };
        let said = said(|rules| &rules.first).or_else(|| said(|rules| &rules.git));
        said.is_some_and(|said| said.is_ignore())
    }
}

fn compiled(directory: &Path, path: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(directory);
    // A line that cannot be read ignores nothing.
    let _ = builder.add(path);
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// What keeps a walk from being at the mercy of ignore files.
#[derive(Debug)]
pub(super) struct Guard {
    boundary: PathBuf,
    most: usize,
    lines: AtomicUsize,
    refused: OnceLock<Problem>,
}

impl Guard {
    pub(super) fn new(root: &Path) -> Guard {
        Guard::with_lines(root, MOST_LINES_IN_ALL)
    }

    fn with_lines(root: &Path, most: usize) -> Guard {
        Guard {
            boundary: boundary(root),
            most,
            lines: AtomicUsize::new(0),
            refused: OnceLock::new(),
        }
    }

    /// What was wrong with an ignore file of the repository.
    pub(super) fn into_refused(self) -> Option<Problem> {
        self.refused.into_inner()
    }

    /// Whether the ignore files of a directory can be obeyed. What is wrong with one of the repository is kept.
    pub(super) fn allows(&self, directory: &Path, names: &[&str]) -> bool {
        names.iter().all(|name| {
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
        match self.lines.fetch_add(lines, Ordering::Relaxed) + lines > self.most {
            true => Err(text!(
                "the ignore files before it already have {} lines, and envlint reads no more",
                self.most
            )),
            false => Ok(()),
        }
    }
}

/// What the ignore files of git cover of paths that are not there: what a program makes, or a person for himself. Each
/// ignore file is read and compiled once.
#[derive(Debug)]
pub struct Ignored<'r> {
    root: &'r Path,
    guard: Guard,
    known: HashMap<String, Within>,
}

/// What is known of all that lies in a directory.
#[derive(Debug, Clone)]
enum Within {
    /// It is covered, or may be: its ignore file cannot be read.
    Covered,
    /// These rules tell.
    Ruled(Option<Arc<Rules>>),
}

impl Within {
    fn covers(&self, path: &Path, is_directory: bool) -> bool {
        match self {
            Within::Covered => true,
            Within::Ruled(None) => false,
            Within::Ruled(Some(rules)) => rules.ignore(path, is_directory),
        }
    }
}

impl<'r> Ignored<'r> {
    /// Below the root of a workspace.
    pub fn below(root: &'r Path) -> Ignored<'r> {
        Ignored {
            root,
            guard: Guard::with_lines(root, MOST_LINES_KEPT),
            known: HashMap::new(),
        }
    }

    /// Whether a file at the path would be covered.
    pub fn covers(&mut self, path: &str) -> bool {
        let directory = path.rsplit_once('/').map_or("", |(above, _)| above);
        let place = self.root.join(path);
        self.within(directory).covers(&place, false)
    }

    fn within(&mut self, directory: &str) -> Within {
        let mut within = match self.known.get("") {
            Some(known) => known.clone(),
            None => self.learn("", Within::Ruled(self.above())),
        };
        let ends = directory.match_indices('/').map(|(at, _)| at);
        let above = ends.filter_map(|end| directory.get(..end));
        for path in above.chain(Some(directory).filter(|path| !path.is_empty())) {
            within = match self.known.get(path) {
                Some(known) => known.clone(),
                None if within.covers(&self.root.join(path), true) => Within::Covered,
                None => self.learn(path, within),
            };
        }
        within
    }

    /// Those of the directories above the root.
    fn above(&self) -> Option<Arc<Rules>> {
        let mut above = self.root.ancestors().skip(1);
        let counts = above.all(|above| self.guard.allows(above, &[GIT]));
        counts.then(|| Rules::above(self.root, &[GIT])).flatten()
    }

    fn learn(&mut self, path: &str, above: Within) -> Within {
        let place = self.root.join(path);
        let within = match above {
            Within::Ruled(above) if self.guard.allows(&place, &[GIT]) => {
                Within::Ruled(Rules::over(&place, &[GIT], above))
            }
            _ => Within::Covered,
        };
        self.known.insert(path.to_owned(), within.clone());
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Kind, Walk};
    use std::fs;

    fn found(root: &Path) -> (usize, Option<String>) {
        let walk = Walk::new(root).with_ignore_file(".envlintignore");
        let walk = walk.entering(|entry| !entry.is_hidden());
        let walked = walk.entries(|entry| entry.kind == Kind::File);
        let refused = walked.refused;
        let refused = refused.map(|problem| problem.message.show().to_string());
        (walked.entries.len(), refused)
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

    #[test]
    fn an_ignore_file_is_read_once_for_all_that_is_missing() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        fs::create_dir_all(root.join("apps/shop")).unwrap();
        fs::write(root.join(".gitignore"), "made/\n*.enc.yaml\n").unwrap();
        fs::write(root.join("apps/shop/.gitignore"), "!kept.enc.yaml\n").unwrap();
        let mut ignored = Ignored::below(&root);
        for (path, expected) in [
            ("apps/shop/a.yaml", false),
            ("apps/shop/a.enc.yaml", true),
            ("apps/shop/kept.enc.yaml", false),
            ("apps/other/kept.enc.yaml", true),
            ("apps/shop/made/kept.enc.yaml", true),
            ("made/deep/a.yaml", true),
            ("a.yaml", false),
        ] {
            assert_eq!(ignored.covers(path), expected, "{path}");
        }
        let read = ignored.guard.lines.load(Ordering::Relaxed);
        for number in 0..100 {
            assert!(!ignored.covers(&format!("apps/shop/{number}.yaml")));
        }
        assert_eq!(ignored.guard.lines.load(Ordering::Relaxed), read);
    }
}
