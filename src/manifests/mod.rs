//! Manifests: what an app's chart becomes with the values of one environment.

mod again;
mod app;
mod brought;
mod deployed;
mod differences;
mod field_place;
mod given;
mod hosts;
pub mod kubernetes;
mod made_keys;
mod made_secrets;
mod makes;
pub mod objects;
mod origin;
mod own_failure;
mod passed_on;
mod probe;
mod references;
mod rendered;
mod selector;
mod trace;
mod unseen;
mod untaken;
mod violations;
mod workloads;
mod written;

use std::sync::Arc;
use std::time::Duration;

pub use again::Again;
pub use app::{AppManifests, RenderedChart};
pub use brought::{
    Bounds, Brought, BroughtObject, Call, Defaults, Outside, PodContainers, Pods, Quota,
    counted_by_quota,
};
pub use deployed::{Deployed, Part, deployed, deployed_objects, object as object_of};
pub use differences::{Field, ObjectDifference, differences};
pub use hosts::hosts;
pub use probe::{Probe, Reach};
pub use references::Reference;
pub use rendered::{PodContainer, RenderedObject, is_of_cluster, items};
pub use selector::Selector;
pub use trace::{
    End, FieldOrigin, FieldTrace, Set, Untraced, ValueTrace, trace_field, trace_value,
};
pub use violations::{PrintedValue, RenderedViolation};
pub use workloads::{Container, RenderedBudget, RenderedWorkload};

use field_place::field_in_template;
pub use written::Printed;
use written::{MOST_SEARCHED, written_in};

use envlint_helm::{
    Error, LoadError, Manifest, Options, Read, Rendered, Stage, ValuesError, render_effective,
};
use envlint_yaml::Span;

use crate::masking::{Name, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::source::{Location, Problem, Source};
use crate::workspace::{App, ChartFiles, Workspace};

/// What a render is for: it decides where time and random numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It may be deployed: the time is the machine's, and passwords and keys are nobody's to guess.
    Deploy,
    /// It is compared or checked, and thrown away: always the same, and keys are short ones that take no time to make.
    Compare,
}

/// Why an app's chart has no manifests in an environment.
#[derive(Debug)]
pub enum Failure {
    /// The chart itself cannot be loaded.
    Chart(LoadError),
    /// The values file cannot be read by Helm.
    Values(ValuesError),
    /// Helm would refuse to render it.
    Render(Box<Error>),
}

/// Renders an app's chart with the values of one environment, as Helm does. None where there is nothing to render: no
/// chart, or no values file that could be read.
pub fn of_chart(
    app: &App,
    chart: &ChartFiles,
    values: &EnvironmentValues<'_>,
    purpose: Purpose,
) -> Option<Result<Rendered, Failure>> {
    if let Err(error) = &chart.chart {
        return Some(Err(Failure::Chart(error.clone())));
    }
    if let Err(error) = values.file.layers()? {
        return Some(Err(Failure::Values(error.clone())));
    }
    let effective = match values.overlaid.as_ref()? {
        Ok(effective) => effective,
        Err(error) => return Some(Err(Failure::Values(error.clone()))),
    };
    let repeats = purpose == Purpose::Compare;
    let options = Options {
        room: repeats.then(|| values.room.clone()),
        ..options(app, values, purpose)
    };
    let rendered = match render_effective(effective, &options) {
        // What the chart makes by itself is compared and checked without the charts that are not here, where its templates
        // do not need them.
        Err(refused) if repeats && refused.stage() == Stage::Chart => {
            let without_missing = Options {
                without_missing: true,
                ..options
            };
            render_effective(effective, &without_missing).map_err(|failed| {
                let chart = chart.chart.as_ref().ok();
                match chart.is_some_and(|chart| own_failure::is_of_own_values(&failed, chart)) {
                    true => failed,
                    false => refused,
                }
            })
        }
        Err(refused) if repeats && !refused.is_limit() => match refused.stage() {
            Stage::Execute | Stage::Manifest => given::rendered(app, chart, values, refused),
            _ => Err(refused),
        },
        rendered => rendered,
    };
    Some(rendered.map_err(|error| Failure::Render(Box::new(error))))
}

/// Where what an app's chart makes with the values of one environment comes from; none where Helm refuses it as it is.
fn traced(app: &App, values: &EnvironmentValues<'_>) -> Option<Rendered> {
    let mut rendered = with_origins(app, values)?;
    // The manifests are known: only where they come from is asked.
    (rendered.manifests, rendered.hooks) = (Vec::new(), Vec::new());
    rendered.crds = Vec::new();
    Some(rendered)
}

/// What an app's chart makes with the values of one environment, with the places that it comes from; none where Helm refuses
/// it as it is.
fn with_origins(app: &App, values: &EnvironmentValues<'_>) -> Option<Rendered> {
    let effective = values.overlaid.as_ref()?.as_ref().ok()?;
    let options = Options {
        traced: true,
        // It rendered before.
        skip_schema: true,
        without_missing: true,
        room: Some(values.room.clone()),
        ..options(app, values, Purpose::Compare)
    };
    render_effective(effective, &options).ok()
}

/// What a render of an app in an environment is told.
fn options(app: &App, values: &EnvironmentValues<'_>, purpose: Purpose) -> Options {
    let environment = &values.environment.name;
    let repeats = purpose == Purpose::Compare;
    Options {
        release: app.release(environment),
        namespace: app.namespace(environment),
        seed: repeats.then_some(0),
        now: repeats.then_some(Duration::ZERO),
        sample_keys: repeats,
        // What is deployed is rendered once and by itself; what is compared is rendered again and again.
        budget: repeats.then(|| values.budget.clone()),
        kube_version: values.environment.kubernetes.clone().unwrap_or_default(),
        serves: Some(kubernetes::serves),
        ..Options::default()
    }
}

/// The manifests in the order in which Helm prints them: hooks come last.
pub fn all(rendered: &Rendered) -> impl Iterator<Item = &Manifest> {
    rendered.manifests.iter().chain(&rendered.hooks)
}

/// The place in a template that reads, where the template is a file of the workspace.
pub fn place_of_read(
    workspace: &Workspace,
    chart: &ChartFiles,
    read: &Read<'_>,
) -> Option<Location> {
    place_in(&template_file(workspace, chart, read.file())?, read)
}

/// A template, where it is a file of the workspace.
fn template_file(workspace: &Workspace, chart: &ChartFiles, file: &str) -> Option<Arc<Source>> {
    let (_, inside) = file.split_once('/').filter(|_| !chart.is_archive())?;
    let source = workspace.open_file(&chart.path(inside));
    // One that cannot be read is empty, and an empty one makes nothing.
    (!source.text().is_empty()).then_some(source)
}

/// The place of a read in its template.
fn place_in(source: &Arc<Source>, read: &Read<'_>) -> Option<Location> {
    let span = read.span();
    let is_inside = source.text().get(span.clone()).is_some();
    is_inside.then(|| Location::new(source, Span::new(span.start, span.end)))
}

/// The line of a template where an object of a kind begins.
fn kind_in(template: &Arc<Source>, kind: &str) -> Location {
    let kind = format!("kind: {kind}");
    let start = template.text().find(&kind).unwrap_or(0);
    let end = template.text()[start..]
        .find('\n')
        .map_or(template.text().len(), |length| start + length);
    Location::new(template, Span::new(start, end))
}

/// How Helm says that a template includes itself without end (Helm: pkg/engine, `includeFun`).
const ENDLESS: &str = "rendering template has a nested reference name";

/// Why something does not render, in Helm's words. Of a template that includes itself, Helm says so for each of a thousand
/// rounds: the last one says all.
pub fn in_short(reason: &str) -> &str {
    let last = reason.rfind(ENDLESS).and_then(|at| reason.get(at..));
    last.unwrap_or(reason)
}

impl Failure {
    /// What happened, as one sentence, in Helm's words.
    pub fn message(&self, app: &App, environment: &str) -> Text {
        match self {
            Failure::Chart(reason) => {
                text!(
                    "the chart of `{}` cannot be loaded: {}",
                    Name(&app.name),
                    Said(&reason)
                )
            }
            Failure::Values(reason) => text!(
                "the values of `{}` in {} cannot be read: {}",
                Name(&app.name),
                Name(&environment),
                Said(&reason)
            ),
            Failure::Render(_) => text!(
                "the chart of `{}` does not render with the values of {}: {}",
                Name(&app.name),
                Name(&environment),
                Said(&self.reason())
            ),
        }
    }

    /// Whether it is the chart as such that fails, whatever the values: it cannot be loaded, or its dependencies are
    /// not there.
    pub fn is_about_the_chart(&self) -> bool {
        match self {
            Failure::Chart(_) => true,
            Failure::Values(_) => false,
            Failure::Render(error) => error.stage() == Stage::Chart,
        }
    }

    /// Whether a template does not even parse, whatever the values are.
    pub fn is_about_the_text(&self) -> bool {
        matches!(self, Failure::Render(error) if error.stage() == Stage::Parse)
    }

    /// Whether it includes a template by a name that nothing defines, and that no value has a part in.
    pub fn lacks_template(&self) -> bool {
        let Failure::Render(error) = self else {
            return false;
        };
        let reason = error.to_string();
        // Go: text/template, `(*state).walkTemplate`; Helm: pkg/engine, `include`.
        let between = |start: &str, end: &str| {
            let (_, rest) = reason.split_once(start)?;
            Some(rest.split_once(end)?.0)
        };
        let missing = between("no template ", " associated with template ").or_else(|| {
            let (before, _) = reason.split_once(" not defined")?;
            Some(before.rsplit_once("template ")?.1)
        });
        let Some(name) = missing else { return false };
        // Go shows what it executes: a name that is made of values does not stand there.
        let mut words = reason.match_indices(name);
        words.nth(1).is_some()
    }

    /// Whether Helm may render it, and only the limits of a check ended the work.
    pub fn is_limit(&self) -> bool {
        match self {
            Failure::Chart(error) => error.is_limit(),
            Failure::Values(error) => error.is_limit(),
            Failure::Render(error) => error.is_limit(),
        }
    }

    /// Whether values that a deployment gives besides the file could mend it.
    pub fn may_lack_values(&self) -> bool {
        let is_about_text = matches!(self, Failure::Render(error) if matches!(error.stage(), Stage::Parse | Stage::Manifest));
        !is_about_text && !self.is_endless()
    }

    /// Whether a template includes itself without end.
    fn is_endless(&self) -> bool {
        matches!(self, Failure::Render(error) if error.to_string().contains(ENDLESS))
    }

    /// Whether the chart itself demands a value, with `required` or `fail`: the one who deploys may give it.
    pub fn is_demand(&self) -> bool {
        // Helm: pkg/engine, `cleanupExecError`
        matches!(self, Failure::Render(error) if error.to_string().starts_with("execution error at"))
    }

    /// Whether it is a JSON Schema of the chart or of a subchart that the values do not fit.
    pub fn is_about_the_schema(&self) -> bool {
        matches!(self, Failure::Render(error) if error.stage() == Stage::Schema)
    }

    /// The place in a template where it happened, when the template is a file of the workspace.
    pub fn location(&self, workspace: &Workspace, chart: &ChartFiles) -> Option<Location> {
        let Failure::Render(error) = self else {
            return None;
        };
        let place = error.place()?;
        // `shop/templates/a.yaml` is `<chart>/templates/a.yaml`: Helm puts the chart's name first.
        let (_, inside) = place.template.split_once('/')?;
        let path = chart.path(inside);
        let source = Source::read(&workspace.root, &path).ok()?;
        let span = span_of(source.text(), place.line, place.column);
        Some(Location::new(&Arc::new(source), span))
    }

    /// What happened, in Helm's words alone.
    pub fn reason(&self) -> String {
        match self {
            Failure::Chart(error) => error.to_string(),
            Failure::Values(error) => error.to_string(),
            Failure::Render(error) => in_short(&error.to_string()).trim().to_owned(),
        }
    }

    /// The whole name of the template where it happened.
    pub fn template(&self) -> Option<&str> {
        match self {
            Failure::Render(error) => Some(&error.place()?.template),
            Failure::Chart(_) | Failure::Values(_) => None,
        }
    }

    /// The name that was meant, where one is near.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Failure::Render(error) => error.suggestion(),
            Failure::Chart(_) | Failure::Values(_) => None,
        }
    }

    /// The failure as a reason for which a command could not do its work.
    pub fn problem(
        &self,
        workspace: &Workspace,
        app: &App,
        chart: &ChartFiles,
        environment: &str,
    ) -> Problem {
        let message = self.message(app, environment);
        Problem::with(self.location(workspace, chart), message, ()).suggest(self.suggestion())
    }
}

/// The rest of a line from a column on, both counted from one and the column in bytes, as Go counts them.
fn span_of(text: &str, line: Option<usize>, column: Option<usize>) -> Span {
    let Some(line) = line else {
        return Span::new(0, 0);
    };
    let mut start = 0;
    for (index, content) in text.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            let end = start + content.trim_end().len();
            let wanted = (start + column.unwrap_or(1).saturating_sub(1)).min(end);
            let from = (start..=wanted)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(start);
            return Span::new(from, end);
        }
        start += content.len();
    }
    Span::new(0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_rest_of_its_line() {
        for (line, column, expected) in [
            (Some(1), Some(1), (0, 5)),
            (Some(2), Some(3), (8, 10)),
            (Some(2), None, (6, 10)),
            (Some(2), Some(99), (10, 10)),
            (Some(9), Some(1), (0, 0)),
            (None, None, (0, 0)),
        ] {
            assert_eq!(
                span_of("first\nnext\n", line, column),
                Span::new(expected.0, expected.1),
                "{line:?} {column:?}"
            );
        }
        assert_eq!(
            span_of("é: x\n", Some(1), Some(2)),
            Span::new(0, 5),
            "a column inside of a character"
        );
    }
}
