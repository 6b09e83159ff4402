//! `drift/missing-key`.

use std::collections::BTreeSet;

use envlint_yaml::{Path, Segment};

use super::{in_flow, listed};
use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::nearest;
use crate::values::Row;

rule! {
    /// A path that one environment has is missing in another.
    ///
    /// ## What it does
    ///
    /// Compares the values of all environments and reports every path that some environments have and another lacks.
    /// With a chart, it compares effective values, so a key in the chart's own `values.yaml` is never missing. A path
    /// may be missing when it is below `secrets:`, when it is per-environment, or when an environment removes it on
    /// purpose, with null or an empty map.
    ///
    /// ## Why it matters
    ///
    /// The environments share one chart. When production lacks a key, the template does whatever it does without it,
    /// and nobody has tested that.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// replicas: 1
    /// monitoring: {enabled: true}
    ///
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// monitoring: {enabled: true}
    /// ```
    ///
    /// If the path belongs to the environment, declare it in `envlint.yaml`: `perEnvironment: [{path: monitoring}]`.
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "drift/missing-key", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut reported: BTreeSet<(usize, Path)> = BTreeSet::new();
    for (row, class) in cx.rows().filter(|(row, _)| row.is_missing_somewhere()) {
        if class.is_per_environment() {
            continue;
        }
        for (index, depth) in row.missing() {
            let Some(segments) = row.path.segments().get(..depth) else {
                continue;
            };
            let missing = Path::from_iter(segments.iter().cloned());
            // What is lacked on purpose is a difference, which `drift/undeclared-difference` reports.
            let values = cx.environments.get(index);
            let is_meant = |values: &EnvironmentValues<'_>| {
                values.lacks_on_purpose(&missing) || values.file.is_given(&row.path)
            };
            if values.is_none_or(is_meant) || !reported.insert((index, missing.clone())) {
                continue;
            }
            if let Some(finding) = finding(cx, row, index, missing, out) {
                out.push(finding);
            }
        }
    }
}

fn finding(
    cx: &AppContext<'_>,
    row: &Row<'_>,
    index: usize,
    missing: Path,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let values = cx.environments.get(index)?;
    let having: Vec<&str> = row.values().map(|(other, _)| cx.name(other)).collect();
    let has = if having.len() == 1 { "has" } else { "have" };
    let message = text!(
        "`{}` is missing in {}; {} {} it",
        missing,
        Name(values.name()),
        listed(&having),
        has
    );
    let example = row.values().find_map(|(other, _)| {
        let effective = cx.environments.get(other)?.effective.as_ref()?;
        effective.at(&missing)
    })?;
    let place = values.place_beside(&missing, example.source())?;
    let mut ways = Vec::new();
    let is_rare = having.len() * 2 < cx.environments.len();
    let alike = alike(cx, row, index, &missing).map(|known| known.to_string());
    let (near, question) = match alike {
        Some(known) if is_rare => (Some(known), Text::new()),
        Some(known) => (
            None,
            text!("is `{}` misspelt there? Otherwise ", Name(&known)),
        ),
        None => (None, Text::new()),
    };
    if let Some(from) = before(cx, row, index) {
        ways.push(text!(
            "promote it (`envlint promote --from {} --to {}`)",
            Name(&from),
            Name(values.name())
        ));
    }
    ways.push(text!("add it to {}", Name(&values.file.path)));
    ways.push(text!(
        "allow the difference under `perEnvironment:` in envlint.yaml: `path: {}`",
        Name(&in_flow(&missing))
    ));
    Some(
        out.finding(place, message)
            .suggest(near)
            .help(text!("{}{}", question, listed_ways(ways)))
            .at(missing)
            .environment(values.name())
            .note(example.key_location(), "it is set here"),
    )
}

/// "a, b, or c"
fn listed_ways(mut ways: Vec<Text>) -> Text {
    match ways.pop() {
        Some(last) if !ways.is_empty() => text!("{}, or {}", Text::join(ways, ", "), last),
        last => last.unwrap_or_default(),
    }
}

/// A key much like the missing one in its place, which those that have the missing one do not set: one of the two is
/// likely misspelt.
fn alike<'a>(cx: &AppContext<'a>, row: &Row<'_>, index: usize, missing: &Path) -> Option<&'a str> {
    let Some(Segment::Key(key)) = missing.last() else {
        return None;
    };
    let above = missing.parent()?;
    let siblings = cx.environments.get(index)?.effective.as_ref()?.at(&above)?;
    let known = nearest(key, siblings.entries().into_iter().map(|(known, _)| known))?;
    let mut path = above;
    path.push(Segment::Key(known.into()));
    let mut having = row
        .values()
        .filter_map(|(other, _)| cx.environments.get(other));
    having
        .all(|values| !values.mentions(&path))
        .then_some(known)
}

/// The environment from which a promotion would bring the path, when it has it.
fn before<'c>(cx: &'c AppContext<'_>, row: &Row<'_>, index: usize) -> Option<&'c str> {
    let from = cx.promoted_from(index)?;
    row.presences.get(from)?.value().map(|_| cx.name(from))
}
