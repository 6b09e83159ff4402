//! `envlint schema`.

use super::{Context, Failure, Status};
use crate::rules::configuration;

/// Prints the JSON Schema of envlint.yaml, for editors.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(context: &Context, _: &Args) -> Result<Status, Failure> {
    context.output.result(configuration::schema());
    Ok(Status::Clean)
}
