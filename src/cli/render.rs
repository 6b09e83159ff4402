//! `envlint render`.

use std::path::{Path, PathBuf};

use super::{Context, Failure, Status, select};
use crate::check::context;
use crate::secrets::render::{self, Object};
use crate::secrets::{app, output_directory};
use crate::workspace::{App, Charts, Problem, Workspace};

/// Shows what will really be deployed to an environment.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The app. Default: every app of the workspace.
    #[arg(value_name = "APP")]
    app: Option<String>,
    /// The environment.
    #[arg(long = "env", value_name = "NAME")]
    environment: String,
    /// Only the objects of the secret backend, or only those of the chart.
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// Write one file per object into this directory, and remove those that an earlier run wrote and this one does not.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A part of what is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// The objects of the secret backend that the environment selects.
    Secrets,
    /// The objects of the app's chart.
    Chart,
}

pub fn run(cx: &Context, args: &Args) -> Result<Status, Failure> {
    let workspace = cx.workspace(Path::new("."))?;
    select::environment(&workspace, &args.environment)?;
    let apps = match &args.app {
        Some(name) => vec![select::app(&workspace, name)?],
        None => workspace.apps.iter().collect(),
    };
    let mut problems = Vec::new();
    let mut objects = Vec::new();
    for app in apps {
        match of_app(cx, &workspace, app, args) {
            Ok(rendered) => objects.extend(rendered),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Problems(problems));
    }
    match &args.out {
        Some(directory) => output_directory::write(directory, &objects)?,
        None => cx.output.result(&render::stream(&objects)),
    }
    Ok(Status::Clean)
}

/// What an app deploys: its chart's objects and its secrets'.
fn of_app(
    cx: &Context,
    workspace: &Workspace,
    app: &App,
    args: &Args,
) -> Result<Vec<Object>, Vec<Problem>> {
    let mut objects = Vec::new();
    if args.only != Some(Only::Secrets) {
        objects.extend(chart(app)?);
    }
    if args.only != Some(Only::Chart) {
        let secrets = secrets(workspace, app, &args.environment)?;
        if secrets.is_empty() {
            cx.output.remark(&format!(
                "note: {} selects no secret backend in {}\n",
                app.name, args.environment
            ));
        }
        objects.extend(secrets);
    }
    Ok(objects)
}

/// The objects of the secret backend that the environment selects.
fn secrets(
    workspace: &Workspace,
    app: &App,
    environment: &str,
) -> Result<Vec<Object>, Vec<Problem>> {
    let files = app.load(workspace);
    let charts = Charts::load(workspace, std::iter::once(app));
    let cx = context(workspace, app, &files, charts.of(app));
    let values = cx
        .environments
        .iter()
        .find(|values| &*values.environment.name == environment);
    let Some(values) = values else {
        return Err(vec![Problem::without_place(format!(
            "app `{}` has no values for {environment}",
            app.name
        ))]);
    };
    match (&values.file.source, &values.effective) {
        (Err(error), _) => Err(vec![Problem::without_place(format!(
            "cannot read {}: {error}",
            values.file.path
        ))]),
        (Ok(source), None) => Err(vec![
            Problem::at(
                crate::findings::Location::start_of(source),
                format!("{} is not a map of values", source.path),
            )
            .help("`envlint check` says what is wrong with it"),
        ]),
        (Ok(_), Some(tree)) => app::objects(workspace, app, environment, tree),
    }
}

/// The objects of the app's chart.
fn chart(app: &App) -> Result<Vec<Object>, Vec<Problem>> {
    match &app.chart {
        None => Ok(Vec::new()),
        Some(chart) => Err(vec![
            Problem::without_place(format!(
                "the chart {chart} of app `{}` is not rendered yet",
                app.name
            ))
            .help("`--only secrets` renders the objects of the secret backend"),
        ]),
    }
}
