//! The formats of `envlint promote`.

use serde::Serialize;

use super::blocks::in_line;
use super::diff::unified;
use super::{PromoteFormat, count, name, pull_request};
use crate::git::Revision;
use crate::masking::{Printable, Text, printable};
use crate::promotion::{Action, AppPromotion, ChangeView, Cluster, Progress, Refusal};
use crate::source::{self, Heading, Problem, Severity};

/// What is common to all apps of a promotion.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The source environment.
    pub from: &'a str,
    /// The target environments.
    pub to: &'a [&'a str],
    /// The commit whose files were taken for the source.
    pub revision: Option<&'a Revision>,
    /// The last commit, where the files on the disk are promoted.
    pub head: Option<&'a Revision>,
    /// Whether the changes were to be written.
    pub write: bool,
    /// Whether hotfixes go back.
    pub back: bool,
    /// Why it goes on during a freeze, where somebody said so.
    pub during_freeze: Option<&'a str>,
    /// Whether hotfixes of the target may be overwritten.
    pub overwrites: bool,
    /// How many conditions of `promotion.stop` there are.
    pub conditions: usize,
    /// What kept apps from being looked at.
    pub failed: &'a [Problem],
}

impl Title<'_> {
    /// The names of the target environments.
    pub(super) fn targets(&self, between: &'static str) -> Printable {
        Printable::join(self.to.iter().map(name), between)
    }
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
            apps: apps.len() + title.failed.len(),
            failed: title.failed.len(),
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
pub fn render(format: PromoteFormat, title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    match format {
        PromoteFormat::Text => text(title, apps),
        PromoteFormat::Json => json(title, apps),
        PromoteFormat::Markdown => pull_request::body(title, apps),
    }
}

fn text(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let mut text = Printable::default();
    let is_shown = |app: &&AppPromotion| {
        let leaves = !title.back && !app.left_out.is_empty();
        let is_quiet = app.changes.is_empty() && app.refusals.is_empty() && app.unset.is_empty();
        leaves || !is_quiet
    };
    for app in apps.iter().filter(is_shown) {
        let outcome = match app.refusals.is_empty() {
            true => "",
            false => " (refused: nothing is written)",
        };
        text.push(printable!(
            "{}: {} -> {}{}\n",
            name(&app.app),
            name(&app.source),
            name(&app.file),
            outcome
        ));
        text.push(changes(&app.changes));
        text.push(stays(title, app));
        text.push("\n");
        if !app.diff.is_empty() {
            text.push(unified(&app.diff));
            text.push("\n");
        }
        for refusal in &app.refusals {
            text.push(refused(app, refusal));
        }
    }
    text.push(summary(title, apps));
    text.push("\n");
    text
}

/// How many paths a line names before it stops.
const LISTED: usize = 10;

fn listed(paths: &[Text]) -> Printable {
    let more = match paths.len().saturating_sub(LISTED) {
        0 => Printable::default(),
        more => printable!(" and {} more", more),
    };
    let first = paths.iter().take(LISTED).map(Text::show);
    printable!("{}{}", Printable::join(first, ", "), more)
}

/// The paths that a promotion leaves alone.
fn stays(title: Title<'_>, app: &AppPromotion) -> Printable {
    let to = name(&app.to);
    let mut text = match app.stays.len() {
        0 => Printable::default(),
        1 => printable!("  1 per-environment path keeps the value of {}\n", to),
        many => printable!(
            "  {} per-environment paths keep the values of {}\n",
            many,
            to
        ),
    };
    if !app.left_out.is_empty() {
        let left = app.left_out.len();
        let (what, why) = match title.back {
            true => (count(left, "other path", "other paths"), "not carried back"),
            false => (count(left, "path was", "paths were"), "not asked for"),
        };
        text.push(printable!(
            "  {} {}: {}\n",
            what,
            why,
            listed(&app.left_out)
        ));
    }
    for warning in &app.warnings {
        text.push(printable!("  warning: {}\n", warning.show()));
    }
    for path in &app.unset {
        text.push(printable!(
            "  note: {} is per-environment and missing in {}: add a value there if it needs one\n",
            path.show(),
            to
        ));
    }
    text
}

fn changes(changes: &[ChangeView]) -> Printable {
    let paths: Vec<Printable> = changes.iter().map(|change| change.path.show()).collect();
    let widest = paths.iter().map(Printable::width).max().unwrap_or_default();
    let longest = changes.iter().map(|change| change.action.as_str().len());
    let action = longest.max().unwrap_or_default().max(6);
    let lines = changes.iter().zip(paths).map(|(change, path)| {
        printable!(
            "  {}  {}  {}\n",
            Printable::from(change.action.as_str()).padded(action),
            path.padded(widest),
            values(change)
        )
    });
    lines.collect()
}

/// `1 -> 2`, the new value, or the value that goes.
fn values(change: &ChangeView) -> Printable {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let [before, after] = in_line(before, after, change.lines.as_ref());
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let mut text = match change.action {
        Action::Add => after,
        Action::Change | Action::Reorder => printable!("{} -> {}", before, after),
        Action::Remove => printable!("was {}", before),
    };
    if let Some(transformed) = &change.transformed {
        text.push(printable!(" ({})", transformed.said.show()));
    }
    text
}

fn refused(app: &AppPromotion, refusal: &Refusal) -> Printable {
    let heading = Heading {
        severity: Severity::Error,
        word: Some("refused"),
        label: Some(refusal.label()),
    };
    let place = refusal.location.as_ref();
    let mut text = source::render(heading, refusal, place, Some(name(&app.app)), false);
    text.push("\n\n");
    text
}

/// "dev -> staging: 3 apps, 5 changes in 2 of them; 1 refused".
pub(super) fn summary(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let totals = Totals::of(title, apps);
    let revision = match title.revision {
        Some(revision) => printable!(" at {}", name(&revision.name)),
        None => Printable::default(),
    };
    let apps_of = |number| match title.to.len() {
        0 | 1 => count(number, "app", "apps"),
        // Each app is promoted to each of them.
        _ => count(number, "promotion", "promotions"),
    };
    let mut parts = vec![apps_of(totals.apps)];
    let moving = totals.planned + totals.written;
    parts.push(match (moving, totals.refused) {
        (0, 0) if title.back => "no hotfix to carry back".into(),
        (0, 0) => "nothing to promote".into(),
        (0, _) => "nothing promoted".into(),
        _ => printable!(
            "{} {} in {}",
            count(totals.changes, "change", "changes"),
            if totals.written > 0 {
                "written"
            } else {
                "planned"
            },
            apps_of(moving)
        ),
    });
    if totals.refused > 0 {
        parts.push(printable!("{} refused", apps_of(totals.refused)));
    }
    if totals.failed > 0 {
        parts.push(printable!("{} failed", apps_of(totals.failed)));
    }
    let hint = match !title.write && totals.planned > 0 {
        true => " (--write writes the files)",
        false => "",
    };
    printable!(
        "{}{} -> {}: {}{}",
        name(title.from),
        revision,
        title.targets(", "),
        Printable::join(parts, ", "),
        hint
    )
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    from: Printable,
    to: Printable,
    revision: Option<Printable>,
    apps: Vec<JsonApp<'a>>,
    summary: Totals,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonApp<'a> {
    app: Printable,
    to: Printable,
    source: Printable,
    file: Printable,
    status: Progress,
    changes: &'a [ChangeView],
    stays: &'a [Text],
    unset: &'a [Text],
    left_out: &'a [Text],
    warnings: &'a [Text],
    cluster: &'a Cluster,
    refusals: Vec<JsonRefusal>,
    diff: Printable,
}

#[derive(Serialize)]
struct JsonRefusal {
    reason: &'static str,
    rule: Option<&'static str>,
    path: Option<Printable>,
    message: Printable,
    help: Option<Printable>,
    file: Option<Printable>,
    line: Option<usize>,
    column: Option<usize>,
}

impl From<&Refusal> for JsonRefusal {
    fn from(refusal: &Refusal) -> JsonRefusal {
        let location = refusal.location.as_ref();
        JsonRefusal {
            reason: refusal.as_str(),
            rule: refusal.rule(),
            path: refusal.path.as_ref().map(name),
            message: refusal.message.show(),
            help: refusal.advice().map(Printable::from),
            file: location.map(|location| location.source.name().show()),
            line: location.map(|location| location.start().line),
            column: location.map(|location| location.start().column),
        }
    }
}

fn json(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    Printable::json(&Json {
        version: 1,
        from: name(title.from),
        to: title.targets(","),
        revision: title.revision.map(|revision| name(&revision.commit)),
        apps: apps
            .iter()
            .map(|app| JsonApp {
                app: name(&app.app),
                to: name(&app.to),
                source: name(&app.source),
                file: name(&app.file),
                status: app.progress,
                changes: &app.changes,
                stays: &app.stays,
                unset: &app.unset,
                left_out: &app.left_out,
                warnings: &app.warnings,
                cluster: &app.cluster,
                refusals: app.refusals.iter().map(JsonRefusal::from).collect(),
                diff: unified(&app.diff),
            })
            .collect(),
        summary: Totals::of(title, apps),
    })
}
