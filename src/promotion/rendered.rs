//! What is really deployed to two environments, compared: the manifests of the chart and of the secret backend.

use super::shown;
use super::unified::{Side, sides};
use crate::manifests::{Part, Purpose, deployed_objects};
use crate::masking::Text;
use crate::secrets::render::stream;
use crate::source::{Problem, Source};
use crate::workspace::{App, ChartFiles, Charts, Environment, Workspace};

/// What the manifests of an environment are called in a diff.
pub(super) fn name(environment: &str) -> String {
    format!("{environment} (rendered)")
}

/// The unified diff of what an app deploys to two environments; empty when it is the same.
///
/// # Errors
/// When the app has nothing to render, or its chart or its secrets cannot be rendered.
pub(super) fn diff(
    workspace: &Workspace,
    app: &App,
    from: &Environment,
    to: &Environment,
) -> Result<Text, Box<Problem>> {
    let charts = Charts::load(workspace, std::iter::once(app));
    let (old, new) = (
        manifests(workspace, app, charts.in_environment(app, &from.name), from)?,
        manifests(workspace, app, charts.in_environment(app, &to.name), to)?,
    );
    let (old_name, new_name) = (name(&from.name), name(&to.name));
    Ok(sides(
        &Side::new(&old_name, &old, shown_lines(&old)),
        &Side::new(&new_name, &new, shown_lines(&new)),
    ))
}

/// What is random or asks for the time is the same in both environments: it is no difference between them.
fn manifests(
    workspace: &Workspace,
    app: &App,
    chart: Option<&ChartFiles>,
    environment: &Environment,
) -> Result<String, Box<Problem>> {
    match deployed_objects(
        workspace,
        app,
        chart,
        &environment.name,
        Part::All,
        Purpose::Compare,
    ) {
        Ok(objects) => Ok(stream(&objects)),
        Err(mut problems) if !problems.is_empty() => Err(Box::new(problems.swap_remove(0))),
        Err(_) => Ok(String::new()),
    }
}

/// The lines of a stream of manifests with secrets masked, each manifest looked at by itself.
fn shown_lines(stream: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, _) in stream.match_indices("\n---") {
        lines.extend(part(stream, start, at + 1));
        start = at + 1;
    }
    lines.extend(part(stream, start, stream.len()));
    lines
}

fn part(stream: &str, start: usize, end: usize) -> Vec<String> {
    let text = stream.get(start..end).unwrap_or_default();
    shown::lines(&Source::new("rendered", text))
}
