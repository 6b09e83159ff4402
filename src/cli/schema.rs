//! `envlint schema`.

use super::{Context, Failure, Status};
use crate::workspace::Config;

/// Prints the JSON Schema of envlint.yaml, for editors.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(context: &Context, _: &Args) -> Result<Status, Failure> {
    context.output.result(&Config::schema());
    Ok(Status::Clean)
}
