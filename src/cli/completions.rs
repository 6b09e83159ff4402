//! `envlint completions`.

use clap_complete::Shell;

use super::{Context, Failure, Status};
use crate::masking::Printable;

/// Prints the completion script for a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(context: &Context, args: &Args) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut super::whole_grammar(),
        "envlint",
        &mut script,
    );
    let script = String::from_utf8_lossy(&script).into_owned();
    context.output.result(Printable::assembled(script));
    Ok(Status::Clean)
}
