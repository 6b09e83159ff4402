//! Small workspaces in directories of their own, and what envlint says in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use envlint::check::{Outcome, Reach, check};
use envlint::masking::Text;
use envlint::rules::Finding;
use envlint::workspace::Workspace;
use tempfile::TempDir;

use crate::readme::without_time;

/// A configuration with nothing in it.
pub(crate) const NO_FILE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// The folder of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A workspace in a temporary directory, away from this repository's own `envlint.yaml` and `.gitignore`.
pub(crate) struct Sandbox {
    directory: TempDir,
}

/// What a run of the binary left.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Sandbox {
    /// A copy of `tests/fixtures/<name>`. One with a folder `commits` is a git repository: what is in its folders `1-Ada`,
    /// `2-Bob` and so on is written and committed, one after the other and by these authors; the rest is not committed.
    pub(crate) fn fixture(name: &str) -> Sandbox {
        let sandbox = Sandbox::empty();
        let fixture = fixtures().join(name);
        let commits = fixture.join("commits");
        if commits.is_dir() {
            sandbox.git(&["init", "--quiet"]);
            let folders = fs::read_dir(&commits).expect("a folder").flatten();
            let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
            folders.sort();
            for (day, folder) in (1..).zip(folders) {
                let name = folder.file_name().expect("a name").to_string_lossy();
                let (_, author) = name.split_once('-').expect("a number and an author");
                copy(&folder, &sandbox.root());
                sandbox.commit_by(author, day);
            }
        }
        copy(&fixture, &sandbox.root());
        if commits.is_dir() {
            fs::remove_dir_all(sandbox.root().join("commits")).expect("the folder");
        }
        sandbox
    }

    /// A copy of this repository's own example, committed.
    pub(crate) fn example() -> Sandbox {
        let sandbox = Sandbox::empty();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for directory in ["environments", "charts"] {
            let target = sandbox.root().join(directory);
            fs::create_dir(&target).expect("a directory");
            copy(&root.join(directory), &target);
        }
        fs::copy(
            root.join("envlint.yaml"),
            sandbox.root().join("envlint.yaml"),
        )
        .expect("a copy");
        sandbox.git(&["init", "--quiet"]);
        sandbox.commit();
        sandbox
    }

    /// Runs git, whatever the user's own settings say, and returns what it prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_by("Test", 1, arguments)
    }

    /// Commits all that there is, and returns the commit.
    pub(crate) fn commit(&self) -> String {
        self.commit_by("Test", 1)
    }

    /// Commits all that there is as an author, on a day of November 2026, and returns the commit.
    pub(crate) fn commit_by(&self, author: &str, day: u32) -> String {
        self.git_by(author, day, &["add", "--all"]);
        let message = ["commit", "--quiet", "--message", "a change"];
        self.git_by(author, day, &message);
        self.git(&["rev-parse", "HEAD"])
    }

    fn git_by(&self, author: &str, day: u32, arguments: &[&str]) -> String {
        let date = format!("2026-11-{day:02}T12:00:00Z");
        let output = Command::new("git")
            .args([
                "-c",
                "commit.gpgsign=false",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", NO_FILE)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), author)))
            .envs(
                ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "test@example.com")),
            )
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), &date)))
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        let text = String::from_utf8(output.stdout).expect("git writes UTF-8");
        text.trim().to_owned()
    }

    /// A workspace of these files: path and text.
    pub(crate) fn with(files: &[(&str, &str)]) -> Sandbox {
        let sandbox = Sandbox::empty();
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    /// An empty directory. Its name is always the same, since an app may be named after it.
    pub(crate) fn empty() -> Sandbox {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(directory.path().join("shop")).expect("a directory");
        Sandbox { directory }
    }

    /// The workspace's root.
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("shop")
    }

    /// Writes a file, with the directories above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.root().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Checks the whole workspace.
    pub(crate) fn check(&self) -> Outcome {
        let workspace = Workspace::open(&self.root()).expect("a workspace");
        let apps: Vec<_> = workspace.apps.iter().collect();
        check(&workspace, &apps, &Reach::Whole)
    }

    /// What one rule finds in the whole workspace.
    pub(crate) fn findings_of(&self, rule: &str) -> Vec<Finding> {
        let mut findings = self.check().findings;
        findings.retain(|finding| finding.rule == rule);
        findings
    }

    /// `envlint promote` from dev to staging, with more arguments. All paths are written, whether or not any is declared.
    pub(crate) fn promote(&self, more: &[&str]) -> Ran {
        let everything = [
            "promote",
            "--from",
            "dev",
            "--to",
            "staging",
            "--everything",
        ];
        self.run(&[&everything, more].concat())
    }

    /// The names of what is in a directory, in order.
    pub(crate) fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root().join(directory)).expect("a directory");
        let mut names: Vec<String> = entries
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_string_lossy().into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Runs the binary in the root.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in("", arguments)
    }

    /// Runs the binary in a directory below the root.
    pub(crate) fn run_in(&self, directory: &str, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_envlint"))
            .args(arguments)
            .current_dir(self.root().join(directory))
            .env("NO_COLOR", "1")
            .output()
            .expect("envlint runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("envlint writes UTF-8");
        Ran {
            status: output.status.code().expect("envlint ends by itself"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a directory");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// A text as it is shown.
pub(crate) fn shown(text: &Text) -> String {
    text.show().to_string()
}

/// The Rust files below a path, tests included.
pub(crate) fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| rust_files(&entry.path()))
        .filter(|file| file.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// Walks through a page: writes its files, runs its commands, and compares what they print. Returns how many commands it
/// has.
pub(crate) fn walk(page: &str) -> usize {
    let sandbox = Sandbox::empty();
    let mut lines = page.lines();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_, path)) = kind.split_once(' ') {
            sandbox.write(path, block.join("\n") + "\n");
        }
        if kind != "console" {
            continue;
        }
        for part in block.join("\n").split("$ envlint ").skip(1) {
            let (command, printed) = part.split_once('\n').unwrap_or((part, ""));
            let arguments: Vec<&str> = command.split(' ').collect();
            let ran = sandbox.run(&arguments);
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(
                without_time(all.trim_end()),
                without_time(printed.trim_end()),
                "{command}"
            );
            commands += 1;
        }
    }
    commands
}
