//! `envlint generate`: files that a repository keeps.

mod app;
mod chart;
mod hooks;
mod scaffold;
mod templates;
mod values;
mod workflows;

use super::{Failure, Invocation, Status};

/// Writes files for the repository: apps, charts, values, templates, workflows, hooks; a second run changes nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Workflows(workflows::Args),
    Hooks(hooks::Args),
    Templates(templates::Args),
    Chart(chart::Args),
    App(app::Args),
    Values(values::Args),
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    match &args.what {
        What::Workflows(args) => workflows::run(invocation, args),
        What::Hooks(args) => hooks::run(invocation, args),
        What::Templates(args) => templates::run(invocation, args),
        What::Chart(args) => chart::run(invocation, args),
        What::App(args) => app::run(invocation, args),
        What::Values(args) => values::run(invocation, args),
    }
}
