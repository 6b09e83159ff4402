//! What git history costs: the status of a fleet with thousands of commits, and the check of one app with and without a
//! repository around it. `cargo bench --bench history`.

#[path = "../xtask/src/fleet.rs"]
mod fleet;

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use divan::Bencher;
use envlint::check::{Reach, check};
use envlint::promotion::status;
use envlint::workspace::Workspace;
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// A fleet in a repository: each commit changes an app's dev, promotes it to staging or to prod, or changes prod alone.
fn repository(apps: usize, commits: usize) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let root = directory.path();
    fleet::write(root, apps).expect("a workspace");
    git(root, &["init", "--quiet", "--initial-branch=main"], "");
    git(root, &["add", "--all"], "");
    git(root, &["commit", "--quiet", "--message", "import"], "");
    let mut stream = String::new();
    for commit in 0..commits {
        let app = (commit * 7919) % apps;
        let file = |name: &str| format!("apps/app-{app:04}/environments/{name}/values.yaml");
        let (name, text) = match commit % 10 {
            0..=6 => {
                let text = fs::read_to_string(root.join(file("dev"))).expect("the file");
                let (before, after) = text.split_once("periodSeconds: ").expect("a probe");
                let rest = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
                ("dev", format!("{before}periodSeconds: {commit}{rest}"))
            }
            7 => {
                let text = fs::read_to_string(root.join(file("dev"))).expect("the file");
                ("staging", text.replace("dev", "staging"))
            }
            8 => {
                let text = fs::read_to_string(root.join(file("staging"))).expect("the file");
                ("prod", text.replace("staging", "prod"))
            }
            _ => {
                let text = fs::read_to_string(root.join(file("prod"))).expect("the file");
                ("prod", text.replacen("/ready", "/alive", 1))
            }
        };
        fs::write(root.join(file(name)), &text).expect("the file");
        let time = 1_700_000_000 + commit * 3600;
        let parent = if commit == 0 {
            "from refs/heads/main^0\n"
        } else {
            ""
        };
        write!(
            stream,
            "commit refs/heads/main\ncommitter Ada <ada@example.com> {time} +0000\ndata 1\nx\n{parent}M 100644 inline {}\ndata {}\n{text}\n",
            file(name),
            text.len()
        )
        .expect("memory");
    }
    git(root, &["fast-import", "--quiet"], &stream);
    directory
}

fn git(root: &Path, arguments: &[&str], input: &str) {
    let mut child = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("git reads");
    drop(stdin);
    assert!(
        child.wait().expect("git ends").success(),
        "git {arguments:?}"
    );
}

#[divan::bench(args = [(1, 200), (100, 2_000), (1_000, 2_000)], sample_count = 5)]
fn status_of_a_fleet(bencher: Bencher<'_, '_>, (apps, commits): (usize, usize)) {
    let directory = repository(apps, commits);
    bencher.bench_local(|| {
        let workspace = Workspace::open(black_box(directory.path())).expect("a workspace");
        let selected: Vec<_> = workspace.apps.iter().collect();
        let states = status(&workspace, &selected);
        assert!(states.iter().all(Result::is_ok), "a file cannot be read");
        states
    });
}

/// One app that differs, without any history and with much of it.
#[divan::bench(args = [0, 200, 2_000])]
fn check_one_app(bencher: Bencher<'_, '_>, commits: usize) {
    let directory = repository(1, commits);
    if commits == 0 {
        fs::remove_dir_all(directory.path().join(".git")).expect("the repository");
    }
    bencher.bench_local(|| {
        let workspace = Workspace::open(black_box(directory.path())).expect("a workspace");
        let selected: Vec<_> = workspace.apps.iter().collect();
        check(&workspace, &selected, &Reach::Whole)
    });
}
