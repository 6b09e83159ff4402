//! The `envlint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    envlint::cli::main()
}
