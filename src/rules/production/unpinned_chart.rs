//! `production/unpinned-chart`.

use crate::masking::{Name, Said, Text, text};
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Location, Severity};
use crate::workspace::{Deployment, Tier, Workspace};

rule! {
    /// A chart of production has no fixed version.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports charts of repositories and registries that are deployed without a
    /// version, with `latest` or `*`, or with a range that has no end (`>=1.4.0`): in a HelmRelease or an OCIRepository of
    /// Flux, an Application of Argo CD, a helmfile, Kustomize's `helmCharts` and `helm upgrade`. It is an info for a range
    /// that has one (`1.4.x`, `^1.4.0`, `>=1.4.0 <2.0.0`). One finding names all charts of a file.
    ///
    /// Ignored are charts of the workspace, charts in git, and versions that something else fills in.
    ///
    /// ## Why it matters
    ///
    /// The next version of the chart reaches production when its author publishes it: nobody here tested it, no commit says
    /// so, and a rollback of the repository does not bring the old one back.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// spec:
    ///   chart:
    ///     spec:
    ///       chart: ingress-nginx
    ///       version: ">=4.0.0"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// spec:
    ///   chart:
    ///     spec:
    ///       chart: ingress-nginx
    ///       version: 4.13.2
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: dependencies and version ranges](https://helm.sh/docs/chart_best_practices/dependencies/)
    /// - [Flux: HelmRelease](https://fluxcd.io/flux/components/helm/helmreleases/#chart-template)
    "production/unpinned-chart", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let deployments = cx.app.deployments.iter();
    for deployment in deployments.filter(|known| known.environment.tier == Tier::Production) {
        if let Some(finding) = of_deployment(cx.workspace, deployment, out) {
            out.push(finding);
        }
    }
}

fn of_deployment(
    workspace: &Workspace,
    deployment: &Deployment,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let reference = deployment.chart.as_deref()?;
    let (name, version) = match reference.rsplit_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (reference, None),
    };
    if has_holes(reference) || workspace.root.join(name).exists() {
        return None;
    }
    let range = match version {
        Some(version) => Range::of(version.trim())?,
        None if is_of_repository(workspace, deployment, name) => Range::Any,
        // It may as well be a directory that is not here.
        None => return None,
    };
    let written =
        version.and_then(|version| line_of_version(workspace, deployment, version.trim()));
    let place = written.or_else(|| place_of(workspace, deployment, name))?;
    let (wrong, severity) = match range {
        Range::Any => (Text::from("has no fixed version"), Severity::Warning),
        Range::Endless(text) => (
            text!("takes any version `{}`", Said(text)),
            Severity::Warning,
        ),
        Range::Ended(text) => (text!("takes any version `{}`", Said(text)), Severity::Info),
    };
    let subject = text!("`{}`", Name(name));
    let file = place.source.path.clone();
    let finding = out
        .lowered(severity, place, text!("the chart {} {}", subject, wrong))
        .environment(&deployment.environment.name)
        .help("name the version that was tested, and let a bot (Renovate, Dependabot) open a pull request for the next one");
    Some(
        finding
            .once_of(file, wrong, subject)
            .ending(", so a new one reaches it that nobody tested"),
    )
}

/// Versions that a text leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range<'v> {
    /// All.
    Any,
    /// All from one on.
    Endless(&'v str),
    /// Those of a range with an end.
    Ended(&'v str),
}

impl<'v> Range<'v> {
    /// What a version leaves open; none for one version, a digest, and what is no version.
    fn of(version: &'v str) -> Option<Range<'v>> {
        let is_wildcard = |part: &str| matches!(part, "*" | "x" | "X");
        let mut parts = version.trim_start_matches('v').split('.');
        if matches!(version, "" | "latest" | ">0" | ">=0") || parts.clone().all(is_wildcard) {
            return Some(Range::Any);
        }
        let is_digit = |char: char| char.is_ascii_digit();
        let is_lower = version.starts_with('>');
        let is_upper = version.contains(['<', '~', '^', ',']) || version.contains(" - ");
        let is_wild = parts.any(is_wildcard);
        if !version.contains(is_digit) {
            return None;
        }
        match (is_lower, is_upper || is_wild) {
            (true, false) => Some(Range::Endless(version)),
            (_, true) => Some(Range::Ended(version)),
            (false, false) => None,
        }
    }
}

/// Whether something else fills in a part of a text.
fn has_holes(text: &str) -> bool {
    text.contains(['{', '$', '%'])
}

/// Whether what deploys a chart says itself that the first part of its name is a repository: `helm repo add`, or
/// `repositories:` of helmfile.
fn is_of_repository(workspace: &Workspace, deployment: &Deployment, name: &str) -> bool {
    let Some((alias, chart)) = name.split_once('/') else {
        return false;
    };
    if chart.contains('/') {
        return false;
    }
    let added = format!("repo add {alias} ");
    let listed = format!("name: {alias}");
    deployment.evidence.iter().any(|evidence| {
        let source = workspace.open_file(&evidence.file);
        let text = source.text();
        let mut lines = text.lines();
        let is_helmfile = ["repositories:", "releases:"]
            .iter()
            .all(|key| text.contains(key));
        text.contains(&added)
            || is_helmfile
                && lines.any(|line| line.trim_start_matches(['-', ' ']).trim_end() == listed)
    })
}

/// The line that sets a version, behind what says that the chart is deployed; else that of an overlay, which may set it where
/// it sets values.
fn line_of_version(
    workspace: &Workspace,
    deployment: &Deployment,
    version: &str,
) -> Option<Location> {
    const NEAR: usize = 60;
    let evidence = deployment.evidence.first()?;
    let here = lines_with(workspace, &evidence.file, version).into_iter();
    let mut here = here.filter(|(line, _)| (evidence.line..evidence.line + NEAR).contains(line));
    if let Some((_, place)) = here.next() {
        return Some(place);
    }
    let layers = deployment.layers().map(|layer| layer.path.as_str());
    let mut layers: Vec<&str> = layers.filter(|path| *path != evidence.file).collect();
    layers.dedup();
    layers.into_iter().rev().find_map(|path| {
        match lines_with(workspace, path, version).as_slice() {
            [(_, place)] => Some(place.clone()),
            _ => None,
        }
    })
}

/// The lines of a file that set this version, with their numbers.
fn lines_with(workspace: &Workspace, file: &str, version: &str) -> Vec<(usize, Location)> {
    let source = workspace.open_file(file);
    let mut start = 0;
    let lines = source.text().split_inclusive('\n').enumerate();
    let lines = lines.filter_map(|(index, line)| {
        let at = start;
        start += line.len();
        let entry = line.trim_start().trim_start_matches("- ");
        let value = entry
            .strip_prefix("version:")
            .or(entry.strip_prefix("targetRevision:"))?;
        let value = value.split(" #").next().unwrap_or(value);
        let is_it = value.trim().trim_matches(['"', '\'']) == version;
        let start = at + line.len() - entry.len();
        let span = envlint_yaml::Span::new(start, start + entry.trim_end().len());
        is_it.then(|| (index + 1, Location::new(&source, span)))
    });
    lines.collect()
}

/// The line that names the chart, behind what says that it is deployed; else that place.
fn place_of(workspace: &Workspace, deployment: &Deployment, name: &str) -> Option<Location> {
    /// How many lines of a release stand before its chart.
    const NEAR: usize = 60;
    let short = name.rsplit('/').next().unwrap_or(name);
    let evidence = deployment.evidence.first()?;
    let source = workspace.open_file(&evidence.file);
    let text = source.text();
    let before = text
        .split_inclusive('\n')
        .take(evidence.line.saturating_sub(1));
    let first: usize = before.map(str::len).sum();
    let mut start = first;
    let mut found = None;
    for line in text.get(first..)?.split_inclusive('\n').take(NEAR) {
        if line.contains("chart") && line.contains(short) {
            found = Some((start, line));
            break;
        }
        start += line.len();
    }
    let (start, line) = found.unwrap_or_else(|| {
        let line = text.get(first..).and_then(|rest| rest.lines().next());
        (first, line.unwrap_or_default())
    });
    let indent = line.len() - line.trim_start().len();
    let span = envlint_yaml::Span::new(start + indent, start + line.trim_end().len().max(indent));
    Some(Location::new(&source, span))
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn ranges_with_an_end_are_told_from_those_without() {
        for open in ["", "latest", "*", ">=0", "x.x.x", "X.*"] {
            assert_eq!(Range::of(open), Some(Range::Any), "{open}");
        }
        for endless in [">=1.4.0", ">1", ">=1.0.0-0"] {
            assert_eq!(
                Range::of(endless),
                Some(Range::Endless(endless)),
                "{endless}"
            );
        }
        for ended in [
            "1.4.x",
            "v1.*",
            "^1.4.0",
            "~1.4",
            ">=1.4.0 <2.0.0",
            "1.0 - 2.0",
        ] {
            assert_eq!(Range::of(ended), Some(Range::Ended(ended)), "{ended}");
        }
        for fixed in [
            "1.4.0",
            "v1.4.0",
            "1.4.0-x.7",
            "sha256:0123",
            "main",
            "1.4.0+build.1",
        ] {
            assert_eq!(Range::of(fixed), None, "{fixed}");
        }
    }
}
