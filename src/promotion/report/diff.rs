//! The formats of `envlint diff`.

use serde::Serialize;

use super::row;
use super::{DiffFormat, count, name};
use crate::masking::markdown::{code, escape, prose};
use crate::masking::{Printable, Text, printable};
use crate::promotion::shown::short;
use crate::promotion::{AppDiff, Counts, PathState, PathView};

/// What is common to all apps of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The first environment.
    pub from: &'a str,
    /// The second environment.
    pub to: &'a str,
    /// How many apps could not be compared.
    pub failed: usize,
}

/// The comparison of all apps.
pub fn render(format: DiffFormat, title: Title<'_>, apps: &[AppDiff]) -> Printable {
    match format {
        DiffFormat::Text => text(title, apps),
        DiffFormat::Unified => apps.iter().map(|app| unified(&app.unified)).collect(),
        DiffFormat::Json => json(title, apps),
        DiffFormat::Markdown => markdown(title, apps),
    }
}

/// A unified diff.
pub fn unified(diff: &Text) -> Printable {
    diff.show()
}

fn text(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let mut text = Printable::default();
    for app in apps.iter().filter(|app| !app.paths.is_empty()) {
        text.push(printable!(
            "{}: {} -> {}\n",
            name(&app.app),
            name(&app.from_file),
            name(&app.to_file)
        ));
        let paths: Vec<Printable> = app.paths.iter().map(|path| path.path.show()).collect();
        let widest_path = paths.iter().map(Printable::width).max();
        let classes = app.paths.iter().map(|path| path.class.as_str().len());
        let widest_class = classes.max();
        for (path, shown) in app.paths.iter().zip(paths) {
            let class = Printable::from(path.class.as_str());
            text.push(printable!(
                "  {}  {}  {}\n",
                class.padded(widest_class.unwrap_or_default()),
                shown.padded(widest_path.unwrap_or_default()),
                values(path)
            ));
        }
        text.push("\n");
    }
    text.push(summary(title, apps));
    text.push("\n");
    text
}

/// `1 -> 2`, `(none) -> 2`, or the value that both have.
fn values(path: &PathView) -> Printable {
    let line = |shown: &Option<crate::promotion::Shown>| match shown {
        Some(shown) => short(&shown.line),
        None => "(none)".into(),
    };
    match path.class {
        PathState::Shared => line(&path.from),
        PathState::Pending | PathState::LeftOut | PathState::PerEnvironment => {
            let order = match path.aspect {
                Some(aspect) => printable!("{}: ", aspect),
                None => Printable::default(),
            };
            printable!("{}{} -> {}", order, line(&path.from), line(&path.to))
        }
    }
}

fn total(apps: &[AppDiff]) -> Counts {
    apps.iter().fold(Counts::default(), |mut total, app| {
        total += app.counts;
        total
    })
}

fn summary(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let total = total(apps);
    let pending = match total.pending {
        0 => "nothing pending".into(),
        pending => count(pending, "pending path", "pending paths"),
    };
    let mut text = printable!(
        "{} -> {}: {}, {}, {} per-environment, {} shared",
        name(title.from),
        name(title.to),
        count(apps.len(), "app", "apps"),
        pending,
        total.per_environment,
        total.shared
    );
    if title.failed > 0 {
        text.push(printable!(
            ", {} not compared",
            count(title.failed, "app", "apps")
        ));
    }
    text
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    from: Printable,
    to: Printable,
    apps: Vec<JsonApp<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonApp<'a> {
    app: Printable,
    from_file: Printable,
    to_file: Printable,
    paths: &'a [PathView],
    summary: Counts,
}

#[derive(Serialize)]
struct JsonSummary {
    apps: usize,
    #[serde(flatten)]
    counts: Counts,
    failed: usize,
}

fn json(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    Printable::json(&Json {
        version: 1,
        from: name(title.from),
        to: name(title.to),
        apps: apps
            .iter()
            .map(|app| JsonApp {
                app: name(&app.app),
                from_file: name(&app.from_file),
                to_file: name(&app.to_file),
                paths: &app.paths,
                summary: app.counts,
            })
            .collect(),
        summary: JsonSummary {
            apps: apps.len(),
            counts: total(apps),
            failed: title.failed,
        },
    })
}

fn markdown(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let environments = [title.from, title.to].map(|environment| name(environment).rewrite(escape));
    let mut text = printable!(
        "## {} compared with {}\n\n{}\n",
        environments[0],
        environments[1],
        summary(title, apps).rewrite(prose)
    );
    for app in apps.iter().filter(|app| !app.paths.is_empty()) {
        text.push(printable!("\n### {}\n\n", name(&app.app).rewrite(escape)));
        let titles = ["Path", "Class"].map(Printable::from);
        text.push(row(titles.into_iter().chain(environments.clone())));
        text.push("| --- | --- | --- | --- |\n");
        for path in &app.paths {
            let value = |shown: &Option<crate::promotion::Shown>| match shown {
                Some(shown) => short(&shown.line).rewrite(code),
                None => "—".into(),
            };
            let aspect = match path.aspect {
                Some(aspect) => printable!(" ({})", aspect),
                None => Printable::default(),
            };
            let shown = path.path.show().rewrite(code);
            text.push(row([
                printable!("{}{}", shown, aspect),
                path.class.as_str().into(),
                value(&path.from),
                value(&path.to),
            ]));
        }
    }
    text
}
