//! `envlint check`.

use std::path::PathBuf;

use super::workspaces::{self, Base, Checked, Group};
use super::{Failure, Invocation, Status, changed, fix, select};
use crate::check::{Outcome, check};
use crate::masking::{Text, text};
use crate::report::{self, Format};
use crate::source::{Problem, Severity};
use crate::workspace::{App, Workspace};

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
    let groups = workspaces::groups(invocation, &args.paths);
    let mut foreign = Vec::new();
    let checked: Vec<Checked> = groups
        .iter()
        .map(|group| look_at(invocation, args, group, &mut foreign))
        .collect();
    if checked.iter().all(|known| known.workspace.is_none()) {
        return Err(Failure::Problems(
            workspaces::join(checked, Base::Here).problems,
        ));
    }
    for name in &args.environments {
        known(name, &checked)?;
    }
    let unread = unread(args, &checked);
    let outcome = workspaces::join(checked, base(args.format));
    let colour = args.output.is_none() && invocation.output.colour();
    let report = report::render_with(args.format, &outcome, started.elapsed(), colour);
    match &args.output {
        Some(file) => invocation.output.file(file, &report.text)?,
        None => invocation.output.result(report.text),
    }
    if report.left_out > 0 {
        let words = report::left_out(report.left_out);
        invocation.output.remark(text!("warning: {}\n", words));
    }
    invocation.output.problems(&outcome.problems);
    invocation.output.remark(skipped(&foreign));
    invocation.output.remark(unread);
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

/// Those who read these formats look the paths up in the repository.
fn base(format: Format) -> Base {
    match format {
        Format::Sarif | Format::Github | Format::Gitlab => Base::Repository,
        Format::Json => Base::Workspace,
        Format::Text | Format::Junit | Format::Markdown => Base::Here,
    }
}

/// Checks a workspace. What keeps it from being checked is its own affair: the others are checked.
fn look_at(
    invocation: &Invocation,
    args: &Args,
    group: &Group,
    foreign: &mut Vec<PathBuf>,
) -> Checked {
    let looked = || {
        if args.fix {
            let made = fix::fix(args.unsafe_fixes, || {
                look(invocation, args, group).map(Look::seen)
            })?;
            invocation.output.remark(made);
        }
        look(invocation, args, group)
    };
    let root = group.root();
    match looked() {
        Ok(look) => {
            foreign.extend(look.foreign);
            Checked {
                root,
                workspace: Some(look.workspace),
                outcome: look.outcome,
            }
        }
        Err(failure) => Checked::failed(root, failure),
    }
}

/// Whether any of the workspaces has an environment.
///
/// # Errors
/// When none has, with the nearest name.
fn known(name: &str, checked: &[Checked]) -> Result<(), Problem> {
    let workspaces = checked.iter().filter_map(|known| known.workspace.as_ref());
    let mut looked = workspaces.map(|workspace| select::environment(workspace, name));
    match looked.next() {
        Some(Err(problem)) if !looked.any(|found| found.is_ok()) => Err(problem),
        _ => Ok(()),
    }
}

/// How many names a message lists before it stops.
const LISTED: usize = 5;

/// The given files that no app owns: a hook passes whatever a commit changes.
fn skipped(foreign: &[PathBuf]) -> Text {
    let listed = Text::names(foreign.iter().take(LISTED).map(|path| path.display()), ", ");
    match foreign.len() {
        0 => Text::new(),
        1 => text!("note: skipped {}, because it belongs to no app\n", listed),
        count if count <= LISTED => {
            text!("note: skipped {}, because they belong to no app\n", listed)
        }
        count => text!(
            "note: skipped {}, … ({} paths), because they belong to no app\n",
            listed,
            count
        ),
    }
}

/// What else was not read, in a line: nobody takes a check for complete that is not. Files that look like values are
/// findings.
fn unread(args: &Args, checked: &[Checked]) -> Text {
    if !args.paths.is_empty() {
        return Text::new();
    }
    let workspaces = || checked.iter().filter_map(|known| known.workspace.as_ref());
    let all = || workspaces().flat_map(|workspace| &workspace.unread);
    let others = all().filter(|unread| !unread.is_values).count();
    let is_empty = workspaces().all(|workspace| workspace.apps.is_empty());
    let roots = checked.iter().map(|known| known.root.display());
    match (all().count(), others) {
        (0, _) if is_empty => text!(
            "warning: no values file was found below {}, so no app was checked; run `envlint init` to see where \
             envlint looks\n",
            Text::names(roots, ", ")
        ),
        _ if is_empty => "warning: no app was checked; run `envlint apps` to see why\n".into(),
        (_, 0) => Text::new(),
        (_, 1) => "note: 1 place was not read; run `envlint apps` to see which, and why\n".into(),
        (_, others) => text!(
            "note: {} places were not read; run `envlint apps` to see which, and why\n",
            others
        ),
    }
}

/// What a look at a workspace came to.
struct Look {
    workspace: Workspace,
    outcome: Outcome,
    foreign: Vec<PathBuf>,
}

impl Look {
    fn seen(self) -> (Workspace, Outcome) {
        (self.workspace, self.outcome)
    }
}

/// Checks what the arguments select in a workspace.
fn look(invocation: &Invocation, args: &Args, group: &Group) -> Result<Look, Failure> {
    let workspace = group.open(invocation)?;
    let mut selected = select::owning(&workspace, &group.paths)?;
    if let Some(revision) = &args.changed_since {
        let changed = changed::apps(&workspace, revision)?;
        let is_changed = |app: &&App| changed.iter().any(|other| other.name == app.name);
        selected.apps.retain(is_changed);
    }
    let mut outcome = check(&workspace, &selected.apps);
    if !args.environments.is_empty() {
        outcome.findings.retain(|finding| {
            finding
                .environment
                .as_ref()
                .is_none_or(|name| args.environments.iter().any(|wanted| **wanted == **name))
        });
    }
    let foreign = selected.foreign;
    Ok(Look {
        workspace,
        outcome,
        foreign,
    })
}
