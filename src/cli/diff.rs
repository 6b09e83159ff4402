//! `envlint diff`.

use super::{Failure, Invocation, Status, select, workspaces};
use crate::masking::{Name, text};
use crate::promotion::report::{DiffFormat, diff as report, rendered};
use crate::promotion::{self, AppDiff, SEVERAL_DOCUMENTS};
use crate::source::Problem;
use crate::workspace::App;

/// Compares the values files of two environments, path by path, and says what promotion does with each path.
///
/// A path is per-environment (it belongs to the environment and is never promoted), pending (a shared path that differs:
/// a promotion changes it) or shared (the same in both).
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The first environment.
    #[arg(value_name = "FROM")]
    from: String,
    /// The second environment.
    #[arg(value_name = "TO")]
    to: String,
    /// Compare only this app. May be repeated. Default: all apps.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Also show the paths that are the same.
    #[arg(long)]
    all: bool,
    /// Compare the rendered manifests: those of the app's chart and of its secret backend.
    #[arg(long, conflicts_with = "all")]
    rendered: bool,
    /// The format of the comparison.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    format: DiffFormat,
    /// Exit with status 1 when there are differences.
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(invocation)?;
    let from = select::environment(&workspace, &args.from)?;
    let to = select::environment(&workspace, &args.to)?;
    if from.name == to.name {
        return Err(Problem::without_place(text!(
            "`{}` cannot be compared with itself",
            Name(&from.name)
        ))
        .help("name two environments: `envlint diff dev staging`")
        .into());
    }
    let apps: Vec<&App> = select::apps(&workspace, &args.apps)?;
    if args.rendered {
        for app in apps
            .iter()
            .filter(|app| app.chart_nearby(&workspace).is_some())
        {
            let what = text!("{} has no chart to render", Name(&app.name));
            invocation
                .output
                .remark(select::without_chart(&workspace, app, what));
        }
    }
    let mut compared: Vec<AppDiff> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    let results = match args.rendered {
        true => promotion::diff_rendered(&workspace, &apps, from, to),
        false => promotion::diff(&workspace, &apps, from, to, args.all),
    };
    for result in results {
        match result {
            Ok(app) => compared.push(app),
            Err(problem) => problems.push(*problem),
        }
    }
    let title = report::Title {
        from: &from.name,
        to: &to.name,
        failed: problems.len(),
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
    let differs = match args.rendered {
        true => AppDiff::renders_differently,
        false => AppDiff::differs,
    };
    Ok(if !problems.is_empty() {
        Status::Failed
    } else if args.exit_code && compared.iter().any(differs) {
        Status::Findings
    } else {
        Status::Clean
    })
}
