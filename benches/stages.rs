//! What each stage costs: reading YAML, laying environments side by side, loading and rendering a chart, checking a whole
//! workspace. `cargo bench`; whole-process figures come from `cargo xtask fleet`, `cargo xtask chart` and a timer around the
//! binary.

#[path = "../xtask/src/chart.rs"]
mod chart;
#[path = "../xtask/src/fleet.rs"]
mod fleet;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use envlint::check::{Reach, check};
use envlint::source::Source;
use envlint::values::{Tree, compare};
use envlint::workspace::Workspace;
use envlint_helm::{Chart, Options, Values, render};

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

/// The first render parses the templates, which belongs to it.
#[divan::bench(args = [10, 100])]
fn load_and_render_a_chart(bencher: Bencher, templates: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    chart::write(directory.path(), templates).expect("a chart");
    bencher.counter(ItemsCount::new(templates)).bench(|| {
        let chart = Chart::load(black_box(directory.path())).expect("a chart");
        render(&chart, &Values::default(), &Options::default()).expect("manifests")
    });
}

/// What a further environment costs.
#[divan::bench(args = [10, 100])]
fn render_a_chart_again(bencher: Bencher, templates: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    chart::write(directory.path(), templates).expect("a chart");
    let chart = Chart::load(directory.path()).expect("a chart");
    bencher.counter(ItemsCount::new(templates)).bench(|| {
        render(black_box(&chart), &Values::default(), &Options::default()).expect("manifests")
    });
}

#[divan::bench(args = [1, 100])]
fn check_apps(bencher: Bencher, apps: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fleet::write(directory.path(), apps).expect("a workspace");
    bencher.counter(ItemsCount::new(apps)).bench(|| {
        let workspace =
            Workspace::open(black_box(Path::new(directory.path()))).expect("a readable workspace");
        let selected: Vec<_> = workspace.apps.iter().collect();
        check(&workspace, &selected, &Reach::Whole)
    });
}

/// Texts that cost the square of their length when something is looked for again and again: 200 KB each, so all of them
/// should take about as long as the first.
const HOSTILE: [&str; 6] = [
    "a: plain text\n",
    "AKIA",
    "a://",
    "-----BEGIN PRIVATE KEY-----",
    "# password:\n",
    "- name: password\n",
];

#[divan::bench(args = HOSTILE)]
fn secrets_of_a_hostile_text(bencher: Bencher<'_, '_>, part: &str) {
    const SIZE: usize = 200_000;
    let repeated = part.repeat(SIZE / part.len());
    let text = match part.ends_with('\n') {
        true => repeated,
        false => format!("a: {repeated}\n"),
    };
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| black_box(Source::new("values.yaml".to_owned(), text.clone())));
}
