//! What each stage costs: reading YAML, laying environments side by side, checking a whole workspace.
//! `cargo bench`; whole-process figures come from `cargo xtask fleet` and a timer around the binary.

#[path = "../xtask/src/fleet.rs"]
mod fleet;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use envlint::check::check;
use envlint::values::{Tree, compare};
use envlint::workspace::{Source, Workspace};

fn main() {
    divan::main();
}

/// The values files of one synthetic app, in promotion order.
fn values_files() -> Vec<String> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fleet::write(directory.path(), 1).expect("a workspace of one app");
    ["dev", "staging", "prod"]
        .iter()
        .map(|name| {
            directory
                .path()
                .join(format!("apps/app-0000/environments/{name}/values.yaml"))
        })
        .map(|file| std::fs::read_to_string(file).expect("the file that was just written"))
        .collect()
}

#[divan::bench]
fn parse(bencher: Bencher) {
    let text: Arc<str> = values_files().swap_remove(2).into();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Source::new("values.yaml", Arc::clone(black_box(&text))));
}

#[divan::bench]
fn compare_three_environments(bencher: Bencher) {
    let sources: Vec<Arc<Source>> = values_files()
        .into_iter()
        .map(|text| Arc::new(Source::new("values.yaml", text)))
        .collect();
    let trees: Vec<Option<Tree<'_>>> = sources.iter().map(Tree::of).collect();
    bencher.bench(|| compare(black_box(&trees)));
}

#[divan::bench(args = [1, 100])]
fn check_apps(bencher: Bencher, apps: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fleet::write(directory.path(), apps).expect("a workspace");
    bencher.counter(ItemsCount::new(apps)).bench(|| {
        let workspace =
            Workspace::open(black_box(Path::new(directory.path()))).expect("a readable workspace");
        let selected: Vec<_> = workspace.apps.iter().collect();
        check(&workspace, &selected)
    });
}
