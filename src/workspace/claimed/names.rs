//! What an app is called by those who claim it.

use super::clusters::NAMELESS;
use crate::evidence::{Chart, Claim, Names};
use crate::naming::word_in;
use crate::workspace::app::PLACEHOLDER;
use crate::workspace::discover::{is_of_tools, is_telling};

/// What tells charts apart: the directory, or the reference without its version.
pub(super) fn chart_key(chart: Option<&Chart>) -> Option<String> {
    match chart? {
        Chart::Local(path) => Some(path.clone()),
        Chart::Remote(reference) => {
            let name = reference
                .rsplit_once('@')
                .map_or(reference.as_str(), |(name, _)| name);
            Some(name.to_owned())
        }
    }
}

/// What tells charts apart among the deployments of one environment: charts that lie in folders of the environments, each
/// with a copy, are one.
pub(super) fn chart_key_in(chart: Option<&Chart>, environment: &str) -> Option<String> {
    let key = chart_key(chart)?;
    if word_in(&key, environment).is_none() {
        return Some(key);
    }
    let folders = key
        .split('/')
        .map(|folder| match word_in(folder, environment).is_some() {
            true => folder.replace(environment, PLACEHOLDER),
            false => folder.to_owned(),
        });
    Some(folders.collect::<Vec<_>>().join("/"))
}

/// What tells names where claims do not.
pub(in crate::workspace) struct Called<'c> {
    /// What a chart of the workspace calls itself.
    pub chart: &'c dyn Fn(&str) -> Option<String>,
    /// What the repository is called.
    pub root: &'c str,
}

/// The name without the environment; the first that tells something: that of the release, of the chart's folder, the chart's
/// own, a folder above the chart. A release that is called after a kind of thing (`app`) has that name; what is called
/// after its environment alone, or after the folder `helm`, is what the repository is about.
pub(super) fn name_of(
    claim: &Claim,
    environment: &str,
    names: &Names,
    called: &Called<'_>,
) -> String {
    let environment = Some(environment).filter(|name| *name != NAMELESS);
    let environment = environment.unwrap_or_default();
    let stripped = claim
        .names
        .iter()
        .map(|name| without(name, environment, names));
    let chart = match &claim.chart {
        Some(Chart::Local(path)) => Some(path.as_str()),
        _ => None,
    };
    let own = |chart: &str| (called.chart)(chart).filter(|name| is_telling(name));
    let above = |chart: &str| {
        let folders = chart
            .rsplit('/')
            .map(|folder| folder.trim_start_matches('.'));
        let mut telling = folders.filter(|folder| is_telling(folder));
        telling.next().map(str::to_owned)
    };
    let of_release = || {
        let release = claim.release.as_deref()?;
        Some(without(release, environment, names)).filter(|name| !name.is_empty())
    };
    let mut telling = stripped.clone().filter(|name| is_telling(name));
    telling
        .next()
        .or_else(|| chart.and_then(own))
        .or_else(|| chart.and_then(above))
        .or_else(of_release)
        .or_else(|| {
            stripped
                .clone()
                .find(|name| !name.is_empty() && !is_of_tools(name))
        })
        .unwrap_or_else(|| called.root.to_owned())
}

/// A name without the environment's.
fn without(name: &str, environment: &str, names: &Names) -> String {
    let told = names.of_word(name);
    let part = [Some(environment), told.as_deref()]
        .into_iter()
        .flatten()
        .filter(|part| name.contains(part))
        .max_by_key(|part| part.len());
    let Some((before, after)) = part.and_then(|part| name.split_once(part)) else {
        return name.to_owned();
    };
    let separators = ['-', '_', '.', '/'];
    let is_edge = (before.is_empty() || before.ends_with(separators))
        && (after.is_empty() || after.starts_with(separators));
    if !is_edge {
        return name.to_owned();
    }
    let (before, after) = (
        before.trim_end_matches(separators),
        after.trim_start_matches(separators),
    );
    match (before.is_empty(), after.is_empty()) {
        (false, false) => format!("{before}-{after}"),
        _ => format!("{before}{after}"),
    }
}
