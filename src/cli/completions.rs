//! `envlint completions`.

use clap_complete::Shell;

use super::{Failure, Invocation, Status};
use crate::masking::Printable;

/// Prints the completion script for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut super::whole_grammar(),
        "envlint",
        &mut script,
    );
    let script = String::from_utf8_lossy(&script).into_owned();
    invocation.output.result(Printable::assembled(script));
    Ok(Status::Clean)
}
