//! `chart/unsatisfied-dependency`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_helm::{Dependency, is_in_range};

use super::asked;
use crate::masking::{Name, Said, text};
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Severity, Source, join, normal};
use crate::values::{Tree, TreeKind};

rule! {
    /// A chart depends on a chart of this repository that has another version or another name.
    ///
    /// ## What it does
    ///
    /// Looks at the dependencies with a `repository` of `file://…` that lie in this repository and not in `charts/`, and
    /// compares the version in their `Chart.yaml` with the one that the app's chart asks for. A `Chart.lock` that names
    /// another version than the one that is there is a warning: `helm dependency update` writes it anew.
    ///
    /// It compares the names, too: Helm packs a chart under the name in its own `Chart.yaml`, and looks for it under the name that
    /// the dependency has. `alias` gives it another one.
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
    let local = local(cx);
    if local.is_empty() {
        return;
    }
    for (dependency, directory, name) in misnamed(cx, &local) {
        if let Some(finding) = has_another_name(cx, (dependency, directory), &name, out) {
            out.push(finding);
        }
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
            .or_insert_with_key(|directory| written_in(cx, directory, "version"));
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

/// A dependency with `file://…` that `charts/` lacks, and its directory in the workspace.
type Local<'c> = (&'c Dependency, String);

fn local<'c>(cx: &'c AppContext<'_>) -> Vec<Local<'c>> {
    let files = cx.chart.filter(|files| !files.is_archive());
    let chart = files.and_then(|files| Some((files, files.chart.as_ref().ok()?)));
    let Some((files, chart)) = chart else {
        return Vec::new();
    };
    let missing: HashSet<&str> = chart.missing().into_iter().collect();
    let dependencies = chart.metadata().dependencies.iter();
    let local = dependencies.filter_map(|dependency| {
        let path = dependency.repository.strip_prefix("file://")?;
        let is_missing = missing.contains(dependency.name.as_str());
        let directory = normal(&files.directory, path).filter(|_| !path.starts_with('/'))?;
        is_missing.then_some((dependency, directory))
    });
    local.collect()
}

/// Those whose charts call themselves otherwise: Helm packs them under their own names, and looks for the others in vain (Helm:
/// pkg/action/install.go, `CheckDependencies`).
fn misnamed<'l, 'c>(
    cx: &AppContext<'_>,
    local: &'l [Local<'c>],
) -> Vec<(&'c Dependency, &'l str, String)> {
    let named = local.iter().filter_map(|(dependency, directory)| {
        let name = written_in(cx, directory, "name")?;
        (name != dependency.name).then_some((*dependency, directory.as_str(), name))
    });
    named.collect()
}

/// The names of dependencies that Helm never finds, whatever is fetched.
pub(super) fn never_found(cx: &AppContext<'_>) -> HashSet<String> {
    let local = local(cx);
    let misnamed = misnamed(cx, &local).into_iter();
    misnamed
        .map(|(dependency, ..)| dependency.name.clone())
        .collect()
}

fn has_another_name(
    cx: &AppContext<'_>,
    (dependency, directory): (&Dependency, &str),
    name: &str,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let metadata = cx.chart?.path("Chart.yaml");
    let source = Arc::new(Source::read(&cx.workspace.root, &metadata).ok()?);
    let listed = Tree::of(&source)?.get("dependencies")?;
    let TreeKind::Sequence(listed) = listed.kind() else {
        return None;
    };
    let mut names = listed.iter().filter_map(|item| item.get("name"));
    let place = names.find(|written| written.as_str() == Some(dependency.name.as_str()))?;
    let message = text!(
        "the chart depends on `{}`, but the chart in `{}` is called `{}`, so Helm refuses to render, also after `helm dependency build`",
        Name(&dependency.name),
        Name(directory),
        Name(name)
    );
    let line = format!("{}:{}", place.source().path, place.location().span.start);
    let finding = out.finding(place.location(), message).help(text!(
        "write `name: {}`, and `alias: {}` to keep its values where they are",
        Name(name),
        Name(dependency.appears_as())
    ));
    Some(finding.once_of(line, "name", ""))
}

/// What a chart of the workspace says of itself under a key.
fn written_in(cx: &AppContext<'_>, directory: &str, key: &str) -> Option<String> {
    let path = join(directory, "Chart.yaml");
    let source = Arc::new(Source::read(&cx.workspace.root, &path).ok()?);
    let version = Tree::of(&source)?.get(key)?;
    version.as_str().map(str::to_owned)
}
