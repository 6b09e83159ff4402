//! The formats of `envlint diff`.

use serde::Serialize;

use super::blocks::{Block, in_line};
use super::columns;
use super::{DiffFormat, count, in_cell, name, row};
use crate::masking::markdown::{code, escape, prose};
use crate::masking::{Printable, Text, printable};
use crate::promotion::{AppDiff, Class, Counts, PathView};

/// What is common to all apps of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The first environment.
    pub from: &'a str,
    /// The second environment.
    pub to: &'a str,
    /// How many apps could not be compared.
    pub failed: usize,
    /// In how many columns the two sides stand next to each other, in the format for people; none for below each other.
    pub columns: Option<usize>,
}

/// The comparison of all apps.
pub fn render(format: DiffFormat, title: Title<'_>, apps: &[AppDiff]) -> Printable {
    match format {
        DiffFormat::Text => text(title, apps),
        DiffFormat::Unified => apps.iter().map(|app| unified(&app.unified)).collect(),
        DiffFormat::Json => json(title, apps),
        DiffFormat::Markdown => markdown(title, apps),
        // The command line gives no more than one.
        DiffFormat::JsonPatch => apps.iter().map(|app| super::patch(&app.patch)).collect(),
    }
}

/// A unified diff.
pub fn unified(diff: &Text) -> Printable {
    diff.show()
}

fn text(title: Title<'_>, apps: &[AppDiff]) -> Printable {
    let mut text = Printable::default();
    for app in apps.iter().filter(|app| !app.paths.is_empty()) {
        let files = [name(&app.from_file), name(&app.to_file)];
        match title.columns {
            Some(width) => {
                text.push(printable!("{}\n", name(&app.app)));
                text.push(columns::table(width, &files, &app.paths, true));
            }
            None => {
                let [from, to] = files;
                text.push(printable!("{}: {} -> {}\n", name(&app.app), from, to));
                text.push(paths(&app.paths, true));
            }
        }
        text.push("\n");
    }
    text.push(summary(title, apps));
    text.push("\n");
    text
}

/// A line for each path: with its class, where there are several.
pub(super) fn paths(views: &[PathView], with_class: bool) -> Printable {
    let paths: Vec<Printable> = views.iter().map(|view| view.path.show()).collect();
    let widest_path = paths.iter().map(Printable::width).max().unwrap_or_default();
    let classes = views.iter().map(|view| view.class.as_str().len());
    let widest_class = classes.max().unwrap_or_default();
    let lines = views.iter().zip(paths).map(|(view, path)| {
        let class = match with_class {
            true => Printable::from(view.class.as_str()).padded(widest_class + 2),
            false => Printable::default(),
        };
        let path = path.padded(widest_path);
        match view.lines.as_ref().and_then(Block::of) {
            Some(block) => printable!(
                "  {}{}  {}\n{}",
                class,
                path,
                block.summary(),
                block.below("    ")
            ),
            None => printable!("  {}{}  {}\n", class, path, values(view)),
        }
    });
    lines.collect()
}

/// `1 -> 2`, `(none) -> 2`, or the value that both have.
fn values(path: &PathView) -> Printable {
    let values = in_line(path.from.as_ref(), path.to.as_ref(), None);
    let [from, to] = values.map(|value| value.unwrap_or_else(|| "(none)".into()));
    match path.class {
        Class::Shared => from,
        _ => {
            let order = match path.aspect {
                Some(aspect) => printable!("{}: ", aspect),
                None => Printable::default(),
            };
            printable!("{}{} -> {}", order, from, to)
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
    let classes = [
        (total.pending, Class::Pending),
        (total.hotfix, Class::Hotfix),
        (total.different, Class::Different),
        (total.per_environment, Class::PerEnvironment),
        (total.shared, Class::Shared),
    ];
    let classes = classes.iter().filter(|(number, _)| *number > 0);
    let parts = classes.map(|(number, class)| printable!("{} {}", number, class.as_str()));
    let mut parts: Vec<Printable> = parts.collect();
    if total.differing() == 0 && !apps.is_empty() {
        parts.insert(0, "no shared path differs".into());
    }
    parts.insert(0, count(apps.len(), "app", "apps"));
    let mut text = printable!(
        "{} -> {}: {}",
        name(title.from),
        name(title.to),
        Printable::join(parts, ", ")
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

/// A path and its two values, as the cells of a table in Markdown.
pub(super) fn cells(path: &PathView) -> [Printable; 3] {
    let (from, to) = (path.from.as_ref(), path.to.as_ref());
    let [from, to] = in_line(from, to, path.lines.as_ref()).map(in_cell);
    let aspect = match path.aspect {
        Some(aspect) => printable!(" ({})", aspect),
        None => Printable::default(),
    };
    let shown = path.path.show().rewrite(code);
    [printable!("{}{}", shown, aspect), from, to]
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
            let [shown, from, to] = cells(path);
            text.push(row([shown, path.class.as_str().into(), from, to]));
        }
    }
    text
}
