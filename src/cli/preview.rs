//! `envlint preview`.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{Failure, Invocation, Status, select, workspaces};
use crate::masking::{Name, Printable, Text, text};
use crate::preview::{
    Digest, Parts, Plan, PreviewFormat, PullRequest, Request, Verified, commands, comment, files,
    manifest_list, plan, render, stream, verify,
};
use crate::secrets::output_directory;
use crate::source::{Problem, Source, normal, read_regular};
use crate::workspace::{App, Environment, Preview, Tier, Workspace};

/// Makes an environment for a pull request of the values of another environment: its namespace with a quota, an isolation
/// and an end, its hosts, images and secrets.
///
/// `preview:` of envlint.yaml says what belongs to the pull request. Nothing is written before all of it is known to fit.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The number of the pull request.
    #[arg(long = "pr", value_name = "N", allow_hyphen_values = true)]
    number: String,
    /// The environment whose values the preview begins with. Default: `preview.from` of envlint.yaml.
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Only this app. May be repeated. Default: `preview.apps` of envlint.yaml, or all that have a chart.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// The digest of an image that the pull request built: `web=sha256:…`. May be repeated.
    #[arg(long = "digest", value_name = "IMAGE=DIGEST")]
    digests: Vec<String>,
    /// Who owns the preview. Default: `preview.owner` of envlint.yaml.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Write one file for each object into this directory, and the values of each app into its folder `values`; remove
    /// those that an earlier run wrote and this one does not.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write only the values files: for a system that renders the chart itself.
    #[arg(long)]
    values_only: bool,
    /// Leave out the objects of the charts: for a system that renders these itself, with the values. The namespaces with their
    /// limits and the objects of the secret backend are written.
    #[arg(long, conflicts_with = "values_only")]
    without_charts: bool,
    /// Write the comment for the pull request to this file, in Markdown.
    #[arg(long, value_name = "FILE")]
    comment: Option<PathBuf>,
    /// Print what is to be deleted when the pull request is closed, in order: as commands, or as a list of manifests.
    #[arg(
        long,
        value_enum,
        value_name = "AS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "commands",
        conflicts_with_all = ["out", "values_only", "without_charts", "comment", "verify"]
    )]
    cleanup: Option<Cleanup>,
    /// Look for what stayed of the preview in the output of `kubectl get namespaces,persistentvolumes,persistentvolumeclaims
    /// --all-namespaces -o yaml`: the exit status is 1 when anything did.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "values_only", "without_charts", "comment"])]
    verify: Option<PathBuf>,
    /// When the life of the preview begins, as RFC 3339: `2026-11-30T12:00:00Z`. Default: now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<Timestamp>,
    /// The format of what is told.
    #[arg(long, value_enum, default_value_t = PreviewFormat::Text, conflicts_with_all = ["cleanup", "verify"])]
    format: PreviewFormat,
}

/// How it is told what is to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Cleanup {
    /// Commands of kubectl, one a line.
    Commands,
    /// A list of manifests, for `kubectl delete -f`.
    Manifests,
}

/// A moment as it is written.
fn moment(text: &str) -> Result<Timestamp, &'static str> {
    text.parse()
        .map_err(|_| "write a day, a time and a zone, as RFC 3339 has them: 2026-11-30T12:00:00Z")
}

/// How long a preview lives, where the configuration says nothing.
const LIVES: (&str, i64) = ("3d", 3 * 24 * 3600);

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let number = PullRequest::read(&args.number)?;
    let digests = digests(&args.digests)?;
    let workspace = workspaces::only(cx)?;
    for path in args.out.iter().chain(&args.comment) {
        inside(&workspace, path)?;
    }
    let nothing = Preview::default();
    let config = workspace.config.preview.as_ref().unwrap_or(&nothing);
    let from = source(&workspace, config, args)?;
    let (lives, seconds) = match &config.lives {
        Some(lives) => (lives.value.text.as_str(), lives.value.seconds),
        None => LIVES,
    };
    let request = Request {
        workspace: &workspace,
        config,
        number,
        from,
        apps: apps(cx, &workspace, config, (args, from))?,
        digests,
        owner: args
            .owner
            .clone()
            .or_else(|| config.owner.as_ref().map(|owner| owner.value.clone())),
        expires: end(args.now, seconds)?,
        lives: lives.to_owned(),
        values_only: args.values_only,
    };
    if let Some(file) = &args.verify {
        return verified(cx, &request, file);
    }
    let plan = plan(&request).map_err(Failure::Problems)?;
    cx.output.problems(&plan.problems);
    for note in &plan.notes {
        cx.output.remark(text!("note: {}\n", note));
    }
    match args.cleanup {
        Some(Cleanup::Commands) => cx.output.result(commands(&request, &plan)),
        Some(Cleanup::Manifests) => cx.output.manifests(&manifest_list(&request, &plan)),
        None => write(cx, args, &request, &plan)?,
    }
    Ok(match plan.failed.is_empty() {
        true => Status::Clean,
        false => Status::Failed,
    })
}

/// The digests, each of another image.
fn digests(given: &[String]) -> Result<Vec<Digest>, Failure> {
    let mut found: Vec<Digest> = Vec::new();
    for text in given {
        let digest = Digest::read(text)?;
        if found
            .iter()
            .any(|known| known.name == digest.name && known.digest != digest.digest)
        {
            let message = text!("the image `{}` is given two digests", Name(&digest.name));
            return Err(Problem::without_place(message).into());
        }
        found.push(digest);
    }
    Ok(found)
}

/// The environment whose values the preview begins with.
fn source<'w>(
    workspace: &'w Workspace,
    config: &Preview,
    args: &Args,
) -> Result<&'w Environment, Problem> {
    let configured = || config.from.as_ref().map(|from| from.value.as_str());
    match args.from.as_deref().or_else(configured) {
        Some(name) => select::environment(workspace, name),
        None => Err(Problem::without_place(
            "nothing says which environment the preview is made of",
        )
        .help("pass --from staging, or set `preview.from` in envlint.yaml")),
    }
}

/// The apps of the preview: those that are asked for, or all that can be.
fn apps<'w>(
    cx: &Invocation,
    workspace: &'w Workspace,
    config: &Preview,
    (args, from): (&Args, &Environment),
) -> Result<Vec<&'w App>, Failure> {
    if !args.apps.is_empty() {
        return Ok(select::apps(workspace, &args.apps)?);
    }
    if !config.apps.is_empty() {
        let names: Vec<String> = config.apps.iter().map(|name| name.value.clone()).collect();
        return Ok(select::apps(workspace, &names)?);
    }
    let deployed = select::apps(workspace, &[])?.into_iter();
    let deployed = deployed.filter(|app| app.deployment(&from.name).is_some());
    let is_known =
        |app: &&App| !app.is_of_stacks() && (args.values_only || app.charts().next().is_some());
    let (known, others): (Vec<&App>, Vec<&App>) = deployed.partition(is_known);
    for app in others {
        let what = text!(
            "{} has no chart, so it is no part of the preview",
            Name(&app.name)
        );
        cx.output
            .remark(select::without_chart(workspace, app, what));
    }
    match known.is_empty() {
        true => Err(Problem::without_place(text!(
            "no app with a chart is deployed to {}",
            Name(&from.name)
        ))
        .help("name the charts of the apps in envlint.yaml")
        .into()),
        false => Ok(known),
    }
}

/// When a life of so many seconds ends.
fn end(now: Option<Timestamp>, seconds: i64) -> Result<Timestamp, Problem> {
    let now = now.unwrap_or_else(Timestamp::now);
    // What is told in seconds is a label, too.
    let now = Timestamp::from_second(now.as_second());
    let end = now.and_then(|now| now.checked_add(SignedDuration::from_secs(seconds)));
    end.map_err(|_| Problem::without_place("this life ends after all times that there are"))
}

/// Refuses a relative path that leads out of the workspace: whoever means another place writes it as a whole.
fn inside(workspace: &Workspace, path: &Path) -> Result<(), Problem> {
    let here = std::fs::canonicalize(".").map_err(|error| {
        Problem::without_place(text!("cannot read the current directory: {}", error))
    })?;
    let below = here.strip_prefix(&workspace.root).ok();
    let (Some(below), true) = (below, path.is_relative()) else {
        return Ok(());
    };
    let slashes = |path: &Path| path.to_string_lossy().replace('\\', "/");
    match normal(&slashes(below), &slashes(path)) {
        Some(_) => Ok(()),
        None => Err(Problem::without_place(text!(
            "{} leads out of the workspace, so nothing was written",
            path
        ))
        .help("give a directory below it, or an absolute path")),
    }
}

/// How many foreign files are named.
const MOST_NAMED: usize = 3;

/// Refuses a directory with files of others: whoever applies it would apply them, too.
fn is_own(directory: &Path, files: &output_directory::Texts) -> Result<(), Failure> {
    let others = output_directory::others(directory, files)?;
    if others.is_empty() {
        return Ok(());
    }
    let named = others.iter().map(|name| text!("{}", Name(name)));
    Err(Problem::without_place(text!(
        "{} holds what envlint did not write, so nothing was written: {}",
        directory,
        Text::first(named, MOST_NAMED)
    ))
    .help("give a new or an empty directory: `kubectl apply -f` applies all that is in it")
    .into())
}

/// Writes or prints the preview; only the comment where no app can be deployed.
fn write(cx: &Invocation, args: &Args, request: &Request<'_>, plan: &Plan) -> Result<(), Failure> {
    let parts = match (args.values_only, args.without_charts) {
        (true, _) => Parts::Values,
        (false, true) => Parts::WithoutCharts,
        (false, false) => Parts::All,
    };
    let files = files(plan, parts);
    if let Some(directory) = &args.out {
        is_own(directory, &files)?;
    }
    if plan.apps.is_empty() {
        if let Some(path) = &args.comment {
            let text = comment(request, plan);
            cx.output.pending(path, &text)?.write(&text)?;
        }
        cx.output.remark(match args.comment {
            Some(_) => "no app can be deployed, so only the comment was written\n",
            None => "nothing was written\n",
        });
        return Ok(());
    }
    if request.from.tier == Tier::Production {
        cx.output.remark(text!(
            "note: the preview has the secrets and the data of {}\n",
            Name(&request.from.name)
        ));
    }
    let comment: Option<(&Path, Printable)> = args
        .comment
        .as_deref()
        .map(|path| (path, comment(request, plan)));
    let pending = match &comment {
        Some((path, text)) => Some((cx.output.pending(path, text)?, text)),
        None => None,
    };
    match &args.out {
        Some(directory) => {
            let written = output_directory::write_all(directory, &files)?;
            cx.output.result(render(args.format, request, plan));
            cx.output.remark(text!(
                "{}: {} files written, {} unchanged, {} removed\n",
                directory,
                written.written,
                written.unchanged,
                written.removed
            ));
        }
        None if args.format == PreviewFormat::Json => {
            cx.output.result(render(args.format, request, plan));
        }
        None if args.values_only => {
            let values = plan.apps.iter().map(|app| app.values.as_str());
            let values: Vec<&str> = values.collect();
            cx.output.manifests(&values.join("---\n"));
        }
        None => cx.output.manifests(&stream(plan, parts)),
    }
    if let Some((pending, text)) = pending {
        pending.write(text)?;
    }
    Ok(())
}

fn verified(cx: &Invocation, request: &Request<'_>, file: &Path) -> Result<Status, Failure> {
    let text = read_regular(file).and_then(Source::text_of);
    let text =
        text.map_err(|error| Problem::without_place(text!("cannot read {}: {}", file, error)))?;
    crate::masking::learn_text(&text);
    let Verified {
        left,
        looked_at,
        has_namespaces,
    } = verify(request, &text)?;
    for one in &left {
        cx.output.result(text!("{}: {}\n", one.called, one.reason));
    }
    if !has_namespaces {
        return Err(Problem::without_place(text!(
            "{} has no namespaces, so it does not tell whether those of the preview are gone",
            file
        ))
        .help("kubectl get namespaces,persistentvolumes,persistentvolumeclaims,ingresses --all-namespaces -o yaml > left.yaml")
        .into());
    }
    if left.is_empty() {
        cx.output.remark(text!(
            "nothing of pull request {} is among {} {}\n",
            request.number.to_string(),
            looked_at,
            if looked_at == 1 { "object" } else { "objects" }
        ));
        return Ok(Status::Clean);
    }
    Ok(Status::Findings)
}
