//! `envlint generate`: files that a repository keeps.

mod hooks;
mod scaffold;
mod templates;
mod workflows;

use super::{Context, Failure, Status};

/// Writes files for the repository: templates, workflows, hooks; a second run changes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Workflows(workflows::Args),
    Hooks(hooks::Args),
    Templates(templates::Args),
}

pub fn run(context: &Context, args: &Args) -> Result<Status, Failure> {
    match &args.what {
        What::Workflows(args) => workflows::run(context, args),
        What::Hooks(args) => hooks::run(context, args),
        What::Templates(args) => templates::run(context, args),
    }
}
