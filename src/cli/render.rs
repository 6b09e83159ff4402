//! `envlint render`.

use std::path::PathBuf;

use super::{Failure, Invocation, Status, select, workspaces};
use crate::manifests::{Part, Purpose, deployed_objects};
use crate::masking::{Name, Text, text};
use crate::secrets::output_directory;
use crate::secrets::render;
use crate::workspace::{App, Charts, each_app};

/// Shows the manifests that are deployed to an environment.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The app. Default: every app of the workspace.
    #[arg(value_name = "APP")]
    app: Option<String>,
    /// The environment.
    #[arg(long = "env", value_name = "NAME")]
    environment: String,
    /// Show only the objects of the secret backend, or only those of the chart.
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// Write one file per object into this directory, and remove files that an earlier run wrote and this run does not.
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

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(cx)?;
    select::environment(&workspace, &args.environment)?;
    let apps = match &args.app {
        Some(name) => vec![select::app(&workspace, name)?],
        None => workspace.apps.iter().collect(),
    };
    let part = match args.only {
        None => Part::All,
        Some(Only::Secrets) => Part::Secrets,
        Some(Only::Chart) => Part::Chart,
    };
    let charts = Charts::load(&workspace, apps.iter().copied());
    let render = |app: &App| {
        let chart = charts.in_environment(app, &args.environment);
        deployed_objects(
            &workspace,
            app,
            chart,
            &args.environment,
            part,
            Purpose::Deploy,
        )
    };
    let rendered = each_app(&workspace, &apps, "rendered", render, |problem| {
        Err(vec![problem])
    });

    let mut failed = false;
    let mut objects = Vec::new();
    for (app, rendered) in apps.iter().zip(rendered) {
        match rendered {
            Ok(rendered) if rendered.is_empty() => {
                let (name, environment) = (Name(&app.name), Name(&args.environment));
                let without = |what| select::without_chart(&workspace, app, what);
                cx.output.remark(match args.only {
                    Some(Only::Secrets) => {
                        text!(
                            "note: {} selects no secret backend in {}\n",
                            name,
                            environment
                        )
                    }
                    Some(Only::Chart) => without(text!(
                        "{} has no chart with objects for {}",
                        name,
                        environment
                    )),
                    None => without(text!(
                        "{} deploys nothing to {}: no chart, and no secret backend",
                        name,
                        environment
                    )),
                });
            }
            Ok(rendered) => {
                let is_of_chart = args.only != Some(Only::Secrets) && app.chart.is_some();
                let unknown = match is_of_chart {
                    true => workspace.unknown_given(app, &args.environment),
                    false => Vec::new(),
                };
                if !unknown.is_empty() {
                    cx.output
                        .remark(not_known(app, &args.environment, &unknown));
                }
                objects.extend(rendered);
            }
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
            .remark("nothing was written, because not every app renders\n"),
        Some(directory) => {
            let files = output_directory::write(directory, &objects)?;
            cx.output.remark(text!(
                "{}: {} files written, {} unchanged, {} removed\n",
                directory,
                files.written,
                files.unchanged,
                files.removed
            ));
            if files.kept > 0 {
                cx.output.remark(text!(
                    "note: {} files that are no longer rendered were changed since envlint wrote them, so they were kept\n",
                    files.kept
                ));
            }
        }
        None => cx.output.manifests(&render::stream(&objects)),
    }
    Ok(if failed {
        Status::Failed
    } else {
        Status::Clean
    })
}

/// More paths are not named in a note.
const MOST_NAMED: usize = 5;

/// That other values may come to what is shown when it is deployed.
fn not_known(app: &App, environment: &str, unknown: &[String]) -> Text {
    let named = unknown.iter().take(MOST_NAMED);
    let listed = Text::names(named.map(|pattern| format!("`{pattern}`")), ", ");
    let more = match unknown.len().saturating_sub(MOST_NAMED) {
        0 => Text::new(),
        more => text!(" and {} more", more),
    };
    text!(
        "note: what is given when {} is deployed to {} is not known, so it is not in what is shown: {}{}\n",
        Name(&app.name),
        Name(environment),
        listed,
        more
    )
}
