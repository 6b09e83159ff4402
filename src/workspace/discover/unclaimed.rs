//! Files that look like values and belong to no app, each with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::{FoundApp, FoundFile};
use super::family::{is_defaults, is_not_deployed, is_of_a_chart};
use super::forms::yaml_stem;
use crate::evidence::Foreign;
use crate::masking::{Name, Text, text};
use crate::naming::{around_values, is_local};
use crate::source::directory_of;

/// A file that looks like values and belongs to no app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unclaimed {
    /// The file.
    pub path: String,
    /// Why it belongs to none.
    pub reason: Text,
    /// The name of which it was said that it is no known environment.
    pub unknown: Option<String>,
    /// Whether nobody expects it to be checked: values of the tests of a chart, or of a cluster on the own machine.
    pub is_aside: bool,
}

/// The parts of an environment's values of which nobody knows whose they are.
pub(super) fn lonely(files: Vec<FoundFile>) -> impl Iterator<Item = Unclaimed> {
    files.into_iter().map(|file| Unclaimed {
        reason: text!(
            "it holds a part of the values of {} by its name, and which app's is not known",
            Name(&file.environment)
        ),
        path: file.path,
        unknown: None,
        is_aside: false,
    })
}

/// The files that have the name of an environment's values and hold something else. What deploys is read for what it is.
pub(super) fn foreign<'f>(
    files: &[&'f str],
    kinds: &'f BTreeMap<String, Foreign>,
) -> impl Iterator<Item = Unclaimed> {
    let told = files.iter().filter_map(|path| {
        let what = kinds.get(*path)?;
        let is_read = matches!(what, Foreign::Object | Foreign::Helmfile);
        (!is_read).then_some((*path, what))
    });
    told.map(|(path, what)| Unclaimed {
        path: path.to_owned(),
        reason: text!(
            "it has the name of an environment's values, but holds {}",
            what.words()
        ),
        unknown: None,
        is_aside: is_surely_none(*what),
    })
}

/// Whether a file is known to be something else than values. A list may be values that somebody wrote wrongly.
pub(super) fn is_surely_none(what: Foreign) -> bool {
    matches!(
        what,
        Foreign::Pipeline | Foreign::OpenApi | Foreign::Stack | Foreign::Compose
    )
}

/// The files that look like values and belong to no app, and why.
pub(super) fn unclaimed(
    files: &[String],
    apps: &[FoundApp],
    charts: &BTreeSet<&str>,
) -> Vec<Unclaimed> {
    let claimed: BTreeSet<&str> = apps
        .iter()
        .flat_map(FoundApp::files)
        .map(|file| file.path.as_str())
        .collect();
    let looks_like_values = |path: &&String| {
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = yaml_stem(file).map(|(stem, _)| stem);
        stem.is_some_and(|stem| around_values(stem).is_some()) && !is_defaults(path, charts)
    };
    files
        .iter()
        .filter(|path| !claimed.contains(path.as_str()) && !is_not_deployed(path))
        .filter(looks_like_values)
        .map(|path| {
            let unknown = unknown_name(path).filter(|_| !is_of_a_chart(path, charts));
            Unclaimed {
                reason: reason(path, unknown, charts),
                unknown: unknown.map(str::to_owned),
                is_aside: is_of_a_chart(path, charts)
                    || is_aside(path)
                    || is_of_pulled(path, files, charts),
                path: path.clone(),
            }
        })
        .collect()
}

/// Whether a file belongs to a chart that Kustomize has pulled: it lies in `charts/` next to a kustomization.
fn is_of_pulled(path: &str, files: &[String], charts: &BTreeSet<&str>) -> bool {
    let chart = directory_of(path);
    let home = chart
        .rsplit_once('/')
        .map_or("", |(home, _)| home)
        .strip_suffix("charts");
    let home = home.filter(|_| charts.contains(chart));
    home.is_some_and(|home| {
        let kustomization = format!("{home}kustomization.yaml");
        files.binary_search(&kustomization).is_ok()
    })
}

/// What people call values that a chart is tested with, beside those of a cluster on their own machine.
const OF_TESTS: [&str; 6] = ["test", "tests", "ci", "e2e", "lint", "unittest"];

/// Whether a file has the values of a cluster on somebody's own machine, or of tests, by its name: `values-local.yaml`,
/// `test-values.yaml`. Next to those of known environments, `test` is one, too.
pub(crate) fn is_aside(path: &str) -> bool {
    let Some((stem, _)) = path.rsplit('/').next().and_then(yaml_stem) else {
        return false;
    };
    let (before, after) = around_values(stem).unwrap_or((stem, ""));
    let is_aside = |word: &str| is_local(word) || OF_TESTS.contains(&word);
    is_aside(before) || is_aside(after)
}

/// The name that a file has beside `values`: that of an environment, if it is one.
fn unknown_name(path: &str) -> Option<&str> {
    let stem = path
        .rsplit('/')
        .next()
        .and_then(yaml_stem)
        .map_or("", |(stem, _)| stem);
    let (before, after) = around_values(stem)?;
    let name = if after.is_empty() { before } else { after };
    // `charts/shop/shop-values.yaml` is called after its app.
    let mut folders = directory_of(path).split('/');
    (!name.is_empty() && folders.all(|folder| folder != name)).then_some(name)
}

fn reason(path: &str, unknown: Option<&str>, charts: &BTreeSet<&str>) -> Text {
    if is_of_a_chart(path, charts) {
        return "values of the chart's own tests".into();
    }
    match unknown {
        Some(name) => text!(
            "`{}` is not a known environment, and nothing that envlint reads deploys this file",
            Name(name)
        ),
        None => {
            "nothing tells the environment, and nothing that envlint reads deploys this file".into()
        }
    }
}

/// What is said of a file instead, where its name is that of an environment after all.
pub(crate) fn of_known(name: &str) -> Text {
    text!(
        "it has the name of values of `{}`, but nothing that envlint reads deploys this file",
        Name(name)
    )
}
