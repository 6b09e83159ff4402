//! What an app is called by those who claim it.

use super::clusters::NAMELESS;
use crate::evidence::{Chart, Claim, Names};
use crate::naming::{Tier, environment_name, known_tier, word_in};
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
/// with a copy, are one. Several environments may share a folder: `charts/shop/stg` of `stg` and `stg-east`.
pub(super) fn chart_key_in(chart: Option<&Chart>, environment: &str) -> Option<String> {
    let key = chart_key(chart)?;
    let is_shared = |folder: &str| {
        let rest = environment.strip_prefix(folder);
        !folder.is_empty() && rest.is_some_and(|rest| rest.starts_with('-'))
    };
    let folders =
        key.split('/').map(
            |folder| match (word_in(folder, environment), is_shared(folder)) {
                (Some(_), _) => folder.replace(environment, PLACEHOLDER),
                (None, true) => PLACEHOLDER.to_owned(),
                (None, false) => folder.to_owned(),
            },
        );
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
    if let Some(name) = claim.names.first()
        && (is_of_product(name, claim, names) || is_other_environment(name, environment))
    {
        return name.clone();
    }
    let is_preview = known_tier(environment) == Some(Tier::Preview);
    let stripped = claim.names.iter().map(|name| {
        let rest = without(name, environment, names);
        match is_preview {
            true => without_preview(&rest).to_owned(),
            false => rest,
        }
    });
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

/// Whether a name is that of the chart as it stands, and has the environment's name in it by chance: `dynamodb-local`, deployed
/// to a cluster that is called `local`. A word that everybody takes for an environment is no chance.
fn is_of_product(name: &str, claim: &Claim, names: &Names) -> bool {
    let chart = chart_key(claim.chart.as_ref());
    let own = chart.as_deref().and_then(|chart| chart.rsplit('/').next());
    own == Some(name) && is_telling(name) && names.of_word(name).is_none()
}

/// Whether a name is that of another environment than the one that it is deployed to: `deployments/dev/config/prod.yaml` has
/// the values of what is called `dev`.
fn is_other_environment(name: &str, environment: &str) -> bool {
    let told = environment_name(name).filter(|told| told.sure && told.place.is_empty());
    let known = environment_name(environment);
    matches!((told, known), (Some(told), Some(known)) if told.stage != known.stage)
}

/// A name without the word for previews, which stands before the number of one: `shop-preview` of `shop-preview-pr-7`.
fn without_preview(name: &str) -> &str {
    let mut words = ["-preview", "-previews", "-review"].iter();
    words
        .find_map(|word| name.strip_suffix(word))
        .unwrap_or(name)
}

/// A name without the environment's.
fn without(name: &str, environment: &str, names: &Names) -> String {
    let told = names.of_word(name);
    let parts = [Some(environment), told.as_deref()].into_iter().flatten();
    let parts = parts.filter(|part| !part.is_empty());
    let places = parts.filter_map(|part| Some((word_in(name, part)?, part.len())));
    let Some((at, length)) = places.max_by_key(|(_, length)| *length) else {
        return name.to_owned();
    };
    let before = name.get(..at).unwrap_or_default();
    let after = name.get(at + length..).unwrap_or_default();
    let separators = ['-', '_', '.', '/'];
    let (before, after) = (
        before.trim_end_matches(separators),
        after.trim_start_matches(separators),
    );
    match (before.is_empty(), after.is_empty()) {
        (false, false) => format!("{before}-{after}"),
        _ => format!("{before}{after}"),
    }
}

#[cfg(test)]
mod tests {
    use super::chart_key_in;
    use crate::evidence::Chart;

    #[test]
    fn copies_of_a_chart_in_folders_of_environments_are_one() {
        let key = |path: &str, environment: &str| {
            chart_key_in(Some(&Chart::Local(path.to_owned())), environment).unwrap_or_default()
        };
        for (path, environment, expected) in [
            ("charts/shop/stg", "stg", "charts/shop/{env}"),
            ("charts/shop/stg", "stg-east", "charts/shop/{env}"),
            ("charts/shop-stg", "stg", "charts/shop-{env}"),
            ("charts/shop", "stg-east", "charts/shop"),
            ("charts/shop", "shop", "charts/{env}"),
        ] {
            assert_eq!(key(path, environment), expected, "{path} {environment}");
        }
    }
}
