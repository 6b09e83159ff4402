//! The formats of `envlint status`.

use serde::Serialize;

use super::{count, name, row};
use crate::history::Since;
use crate::masking::markdown::{code, escape};
use crate::masking::{Printable, Text, printable};
use crate::promotion::{AppStatus, PairStatus, PathStatus};

/// How a status is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StatusFormat {
    /// For people: one line for each state, with the oldest change.
    Text,
    /// For programs: one JSON object, which stays compatible.
    Json,
    /// For a pull request or a summary: one table.
    Markdown,
}

/// What is common to all apps.
#[derive(Debug, Clone, Copy)]
pub struct Title {
    /// How many apps could not be looked at.
    pub failed: usize,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Whether the text may have colours.
    pub colour: bool,
}

/// The states, in the order in which somebody has to act, with their colours (ECMA-48, "SGR").
const STATES: [(&str, &str); 4] = [
    ("hotfix", "\u{1b}[1;31m"),
    ("waiting", "\u{1b}[33m"),
    ("pending", "\u{1b}[36m"),
    ("unknown", "\u{1b}[2m"),
];

/// How many paths a line names.
const LISTED: usize = 5;

/// The states of all apps.
pub fn render(format: StatusFormat, title: Title, apps: &[AppStatus]) -> Printable {
    match format {
        StatusFormat::Text => text(title, apps),
        StatusFormat::Json => json(title, apps),
        StatusFormat::Markdown => markdown(title, apps),
    }
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    apps: usize,
    in_step: usize,
    pending: usize,
    hotfix: usize,
    waiting: usize,
    unknown: usize,
    absent: usize,
    failed: usize,
}

impl Totals {
    fn of(title: Title, apps: &[AppStatus]) -> Totals {
        let all = |state: &str| {
            let paths = apps.iter().flat_map(|app| &app.pairs);
            let paths = paths.flat_map(|pair| &pair.paths);
            paths.filter(|path| path.state == state).count()
        };
        Totals {
            apps: apps.len() + title.failed,
            in_step: apps.iter().filter(|app| app.is_in_step()).count(),
            pending: all("pending"),
            hotfix: all("hotfix"),
            waiting: all("waiting"),
            unknown: all("unknown"),
            absent: apps.iter().map(|app| app.absent.len()).sum(),
            failed: title.failed,
        }
    }

    /// "3 apps: 1 hotfix, 2 pending; 1 app in step".
    fn said(self) -> Printable {
        let states = [
            (self.hotfix, "hotfix"),
            (self.waiting, "waiting"),
            (self.pending, "pending"),
            (self.unknown, "unknown"),
            (self.absent, "without values"),
        ];
        let found = states.into_iter().filter(|(number, _)| *number > 0);
        let found: Vec<Printable> = found
            .map(|(number, word)| printable!("{} {}", number, word))
            .collect();
        let mut text = count(self.apps, "app", "apps");
        match found.is_empty() {
            true if self.in_step == 0 => {}
            true => text.push(": all in step"),
            false => text.push(printable!(": {}", Printable::join(found, ", "))),
        }
        if self.failed > 0 {
            text.push(printable!(
                "; {} not read",
                count(self.failed, "app", "apps")
            ));
        }
        text
    }
}

/// The paths of a pair that are in a state; hotfixes by the change that made them.
fn groups<'p>(pair: &'p PairStatus, state: &'static str) -> Vec<Vec<&'p PathStatus>> {
    let mut groups: Vec<Vec<&'p PathStatus>> = Vec::new();
    for path in pair.paths.iter().filter(|path| path.state == state) {
        let is_same = |group: &&mut Vec<&'p PathStatus>| {
            state != "hotfix" || group.first().is_some_and(|known| known.since == path.since)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(path),
            None => groups.push(vec![path]),
        }
    }
    groups
}

/// When the first of some paths began.
fn oldest<'p>(paths: &[&'p PathStatus]) -> Option<&'p Since> {
    let known = paths.iter().filter_map(|path| path.since.as_ref());
    known.min_by_key(|since| since.time())
}

/// `3f2c1a9, 2 days ago, Ada`.
fn since(since: Option<&Since>, now: i64) -> Printable {
    match since {
        None => Printable::default(),
        Some(Since::Uncommitted) => "not committed".into(),
        Some(Since::Commit(commit)) => printable!(
            "{}, {}, {}",
            name(commit.short()),
            age(now.saturating_sub(commit.time)),
            name(&commit.author)
        ),
    }
}

/// "3 days ago"; what lies ahead of a wrong clock is now.
fn age(seconds: i64) -> Printable {
    let minutes = usize::try_from(seconds / 60).unwrap_or_default();
    let (number, one, many) = match minutes {
        0 => return "just now".into(),
        1..=59 => (minutes, "minute", "minutes"),
        60..=1439 => (minutes / 60, "hour", "hours"),
        _ => (minutes / 1440, "day", "days"),
    };
    printable!("{} ago", count(number, one, many))
}

fn listed(paths: &[&PathStatus]) -> Printable {
    let names = paths.iter().take(LISTED).map(|path| path.path.show());
    let mut text = Printable::join(names, ", ");
    if paths.len() > LISTED {
        text.push(printable!(" and {} more", paths.len() - LISTED));
    }
    text
}

/// Why nothing is known of some paths.
fn why(paths: &[&PathStatus]) -> Option<Printable> {
    let first = paths.iter().find_map(|path| path.why.as_ref());
    first.map(Text::show)
}

fn text(title: Title, apps: &[AppStatus]) -> Printable {
    let mut text = Printable::default();
    for app in apps.iter().filter(|app| !app.is_in_step()) {
        text.push(printable!("{}\n", name(&app.app)));
        for pair in &app.pairs {
            text.push(printable!("  {} -> {}\n", name(&pair.from), name(&pair.to)));
            for (state, colour) in STATES {
                for paths in groups(pair, state) {
                    let word = Printable::from(state).padded(7);
                    let word = match title.colour {
                        true => printable!("{}{}\u{1b}[0m", colour, word),
                        false => word,
                    };
                    let begun = since(oldest(&paths), title.now);
                    let tail = match why(&paths) {
                        Some(why) => printable!(" ({})", why),
                        None => printable!(" ({})", begun),
                    };
                    text.push(printable!("    {}  {}{}\n", word, listed(&paths), tail));
                }
            }
        }
        for (environment, file) in &app.absent {
            text.push(printable!(
                "  {} has no values: {} does not exist\n",
                name(environment),
                name(file)
            ));
        }
        text.push("\n");
    }
    text.push(Totals::of(title, apps).said());
    text.push("\n");
    text
}

fn markdown(title: Title, apps: &[AppStatus]) -> Printable {
    let mut text = printable!("## Status\n\n{}\n", Totals::of(title, apps).said());
    let mut rows = Printable::default();
    for app in apps {
        for pair in &app.pairs {
            for (state, _) in STATES {
                for paths in groups(pair, state) {
                    let codes = paths.iter().take(LISTED);
                    let codes = codes.map(|path| path.path.show().rewrite(code));
                    let mut names = Printable::join(codes, ", ");
                    if paths.len() > LISTED {
                        names.push(printable!(" and {} more", paths.len() - LISTED));
                    }
                    let begun = why(&paths).unwrap_or_else(|| since(oldest(&paths), title.now));
                    rows.push(row([
                        name(&app.app).rewrite(escape),
                        printable!(
                            "{} → {}",
                            name(&pair.from).rewrite(escape),
                            name(&pair.to).rewrite(escape)
                        ),
                        state.into(),
                        names,
                        begun.rewrite(escape),
                    ]));
                }
            }
        }
        for (environment, file) in &app.absent {
            rows.push(row([
                name(&app.app).rewrite(escape),
                name(environment).rewrite(escape),
                "without values".into(),
                name(file).rewrite(code),
                Printable::default(),
            ]));
        }
    }
    if !rows.is_empty() {
        text.push("\n");
        text.push(row(
            ["App", "From → to", "State", "Paths", "Since"].map(Printable::from)
        ));
        text.push("| --- | --- | --- | --- | --- |\n");
        text.push(rows);
    }
    text
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    apps: Vec<JsonApp<'a>>,
    summary: Totals,
}

#[derive(Serialize)]
struct JsonApp<'a> {
    app: Printable,
    pairs: Vec<JsonPair<'a>>,
    /// The environments without a values file, though the one that is promoted to them has one
    absent: Vec<JsonAbsent>,
}

#[derive(Serialize)]
struct JsonAbsent {
    environment: Printable,
    file: Printable,
}

#[derive(Serialize)]
struct JsonPair<'a> {
    from: Printable,
    to: Printable,
    paths: Vec<JsonPath<'a>>,
}

#[derive(Serialize)]
struct JsonPath<'a> {
    path: &'a Text,
    state: &'static str,
    since: Option<JsonSince>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Text>,
}

#[derive(Serialize)]
struct JsonSince {
    commit: Option<Printable>,
    date: Option<Printable>,
    author: Option<Printable>,
}

impl<'a> From<&'a PairStatus> for JsonPair<'a> {
    fn from(pair: &'a PairStatus) -> JsonPair<'a> {
        let paths = pair.paths.iter().map(|path| JsonPath {
            path: &path.path,
            state: path.state,
            since: path.since.as_ref().map(JsonSince::from),
            reason: path.why.as_ref(),
        });
        JsonPair {
            from: name(&pair.from),
            to: name(&pair.to),
            paths: paths.collect(),
        }
    }
}

impl JsonAbsent {
    fn of((environment, file): &(std::sync::Arc<str>, String)) -> JsonAbsent {
        JsonAbsent {
            environment: name(environment),
            file: name(file),
        }
    }
}

impl From<&Since> for JsonSince {
    fn from(since: &Since) -> JsonSince {
        let commit = match since {
            Since::Commit(commit) => Some(commit),
            Since::Uncommitted => None,
        };
        JsonSince {
            commit: commit.map(|commit| name(&commit.hash)),
            date: commit.map(|commit| name(commit.moment())),
            author: commit.map(|commit| name(&commit.author)),
        }
    }
}

fn json(title: Title, apps: &[AppStatus]) -> Printable {
    Printable::json(&Json {
        version: 1,
        apps: apps
            .iter()
            .map(|app| JsonApp {
                app: name(&app.app),
                pairs: app.pairs.iter().map(JsonPair::from).collect(),
                absent: app.absent.iter().map(JsonAbsent::of).collect(),
            })
            .collect(),
        summary: Totals::of(title, apps),
    })
}
