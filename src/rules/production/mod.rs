//! What must hold in the environments of the production tier.

mod capacity;
mod confidence;
mod debug_enabled;
mod given;
mod hosts;
mod http_address;
mod latest_tag;
mod localhost;
mod missing_resources;
mod moving_tag;
mod no_disruption_budget;
mod open_cors;
mod other_environment;
mod placeholder;
mod shared_data;
mod single_replica;
mod smaller_than_before;
mod stated;
mod template_object;
mod test_mode;
mod unpinned_chart;
mod untested_version;

use std::collections::BTreeSet;

use envlint_yaml::{Path, Segment};

use super::{AppContext, Rule};
use crate::manifests::RenderedWorkload;
use crate::resolve::EnvironmentValues;
use crate::values::{Section, Tree, Workload, words_of};

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &debug_enabled::RULE,
    &http_address::RULE,
    &latest_tag::RULE,
    &localhost::RULE,
    &missing_resources::RULE,
    &no_disruption_budget::RULE,
    &open_cors::RULE,
    &other_environment::RULE,
    &placeholder::RULE,
    &shared_data::RULE,
    &single_replica::RULE,
    &smaller_than_before::RULE,
    &test_mode::RULE,
    &unpinned_chart::RULE,
    &untested_version::RULE,
];

/// The kinds of objects that run pods until they are stopped.
const SCALED: [&str; 3] = ["Deployment", "StatefulSet", "Rollout"];

/// The kinds of objects that scale them.
const SCALERS: [&str; 2] = ["HorizontalPodAutoscaler", "ScaledObject"];

/// Whether a value counts: a template may read it, it is not given when the app is deployed, and it is not the default of
/// a packed subchart, which nobody of this workspace wrote.
fn counts(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    path: &Path,
    tree: &Tree<'_>,
) -> bool {
    let source = tree.source();
    let is_foreign = cx.chart.is_some_and(|chart| {
        chart.is_of_subchart(source) && !cx.workspace.root.join(&source.path).is_file()
    });
    !is_foreign && !values.file.is_given(path) && cx.may_read(path)
}

/// Whether the chart's own templates make the workload, or what scales it, without the number that the values name.
fn is_left_out(cx: &AppContext<'_>, workload: &Workload<'_, '_>, number: &Path) -> bool {
    let replicas = workload.replicas();
    let is_scaled = replicas.is_some_and(|set| set.value.path() != number);
    cx.is_left_out(number, if is_scaled { &SCALERS } else { &SCALED })
}

/// The workloads that a value at a path may belong to: those of the templates that read it, and those that such a template
/// scales. None where nobody knows what
/// the chart makes.
fn workloads_of<'c>(
    cx: &'c AppContext<'_>,
    values: &EnvironmentValues<'_>,
    path: &Path,
) -> Option<Vec<&'c RenderedWorkload>> {
    if !cx.has_known_layers() {
        return None;
    }
    let all = cx.manifests.workloads(values.name())?;
    let reads = cx.chart.and_then(|chart| chart.reads())?;
    let files: BTreeSet<&str> = reads.places(path).iter().map(|read| read.file()).collect();
    let is_helper = |file: &&str| {
        file.rsplit('/')
            .next()
            .is_some_and(|base| base.starts_with('_'))
    };
    // A named template may be part of any of them.
    let is_known = !files.iter().any(is_helper);
    let made = |workload: &&RenderedWorkload| {
        let scaler = workload.scaler.as_deref();
        !is_known
            || files.contains(&*workload.template)
            || scaler.is_some_and(|scaler| files.contains(scaler))
    };
    let made: Vec<&RenderedWorkload> = all.iter().filter(made).collect();
    // One template may make all of them: then the name of the section tells which one it is about.
    let section = path.parent().and_then(|section| match section.last() {
        Some(Segment::Key(key)) => Some(key.to_ascii_lowercase()),
        _ => None,
    });
    let bears_name = |workload: &&RenderedWorkload| {
        let mut words = workload
            .name
            .match_indices(section.as_deref().unwrap_or("/"));
        let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b'-');
        words.any(|(at, word)| {
            let bytes = workload.name.as_bytes();
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            is_edge(before) && is_edge(bytes.get(at + word.len()))
        })
    };
    let named: Vec<&RenderedWorkload> = made
        .iter()
        .copied()
        .filter(|made| bears_name(made))
        .collect();
    Some(if named.is_empty() { made } else { named })
}

/// Whether a section's name says that nobody waits for an answer of its workload.
fn is_worker(section: &Section<'_, '_>) -> bool {
    let mut keys = section.outwards().filter_map(|section| section.key());
    keys.any(is_workers_name)
}

/// Whether a name is that of a program that nobody waits for: it takes its work from a queue or from a clock.
fn is_workers_name(name: &str) -> bool {
    let names = [
        "worker",
        "workers",
        "consumer",
        "consumers",
        "scheduler",
        "cron",
    ];
    let words = words_of(name);
    words.iter().any(|word| names.contains(&word.as_str()))
}
