//! `chart/does-not-render`.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_helm::Chart;
use envlint_yaml::Path;

use super::unsatisfied_dependency::never_found;
use crate::manifests::Failure;
use crate::masking::{Name, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, WorkspaceContext, rule};
use crate::source::{Location, Severity, Source, conflicts};
use crate::values::{Tree, TreeKind};
use crate::workspace::Tier;

rule! {
    /// A chart does not render with the values of an environment.
    ///
    /// ## What it does
    ///
    /// Renders the app's chart with the values file of every environment, as Helm does, and reports what Helm would
    /// refuse, in Helm's words, at the line of the template, once for all environments. A chart that lacks a dependency
    /// in `charts/` is an info, and is rendered without it where its own templates do not need it: `helm dependency build`
    /// fetches it. A chart whose `Chart.yaml` Helm refuses is an error, and so is one with a device or a pipe among its files,
    /// and a `chart.yaml` in lower case.
    ///
    /// ## Why it matters
    ///
    /// The deployment of that environment fails, usually in the pipeline of whoever deploys next. When only production
    /// does not render, nobody notices before the release.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/templates/deployment.yaml
    /// image: {{ required "image.tag is needed" .Values.image.tag }}
    ///
    /// # environments/prod/values.yaml
    /// image: {}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// image:
    ///   tag: "1.4.2"
    /// ```
    ///
    /// A template that does not parse, that prints invalid YAML, or that includes a template which nothing defines, is an
    /// error, and so is one that fails in production because of a value that other environments have. A template that fails in some environments for another reason is
    /// a warning, and so is one that fails in all of them where the repository says how the app is deployed; where it does not,
    /// or where a template demands a value (`required`, `fail`), that is an info: the deployment may give more values with `--set`. If yours
    /// does not, make it an error: `rules: {chart/does-not-render: error}`. envlint always refuses a promotion that stops
    /// a chart from rendering. A value that is given when the app is deployed and that nothing here writes out is no reason to
    /// fail: its map is there, and some text where the template cannot do without.
    ///
    /// An `apiVersion` that Helm 4 refuses is an error, too; the chart is checked as Helm 3 takes it.
    ///
    /// A chart that takes more work than a check does is a warning: Helm may render it. So is one with a link that leads to
    /// nothing or out of the repository: nobody knows what is there where it is deployed.
    ///
    /// ## References
    ///
    /// - [Helm: helm template](https://helm.sh/docs/helm/helm_template/)
    "chart/does-not-render", Error, Check::App(check), Check::Workspace(misnamed)
}

/// What is said of a chart that Helm may render.
const LIMIT: &str = "a check does so much work for an app and no more (docs/security.md has the limits), so what the chart renders there is not checked";

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    if cx.app.chart_problem(cx.workspace).is_some() {
        return; // The configuration names a chart that is not there: a problem of its own.
    }
    if let Some(chart) = cx.chart
        && let Err(reason) = &chart.chart
    {
        cannot_be_loaded(cx, out, &Failure::Chart(reason.clone()));
        return;
    }
    lacks_charts(cx, out);
    let mut failures: Vec<(Location, &Failure, Vec<&Arc<str>>)> = Vec::new();
    for rendered in cx.manifests.rendered() {
        let Err(failure) = &rendered.manifests else {
            continue;
        };
        // `schema/values` says so, at the value; unless the configuration names another schema than Helm takes.
        if failure.is_about_the_schema() && cx.app.schema.is_none() {
            continue;
        }
        if failure.is_about_the_chart() {
            cannot_be_loaded(cx, out, failure);
            return;
        }
        if failure.may_lack_values() && may_have_more(cx, rendered.environment, failure) {
            continue;
        }
        let place = failure.location(cx.workspace, rendered.chart);
        let Some(location) = place.or_else(|| values_file(cx, rendered.environment)) else {
            continue;
        };
        // `yaml/merge-conflict` says why the file cannot be read.
        if !conflicts(location.source.text()).is_empty() {
            continue;
        }
        let is_same =
            |known: &&mut (Location, &Failure, Vec<&Arc<str>>)| is_at(&known.0, &location);
        match failures.iter_mut().find(is_same) {
            Some((_, _, environments)) => environments.push(rendered.environment),
            None => failures.push((location, failure, vec![rendered.environment])),
        }
    }
    has_no_format(cx, out);
    for (location, failure, environments) in failures {
        let finding = fails(cx, location, failure, &environments, out);
        out.push(finding);
    }
}

/// Whether what the template needs may be among the values that nobody here can read: those of an environment may be any, or are
/// given to just what it reads, or nobody knows which files they are.
fn may_have_more(cx: &AppContext<'_>, environment: &str, failure: &Failure) -> bool {
    let mut environments = cx.environments.iter();
    let values = environments.find(|values| *values.environment.name == *environment);
    let is_given = |values: &EnvironmentValues<'_>| {
        let may_be = |chart| failure.may_be_of_given(chart, values);
        values.file.is_open() || values.chart.is_some_and(may_be)
    };
    !cx.has_known_layers() || values.is_some_and(is_given)
}

/// A chart whose `apiVersion` is none of Helm's: it is checked as one of version 2, as which Helm 3 takes it.
fn has_no_format(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some(files) = cx.chart else { return };
    let version = files
        .chart
        .as_ref()
        .ok()
        .map(|chart| &chart.metadata().api_version);
    if version.is_none_or(|version| ["", "v1", "v2"].contains(&version.as_str())) {
        return;
    }
    let Ok(metadata) = Source::read(&cx.workspace.root, &files.path("Chart.yaml")).map(Arc::new)
    else {
        return;
    };
    let written = Tree::of(&metadata).and_then(|tree| Some(tree.get("apiVersion")?.location()));
    let message = text!(
        "Helm 4 refuses {}, since `{}` is no version of its format; Helm 3, which Argo CD and Flux have, takes it for `v2`",
        subject(cx),
        Said(version.map_or("", String::as_str))
    );
    let finding = out.finding(
        written.unwrap_or_else(|| Location::start_of(&metadata)),
        message,
    );
    out.push(finding.help("write `apiVersion: v2`; the chart's own version is under `version:`"));
}

/// Helm refuses a chart without its dependencies; what it makes by itself was checked nevertheless. Each environment may have a
/// chart of its own, and many charts may lack the same one.
fn lacks_charts(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut seen = BTreeSet::new();
    let never = never_found(cx);
    let rendered = cx.manifests.rendered().iter();
    for files in rendered
        .filter(|chart| chart.manifests.is_ok())
        .map(|chart| chart.chart)
    {
        let missing = files.chart.as_ref().map(Chart::missing).unwrap_or_default();
        let missing: Vec<&str> = missing
            .into_iter()
            .filter(|name| !never.contains(*name))
            .collect();
        if missing.is_empty() || !seen.insert(files.directory.as_str()) {
            continue;
        }
        let Ok(metadata) = Source::read(&cx.workspace.root, &files.path("Chart.yaml")) else {
            continue;
        };
        let listed = Text::names(missing.iter().map(|name| format!("`{name}`")), ", ");
        let rest = text!(
            " depends on {}, which `charts/` does not have; its own templates were checked without",
            listed
        );
        let finding = out.finding(
            Location::start_of(&Arc::new(metadata)),
            chart_in(&files.directory),
        );
        let finding = finding
            .help("run `helm dependency build` before the check to check them, too")
            .once_of("Chart.yaml", rest.clone(), chart_in(&files.directory))
            .ending(rest);
        out.push(out.lower_severity(Severity::Info, finding));
    }
}

fn is_at(left: &Location, right: &Location) -> bool {
    (&left.source.path, left.span) == (&right.source.path, right.span)
}

/// One place that fails, in the environments that get there.
fn fails(
    cx: &AppContext<'_>,
    location: Location,
    failure: &Failure,
    environments: &[&Arc<str>],
    out: &Reporter<'_>,
) -> Finding {
    let reason = failure.reason();
    let message = text!(
        "{} does not render with the values of {}: {}",
        subject(cx),
        Text::listed(environments),
        Said(&reason)
    );
    let finding = out.finding(location, message).suggest(failure.suggestion());
    if failure.is_about_the_text() {
        return finding;
    }
    if failure.lacks_template() {
        return finding.help("define it, correct the name, or add the library chart that defines it to the dependencies");
    }
    let mut finding = match environments {
        [only] => finding.environment(only),
        _ => finding,
    };
    if failure.is_limit() {
        return out.lower_severity(Severity::Warning, finding.help(LIMIT));
    }
    if !failure.may_lack_values() {
        return finding;
    }
    let places: Vec<usize> = (0..cx.environments.len())
        .filter(|index| environments.iter().any(|name| ***name == *cx.name(*index)))
        .collect();
    let mut lacking = places
        .iter()
        .filter_map(|index| Some((*index, cx.stumbles_over(*index)?)));
    let lacking = lacking.next().map(|(index, path)| {
        let others = lacking.filter(|(_, other)| *other == path);
        let indices: Vec<usize> = std::iter::once(index)
            .chain(others.map(|(index, _)| index))
            .collect();
        (indices, path)
    });
    let fails_everywhere = cx
        .manifests
        .rendered()
        .iter()
        .all(|chart| chart.manifests.is_err());
    let is_production = places.iter().any(|index| {
        let values = cx.environments.get(*index);
        values.is_some_and(|values| values.environment.tier == Tier::Production)
    });
    let severity = match lacking {
        // What the chart demands of the only environment may be given when it is deployed, as what all lack.
        _ if fails_everywhere && (cx.environments.len() > 1 || failure.is_demand()) => {
            let (severity, help) = match !failure.is_demand() && is_given_all(cx) {
                true => (
                    Severity::Warning,
                    "nothing that deploys it here gives more values: set what the template asks for; if something else does, name it: `given:` in envlint.yaml. What the chart renders is not checked",
                ),
                false => (
                    Severity::Info,
                    "if the deployment gives more values, name them: `given:` in envlint.yaml; what the chart renders is not checked",
                ),
            };
            finding = finding.help(help);
            severity
        }
        Some((indices, path)) => {
            finding = with_gap(cx, finding, &indices, &path);
            if is_production {
                Severity::Error
            } else {
                Severity::Warning
            }
        }
        None => Severity::Warning,
    };
    out.lower_severity(severity, finding)
}

/// Whether the repository says how the app is deployed, so that nothing gives it more values; of what the configuration
/// declares, somebody else may.
fn is_given_all(cx: &AppContext<'_>) -> bool {
    cx.app.has_evidence() && cx.app.declared.is_none()
}

/// What is missing, and where another environment has it.
fn with_gap(cx: &AppContext<'_>, finding: Finding, indices: &[usize], path: &Path) -> Finding {
    let files = indices.iter().filter_map(|at| cx.environments.get(*at));
    let mut seen = BTreeSet::new();
    let files = files
        .map(|values| values.file.called())
        .filter(|file| seen.insert(file.clone()));
    let finding = finding.help(text!(
        "add `{}` to {}; other environments have it",
        path,
        Text::sentence(files)
    ));
    let examples = cx.environments.iter();
    let mut examples = examples.filter_map(|other| other.effective.as_ref()?.at(path));
    match examples.next() {
        Some(example) => finding.note(example.key_location(), "it is set here"),
        None => finding,
    }
}

/// The chart, by its directory: several apps may share it, and fail for one reason.
fn subject(cx: &AppContext<'_>) -> Text {
    let directory = cx.chart.map(|chart| chart.directory.as_str());
    chart_in(directory.unwrap_or_default())
}

/// The chart of a directory.
fn chart_in(directory: &str) -> Text {
    match directory {
        "" => "the chart".into(),
        directory => text!("the chart `{}`", Name(directory)),
    }
}

/// How Helm begins the list of dependencies that `charts/` lacks (Helm: pkg/action/install.go, `CheckDependencies`).
const LACKING: &str = "missing in charts/ directory: ";

/// Nothing can be said about the chart's manifests in any environment.
fn cannot_be_loaded(cx: &AppContext<'_>, out: &mut Reporter<'_>, failure: &Failure) {
    let Some(chart) = cx.chart else { return };
    let metadata = Source::read(&cx.workspace.root, &chart.path("Chart.yaml")).map(Arc::new);
    let reason = failure.reason();
    if let Ok(metadata) = &metadata
        && reason.contains(LACKING)
    {
        // Those that Helm never finds are for `chart/unsatisfied-dependency` to say.
        if let Some(finding) = lacks_dependencies(cx, metadata, &reason, out) {
            out.push(finding);
        }
        return;
    }
    let first = cx.environments.first().map(|values| values.name());
    let place = match &metadata {
        Ok(source) => Some(Location::start_of(source)),
        Err(_) => cx.app.declaration(cx.workspace),
    };
    let Some(location) = place.or_else(|| values_file(cx, first?)) else {
        return;
    };
    let message = match failure {
        Failure::Chart(_) => text!("{} cannot be loaded: {}", subject(cx), Said(&reason)),
        _ => text!("{} does not render: {}", subject(cx), Said(&reason)),
    };
    let finding = out.finding(location, message);
    if failure.is_limit() {
        out.push(out.lower_severity(Severity::Warning, finding.help(LIMIT)));
        return;
    }
    let unchecked = "values are still compared; what the chart renders is not checked";
    out.push(match failure {
        _ if is_refused(&reason) => {
            finding.help("correct Chart.yaml: Helm refuses the chart in every environment")
        }
        Failure::Chart(error) if error.is_irregular() => finding.help(
            "remove it, or list it in .helmignore: Helm refuses the chart in every environment",
        ),
        Failure::Chart(error) if error.is_of_link() => {
            out.lower_severity(Severity::Warning, finding.help(unchecked))
        }
        _ => out.lower_severity(Severity::Info, finding.help(unchecked)),
    });
}

/// A chart whose dependencies were not fetched: said once for all apps and environments, at the first of them.
fn lacks_dependencies(
    cx: &AppContext<'_>,
    metadata: &Arc<Source>,
    reason: &str,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let (_, missing) = reason.split_once(LACKING)?;
    let missing: Vec<&str> = missing.trim().split(", ").collect();
    let never = never_found(cx);
    let missing: Vec<&str> = missing
        .into_iter()
        .filter(|name| !never.contains(*name))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let dependencies = Tree::of(metadata).and_then(|tree| tree.get("dependencies"));
    let listed = match dependencies.as_ref().map(Tree::kind) {
        Some(TreeKind::Sequence(listed)) => listed,
        _ => Vec::new(),
    };
    let mut names = listed.iter().filter_map(|listed| listed.get("name"));
    let first = names.find(|name| {
        let name = name.as_str();
        name.is_some_and(|name| missing.contains(&name))
    });
    let location = first.map_or_else(|| Location::start_of(metadata), |name| name.location());
    let directory = cx.chart.map_or("", |chart| chart.directory.as_str());
    let message = text!(
        "{} does not render before its dependencies are fetched: {}",
        subject(cx),
        Text::join(missing.iter().map(|name| text!("`{}`", Name(name))), ", ")
    );
    let command = match directory {
        "" => "helm dependency build".into(),
        directory => text!("helm dependency build {}", Name(directory)),
    };
    let finding = out.finding(location, message).help(text!(
        "run `{}` before envlint; without them, envlint compares values and does not check what the chart renders",
        command
    ));
    Some(out.lower_severity(Severity::Info, finding))
}

/// Whether Helm refuses the chart for its `Chart.yaml`, whatever else is there (Helm: pkg/chart/loader, pkg/chart/v2).
fn is_refused(reason: &str) -> bool {
    ["cannot load Chart.yaml", "validation: chart.metadata"]
        .iter()
        .any(|start| reason.contains(start))
}

/// `chart.yaml` next to templates: Helm looks for `Chart.yaml`, and Linux tells the two apart.
fn misnamed(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    if !cx.complete {
        return;
    }
    for path in cx.workspace.yaml_files() {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_named_so = name != "Chart.yaml"
            && (name.eq_ignore_ascii_case("chart.yaml") || name.eq_ignore_ascii_case("chart.yml"));
        let folder = cx.workspace.root.join(above);
        if !is_named_so || folder.join("Chart.yaml").exists() || !folder.join("templates").is_dir()
        {
            continue;
        }
        let Ok(source) = Source::read(&cx.workspace.root, path) else {
            continue;
        };
        let source = Arc::new(source);
        let says = |key: &str| Tree::of(&source).is_some_and(|tree| tree.get(key).is_some());
        if says("name") && says("version") {
            let message = text!(
                "Helm looks for Chart.yaml, so it does not find the chart of {}",
                Name(path)
            );
            let finding = out.finding(Location::start_of(&source), message);
            out.push(finding.help("rename the file: Chart.yaml"));
        }
    }
}

/// The values file of an environment, as a whole.
fn values_file(cx: &AppContext<'_>, environment: &str) -> Option<Location> {
    let values = cx
        .environments
        .iter()
        .find(|values| **values.name() == *environment)?;
    values.file.start()
}
