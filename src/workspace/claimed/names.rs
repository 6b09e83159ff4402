//! What an app is called by those who claim it.

use crate::evidence::{Chart, Claim, Names};
use crate::naming::word_in;
use crate::workspace::app::PLACEHOLDER;
use crate::workspace::discover::is_telling;

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

/// The name without the environment; the first that tells something, the chart's own as the last.
pub(super) fn name_of(
    claim: &Claim,
    environment: &str,
    names: &Names,
    chart_name: &dyn Fn(&str) -> Option<String>,
) -> String {
    let stripped = claim
        .names
        .iter()
        .map(|name| without(name, environment, names));
    let of_chart = || match &claim.chart {
        Some(Chart::Local(path)) => chart_name(path).filter(|name| is_telling(name)),
        _ => None,
    };
    let mut telling = stripped.clone().filter(|name| is_telling(name));
    telling
        .next()
        .or_else(of_chart)
        .or_else(|| stripped.clone().find(|name| !name.is_empty()))
        .unwrap_or_else(|| environment.to_owned())
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
