//! What is really deployed to two environments, compared: the manifests of the chart and of the secret backend.

use std::time::Duration;

use envlint_helm::{LoadOptions, TemplateCommand, ValueOptions};

use super::files::values_file;
use super::shown;
use super::unified::{Side, sides};
use crate::check::context;
use crate::secrets::app::objects;
use crate::secrets::render::stream;
use crate::workspace::{App, Charts, Environment, Problem, Source, Workspace};

/// What the manifests of an environment are called in a diff.
pub fn name(environment: &str) -> String {
    format!("{environment} (rendered)")
}

/// The unified diff of what an app deploys to two environments; empty when it is the same.
///
/// # Errors
/// When the app has nothing to render, or its chart or its secrets cannot be rendered.
pub fn diff(
    workspace: &Workspace,
    app: &App,
    from: &Environment,
    to: &Environment,
) -> Result<String, Box<Problem>> {
    let (old, new) = (
        manifests(workspace, app, from)?,
        manifests(workspace, app, to)?,
    );
    let (old_name, new_name) = (name(&from.name), name(&to.name));
    Ok(sides(
        &Side::new(&old_name, &old, shown_lines(&old)),
        &Side::new(&new_name, &new, shown_lines(&new)),
    ))
}

fn manifests(
    workspace: &Workspace,
    app: &App,
    environment: &Environment,
) -> Result<String, Box<Problem>> {
    let mut text = match &app.chart {
        Some(chart) => of_chart(workspace, app, environment, chart)?,
        None => String::new(),
    };
    text += &of_secrets(workspace, app, environment)?;
    Ok(text)
}

fn of_chart(
    workspace: &Workspace,
    app: &App,
    environment: &Environment,
    chart: &str,
) -> Result<String, Box<Problem>> {
    let files = app.load(workspace);
    let values = values_file(workspace, app, &files, environment)?;
    let path = workspace.root.join(&values.path);
    let command = TemplateCommand {
        release: Some(app.release(&environment.name)),
        namespace: Some(app.namespace(&environment.name)),
        chart: workspace.root.join(chart),
        values: ValueOptions {
            files: vec![path.to_string_lossy().into_owned()],
            ..ValueOptions::default()
        },
        load: LoadOptions {
            links_within: Some(workspace.root.clone()),
        },
        // What is random or asks for the time is the same in both environments: it is no difference between them.
        seed: Some(0),
        now: Some(Duration::ZERO),
        ..TemplateCommand::default()
    };
    let printed = command.run().map_err(|error| {
        Box::new(
            Problem::without_place(format!(
                "the chart of app `{}` cannot be rendered for {}: {error}",
                app.name, environment.name
            ))
            .help("`envlint check` may say more about the values"),
        )
    })?;
    Ok(printed.stdout)
}

fn of_secrets(
    workspace: &Workspace,
    app: &App,
    environment: &Environment,
) -> Result<String, Box<Problem>> {
    let files = app.load(workspace);
    let charts = Charts::load(workspace, std::iter::once(app));
    let cx = context(workspace, app, &files, charts.of(app));
    let tree = cx
        .environments
        .iter()
        .find(|values| values.environment.name == environment.name)
        .and_then(|values| values.effective.as_ref());
    let Some(tree) = tree else {
        return Ok(String::new());
    };
    match objects(workspace, app, &environment.name, tree) {
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
