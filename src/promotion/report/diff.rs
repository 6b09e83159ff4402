//! The formats of `envlint diff`.

use serde::Serialize;

use super::markdown::{self, code};
use super::{DiffFormat, count, pretty};
use crate::promotion::{AppDiff, Counts, PathView, Standing};

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
pub fn render(format: DiffFormat, title: Title<'_>, apps: &[AppDiff]) -> String {
    match format {
        DiffFormat::Text => text(title, apps),
        DiffFormat::Unified => apps.iter().map(|app| app.unified.as_str()).collect(),
        DiffFormat::Json => json(title, apps),
        DiffFormat::Markdown => markdown(title, apps),
    }
}

fn text(title: Title<'_>, apps: &[AppDiff]) -> String {
    let mut text = String::new();
    for app in apps.iter().filter(|app| !app.paths.is_empty()) {
        text += &format!("{}: {} -> {}\n", app.app, app.from_file, app.to_file);
        let width = |longest: fn(&PathView) -> usize| app.paths.iter().map(longest).max();
        let widest_path = width(|path| path.path.chars().count()).unwrap_or_default();
        let widest_class = width(|path| path.class.as_str().len()).unwrap_or_default();
        for path in &app.paths {
            text += &format!(
                "  {:widest_class$}  {:widest_path$}  {}\n",
                path.class.as_str(),
                path.path,
                values(path)
            );
        }
        text.push('\n');
    }
    text + &summary(title, apps) + "\n"
}

/// `1 -> 2`, `(none) -> 2`, or the value that both have.
fn values(path: &PathView) -> String {
    let line = |shown: &Option<crate::promotion::Shown>| match shown {
        Some(shown) => shown.line.clone(),
        None => "(none)".to_owned(),
    };
    match path.class {
        Standing::Shared => line(&path.from),
        Standing::Pending | Standing::PerEnvironment => {
            let order = path
                .aspect
                .map_or_else(String::new, |aspect| format!("{aspect}: "));
            format!("{order}{} -> {}", line(&path.from), line(&path.to))
        }
    }
}

fn total(apps: &[AppDiff]) -> Counts {
    apps.iter().fold(Counts::default(), |mut total, app| {
        total += app.counts;
        total
    })
}

fn summary(title: Title<'_>, apps: &[AppDiff]) -> String {
    let total = total(apps);
    let pending = match total.pending {
        0 => "nothing pending".to_owned(),
        pending => count(pending, "pending path", "pending paths"),
    };
    let mut text = format!(
        "{} -> {}: {}, {pending}, {} per-environment, {} shared",
        title.from,
        title.to,
        count(apps.len(), "app", "apps"),
        total.per_environment,
        total.shared
    );
    if title.failed > 0 {
        text += &format!(", {} not compared", count(title.failed, "app", "apps"));
    }
    text
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    from: &'a str,
    to: &'a str,
    apps: Vec<JsonApp<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonApp<'a> {
    app: &'a str,
    from_file: &'a str,
    to_file: &'a str,
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

fn json(title: Title<'_>, apps: &[AppDiff]) -> String {
    pretty(&Json {
        version: 1,
        from: title.from,
        to: title.to,
        apps: apps
            .iter()
            .map(|app| JsonApp {
                app: &app.app,
                from_file: &app.from_file,
                to_file: &app.to_file,
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

fn markdown(title: Title<'_>, apps: &[AppDiff]) -> String {
    let mut text = format!(
        "## {} compared with {}\n\n{}\n",
        markdown::plain(title.from),
        markdown::plain(title.to),
        markdown::plain(&summary(title, apps))
    );
    for app in apps.iter().filter(|app| !app.paths.is_empty()) {
        text += &format!("\n### {}\n\n", markdown::plain(&app.app));
        text += &markdown::row(&[
            "Path".to_owned(),
            "Class".to_owned(),
            markdown::plain(title.from),
            markdown::plain(title.to),
        ]);
        text += "| --- | --- | --- | --- |\n";
        for path in &app.paths {
            let value = |shown: &Option<crate::promotion::Shown>| match shown {
                Some(shown) => code(&shown.line),
                None => "—".to_owned(),
            };
            let aspect = path
                .aspect
                .map_or_else(String::new, |aspect| format!(" ({aspect})"));
            text += &markdown::row(&[
                code(&path.path) + &aspect,
                path.class.as_str().to_owned(),
                value(&path.from),
                value(&path.to),
            ]);
        }
    }
    text
}
