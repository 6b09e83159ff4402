//! The formats of `envlint diff --rendered`.

use serde::Serialize;

use super::diff::{Title, unified};
use super::{DiffFormat, count, name};
use crate::masking::markdown::{self, escape, prose};
use crate::masking::{Printable, printable};
use crate::promotion::AppDiff;

/// The comparison of what all apps deploy.
pub fn render(format: DiffFormat, title: Title<'_>, apps: &[AppDiff]) -> Printable {
    match format {
        DiffFormat::Text => text(title, apps),
        DiffFormat::Unified => apps.iter().map(|app| unified(&app.unified)).collect(),
        DiffFormat::Json => json(title, apps),
        DiffFormat::Markdown => markdown(title, apps),
        // The command line refuses it: there is no patch of a stream of manifests.
        DiffFormat::JsonPatch => Printable::default(),
    }
}

fn different(apps: &[AppDiff]) -> impl Iterator<Item = &AppDiff> {
    apps.iter().filter(|app| app.renders_differently())
}

fn summary(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let mut text = printable!(
        "{} -> {}, rendered: {}, {} different",
        name(title.from),
        name(title.to),
        count(apps.len(), "app", "apps"),
        different(apps).count()
    );
    if title.failed > 0 {
        text.push(printable!(
            ", {} not compared",
            count(title.failed, "app", "apps")
        ));
    }
    text
}

fn text(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let sections =
        different(apps).map(|app| printable!("{}:\n{}\n", name(&app.app), unified(&app.unified)));
    let mut text: Printable = sections.collect();
    text.push(summary(title, apps));
    text.push("\n");
    text
}

#[derive(Serialize)]
struct Json {
    version: u8,
    from: Printable,
    to: Printable,
    apps: Vec<JsonApp>,
    failed: usize,
}

#[derive(Serialize)]
struct JsonApp {
    app: Printable,
    differs: bool,
    diff: Printable,
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
                differs: app.renders_differently(),
                diff: unified(&app.unified),
            })
            .collect(),
        failed: title.failed,
    })
}

fn markdown(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let mut text = printable!(
        "## What {} and {} deploy\n\n{}\n",
        name(title.from).rewrite(escape),
        name(title.to).rewrite(escape),
        summary(title, apps).rewrite(prose)
    );
    for app in different(apps) {
        text.push(printable!(
            "\n### {}\n\n{}",
            name(&app.app).rewrite(escape),
            unified(&app.unified).rewrite(markdown::diff)
        ));
    }
    text
}
