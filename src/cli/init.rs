//! `envlint init`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use envlint_yaml::{Mapping, Node};

use super::{Failure, Invocation, Status};
use crate::init::{Draft, convert, draft, suggest};
use crate::masking::{Name, Printable, Text, mask_lines, printable, text};
use crate::naming::family;
use crate::source::write::{self, WriteError};
use crate::source::{Confidence, Problem, Source, read_text};
use crate::workspace::{App, CONFIG_FILE, Workspace};

/// Writes a commented `envlint.yaml` from what the repository deploys: the environments, the apps, and the paths that plainly
/// belong to an environment, with an expectation where their values show one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The directory of the workspace. Default: the current directory.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Overwrite an existing configuration.
    #[arg(long)]
    force: bool,
    /// Convert this configuration of HelmEnvDelta. What it transforms is looked for in the files of its two folders.
    #[arg(long, value_name = "FILE")]
    from_hed: Option<PathBuf>,
    /// Print what could be declared besides what envlint.yaml declares, and how sure that is; write nothing.
    #[arg(long, conflicts_with_all = ["from_hed", "force", "dry_run"])]
    suggest: bool,
    /// With --suggest: how sure a suggestion is at least.
    #[arg(long, value_enum, default_value_t = Sure::Medium, requires = "suggest")]
    confidence: Sure,
    /// Print the configuration instead of writing it.
    #[arg(long)]
    dry_run: bool,
}

/// How sure a suggestion is at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sure {
    /// All.
    Low,
    /// Those for which a name or a value speaks.
    Medium,
    /// Those that follow from what the files say.
    High,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let file = match &invocation.config {
        Some(file) => file.clone(),
        None => args.directory.join(CONFIG_FILE),
    };
    if args.suggest {
        return suggested(invocation, args);
    }
    if !args.force && !args.dry_run && file.exists() {
        return Err(exists(&file).into());
    }
    if let Some(hed) = &args.from_hed {
        return converted(invocation, args, &file, hed);
    }
    let workspace = Workspace::discovered(&args.directory).map_err(Failure::Problems)?;
    if workspace.apps.is_empty() {
        return Err(nothing_found(&workspace).into());
    }
    let draft = draft(&workspace);
    invocation.output.problems(&draft.problems);
    if args.dry_run {
        invocation.output.result(mask_lines(&draft.text));
        return Ok(Status::Clean);
    }
    let dropped = dropped(&file, &draft.text);
    create(&file, &draft.text, args.force)?;
    invocation.output.result(summary(&file, &workspace, &draft));
    invocation.output.remark(dropped);
    Ok(Status::Clean)
}

fn create(file: &Path, text: &str, force: bool) -> Result<(), Problem> {
    write::create(file, text, force).map_err(|error| match error {
        WriteError::Exists => exists(file),
        error => Problem::without_place(text!("cannot write {}: {}", file, error)),
    })
}

/// Prints suggestions.
fn suggested(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = invocation.workspace(&args.directory)?;
    let suggestions = suggest(&workspace);
    let least = match args.confidence {
        Sure::Low => Confidence::Low,
        Sure::Medium => Confidence::Medium,
        Sure::High => Confidence::High,
    };
    let all = suggestions.list.len();
    let shown = suggestions
        .list
        .iter()
        .filter(|known| known.confidence >= least)
        .count();
    if shown > 0 {
        invocation
            .output
            .result(mask_lines(&suggestions.text(least)));
    }
    let mut parts = vec![number(shown, "suggestion")];
    if all > shown {
        parts.push(printable!("{} less sure (--confidence low)", all - shown));
    }
    if suggestions.defects > 0 {
        let differences = number_of(
            suggestions.defects,
            "difference that looks",
            "differences that look",
        );
        parts.push(printable!("{} wrong (`envlint check`)", differences));
    }
    if suggestions.versions > 0 {
        parts.push(printable!(
            "{} left to be promoted",
            number(suggestions.versions, "version")
        ));
    }
    if suggestions.travelling > 0 {
        parts.push(printable!(
            "{} that only the first or the last environments have left to be promoted",
            number(suggestions.travelling, "path")
        ));
    }
    invocation
        .output
        .remark(printable!("{}\n", Printable::join(parts, ", ")));
    invocation.output.problems(&suggestions.problems);
    Ok(match suggestions.problems.is_empty() {
        true => Status::Clean,
        false => Status::Failed,
    })
}

/// Writes what a configuration of HelmEnvDelta becomes.
fn converted(
    invocation: &Invocation,
    args: &Args,
    file: &Path,
    hed: &Path,
) -> Result<Status, Failure> {
    let conversion = convert(hed, &args.directory)?;
    if args.dry_run {
        invocation.output.result(mask_lines(&conversion.text));
        return Ok(Status::Clean);
    }
    let dropped = dropped(file, &conversion.text);
    create(file, &conversion.text, args.force)?;
    let file = file.strip_prefix(".").unwrap_or(file);
    invocation.output.result(printable!(
        "wrote {}: {} per-environment, {}, {}, {} without an equal (comments at the end)\nnext: read the file, and run `envlint check`\n",
        Text::of(file).show(),
        number(conversion.declared, "path"),
        number(conversion.transforms, "transform"),
        number(conversion.stops, "stop condition"),
        number(conversion.left, "option")
    ));
    invocation.output.remark(dropped);
    Ok(Status::Clean)
}

/// The warning about what only the configuration says that is replaced.
fn dropped(file: &Path, new: &str) -> Text {
    let keys = |text: &str| -> Vec<String> {
        let source = Source::new(CONFIG_FILE, text);
        let root = source.document.root().and_then(Node::as_mapping);
        let entries = root.into_iter().flat_map(Mapping::iter);
        entries.map(|(key, _)| key.text().to_owned()).collect()
    };
    let old = old(file).unwrap_or_default();
    let kept = keys(new);
    let lost = keys(&old).into_iter().filter(|key| !kept.contains(key));
    let lost: Vec<Text> = lost.map(|key| text!("`{}`", Name(&key))).collect();
    match lost.is_empty() {
        true => Text::new(),
        false => text!(
            "warning: {} had {}, which the new one does not have\n",
            file.strip_prefix(".").unwrap_or(file),
            Text::sentence(lost)
        ),
    }
}

/// The configuration that is replaced; none where it cannot be read: then it was none, or is not replaced either.
fn old(file: &Path) -> Option<String> {
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let root = std::fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
    read_text(&root, file.file_name()?.to_str()?).ok()
}

fn exists(file: &Path) -> Problem {
    Problem::without_place(text!("{} already exists", file))
        .help("`envlint init --suggest` prints what it could declare besides; --force replaces it, with all that it says")
}

fn nothing_found(workspace: &Workspace) -> Problem {
    let problem =
        Problem::without_place(text!("no values file was found below {}", workspace.root));
    match workspace.nested().is_empty() {
        true => problem.help(
            "envlint knows environments/<env>/values.yaml, environments/<env>.yaml, values-<env>.yaml, \
             values.<env>.yaml, values/<env>.yaml and <env>/values.yaml, for dev, staging, prod and their usual \
             spellings; declare other files by hand under `apps:` in envlint.yaml",
        ),
        false => problem.help(
            "the workspaces below it have an envlint.yaml already; `envlint check` checks all of them from here",
        ),
    }
}

/// How many names a line of the summary lists before it stops.
const LISTED: usize = 5;

/// What was understood, what was written, and what a person should look at.
fn summary(file: &Path, workspace: &Workspace, draft: &Draft) -> Printable {
    let file = file.strip_prefix(".").unwrap_or(file);
    let mut text = printable!("wrote {}\n", Text::of(file).show());
    let mut line = |what: &'static str, words: Printable| {
        let what = Printable::from(what).padded(9);
        text.push(printable!("  {}  {}\n", what, words));
    };
    line("apps", apps(workspace));
    line("charts", charts(workspace));
    line("layers", layers(workspace));
    line("declared", declared(draft));
    line("look at", open_questions(workspace, draft));
    text.push("next: read the file, and run `envlint check`\n");
    text
}

/// "2 apps in dev, staging, prod (5 deployments): cart, shop"
fn apps(workspace: &Workspace) -> Printable {
    let deployments = workspace.apps.iter().map(|app| app.deployments.len());
    printable!(
        "{} in {} ({}): {}",
        number(workspace.apps.len(), "app"),
        names(
            workspace
                .environments
                .iter()
                .map(|environment| &*environment.name),
            usize::MAX
        ),
        number(deployments.sum(), "deployment"),
        names(workspace.apps.iter().map(|app| &*app.name), LISTED)
    )
}

fn charts(workspace: &Workspace) -> Printable {
    let local: BTreeSet<&str> = workspace
        .apps
        .iter()
        .filter_map(|app| app.chart.as_deref())
        .map(|chart| if chart.is_empty() { "." } else { chart })
        .collect();
    let deployments = || workspace.apps.iter().flat_map(|app| &app.deployments);
    let remote: BTreeSet<&str> = workspace
        .apps
        .iter()
        .filter(|app| app.chart.is_none())
        .flat_map(|app| &app.deployments)
        .filter_map(|known| known.chart.as_deref())
        .collect();
    let unknown = deployments().filter(|known| known.chart.is_none()).count();
    let mut parts = Vec::new();
    if !local.is_empty() {
        parts.push(names(local, LISTED));
    }
    if !remote.is_empty() {
        let listed = names(remote, LISTED);
        parts.push(printable!(
            "not in the repository, so not loaded: {}",
            listed
        ));
    }
    if unknown > 0 {
        parts.push(printable!(
            "{} without a known chart",
            number(unknown, "deployment")
        ));
    }
    Printable::join(parts, "; ")
}

fn layers(workspace: &Workspace) -> Printable {
    let deployments = || workspace.apps.iter().flat_map(|app| &app.deployments);
    let below: BTreeSet<String> = deployments()
        .flat_map(|known| &known.below)
        .map(|layer| layer.path.clone())
        .collect();
    let given: BTreeSet<String> = deployments()
        .flat_map(|known| known.given.iter())
        .map(ToString::to_string)
        .collect();
    let mut parts = vec![match below.is_empty() {
        true => "only the environments' own files".into(),
        false => printable!(
            "{} below the environments' own files",
            names(below.iter().map(String::as_str), LISTED)
        ),
    }];
    if !given.is_empty() {
        let listed = names(given.iter().map(String::as_str), LISTED);
        parts.push(printable!("given when deployed: {}", listed));
    }
    Printable::join(parts, "; ")
}

fn declared(draft: &Draft) -> Printable {
    let mut text = printable!(
        "{} per-environment",
        number_of(draft.declared, "path or pattern", "paths and patterns")
    );
    if draft.travelling > 0 {
        text.push(printable!(
            ", {} left to be promoted",
            number(draft.travelling, "version")
        ));
    }
    text
}

/// What only a person can decide.
fn open_questions(workspace: &Workspace, draft: &Draft) -> Printable {
    let mut parts = Vec::new();
    let defects = draft.kept.iter().filter(|known| known.defect.is_some());
    let defects: Vec<String> = defects.map(|known| known.path.to_string()).collect();
    if !defects.is_empty() {
        let listed = names(defects.iter().map(String::as_str), LISTED);
        parts.push(printable!(
            "{} wrong ({})",
            number_of(
                defects.len(),
                "difference that looks",
                "differences that look"
            ),
            listed
        ));
    }
    let others = draft.kept.len() - defects.len();
    if others > 0 {
        parts.push(printable!(
            "{}, so not declared",
            number_of(
                others,
                "difference that may be a mistake",
                "differences that may be mistakes"
            )
        ));
    }
    if let Some((_, obstacle)) = draft.left.first() {
        let why = obstacle.as_str();
        let left = draft.left.iter().map(|(app, _)| app.as_str());
        let left = names(left, LISTED);
        parts.push(match draft.is_listed {
            true => printable!(
                "{} listed by name only, because {} ({})",
                number(draft.left.len(), "app"),
                why,
                left
            ),
            false => printable!("no app is listed, because {} ({})", why, left),
        });
    }
    let incomplete = incomplete(workspace);
    if !incomplete.is_empty() {
        parts.push(printable!(
            "environments that most apps have, but not {}",
            names(incomplete, LISTED)
        ));
    }
    if !workspace.unread().is_empty() {
        parts.push(printable!(
            "{} not read (`envlint apps` says which, and why)",
            number(workspace.unread().len(), "place")
        ));
    }
    match parts.is_empty() {
        true => "nothing".into(),
        false => Printable::join(parts, "; "),
    }
}

/// The apps that lack an environment which most apps have.
fn incomplete(workspace: &Workspace) -> Vec<&str> {
    let usual = workspace.usual_environments();
    let lacks = |app: &App, kind: &String| {
        let mut names = app.deployments.iter().map(|known| &known.environment.name);
        !names.any(|name| family(name) == kind)
    };
    let apps = workspace.apps.iter();
    apps.filter(|app| usual.iter().any(|kind| lacks(app, kind)))
        .map(|app| &*app.name)
        .collect()
}

fn number(count: usize, what: &'static str) -> Printable {
    let ending = if count == 1 { "" } else { "s" };
    printable!("{} {}{}", count, what, ending)
}

fn number_of(count: usize, one: &'static str, many: &'static str) -> Printable {
    printable!("{} {}", count, if count == 1 { one } else { many })
}

fn name(name: &str) -> Printable {
    Text::of(&Name(name)).show()
}

/// Names, with the number of those that are left out.
fn names<'n>(all: impl IntoIterator<Item = &'n str>, most: usize) -> Printable {
    let all: Vec<&str> = all.into_iter().collect();
    let mut text = Printable::join(all.iter().take(most).map(|known| name(known)), ", ");
    if all.len() > most {
        text.push(printable!(" and {} more", all.len() - most));
    }
    text
}
