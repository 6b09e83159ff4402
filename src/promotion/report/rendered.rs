//! The formats of `envlint diff --rendered`.

use serde::Serialize;

use super::diff::Title;
use super::markdown::{block, plain};
use super::{DiffFormat, count, pretty};
use crate::promotion::AppDiff;

/// The comparison of what all apps deploy.
pub fn render(format: DiffFormat, title: Title<'_>, apps: &[AppDiff]) -> String {
    match format {
        DiffFormat::Text => text(title, apps),
        DiffFormat::Unified => apps.iter().map(|app| app.unified.as_str()).collect(),
        DiffFormat::Json => json(title, apps),
        DiffFormat::Markdown => markdown(title, apps),
    }
}

fn different(apps: &[AppDiff]) -> impl Iterator<Item = &AppDiff> {
    apps.iter().filter(|app| app.renders_differently())
}

fn summary(title: Title<'_>, apps: &[AppDiff]) -> String {
    let mut text = format!(
        "{} -> {}, rendered: {}, {} different",
        title.from,
        title.to,
        count(apps.len(), "app", "apps"),
        different(apps).count()
    );
    if title.failed > 0 {
        text += &format!(", {} not compared", count(title.failed, "app", "apps"));
    }
    text
}

fn text(title: Title<'_>, apps: &[AppDiff]) -> String {
    let sections: String = different(apps)
        .map(|app| format!("{}:\n{}\n", app.app, app.unified))
        .collect();
    sections + &summary(title, apps) + "\n"
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    from: &'a str,
    to: &'a str,
    apps: Vec<JsonApp<'a>>,
    failed: usize,
}

#[derive(Serialize)]
struct JsonApp<'a> {
    app: &'a str,
    differs: bool,
    diff: &'a str,
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
                differs: app.renders_differently(),
                diff: &app.unified,
            })
            .collect(),
        failed: title.failed,
    })
}

fn markdown(title: Title<'_>, apps: &[AppDiff]) -> String {
    let head = format!(
        "## What {} and {} deploy\n\n{}\n",
        plain(title.from),
        plain(title.to),
        plain(&summary(title, apps))
    );
    let sections = different(apps).map(|app| {
        format!(
            "\n### {}\n\n{}",
            plain(&app.app),
            block("diff", &app.unified)
        )
    });
    head + &sections.collect::<String>()
}
