//! `envlint render`.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Context, Failure, Status, select};
use crate::manifests::{Part, Purpose, deployed_objects};
use crate::secrets::output_directory;
use crate::secrets::render;
use crate::workspace::Charts;

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
    let part = match args.only {
        None => Part::All,
        Some(Only::Secrets) => Part::Secrets,
        Some(Only::Chart) => Part::Chart,
    };
    let charts = Charts::load(&workspace, apps.iter().copied());
    let rendered: Vec<_> = apps
        .par_iter()
        .map(|app| {
            deployed_objects(
                &workspace,
                app,
                charts.of(app),
                &args.environment,
                part,
                Purpose::Deploy,
            )
        })
        .collect();

    let mut failed = false;
    let mut objects = Vec::new();
    for (app, rendered) in apps.iter().zip(rendered) {
        match rendered {
            Ok(rendered) if rendered.is_empty() => {
                let (name, environment) = (&app.name, &args.environment);
                cx.output.remark(&match args.only {
                    Some(Only::Secrets) => {
                        format!("note: {name} selects no secret backend in {environment}\n")
                    }
                    Some(Only::Chart) => {
                        let what = format!("{name} has no chart with objects for {environment}");
                        select::without_chart(&workspace, app, &what)
                    }
                    None => {
                        let what = format!(
                            "{name} deploys nothing to {environment}: no chart, and no secret backend"
                        );
                        select::without_chart(&workspace, app, &what)
                    }
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
        Some(directory) => {
            let files = output_directory::write(directory, &objects)?;
            cx.output.remark(&format!(
                "{}: {} files written, {} unchanged, {} removed\n",
                directory.display(),
                files.written,
                files.unchanged,
                files.removed
            ));
            if files.kept > 0 {
                cx.output.remark(&format!(
                    "note: {} files that are no longer rendered were changed since envlint wrote them, and were left there\n",
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
