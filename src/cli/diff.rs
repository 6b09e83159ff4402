//! `envlint diff`.

use std::path::Path;

use super::{Failure, Invocation, Status, select, workspaces};
use crate::git::Revision;
use crate::masking::{Name, text};
use crate::promotion::report::{DiffFormat, diff as report, documents, rendered};
use crate::promotion::{
    self, Action, AppDiff, Compared, Patch, SEVERAL_DOCUMENTS, Wanted, diff_documents,
};
use crate::source::Problem;
use crate::workspace::{App, Workspace};

/// Compares the values files of two environments, path by path, and says what becomes of each path; or two files, or two
/// folders of manifests.
///
/// A path is per-environment (it belongs to the environment and is never promoted), shared (the same in both), or a shared
/// path that differs: pending (until it is promoted), a hotfix (the later environment has a value that the earlier one
/// never had), or different (history does not tell, or nothing is promoted from one side to the other).
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The first environment, or its files at a git revision: `prod@v1.4`. `prod@v1.4..prod` names both sides. Or a file, or
    /// a folder.
    #[arg(value_name = "FROM")]
    from: String,
    /// The second one. Default, when the first one is at a revision: the same environment as it is now.
    #[arg(value_name = "TO")]
    to: Option<String>,
    /// Compare only this app. May be repeated. Default: all apps.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Also show the paths that are the same, and those of documents that only one side has.
    #[arg(long)]
    all: bool,
    /// Show only what TO adds, changes, removes or has in another order (`add`, `change`, `remove`, `reorder`). May be repeated,
    /// or separated by commas. Default: all.
    #[arg(
        long = "kind",
        value_name = "KIND",
        value_enum,
        value_delimiter = ',',
        conflicts_with_all = ["rendered", "all"]
    )]
    kinds: Vec<Action>,
    /// Compare the rendered manifests: those of the app's chart and of its secret backend.
    #[arg(long, conflicts_with = "all")]
    rendered: bool,
    /// The format of the comparison.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    format: DiffFormat,
    /// Show the two sides next to each other. Default: on a terminal of at least 120 columns, in the format `text`.
    #[arg(long, conflicts_with = "rendered")]
    side_by_side: bool,
    /// Exit with status 1 when there are differences.
    #[arg(long)]
    exit_code: bool,
}

/// What a person may have meant instead.
const EXAMPLES: &str = "name two environments, a revision, or two files: `envlint diff dev staging`, `envlint diff dev@HEAD~3`, \
     `envlint diff old.yaml new.yaml`";

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    if let Some(to) = &args.to
        && (is_written_as_path(&args.from) || is_written_as_path(to))
    {
        return files(invocation, args, &args.from, to);
    }
    let workspace = workspaces::only(invocation)?;
    if let Some(to) = &args.to {
        let sides = [&args.from, to];
        let is_none = |side: &&String| workspace.environment(side).is_none() && !side.contains('@');
        if sides.iter().any(is_none) && sides.iter().all(|side| Path::new(side).exists()) {
            return files(invocation, args, &args.from, to);
        }
    }
    environments(invocation, args, &workspace)
}

/// Whether a text can be no environment: it has a `/`, or ends as a YAML file does.
fn is_written_as_path(text: &str) -> bool {
    // A branch may have a `/`: `dev@feature/x`.
    let is_revision = text.contains('@') && !Path::new(text).exists();
    let ends = [".yaml", ".yml"].iter().any(|end| text.ends_with(end));
    !is_revision && (text.contains(['/', '\\']) || ends)
}

fn files(invocation: &Invocation, args: &Args, from: &str, to: &str) -> Result<Status, Failure> {
    if args.rendered || !args.apps.is_empty() {
        let option = if args.rendered { "--rendered" } else { "--app" };
        return Err(
            Problem::without_place(text!("{} is for environments, not for files", option))
                .help("leave it away")
                .into(),
        );
    }
    let [from_path, to_path] = [from, to].map(Path::new);
    for path in [from_path, to_path] {
        if !path.exists() {
            return Err(Problem::without_place(text!("{} does not exist", path)).into());
        }
    }
    if from_path.is_dir() != to_path.is_dir() {
        return Err(Problem::without_place(text!(
            "{} and {} are a file and a folder, which cannot be compared",
            from_path,
            to_path
        ))
        .help("name two files, or two folders")
        .into());
    }
    let columns = columns(invocation, args)?;
    let mut compared = diff_documents(from_path, to_path, args.all)?;
    if !args.kinds.is_empty() {
        compared.retain_mut(|document| document.keep(&args.kinds));
    }
    let title = report::Title {
        from,
        to,
        failed: 0,
        columns,
    };
    if args.format == DiffFormat::JsonPatch {
        let differing = compared.iter().filter(|document| document.differs());
        only_patch(
            invocation,
            compared.len(),
            differing.map(|document| &document.patch),
        )?;
    }
    invocation
        .output
        .result(documents::render(args.format, title, &compared));
    let differs = compared.iter().any(promotion::DocumentDiff::differs);
    Ok(match args.exit_code && differs {
        true => Status::Findings,
        false => Status::Clean,
    })
}

/// A terminal of so many columns has room for two sides.
const WIDE: usize = 120;

/// In how many columns the two sides stand next to each other; none where they stand below each other.
///
/// # Errors
/// When the format does not go with what is asked for.
fn columns(invocation: &Invocation, args: &Args) -> Result<Option<usize>, Problem> {
    let is_text = args.format == DiffFormat::Text;
    if args.side_by_side && !is_text {
        return Err(Problem::without_place(
            "only the format `text` shows the two sides next to each other",
        )
        .help("leave --format or --side-by-side away"));
    }
    let has_no_kinds = matches!(args.format, DiffFormat::Unified | DiffFormat::JsonPatch);
    if !args.kinds.is_empty() && has_no_kinds {
        return Err(Problem::without_place(
            "a diff of lines and a JSON Patch are of all changes, not of some kinds",
        )
        .help("leave --kind away, or take another format"));
    }
    let width = invocation.output.columns();
    Ok(match args.side_by_side {
        true => Some(width.unwrap_or(WIDE)),
        false => width.filter(|width| is_text && *width >= WIDE),
    })
}

/// Refuses a patch of several documents, and says what the one leaves out.
fn only_patch<'p>(
    invocation: &Invocation,
    documents: usize,
    mut patches: impl Iterator<Item = &'p Patch>,
) -> Result<(), Problem> {
    if documents > 1 {
        return Err(Problem::without_place(text!(
            "a JSON Patch is for one document, and {} are compared",
            documents
        ))
        .help("name one with --app, compare two files of one document, or take `--format json`"));
    }
    let secrets = patches.next().map_or(0, |patch| patch.secrets);
    if secrets > 0 {
        invocation.output.remark(text!(
            "note: the patch leaves out {}, because envlint prints no secret\n",
            match secrets {
                1 => text!("1 value that is or holds a secret"),
                more => text!("{} values that are or hold secrets", more),
            }
        ));
    }
    Ok(())
}

fn environments(
    invocation: &Invocation,
    args: &Args,
    workspace: &Workspace,
) -> Result<Status, Failure> {
    let [from_name, to_name] = names(workspace, args)?;
    let (from, to) = (side(workspace, from_name)?, side(workspace, to_name)?);
    if from_name == to_name {
        return Err(Problem::without_place(text!(
            "`{}` cannot be compared with itself",
            Name(from_name)
        ))
        .help(EXAMPLES)
        .into());
    }
    if args.rendered {
        can_be_rendered(args, &from, &to)?;
    }
    let columns = columns(invocation, args)?;
    let apps: Vec<&App> = select::apps(workspace, &args.apps)?;
    if args.rendered {
        for app in apps
            .iter()
            .filter(|app| app.chart_nearby(workspace).is_some())
        {
            let what = text!("{} has no chart to render", Name(&app.name));
            invocation
                .output
                .remark(select::without_chart(workspace, app, what));
        }
    }
    let mut compared: Vec<AppDiff> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    let wanted = Wanted {
        all_paths: args.all,
        patch: args.format == DiffFormat::JsonPatch,
    };
    let results = match args.rendered {
        true => promotion::diff_rendered(workspace, &apps, from.environment, to.environment),
        false => promotion::diff(workspace, &apps, [&from, &to], wanted)?,
    };
    for result in results {
        match result {
            Ok(mut app) => {
                if !args.kinds.is_empty() {
                    app.paths.retain(|path| args.kinds.contains(&path.action()));
                }
                compared.push(app);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    if wanted.patch {
        only_patch(
            invocation,
            apps.len(),
            compared.iter().map(|app| &app.patch),
        )?;
    }
    let title = report::Title {
        from: from_name,
        to: to_name,
        failed: problems.len(),
        columns,
    };
    let text = match args.rendered {
        true => rendered::render(args.format, title, &compared),
        false => report::render(args.format, title, &compared),
    };
    invocation.output.result(text);
    for app in &compared {
        invocation
            .output
            .findings(SEVERAL_DOCUMENTS, &app.ambiguous);
    }
    invocation.output.problems(&problems);
    let differs = |app: &AppDiff| match args.rendered {
        true => app.renders_differently(),
        false if !args.kinds.is_empty() => !app.paths.is_empty(),
        false => app.differs(),
    };
    Ok(if !problems.is_empty() {
        Status::Failed
    } else if args.exit_code && compared.iter().any(differs) {
        Status::Findings
    } else {
        Status::Clean
    })
}

fn can_be_rendered(args: &Args, from: &Compared<'_>, to: &Compared<'_>) -> Result<(), Problem> {
    if from.revision.is_some() || to.revision.is_some() {
        return Err(Problem::without_place(
            "manifests of a revision cannot be compared, because its charts are not read",
        )
        .help("leave --rendered away, or check the revision out (`git worktree add`)"));
    }
    if args.format == DiffFormat::JsonPatch {
        return Err(Problem::without_place(
            "there is no JSON Patch of rendered manifests, because they are many documents",
        )
        .help("take `--format json`, or leave --rendered away"));
    }
    Ok(())
}

/// The names of the two sides.
fn names<'a>(workspace: &Workspace, args: &'a Args) -> Result<[&'a str; 2], Problem> {
    if let Some(to) = &args.to {
        return Ok([&args.from, to]);
    }
    // No revision has two dots in its name.
    if let Some((from, to)) = args.from.split_once("..") {
        return Ok([from, to]);
    }
    let environment = args
        .from
        .split_once('@')
        .map(|(environment, _)| environment);
    match environment.filter(|_| workspace.environment(&args.from).is_none()) {
        Some(environment) => Ok([&args.from, environment]),
        None => Err(Problem::without_place(text!(
            "`{}` is compared with nothing",
            Name(&args.from)
        ))
        .help(EXAMPLES)),
    }
}

/// An environment, or its files at a revision.
fn side<'w>(workspace: &'w Workspace, name: &str) -> Result<Compared<'w>, Problem> {
    let revision = match workspace.environment(name) {
        Some(_) => None,
        None => name.split_once('@'),
    };
    Ok(match revision {
        Some((environment, revision)) => Compared {
            environment: select::environment(workspace, environment)?,
            revision: Some(Revision::resolve(&workspace.root, revision)?),
        },
        None => Compared::now(select::environment(workspace, name)?),
    })
}
