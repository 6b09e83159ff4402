//! `envlint generate templates`.

use std::path::{Path, PathBuf};

use super::{Failure, Invocation, Status};
use crate::masking::{Name, Text, text};
use crate::promotion;
use crate::secrets::app::deployments;
use crate::secrets::chart::{File, files};
use crate::secrets::inventory::Inventory;
use crate::source::write::{self, NewFile};
use crate::source::{Problem, Source};
use crate::workspace::{App, Workspace};

/// Writes the templates of the seven secret backends into a chart, their defaults into its `values.yaml`, and the `secrets`
/// part of its `values.schema.json`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The chart's directory.
    #[arg(long, value_name = "DIR")]
    chart: PathBuf,
    /// Overwrite templates that were edited by hand.
    #[arg(long)]
    force: bool,
}

fn not_a_chart(workspace: &Workspace, directory: &Path) -> Problem {
    let problem = Problem::without_place(text!(
        "{} is not a chart, because it has no Chart.yaml",
        directory
    ));
    let files = workspace.yaml_files().iter();
    let charts: Vec<Text> = files
        .filter_map(|file| file.strip_suffix("/Chart.yaml"))
        .map(|chart| Text::of(&Name(chart)))
        .take(5)
        .collect();
    match charts.is_empty() {
        true => problem.help("give the directory that holds it"),
        false => problem.help(text!(
            "this workspace has charts in {}",
            Text::join(charts, ", ")
        )),
    }
}

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = cx.workspace(Path::new("."))?;
    let directory = &args.chart;
    if !directory.join("Chart.yaml").is_file() {
        return Err(not_a_chart(&workspace, directory).into());
    }
    let apps = apps(&workspace, directory);
    let inventory = inventory(&workspace, &apps);
    if inventory.is_empty() {
        return Err(Problem::without_place(
            "there is nothing to write: list the app's secrets under `secrets:` in envlint.yaml",
        )
        .into());
    }
    let files = files(directory, &inventory, &deployments(&apps))?;
    let refused: Vec<&File> = files
        .iter()
        .filter(|file| file.edited && !file.is_current() && !args.force)
        .collect();
    if !refused.is_empty() {
        for file in refused {
            cx.output.result(difference(file));
            cx.output.remark(text!(
                "error: {} was edited by hand, so it is not overwritten without --force\n",
                file.path
            ));
        }
        cx.output.remark("nothing was written\n");
        return Ok(Status::Findings);
    }
    write(cx, &files)?;
    if files.iter().any(|file| !file.is_current()) {
        remark_on(cx, &workspace, &apps);
    }
    Ok(Status::Clean)
}

fn write(cx: &Invocation, files: &[File]) -> Result<(), Failure> {
    let changed = || files.iter().filter(|file| !file.is_current());
    let new: Vec<NewFile> = changed()
        .map(|file| NewFile {
            path: file.path.clone(),
            text: file.new.clone(),
            executable: false,
        })
        .collect();
    write::all(&new).map_err(|error| Problem::without_place(text!("{}", error)))?;
    for file in changed() {
        let verb = if file.old.is_some() {
            "changed"
        } else {
            "wrote"
        };
        cx.output.remark(text!("{} {}\n", verb, file.path));
    }
    Ok(())
}

/// The apps that deploy the chart.
fn apps<'w>(workspace: &'w Workspace, directory: &Path) -> Vec<&'w App> {
    let chart = std::fs::canonicalize(directory).ok();
    let is_it = |app: &App| {
        let own = app
            .chart
            .as_ref()
            .and_then(|chart| std::fs::canonicalize(workspace.root.join(chart)).ok());
        own.is_some() && own == chart
    };
    workspace.apps.iter().filter(|app| is_it(app)).collect()
}

/// The secrets of all apps that deploy the chart; the workspace's own, when none does.
fn inventory(workspace: &Workspace, apps: &[&App]) -> Inventory {
    let own = apps.iter().map(|app| Inventory::of(workspace, app));
    own.fold(Inventory::of_workspace(workspace), Inventory::joined)
}

/// What the templates cannot know.
fn remark_on(cx: &Invocation, workspace: &Workspace, apps: &[&App]) {
    let known = deployments(apps);
    for environment in &workspace.environments {
        let is_known = known
            .iter()
            .any(|deployment| *deployment.environment == *environment.name);
        if !apps.is_empty() && !is_known {
            cx.output.remark(text!(
                "note: the objects of {0} get no environment label, because its namespace and release are not its own; give it a namespace of its own in envlint.yaml, or set `secrets.environment: {0}` in its values file\n",
                Name(&environment.name)
            ));
        }
    }
}

/// What a person changed: from the file as it is to what would be written.
fn difference(file: &File) -> Text {
    let name = file.path.display().to_string();
    let old = Source::new(name, file.old.as_deref().unwrap_or_default());
    promotion::unified(&old, &Source::new("generated", &*file.new))
}
