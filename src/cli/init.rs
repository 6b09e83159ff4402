//! `envlint init`.

use std::path::{Path, PathBuf};

use super::{Failure, Invocation, Status};
use crate::init::{Draft, Expected, draft};
use crate::masking::{Printable, Text, mask_lines, printable, text};
use crate::source::Problem;
use crate::source::write::{self, WriteError};
use crate::workspace::{CONFIG_FILE, Workspace};

/// Writes a commented `envlint.yaml` from the values files it finds: the environments, the apps, and the paths that differ
/// today, with an expectation where their values show one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The directory of the workspace. Default: the current directory.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Overwrite an existing configuration.
    #[arg(long)]
    force: bool,
    /// Print the configuration instead of writing it.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let file = match &invocation.config {
        Some(file) => file.clone(),
        None => args.directory.join(CONFIG_FILE),
    };
    if !args.force && !args.dry_run && file.exists() {
        return Err(exists(&file).into());
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
    write::create(&file, &draft.text, args.force).map_err(|error| match error {
        WriteError::Exists => exists(&file),
        error => Problem::without_place(text!("cannot write {}: {}", file, error)),
    })?;
    invocation.output.result(summary(&file, &draft));
    Ok(Status::Clean)
}

fn exists(file: &Path) -> Problem {
    Problem::without_place(text!("{} already exists", file))
        .help("overwrite it with --force, or print the new one with --dry-run")
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

/// The words for a sort of expectation, and which expectations are of the sort.
type Counted = (&'static str, fn(&Expected) -> bool);

fn summary(file: &Path, draft: &Draft) -> Printable {
    let file = file.strip_prefix(".").unwrap_or(file);
    let counted = |number: usize, one: &'static str, many: &'static str| {
        printable!("{} {}", number, if number == 1 { one } else { many })
    };
    let mut text = printable!(
        "wrote {}: {}, {}\n",
        Text::of(file).show(),
        counted(draft.environments, "environment", "environments"),
        counted(draft.apps, "app", "apps")
    );
    let expectations: [Counted; 5] = [
        ("non-decreasing", |known| {
            matches!(known, Expected::NonDecreasing)
        }),
        ("with the environment's name in it", |known| {
            matches!(known, Expected::Pattern(_))
        }),
        ("distinct", |known| matches!(known, Expected::Distinct)),
        ("with no visible pattern", |known| {
            matches!(known, Expected::Nothing)
        }),
        ("probably a version that is not promoted yet", |known| {
            matches!(known, Expected::Version)
        }),
    ];
    text.push(printable!(
        "  {} declared per-environment\n",
        counted(
            draft.declarations.len(),
            "path or pattern",
            "paths and patterns"
        )
    ));
    for (what, belongs) in expectations {
        let number = draft
            .declarations
            .iter()
            .filter(|declaration| belongs(&declaration.expected))
            .count();
        if number > 0 {
            text.push(printable!("    {} {}\n", number, what));
        }
    }
    text.push(printable!(
        "  {} the same in every environment: shared, and from now on a difference is an error\n",
        counted(draft.shared, "path is", "paths are")
    ));
    text.push(
        "next: read the file, delete the lines of paths that should be shared, and run `envlint check`\n",
    );
    text
}
