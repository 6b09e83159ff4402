//! `envlint check`.

use std::path::PathBuf;

use super::workspaces::{self, Group};
use super::{Failure, Invocation, Status, changed, fix, select};
use crate::check::{Outcome, Unsearched, check};
use crate::masking::{Name, Text, text};
use crate::report::{self, Format};
use crate::source::{Problem, Severity};
use crate::workspace::Workspace;

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
    let groups = workspaces::groups(invocation, &args.paths)?;
    let mut outcomes = Vec::new();
    for group in &groups {
        if args.fix {
            let made = fix::fix(args.unsafe_fixes, || look(invocation, args, group))?;
            invocation.output.remark(made);
        }
        outcomes.push(look(invocation, args, group)?);
    }
    for name in &args.environments {
        known(name, &outcomes)?;
    }
    let unread = unread(args, &outcomes);
    let outcome = workspaces::join(outcomes);
    let colour = args.output.is_none() && invocation.output.colour();
    let text = report::render_with(args.format, &outcome, started.elapsed(), colour);
    match &args.output {
        Some(file) => invocation.output.file(file, &text)?,
        None => invocation.output.result(text),
    }
    invocation.output.problems(&outcome.problems);
    invocation.output.remark(unread);
    invocation.output.remark(unsearched(&outcome.unsearched));
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

/// Whether any of the workspaces has an environment.
///
/// # Errors
/// When none has, with the nearest name.
fn known(name: &str, outcomes: &[(Workspace, Outcome)]) -> Result<(), Problem> {
    let mut looked = outcomes
        .iter()
        .map(|(workspace, _)| select::environment(workspace, name));
    match looked.next() {
        Some(Err(problem)) if !looked.any(|found| found.is_ok()) => Err(problem),
        _ => Ok(()),
    }
}

/// What was not read, in a line: nobody takes a check for complete that is not.
fn unread(args: &Args, outcomes: &[(Workspace, Outcome)]) -> Text {
    if !args.paths.is_empty() {
        return Text::new();
    }
    let all = || outcomes.iter().flat_map(|(workspace, _)| &workspace.unread);
    let values = all().filter(|unread| unread.is_values).count();
    let others = all().count() - values;
    let is_empty = outcomes
        .iter()
        .all(|(workspace, _)| workspace.apps.is_empty());
    let files = |count: usize| match count {
        1 => "file looks like values and belongs",
        _ => "files look like values and belong",
    };
    let roots = outcomes
        .iter()
        .map(|(workspace, _)| workspace.root.display());
    match (values, others) {
        (0, 0) if is_empty => text!(
            "warning: no values file was found below {}, so nothing was checked, except for secrets; run `envlint init` \
             to see where envlint looks\n",
            Text::names(roots, ", ")
        ),
        (0, 0) => Text::new(),
        (0, 1) => "note: 1 place was not read; run `envlint apps` to see which, and why\n".into(),
        (0, others) => text!(
            "note: {} places were not read; run `envlint apps` to see which, and why\n",
            others
        ),
        (values, _) if is_empty => text!(
            "warning: nothing was checked, except for secrets: {} {} to no app; run `envlint apps` to see why\n",
            values,
            files(values)
        ),
        (values, _) => text!(
            "warning: not checked, except for secrets: {} {} to no app; run `envlint apps` to see why\n",
            values,
            files(values)
        ),
    }
}

/// Which files were not searched for secrets, in a line.
fn unsearched(files: &[Unsearched]) -> Text {
    match files {
        [] => Text::new(),
        [file] => text!(
            "note: `{}` was not searched for secrets: {}\n",
            Name(&file.path),
            file.reason
        ),
        [first, others @ ..] => text!(
            "note: `{}` and {} more {} not searched for secrets; of the first: {}\n",
            Name(&first.path),
            others.len(),
            Name(&if others.len() == 1 {
                "file were"
            } else {
                "files were"
            }),
            first.reason
        ),
    }
}

/// Checks what the arguments select in a workspace.
fn look(
    invocation: &Invocation,
    args: &Args,
    group: &Group,
) -> Result<(Workspace, Outcome), Failure> {
    let workspace = group.open(invocation)?;
    let (mut selected, mut reach) = select::owning(&workspace, &group.paths)?;
    if let Some(revision) = &args.changed_since {
        let (apps, changed) = changed::apps(&workspace, revision)?;
        selected.retain(|app| apps.iter().any(|other| other.name == app.name));
        reach = reach.and(changed);
    }
    let mut outcome = check(&workspace, &selected, &reach);
    outcome
        .unsearched
        .extend(select::left_out(&workspace, &selected, &group.paths)?);
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
