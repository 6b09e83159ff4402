//! `envlint check`.

use std::path::{Path, PathBuf};

use super::{Failure, Invocation, Status, changed, fix, select};
use crate::check::{Outcome, check};
use crate::masking::text;
use crate::report::{self, Format};
use crate::source::Severity;
use crate::workspace::{Workspace, find_config};

/// Checks the values files of all apps in all environments.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Check only the apps that these files or directories belong to. Default: all apps of the workspace.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Report only findings about this environment. May be repeated.
    #[arg(long = "env", value_name = "NAME")]
    environments: Vec<String>,
    /// The format of the findings.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the findings to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The lowest severity that makes the exit status 1.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Severity::Error)]
    fail_on: Severity,
    /// Apply the safe fixes, which keep the meaning of the file, then check again.
    #[arg(long)]
    fix: bool,
    /// Also apply the unsafe fixes, which may change what is deployed.
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// Check only the apps with files that differ from this git revision, new files included. What is staged does not
    /// matter: the files of the work tree are checked.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let started = std::time::Instant::now();
    if args.fix {
        let made = fix::fix(args.unsafe_fixes, || look(invocation, args))?;
        invocation.output.remark(made);
    }
    let (workspace, outcome) = look(invocation, args)?;
    if workspace.apps.is_empty() {
        invocation.output.remark(text!(
            "warning: no values file was found below {}, so nothing was checked; run `envlint init` to see where \
             envlint looks\n",
            workspace.root
        ));
    }
    let colour = args.output.is_none() && invocation.output.colour();
    let text = report::render_with(args.format, &outcome, started.elapsed(), colour);
    match &args.output {
        Some(file) => invocation.output.file(file, &text)?,
        None => invocation.output.result(text),
    }
    invocation.output.problems(&outcome.problems);
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

/// Checks what the arguments select.
fn look(invocation: &Invocation, args: &Args) -> Result<(Workspace, Outcome), Failure> {
    let workspace = invocation.workspace(start(&args.paths))?;
    for name in &args.environments {
        select::environment(&workspace, name)?;
    }
    let mut selected = select::owning(&workspace, &args.paths)?;
    if let Some(revision) = &args.changed_since {
        let changed = changed::apps(&workspace, revision)?;
        selected.retain(|app| changed.iter().any(|other| other.name == app.name));
    }
    let mut outcome = check(&workspace, &selected);
    if !args.environments.is_empty() {
        outcome.findings.retain(|finding| {
            finding
                .environment
                .as_ref()
                .is_none_or(|name| args.environments.iter().any(|wanted| **wanted == **name))
        });
    }
    Ok((workspace, outcome))
}

/// Where the search for the workspace begins: the first path given, or the current directory. Where no configuration is
/// found from the path, the current directory is the workspace if it holds the path: whatever paths are given, apps and
/// files are called the same.
fn start(paths: &[PathBuf]) -> &Path {
    let here = Path::new(".");
    let start = match paths.first() {
        Some(path) if path.is_dir() => path,
        Some(path) => path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(here),
        None => return here,
    };
    let is_below = match (here.canonicalize(), start.canonicalize()) {
        (Ok(here), Ok(start)) => start.starts_with(here),
        _ => false,
    };
    if is_below && find_config(start).is_none() {
        here
    } else {
        start
    }
}
