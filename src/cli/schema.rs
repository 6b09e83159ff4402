//! `envlint schema`.

use super::{Failure, Invocation, Status};
use crate::rules::configuration;

/// Prints the JSON Schema of envlint.yaml, for editors.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(invocation: &Invocation, _: &Args) -> Result<Status, Failure> {
    invocation.output.result(configuration::schema());
    Ok(Status::Clean)
}
