//! `envlint promote`.

mod results;

use std::path::PathBuf;

use super::{Failure, Invocation, Status, select, workspaces};
use crate::git::Revision;
use crate::masking::{Name, text};
use crate::promotion::report::{PromoteFormat, promote as report, pull_request_body};
use crate::promotion::{
    Action, Permissions, Progress, Request, Scope, Written, agree, coverage, direction, freeze_of,
    only_asked, promote, sharing, write,
};
use crate::source::Problem;
use crate::workspace::{Environment, Workspace};
use results::Files;
pub(super) use results::Results;

/// Moves shared paths one environment forward: the target gets the source's values, and keeps its per-environment
/// paths, its comments and its formatting.
///
/// Without --write, nothing is written: the command prints the plan and the diff of each file. It refuses an app, with
/// exit status 1, when the result would have a new error, when a condition of `promotion.stop` or a freeze holds, when a
/// shared path holds a secret, or when the target has a hotfix: a value that the source never had.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The environment to take values from.
    #[arg(long, value_name = "NAME")]
    from: String,
    /// The environment to change: the next one in promotion order. Several that stand beside each other are separated by
    /// commas: `prod-eu,prod-us`.
    #[arg(long, value_name = "NAME", required = true, value_delimiter = ',')]
    to: Vec<String>,
    /// Promote only this app. May be repeated. Default: all apps.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Promote only the shared paths that this pattern covers, and leave the rest. May be repeated. Default: all.
    #[arg(long = "path", value_name = "PATTERN")]
    paths: Vec<String>,
    /// Leave the paths that this pattern covers, even when --path covers them. May be repeated.
    #[arg(long = "except", value_name = "PATTERN")]
    except: Vec<String>,
    /// Promote only additions, changes, removals or new orders of lists (`add`, `change`, `remove`, `reorder`), and leave the
    /// rest. May be repeated, or separated by commas. Default: all.
    #[arg(long = "kind", value_name = "KIND", value_enum, value_delimiter = ',')]
    kinds: Vec<Action>,
    /// Take the source environment's files from this git revision, to promote exactly what was tested.
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// Skip the environments in between, although nobody has tested the values there, and those of earlier waves.
    #[arg(long)]
    allow_skip: bool,
    /// Overwrite the hotfixes that this pattern covers: values of the target that the source never had. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    overwrite_hotfix: Vec<String>,
    /// Write into files with changes that are not committed.
    #[arg(long)]
    allow_dirty: bool,
    /// Write all paths of a workspace that declares nothing under `perEnvironment`, even hosts and replicas.
    #[arg(long)]
    everything: bool,
    /// Go on during a freeze (`promotion.freeze`), for this reason; it is written into the pull request's description.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    during_freeze: Option<String>,
    /// Write the target's files.
    #[arg(long)]
    write: bool,
    /// Write a description for the pull request to this file, in Markdown.
    #[arg(long, value_name = "FILE")]
    pr_body: Option<PathBuf>,
    /// Append the pull request's title, branch and labels, and the changed apps, to this file, as lines `name=value`: to
    /// `$GITHUB_OUTPUT`, or a dotenv report of GitLab.
    #[arg(long, value_name = "FILE")]
    outputs: Option<PathBuf>,
    /// Write the description, the outputs and the names of the changed files of each app into a folder of its own in this
    /// directory: for one pull request each.
    #[arg(long, value_name = "DIR")]
    split: Option<PathBuf>,
    /// The format of the plan.
    #[arg(long, value_enum, default_value_t = PromoteFormat::Text)]
    format: PromoteFormat,
}

/// The reason for what a freeze forbids: people read it in the pull request.
pub(super) fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("give the reason"),
        reason => Ok(reason.to_owned()),
    }
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(invocation)?;
    let requests = requests(&workspace, args)?;
    let first = requests.first().map(|request| request.to);
    invocation
        .output
        .remark(select::nothing_declared(&workspace, first));
    let results = Results {
        pr_body: args.pr_body.as_deref(),
        outputs: args.outputs.as_deref(),
        split: args.split.as_deref(),
        format: args.format,
    };
    carry_out(invocation, &requests, &results)
}

/// Plans, writes and reports promotions, which differ in their targets alone, or a backport.
pub(super) fn carry_out(
    invocation: &Invocation,
    requests: &[Request<'_>],
    results: &Results<'_>,
) -> Result<Status, Failure> {
    let (mut apps, mut failed) = (Vec::new(), Vec::new());
    let Some(request) = requests.first() else {
        return Ok(Status::Clean);
    };
    for request in requests {
        for result in promote(request)? {
            match result {
                Ok(app) => apps.push(app),
                Err(problem) => failed.push(*problem),
            }
        }
    }
    agree(&mut apps);
    only_asked(&mut apps);
    for note in coverage(request, &apps)? {
        invocation.output.remark(text!("note: {}\n", note));
    }
    let targets: Vec<&str> = requests.iter().map(|request| &*request.to.name).collect();
    let freeze = requests.iter().find_map(|request| request.freeze);
    let head = || Revision::resolve(&request.workspace.root, "HEAD").ok();
    let head = (request.cluster && request.revision.is_none())
        .then(head)
        .flatten();
    // Apps that could not be looked at; what cannot be written is no app.
    let title = report::Title {
        from: &request.from.name,
        to: &targets,
        revision: request.revision.as_ref(),
        head: head.as_ref(),
        write: request.permissions.write,
        back: request.back,
        during_freeze: freeze.and(request.permissions.during_freeze.as_deref()),
        overwrites: !request.permissions.overwrite_hotfix.is_empty(),
        conditions: request.workspace.config.promotion.stop.len(),
        failed: &failed,
    };
    let mut problems = Vec::new();
    results.keep_off(request.workspace)?;
    let files = Files::ready(invocation, results, || pull_request_body(title, &apps))?;
    let root = &request.workspace.root;
    let written = match request.permissions.write {
        true => write(root, &mut apps),
        false => Ok(Written::default()),
    };
    match written {
        Err(more) => problems.extend(more),
        Ok(written) => {
            if let Err(problem) = files.write(title, root, &mut apps) {
                problems.push(match written.is_empty() {
                    true => problem,
                    false => {
                        problem.help("no values file was changed: what was written is taken back")
                    }
                });
                problems.extend(written.take_back(&mut apps));
            }
        }
    }
    invocation
        .output
        .result(report::render(results.format, title, &apps));
    invocation.output.problems(&failed);
    invocation.output.problems(&problems);
    Ok(if !failed.is_empty() || !problems.is_empty() {
        Status::Failed
    } else if apps.iter().any(|app| app.progress == Progress::Refused) {
        Status::Findings
    } else {
        Status::Clean
    })
}

/// A request for each target.
fn requests<'w>(workspace: &'w Workspace, args: &Args) -> Result<Vec<Request<'w>>, Problem> {
    let from = select::environment(workspace, &args.from)?;
    let mut targets: Vec<&Environment> = Vec::new();
    for name in &args.to {
        let to = select::environment(workspace, name)?;
        direction::allowed(workspace, from, to, args.allow_skip)?;
        if !targets.iter().any(|known| known.name == to.name) {
            targets.push(to);
        }
    }
    let revision = args
        .rev
        .as_deref()
        .map(|name| Revision::resolve(&workspace.root, name));
    let revision = revision.transpose()?;
    if let Some(revision) = &revision
        && !revision.is_merged()?
    {
        return Err(Problem::without_place(text!(
            "`{}` is not part of what is checked out, so nobody reviewed it here",
            Name(&revision.name)
        ))
        .help("merge the commit first; in a shallow clone, fetch all commits (`fetch-depth: 0` of actions/checkout)"));
    }
    let request = |to| -> Result<Request<'w>, Problem> {
        let apps = select::apps(workspace, &args.apps)?;
        Ok(Request {
            workspace,
            beside: sharing(workspace, &apps, to),
            apps,
            from,
            to,
            scope: Scope::parse(&args.paths, &args.except)?,
            kinds: args.kinds.clone(),
            revision: revision.clone(),
            back: false,
            permissions: Permissions {
                write: args.write,
                overwrite_hotfix: Permissions::hotfixes(&args.overwrite_hotfix)?,
                dirty: args.allow_dirty,
                everything: args.everything,
                skip: args.allow_skip,
                during_freeze: args.during_freeze.clone(),
            },
            freeze: freeze_of(workspace, to, jiff::Timestamp::now()),
            cluster: args.pr_body.is_some()
                || args.split.is_some()
                || args.format != PromoteFormat::Text,
        })
    };
    targets.into_iter().map(request).collect()
}
