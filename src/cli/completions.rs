//! `envlint completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Context, Failure, Status};

/// Prints the completions of a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(context: &Context, args: &Args) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "envlint", &mut script);
    context.output.result(&String::from_utf8_lossy(&script));
    Ok(Status::Clean)
}
