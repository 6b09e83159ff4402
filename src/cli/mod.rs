//! The command line: one file per command, each a thin layer over the stage that does the work.

mod changed;
mod check;
mod completions;
mod diff;
mod explain;
mod fix;
mod generate;
mod init;
mod output;
mod promote;
mod render;
mod rules;
mod schema;
mod seal;
mod select;
mod template;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::{Problem, Workspace};

pub use output::Output;

/// Keeps dev, staging and prod honest: what differs is declared, what is secret stays secret, what is promoted is
/// exactly what was tested.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The configuration file. Default: the nearest `envlint.yaml` in the current directory or above it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Completions(completions::Args),
    Diff(diff::Args),
    Explain(explain::Args),
    Generate(generate::Args),
    Init(init::Args),
    Promote(promote::Args),
    Render(render::Args),
    Rules(rules::Args),
    Schema(schema::Args),
    Seal(seal::Args),
    Template(Box<template::Args>),
}

/// How a command ended, when it did its work (exit status of the design's section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Nothing to complain about.
    Clean,
    /// Findings at or above the limit, or differences where they were asked for.
    Findings,
    /// Parts of the work could not be done; what is wrong has been said.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Failed => 2,
        })
    }
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The configuration or the command line is wrong, at places that can be shown.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::Problems(vec![problem])
    }
}

/// What every command is given.
struct Context {
    config: Option<PathBuf>,
    output: Output,
}

impl Context {
    /// The workspace that `start` lies in, or the one of `--config`.
    fn workspace(&self, start: &std::path::Path) -> Result<Workspace, Failure> {
        let opened = match &self.config {
            Some(file) => Workspace::open_config(file),
            None => Workspace::open(start),
        };
        opened.map_err(Failure::Problems)
    }
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    Output::quiet_defects();
    let cli = Cli::parse();
    let context = Context {
        config: cli.config,
        output: Output,
    };
    let ended = match cli.command {
        Command::Check(args) => check::run(&context, &args),
        Command::Completions(args) => completions::run(&context, &args),
        Command::Diff(args) => diff::run(&context, &args),
        Command::Explain(args) => explain::run(&context, &args),
        Command::Generate(args) => generate::run(&context, &args),
        Command::Init(args) => init::run(&context, &args),
        Command::Promote(args) => promote::run(&context, &args),
        Command::Render(args) => render::run(&context, &args),
        Command::Rules(args) => rules::run(&context, &args),
        Command::Schema(args) => schema::run(&context, &args),
        Command::Seal(args) => seal::run(&context, &args),
        Command::Template(args) => template::run(&context, &args),
    };
    match ended {
        Ok(status) => status.into(),
        Err(failure) => {
            context.output.failure(&failure);
            Status::Failed.into()
        }
    }
}
