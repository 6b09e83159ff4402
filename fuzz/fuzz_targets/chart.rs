//! Any chart renders or is refused, with a reason; a second time it says the same.
//!
//! The input: the values, and then the chart's files, each below a line `>>> name`.

#![no_main]

use std::time::Duration;

use envlint_helm::{Chart, Effective, Item, Options, Reads, Table, Values, render};
use envlint_yaml::Path;
use libfuzzer_sys::fuzz_target;

const CHART: &str = "apiVersion: v2\nname: fuzz\nversion: 1.0.0\n";

fuzz_target!(|text: &str| {
    let (values, files) = text.split_once(">>> ").unwrap_or((text, ""));
    let Ok(values) = Values::read(values.as_bytes()) else {
        return;
    };
    let first = rendered(files, &values);
    assert_eq!(first, rendered(files, &values));
});

fn files(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for file in text.split("\n>>> ") {
        let (name, data) = file.split_once('\n').unwrap_or((file, ""));
        files.push((name.to_owned(), data.as_bytes().to_owned()));
    }
    if !files.iter().any(|(name, _)| name == "Chart.yaml") {
        files.push(("Chart.yaml".to_owned(), CHART.into()));
    }
    files
}

/// What the chart becomes, or why it becomes nothing. Time and chance are fixed.
fn rendered(text: &str, values: &Values) -> Result<Vec<String>, String> {
    let chart = Chart::from_files(files(text)).map_err(|error| said(&error))?;
    // What templates read is found, or given up, for any of them.
    let reads = Reads::of(&chart);
    let _ = reads.unset(&chart);
    let _ = reads.idle(&Path::root());
    let effective = Effective::overlay(&chart, values.into()).map_err(|error| said(&error))?;
    for level in effective.levels() {
        level.values.iter().for_each(in_place);
    }
    let options = Options {
        seed: Some(1),
        now: Some(Duration::from_secs(1_700_000_000)),
        sample_keys: true,
        ..Options::default()
    };
    let rendered = render(&chart, values, &options).map_err(|error| said(&error))?;
    let manifests = rendered.manifests.iter().chain(&rendered.hooks);
    Ok(manifests
        .map(|manifest| manifest.document().source().to_owned())
        .collect())
}

/// Every value that a chart's own file sets stands where it says.
fn in_place(table: &Table<'_>) {
    for (key, item) in table.entries() {
        if let Some(origin) = item.origin()
            && let Item::Leaf(leaf) = item
        {
            assert_eq!(leaf.value(), origin.node.to_value(), "{key}");
        }
        if let Item::Table(below) = item {
            in_place(below);
        }
    }
}

fn said(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    assert!(!text.is_empty(), "a refusal without a reason");
    text
}
