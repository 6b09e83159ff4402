//! Values of a chart without templates of its own: it hands its dependencies what stands under their names, and nothing reads
//! the rest.

use std::collections::BTreeSet;

use envlint_yaml::{Origin, Path, Segment};

use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Finding, Reporter};
use crate::source::{Severity, slip};
use crate::values::{Located, Tree, is_off};
use crate::workspace::{App, ChartFiles, Tier};

/// What an environment sets at the root under a name of no dependency.
pub(super) fn unused(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let chart = values.chart.filter(|chart| is_wrapper(chart))?;
    let names = names(chart);
    let known = keys(chart);
    let source = values.file.source.as_ref().ok()?;
    let tree = Tree::of(source).filter(Tree::is_mapping)?;
    let is_dead = |value: &Located<'_>| {
        let tree = value.tree();
        let key = value.path().segments().last();
        let is_known = matches!(key, Some(Segment::Key(key)) if known.contains(key.as_str()));
        !is_known
            && !tree.is_empty()
            && tree.node().origin() != Origin::Merge
            && !source.document.is_used_elsewhere(tree.node().span())
            && !out.ignores(value.path(), source)
    };
    let all = Located::root(&tree).children();
    let dead: Vec<Located<'_>> = all.into_iter().filter(is_dead).collect();
    let first = dead.first()?;
    if is_shared(cx, &source.path) {
        return None;
    }
    let paths = dead.iter().map(|value| text!("`{}`", value.path()));
    let paths = match dead.len() {
        0..=MOST_NAMED => Text::sentence(paths),
        _ => Text::first(paths, MOST_NAMED),
    };
    let (are, them, it) = match dead.len() {
        1 => ("is", "it", "it"),
        _ => ("are", "them", "them"),
    };
    let message = text!(
        "{} {} set in {}, but nothing reads {}: the chart has no templates, and hands its dependencies only what stands under their names ({})",
        paths,
        are,
        Name(values.name()),
        them,
        Text::sentence(names.iter().map(|name| text!("`{}`", Name(name))))
    );
    let free = names
        .iter()
        .copied()
        .filter(|name| tree.get(name).is_none());
    let near = match first.path().segments() {
        [Segment::Key(key)] => slip(key, free).map(|name| Path::root().key(name)),
        _ => None,
    };
    let help = match names.as_slice() {
        [name] => text!("move {} under `{}:`, or remove {0}", it, Name(name)),
        _ => text!(
            "move {} under the dependency that should get {0}, or remove {0}",
            it
        ),
    };
    let finding = out
        .finding(first.tree().key_location(), message)
        .of_paths(dead.iter().map(|value| value.path().clone()))
        .environment(values.name())
        .suggest_or(near.as_ref(), help);
    let is_bad = values.environment.tier == Tier::Production
        && dead.iter().any(|value| !is_off(value.tree()));
    Some(match is_bad {
        true => finding,
        false => out.lower_severity(Severity::Warning, finding),
    })
}

/// Whether a file is a layer of several apps, which may have other charts.
fn is_shared(cx: &AppContext<'_>, path: &str) -> bool {
    let has_it = |app: &&App| {
        let mut layers = app.deployments.iter().flat_map(|known| known.layers());
        layers.any(|layer| layer.path == path)
    };
    cx.workspace.apps.iter().filter(has_it).nth(1).is_some()
}

/// How many keys one finding names.
const MOST_NAMED: usize = 10;

/// Whether a chart has no templates of its own, and dependencies that are fetched when it is deployed.
fn is_wrapper(chart: &ChartFiles) -> bool {
    let loaded = chart.chart.as_ref();
    loaded.is_ok_and(|chart| {
        let declared = &chart.metadata().dependencies;
        chart.templates().is_empty() && declared.len() > chart.dependencies().len()
    })
}

/// The names that its dependencies appear under.
fn names(chart: &ChartFiles) -> Vec<&str> {
    let loaded = chart.chart.as_ref().ok();
    let dependencies = loaded.map(|chart| chart.metadata().dependencies.iter());
    let names = dependencies.into_iter().flatten();
    names.map(|dependency| dependency.appears_as()).collect()
}

/// All keys at the root that mean something: names of dependencies, `global`, `tags`, and what conditions ask for.
fn keys(chart: &ChartFiles) -> BTreeSet<&str> {
    let mut keys: BTreeSet<&str> = names(chart).into_iter().collect();
    keys.extend(["global", "tags", "sops"]);
    let loaded = chart.chart.as_ref().ok();
    let dependencies = loaded.map(|chart| chart.metadata().dependencies.iter());
    for dependency in dependencies.into_iter().flatten() {
        let conditions = dependency.condition.split(',');
        keys.extend(conditions.filter_map(|condition| condition.trim().split('.').next()));
    }
    // A subchart that is here may have charts of its own under any name.
    let inside = loaded.map(|chart| chart.dependencies().iter());
    keys.extend(inside.into_iter().flatten().map(|chart| chart.name()));
    keys
}
