//! `envlint render`.

use std::path::{Path, PathBuf};

use envlint_helm::Manifest;
use rayon::prelude::*;

use super::{Context, Failure, Status, select};
use crate::check::context;
use crate::findings::Location;
use crate::manifests;
use crate::rules::AppContext;
use crate::secrets::app::objects as secrets_of;
use crate::secrets::output_directory;
use crate::secrets::render::{self, Object};
use crate::values::Tree;
use crate::workspace::{App, ChartFiles, Charts, Problem, Source, Workspace};

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
    let charts = Charts::load(&workspace, apps.iter().copied());
    let rendered: Vec<_> = apps
        .par_iter()
        .map(|app| of_app(&workspace, app, charts.of(app), args))
        .collect();

    let mut failed = false;
    let mut objects = Vec::new();
    for (app, rendered) in apps.iter().zip(rendered) {
        match rendered {
            Ok(rendered) if rendered.is_empty() => {
                let (app, environment) = (&app.name, &args.environment);
                cx.output.remark(&match args.only {
                    Some(Only::Secrets) => format!("note: {app} selects no secret backend in {environment}\n"),
                    Some(Only::Chart) => format!("note: {app} has no chart with objects for {environment}\n"),
                    None => format!("note: {app} deploys nothing to {environment}: no chart, and no secret backend\n"),
                });
            }
            Ok(rendered) => objects.extend(rendered),
            Err(problems) => {
                failed = true;
                cx.output.problems(&problems);
            }
        }
    }
    match &args.out {
        // A directory that is missing the objects of a failed app would look complete.
        Some(_) if failed => cx
            .output
            .remark("nothing was written: every app has to render first\n"),
        Some(directory) => output_directory::write(directory, &objects)?,
        None => cx.output.manifests(&render::stream(&objects)),
    }
    Ok(if failed {
        Status::Failed
    } else {
        Status::Clean
    })
}

/// What an app deploys: its chart's objects and its secrets'.
fn of_app(
    workspace: &Workspace,
    app: &App,
    chart: Option<&ChartFiles>,
    args: &Args,
) -> Result<Vec<Object>, Vec<Problem>> {
    let files = app.load(workspace);
    let cx = context(workspace, app, &files, chart);
    let (source, tree) = values(&cx, &args.environment)?;
    let mut objects = match chart {
        Some(chart) if args.only != Some(Only::Secrets) => {
            chart_objects(workspace, app, chart, source, &args.environment)?
        }
        _ => Vec::new(),
    };
    if args.only != Some(Only::Chart) {
        // A chart may carry the generated templates of the backend, and has rendered these objects already.
        let secrets = secrets_of(workspace, app, &args.environment, tree)?;
        let is_new = |secret: &Object| {
            !objects
                .iter()
                .any(|object| object.kind == secret.kind && object.name == secret.name)
        };
        let new: Vec<Object> = secrets.into_iter().filter(is_new).collect();
        objects.extend(new);
    }
    Ok(objects)
}

/// The values file of an environment, and the effective values.
fn values<'c>(
    cx: &'c AppContext<'_>,
    environment: &str,
) -> Result<(&'c Source, &'c Tree<'c>), Vec<Problem>> {
    let app = &cx.app.name;
    let Some(values) = cx
        .environments
        .iter()
        .find(|values| &*values.environment.name == environment)
    else {
        return Err(vec![Problem::without_place(format!(
            "app `{app}` has no values for {environment}"
        ))]);
    };
    match (&values.file.source, &values.effective) {
        (Err(error), _) => Err(vec![Problem::without_place(format!(
            "app `{app}`: cannot read {}: {error}",
            values.file.path
        ))]),
        (Ok(source), None) => Err(vec![
            Problem::at(
                Location::start_of(source),
                format!("app `{app}`: {} is not a map of values", source.path),
            )
            .help("`envlint check` says what is wrong with it"),
        ]),
        (Ok(source), Some(tree)) => Ok((source, tree)),
    }
}

/// The objects of the app's chart, each with the line that names its template.
fn chart_objects(
    workspace: &Workspace,
    app: &App,
    chart: &ChartFiles,
    values: &Source,
    environment: &str,
) -> Result<Vec<Object>, Vec<Problem>> {
    let rendered = manifests::of_chart(app, chart, values, environment)
        .map_err(|failure| vec![failure.problem(workspace, app, chart, environment)])?;
    let object = |manifest: &Manifest| Object {
        kind: manifest.kind.clone(),
        name: manifest.name.clone(),
        text: format!("# Source: {}\n{}", manifest.template, manifest.text),
    };
    Ok(manifests::all(&rendered).map(object).collect())
}
