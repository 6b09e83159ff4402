//! `chart/unsatisfied-dependency`.

use std::sync::Arc;

use envlint_helm::is_in_range;

use crate::masking::{Name, Said, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, Severity, Source, join, normal};
use crate::values::{Tree, TreeKind};

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
    let missing = chart.missing();
    let local = chart
        .metadata()
        .dependencies
        .iter()
        .filter_map(|dependency| {
            let path = dependency.repository.strip_prefix("file://")?;
            let is_missing = missing.contains(&dependency.name.as_str());
            let directory = normal(&files.directory, path).filter(|_| !path.starts_with('/'))?;
            is_missing.then_some((dependency, directory))
        });
    for (dependency, directory) in local {
        let Some(version) = version_in(cx, &directory) else {
            continue;
        };
        let is_wrong = |range: &str| is_in_range(&version, range) == Some(false);
        // Helm: pkg/downloader/manager.go: `Build` takes what the lock says, and `tarFromLocalDir` compares it; without a lock,
        // internal/resolver, `Resolve` compares what Chart.yaml says.
        let listed = ["Chart.yaml", "Chart.lock"].into_iter().find_map(|file| {
            let source = Source::read(&cx.workspace.root, &files.path(file)).ok()?;
            let source = Arc::new(source);
            let (range, place) = asked(&source, &dependency.name)?;
            is_wrong(&range).then_some((file, range, place))
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

/// The version that a file asks for of a dependency, and where.
fn asked(source: &Arc<Source>, name: &str) -> Option<(String, Location)> {
    let dependencies = Tree::of(source)?.get("dependencies")?;
    let TreeKind::Sequence(listed) = dependencies.kind() else {
        return None;
    };
    let mut listed = listed.iter();
    let found = listed.find(|item| {
        let known = item.get("name");
        known.is_some_and(|known| known.as_str() == Some(name))
    })?;
    let version = found.get("version")?;
    Some((version.as_str()?.to_owned(), version.location()))
}
