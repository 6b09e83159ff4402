//! Sections of values that are meant for a chart that the app's chart depends on.

use envlint_helm::{Coverage, Read};
use envlint_yaml::{Path, Segment};

use crate::resolve::EnvironmentValues;
use crate::rules::AppContext;
use crate::source::slip;
use crate::values::{Located, Tree};

/// The dependency that a section at the root is probably meant for, whose name it has with a slip: no template names the
/// section, and the environment sets nothing under the dependency's own name. A template that takes all values, such as a
/// helper of the dependency, which is not here, may read the section in theory.
pub(super) fn meant_dependency<'c>(
    cx: &'c AppContext<'_>,
    values: &EnvironmentValues<'_>,
    value: &Located<'_>,
) -> Option<&'c str> {
    let [Segment::Key(key)] = value.path().segments() else {
        return None;
    };
    let chart = cx.chart?;
    let known = cx.coverage(value.path());
    if !value.tree().is_mapping() || !matches!(known, Coverage::Taken | Coverage::Unknown) {
        return None;
    }
    let mut reading = chart.reads()?.reading(value.path()).into_iter();
    if !reading.all(|read: Read<'_>| read.is_of_all()) {
        return None;
    }
    let dependencies = &chart.chart.as_ref().ok()?.metadata().dependencies;
    let names = dependencies
        .iter()
        .map(|dependency| match &*dependency.alias {
            "" => &*dependency.name,
            alias => alias,
        });
    let names: Vec<&str> = names.collect();
    if names.contains(&key.as_str()) || key == "global" {
        return None;
    }
    // What all environments share, and the chart's own defaults, may set it.
    let own = values.file.source.as_ref().ok().and_then(Tree::of)?;
    let is_free = |name: &&str| own.at(&Path::root().key(*name)).is_none();
    let is_own = own.source().path == value.tree().source().path;
    slip(key, names.into_iter().filter(is_free)).filter(|_| is_own)
}
