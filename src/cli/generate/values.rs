//! `envlint generate values`.

use std::path::Path;

use crate::cli::{Failure, Invocation, Status, select};
use crate::fleet::{Change, Options, Report, generate};
use crate::masking::{Name, Text, text};
use crate::source::Problem;

/// Writes the values files of the apps that `fleet:` of envlint.yaml lists: one flat, complete file for each app and
/// environment, made of a template.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Generate only the files of this app. May be repeated.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Generate only the files of this environment. May be repeated.
    #[arg(long = "env", value_name = "NAME")]
    environments: Vec<String>,
    /// Write nothing: the exit status is 1 when a file is not what the list and the template make.
    #[arg(long)]
    check: bool,
    /// Overwrite files that were edited by hand.
    #[arg(long)]
    force: bool,
    /// Delete the generated files of apps that are no longer listed.
    #[arg(long, conflicts_with = "check")]
    prune: bool,
}

/// From how many apps on a terminal is told how many are done.
const LONG: usize = 500;

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = cx.workspace(Path::new("."))?;
    let Some(fleet) = &workspace.fleet else {
        return Err(Problem::without_place(
            "envlint.yaml has no `fleet:`, so there is nothing to generate",
        )
        .help("list the apps, and name a template (docs/fleets.md)")
        .into());
    };
    let is_unknown = |name: &&String| !fleet.names.contains(*name);
    if let Some(name) = args.apps.iter().find(is_unknown) {
        select::app(&workspace, name)?;
        let message = text!("`{}` is no app of the fleet's list", Name(name));
        return Err(Problem::without_place(message).into());
    }
    for name in &args.environments {
        select::environment(&workspace, name)?;
    }
    let options = Options {
        apps: &args.apps,
        environments: &args.environments,
        check: args.check,
        force: args.force,
        prune: args.prune,
    };
    let all = fleet.items.len();
    let is_told = all >= LONG;
    let report = generate(&workspace, fleet, &options, &|done| {
        if is_told && (done % 100 == 0 || done == all) {
            cx.output.progress(done, all, "apps");
        }
    });
    cx.output.problems(&report.problems);
    cx.output.problems(&report.edits);
    cx.output.result(lines(&report, args.check));
    cx.output.remark(summary(&report, args));
    let is_stale = report
        .files
        .iter()
        .any(|(_, change)| *change != Change::Current);
    Ok(if !report.problems.is_empty() {
        Status::Failed
    } else if !report.edits.is_empty() || args.check && is_stale {
        Status::Findings
    } else {
        Status::Clean
    })
}

/// A line for each file that is not as it should be, or was not.
fn lines(report: &Report, check: bool) -> Text {
    let mut text = Text::new();
    for (path, change) in &report.files {
        let word = match (change, check) {
            (Change::Current, _) => continue,
            (Change::New, false) => "wrote",
            (Change::New, true) => "missing",
            (Change::Changed, false) => "changed",
            (Change::Changed, true) => "stale",
            (Change::Edited, _) => "edited by hand",
            (Change::Removed, _) => "no longer listed",
            (Change::Deleted, _) => "deleted",
        };
        text.push(text!("{} {}\n", word, Name(path)));
    }
    text
}

fn summary(report: &Report, args: &Args) -> Text {
    let count = |wanted: &[Change]| {
        let files = report.files.iter();
        files.filter(|(_, change)| wanted.contains(change)).count()
    };
    let (old, new, deleted) = (
        count(&[Change::Removed]),
        count(&[Change::New, Change::Changed]),
        count(&[Change::Deleted]),
    );
    let mut text = text!(
        "{} {}: {} files unchanged, {} {}, {} edited by hand, {} {}\n",
        report.apps,
        if report.apps == 1 { "app" } else { "apps" },
        count(&[Change::Current]),
        new,
        if args.check {
            "missing or stale"
        } else {
            "written"
        },
        count(&[Change::Edited]),
        old + deleted,
        if deleted > 0 {
            "deleted"
        } else {
            "no longer listed"
        }
    );
    if old > 0 && !args.prune && !report.is_unsure {
        text.push("delete the files that are no longer listed: envlint generate values --prune\n");
    }
    if old > 0 && args.prune && report.is_unsure {
        text.push("nothing was deleted, because not all apps can be generated\n");
    }
    if args.check && new > 0 {
        text.push("write them: envlint generate values\n");
    }
    text
}
