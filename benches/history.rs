//! What git history costs: the status of a fleet with thousands of commits, and the check of one app with and without a
//! repository around it. `cargo bench --bench history`.

#[path = "../xtask/src/fleet.rs"]
mod fleet;
#[path = "../xtask/src/past.rs"]
mod past;

use std::fs;
use std::hint::black_box;

use divan::Bencher;
use envlint::check::{Reach, check};
use envlint::promotion::status;
use envlint::workspace::Workspace;
use tempfile::TempDir;

fn main() {
    divan::main();
}

fn repository(apps: usize, commits: usize) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    past::write(directory.path(), apps, commits).expect("a workspace");
    directory
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
