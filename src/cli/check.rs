//! `envlint check`.

use std::path::{Path, PathBuf};

use super::{Context, Failure, Status, select};
use crate::check::check;
use crate::findings::Severity;
use crate::report::{self, Format};

/// Checks the values files of all apps and environments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files or directories: only the apps that they belong to are checked. Default: all apps of the workspace.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Report only what concerns this environment. May be repeated.
    #[arg(long = "env", value_name = "NAME")]
    environments: Vec<String>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the findings to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The least severity that makes the exit status 1.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Severity::Error)]
    fail_on: Severity,
}

pub fn run(context: &Context, args: &Args) -> Result<Status, Failure> {
    let started = std::time::Instant::now();
    let workspace = context.workspace(start(&args.paths))?;
    for name in &args.environments {
        select::environment(&workspace, name)?;
    }
    let selected = select::owning(&workspace, &args.paths)?;
    let mut outcome = check(&workspace, &selected);
    if !args.environments.is_empty() {
        outcome.findings.retain(|finding| {
            finding
                .environment
                .as_ref()
                .is_none_or(|name| args.environments.iter().any(|wanted| **wanted == **name))
        });
    }
    let colour = args.output.is_none() && context.output.colour();
    let text = report::render_with(args.format, &outcome, started.elapsed(), colour);
    match &args.output {
        Some(file) => context.output.file(file, &text)?,
        None => context.output.result(&text),
    }
    context.output.problems(&outcome.problems);
    Ok(if !outcome.problems.is_empty() {
        Status::Failed
    } else if outcome
        .findings
        .iter()
        .any(|finding| finding.severity >= args.fail_on)
    {
        Status::Findings
    } else {
        Status::Clean
    })
}

/// Where the search for the workspace begins: the first path given, or the current directory.
fn start(paths: &[PathBuf]) -> &Path {
    match paths.first() {
        Some(path) if path.is_dir() => path,
        Some(path) => path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
        None => Path::new("."),
    }
}
