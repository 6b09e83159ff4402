//! `chart/unsatisfied-dependency`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_helm::is_in_range;

use super::asked;
use crate::masking::{Name, Said, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Severity, Source, join, normal};
use crate::values::Tree;

rule! {
    /// A chart depends on a version of a chart of this repository that is not there.
    ///
    /// ## What it does
    ///
    /// Looks at the dependencies with a `repository` of `file://…` that lie in this repository and not in `charts/`, and
    /// compares the version in their `Chart.yaml` with the one that the app's chart asks for. A `Chart.lock` that names
    /// another version than the one that is there is a warning: `helm dependency update` writes it anew.
    ///
    /// ## Why it matters
    ///
    /// `helm dependency build` stops ("can't get a valid version for dependency"), and with it the deployment. That shows
    /// when the chart is deployed next, which may be months after the version was raised.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # prod/Chart.yaml
    /// dependencies:
    ///   - {name: library, version: 0.1.0, repository: "file://../library"}     # library/Chart.yaml has 0.2.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # prod/Chart.yaml
    /// dependencies:
    ///   - {name: library, version: 0.x.x, repository: "file://../library"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: helm dependency build](https://helm.sh/docs/helm/helm_dependency_build/)
    "chart/unsatisfied-dependency", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some(files) = cx.chart.filter(|files| !files.is_archive()) else {
        return;
    };
    let Ok(chart) = &files.chart else { return };
    let missing: HashSet<&str> = chart.missing().into_iter().collect();
    let dependencies = chart.metadata().dependencies.iter();
    let mut local = dependencies
        .filter_map(|dependency| {
            let path = dependency.repository.strip_prefix("file://")?;
            let is_missing = missing.contains(dependency.name.as_str());
            let directory = normal(&files.directory, path).filter(|_| !path.starts_with('/'))?;
            is_missing.then_some((dependency, directory))
        })
        .peekable();
    if local.peek().is_none() {
        return;
    }
    // Helm: pkg/downloader/manager.go: `Build` takes what the lock says, and `tarFromLocalDir` compares it; without a lock,
    // internal/resolver, `Resolve` compares what Chart.yaml says.
    let asking = ["Chart.yaml", "Chart.lock"].map(|file| {
        let source = Source::read(&cx.workspace.root, &files.path(file));
        let asked = source.map(|source| asked(&Arc::new(source)));
        (file, asked.unwrap_or_default())
    });
    let mut versions = HashMap::new();
    for (dependency, directory) in local {
        let version = versions
            .entry(directory.clone())
            .or_insert_with_key(|directory| version_in(cx, directory));
        let Some(version) = version else { continue };
        let listed = asking.iter().find_map(|(file, asked)| {
            let (range, place) = asked.get(&dependency.name)?.clone()?;
            (is_in_range(version, &range) == Some(false)).then_some((*file, range, place))
        });
        let Some((file, range, place)) = listed else {
            continue;
        };
        let message = text!(
            "the chart asks for version {} of `{}`, but `{}` has {}, so `helm dependency build` fails",
            Said(&range),
            Name(&dependency.name),
            Name(&directory),
            Said(&version)
        );
        let line = format!("{}:{}", place.source.path, place.span.start);
        let finding = out.finding(place, message);
        let finding = match file {
            "Chart.lock" => out.lower_severity(
                Severity::Warning,
                finding.help("run `helm dependency update`, which writes the lock anew"),
            ),
            _ => finding.help(text!(
                "ask for {}, or for a range that it is in; then run `helm dependency update`",
                Said(&version)
            )),
        };
        out.push(finding.once_of(line, "version", ""));
    }
}

/// The version of a chart of the workspace.
fn version_in(cx: &AppContext<'_>, directory: &str) -> Option<String> {
    let path = join(directory, "Chart.yaml");
    let source = Arc::new(Source::read(&cx.workspace.root, &path).ok()?);
    let version = Tree::of(&source)?.get("version")?;
    version.as_str().map(str::to_owned)
}
