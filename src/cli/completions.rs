//! `envlint completions`.

use clap::ValueEnum;
use clap_complete::Shell;

use super::{Failure, Invocation, Status};
use crate::masking::{Printable, Text, text};
use crate::source::Problem;

/// Prints the completion script for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Option<Shell>,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let Some(shell) = args.shell else {
        let shells = Shell::value_variants().iter();
        let problem = Problem::without_place("name the shell: `envlint completions SHELL`");
        let help = text!("known shells: {}", Text::names(shells, ", "));
        return Err(problem.help(help).into());
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::whole_grammar(), "envlint", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    invocation.output.result(Printable::assembled(script));
    Ok(Status::Clean)
}
