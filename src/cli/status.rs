//! `envlint status`.

use super::{Failure, Invocation, Status, output, select, workspaces};
use crate::promotion::report::status as report;
use crate::promotion::status;
use crate::workspace::App;

/// Shows what is pending, changed out of order or waiting between environments, since when, and by whom.
///
/// A path is pending when the earlier environment moved on, a hotfix when the later one has a value that the earlier one
/// never had, and waiting when a new per-environment path has no value yet in the later one. Git history tells which.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Show only this app. May be repeated. Default: all apps.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// The format of the status.
    #[arg(long, value_enum, default_value_t = report::StatusFormat::Text)]
    format: report::StatusFormat,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(invocation)?;
    let selected: Vec<&App> = select::apps(&workspace, &args.apps)?;
    invocation
        .output
        .remark(select::nothing_declared(&workspace, None));
    let (mut apps, mut problems) = (Vec::new(), Vec::new());
    for result in status(&workspace, &selected) {
        match result {
            Ok(app) => apps.push(app),
            Err(problem) => problems.push(*problem),
        }
    }
    let title = report::Title {
        failed: problems.len(),
        now: jiff::Timestamp::now().as_second(),
        colour: invocation.output.colour(),
    };
    invocation.output.result_with(
        report::render(args.format, title, &apps),
        output::own(title.colour),
    );
    invocation.output.problems(&problems);
    Ok(match problems.is_empty() {
        true => Status::Clean,
        false => Status::Failed,
    })
}
