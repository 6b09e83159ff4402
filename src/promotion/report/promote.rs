//! The formats of `envlint promote`.

use serde::Serialize;

use super::{PromoteFormat, count, pretty, pull_request};
use crate::git::Revision;
use crate::promotion::{Action, AppPromotion, ChangeView, Progress, Refusal};

/// What is common to all apps of a promotion.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The source environment.
    pub from: &'a str,
    /// The target environment.
    pub to: &'a str,
    /// The commit whose files were taken for the source.
    pub revision: Option<&'a Revision>,
    /// Whether the changes were to be written.
    pub write: bool,
    /// How many apps could not be looked at.
    pub failed: usize,
}

/// How many apps and changes there are.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    pub(super) apps: usize,
    pub(super) up_to_date: usize,
    pub(super) planned: usize,
    pub(super) written: usize,
    pub(super) refused: usize,
    pub(super) failed: usize,
    /// Changes of apps that are planned or written.
    pub(super) changes: usize,
}

impl Totals {
    pub(super) fn of(title: Title<'_>, apps: &[AppPromotion]) -> Totals {
        let mut totals = Totals {
            apps: apps.len() + title.failed,
            failed: title.failed,
            ..Totals::default()
        };
        for app in apps {
            match app.progress {
                Progress::UpToDate => totals.up_to_date += 1,
                Progress::Planned => totals.planned += 1,
                Progress::Written => totals.written += 1,
                Progress::Refused => totals.refused += 1,
            }
            if matches!(app.progress, Progress::Planned | Progress::Written) {
                totals.changes += app.changes.len();
            }
        }
        totals
    }
}

/// The promotion of all apps.
pub fn render(format: PromoteFormat, title: Title<'_>, apps: &[AppPromotion]) -> String {
    match format {
        PromoteFormat::Text => text(title, apps),
        PromoteFormat::Json => json(title, apps),
        PromoteFormat::Markdown => pull_request::body(title, apps),
    }
}

fn text(title: Title<'_>, apps: &[AppPromotion]) -> String {
    let mut text = String::new();
    for app in apps.iter().filter(|app| !app.changes.is_empty()) {
        let outcome = match app.refusals.is_empty() {
            true => "",
            false => " (refused: this would change, and nothing of it is written)",
        };
        text += &format!("{}: {} -> {}{outcome}\n", app.app, app.source, app.file);
        text += &changes(&app.changes);
        if !app.stays.is_empty() {
            text += &match app.stays.len() {
                1 => format!("  1 per-environment path stays as {} has it\n", title.to),
                many => format!(
                    "  {many} per-environment paths stay as {} has them\n",
                    title.to
                ),
            };
        }
        for path in &app.unset {
            text += &format!(
                "  note: {path} is per-environment and {} has none: give it a value there if it needs one\n",
                title.to
            );
        }
        text.push('\n');
        if !app.diff.is_empty() {
            text += &app.diff;
            text.push('\n');
        }
        for refusal in &app.refusals {
            text += &refused(app, refusal);
        }
    }
    text + &summary(title, apps) + "\n"
}

fn changes(changes: &[ChangeView]) -> String {
    let widest = changes
        .iter()
        .map(|change| change.path.chars().count())
        .max()
        .unwrap_or_default();
    let longest = changes.iter().map(|change| change.action.as_str().len());
    let action = longest.max().unwrap_or_default().max(6);
    changes
        .iter()
        .map(|change| {
            format!(
                "  {:action$}  {:widest$}  {}\n",
                change.action.as_str(),
                change.path,
                values(change)
            )
        })
        .collect()
}

/// `1 -> 2`, the new value, or the value that goes.
pub(super) fn values(change: &ChangeView) -> String {
    let line = |shown: &Option<crate::promotion::Shown>| {
        shown
            .as_ref()
            .map_or_else(String::new, |shown| shown.line.clone())
    };
    match change.action {
        Action::Add => line(&change.after),
        Action::Change | Action::Reorder => {
            format!("{} -> {}", line(&change.before), line(&change.after))
        }
        Action::Remove => format!("was {}", line(&change.before)),
    }
}

fn refused(app: &AppPromotion, refusal: &Refusal) -> String {
    let label = refusal.label();
    let mut text = format!("refused[{label}]: {}: {}\n", app.app, refusal.message);
    if let Some(location) = &refusal.location {
        let start = location.start();
        text += &format!(
            "  --> {}:{}:{}\n",
            location.source.path, start.line, start.column
        );
    }
    if let Some(help) = refusal.advice() {
        text += &format!("  = help: {help}\n");
    }
    text.push('\n');
    text
}

/// "dev -> staging: 3 apps, 5 changes in 2 of them; 1 refused".
pub(super) fn summary(title: Title<'_>, apps: &[AppPromotion]) -> String {
    let totals = Totals::of(title, apps);
    let revision = title
        .revision
        .map(|revision| format!(" at {}", revision.name))
        .unwrap_or_default();
    let mut parts = vec![count(totals.apps, "app", "apps")];
    let moving = totals.planned + totals.written;
    parts.push(match (moving, totals.refused) {
        (0, 0) => "nothing to promote".to_owned(),
        (0, _) => "nothing promoted".to_owned(),
        _ => {
            let word = if totals.written > 0 {
                "written"
            } else {
                "planned"
            };
            format!(
                "{} {word} in {}",
                count(totals.changes, "change", "changes"),
                count(moving, "app", "apps")
            )
        }
    });
    if totals.refused > 0 {
        parts.push(format!("{} refused", count(totals.refused, "app", "apps")));
    }
    if totals.failed > 0 {
        parts.push(format!(
            "{} not looked at",
            count(totals.failed, "app", "apps")
        ));
    }
    let hint = match !title.write && totals.planned > 0 {
        true => " (--write writes the files)",
        false => "",
    };
    format!(
        "{}{revision} -> {}: {}{hint}",
        title.from,
        title.to,
        parts.join(", ")
    )
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    from: &'a str,
    to: &'a str,
    revision: Option<&'a str>,
    apps: Vec<JsonApp<'a>>,
    summary: Totals,
}

#[derive(Serialize)]
struct JsonApp<'a> {
    app: &'a str,
    source: &'a str,
    file: &'a str,
    status: Progress,
    changes: &'a [ChangeView],
    stays: &'a [String],
    unset: &'a [String],
    refusals: Vec<JsonRefusal<'a>>,
    diff: &'a str,
}

#[derive(Serialize)]
struct JsonRefusal<'a> {
    reason: &'static str,
    rule: Option<&'static str>,
    path: Option<String>,
    message: &'a str,
    help: Option<String>,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> From<&'a Refusal> for JsonRefusal<'a> {
    fn from(refusal: &'a Refusal) -> JsonRefusal<'a> {
        let location = refusal.location.as_ref();
        JsonRefusal {
            reason: refusal.reason.as_str(),
            rule: refusal.rule,
            path: refusal.path.as_ref().map(ToString::to_string),
            message: &refusal.message,
            help: refusal.advice(),
            file: location.map(|location| location.source.path.as_str()),
            line: location.map(|location| location.start().line),
            column: location.map(|location| location.start().column),
        }
    }
}

fn json(title: Title<'_>, apps: &[AppPromotion]) -> String {
    pretty(&Json {
        version: 1,
        from: title.from,
        to: title.to,
        revision: title.revision.map(|revision| revision.commit.as_str()),
        apps: apps
            .iter()
            .map(|app| JsonApp {
                app: &app.app,
                source: &app.source,
                file: &app.file,
                status: app.progress,
                changes: &app.changes,
                stays: &app.stays,
                unset: &app.unset,
                refusals: app.refusals.iter().map(JsonRefusal::from).collect(),
                diff: &app.diff,
            })
            .collect(),
        summary: Totals::of(title, apps),
    })
}
