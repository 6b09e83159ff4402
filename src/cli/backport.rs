//! `envlint backport`.

use std::path::PathBuf;

use super::{Failure, Invocation, Status, promote, select, workspaces};
use crate::promotion::report::PromoteFormat;
use crate::promotion::{Permissions, Request, Scope, direction, freeze_of, sharing};

/// Carries hotfixes back: the environment before gets the values that were changed out of order, and nothing else.
///
/// A hotfix is a shared path with a value that the environment before never had. Without --write, nothing is written.
/// The same gates hold as for a promotion.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The environment that was changed out of order.
    #[arg(long, value_name = "NAME")]
    from: String,
    /// The environment to change: the one before it in promotion order.
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Look only at this app. May be repeated. Default: all apps.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Carry back only what this pattern covers. May be repeated. Default: all hotfixes.
    #[arg(long = "path", value_name = "PATTERN")]
    paths: Vec<String>,
    /// Leave what this pattern covers, even when --path covers it. May be repeated.
    #[arg(long = "except", value_name = "PATTERN")]
    except: Vec<String>,
    /// Skip the environments in between.
    #[arg(long)]
    allow_skip: bool,
    /// Write into files with changes that are not committed.
    #[arg(long)]
    allow_dirty: bool,
    /// Go on during a freeze (`promotion.freeze`), for this reason.
    #[arg(long, value_name = "REASON", value_parser = promote::reason)]
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
    /// The format of the plan.
    #[arg(long, value_enum, default_value_t = PromoteFormat::Text)]
    format: PromoteFormat,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(invocation)?;
    let from = select::environment(&workspace, &args.from)?;
    let to = select::environment(&workspace, &args.to)?;
    direction::allowed_back(&workspace, from, to, args.allow_skip)?;
    let apps = select::apps(&workspace, &args.apps)?;
    let request = Request {
        workspace: &workspace,
        beside: sharing(&workspace, &apps, to),
        apps,
        from,
        to,
        scope: Scope::parse(&args.paths, &args.except)?,
        kinds: Vec::new(),
        revision: None,
        back: true,
        permissions: Permissions {
            write: args.write,
            dirty: args.allow_dirty,
            during_freeze: args.during_freeze.clone(),
            ..Permissions::default()
        },
        freeze: freeze_of(&workspace, to, jiff::Timestamp::now()),
        cluster: args.pr_body.is_some() || args.format != PromoteFormat::Text,
    };
    let results = promote::Results {
        pr_body: args.pr_body.as_deref(),
        outputs: args.outputs.as_deref(),
        split: None,
        format: args.format,
    };
    promote::carry_out(invocation, &[request], &results)
}
