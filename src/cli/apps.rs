//! `envlint apps`.

use std::path::Path;

use serde::Serialize;

use super::{Failure, Invocation, Status};
use crate::masking::{Name, Printable, Text, printable};
use crate::report::markdown::escape;
use crate::workspace::{App, Deployment, Evidence, Tier, Unread, Workspace};

/// Shows what is deployed where, by which evidence, and what is not read.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How the list is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For pull requests and wikis.
    Markdown,
}

/// The list for programs: its form stays, since pipelines read it.
#[derive(Serialize)]
struct List {
    version: u32,
    apps: Vec<AppJson>,
    unread: Vec<UnreadJson>,
}

#[derive(Serialize)]
struct AppJson {
    name: Printable,
    environments: Vec<DeploymentJson>,
}

#[derive(Serialize)]
struct DeploymentJson {
    name: Printable,
    tier: Tier,
    /// Null where nothing says it.
    release: Option<Printable>,
    /// Null where nothing says it.
    namespace: Option<Printable>,
    chart: Option<Printable>,
    values: Vec<Printable>,
    given: Vec<Printable>,
    evidence: Vec<EvidenceJson>,
}

#[derive(Serialize)]
struct EvidenceJson {
    file: Printable,
    line: usize,
    column: usize,
    message: Printable,
}

#[derive(Serialize)]
struct UnreadJson {
    file: Printable,
    reason: Printable,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = invocation.workspace(Path::new("."))?;
    invocation.output.result(match args.format {
        Format::Text => text(&workspace),
        Format::Json => Printable::json(&list(&workspace)),
        Format::Markdown => markdown(&workspace),
    });
    Ok(Status::Clean)
}

/// A name, a path or a pattern.
fn name(name: impl std::fmt::Display) -> Printable {
    Text::of(&Name(name)).show()
}

fn list(workspace: &Workspace) -> List {
    let unread = workspace.unread.iter().map(|unread| UnreadJson {
        file: name(&unread.file),
        reason: unread.reason.show(),
    });
    List {
        version: 1,
        unread: unread.collect(),
        apps: workspace.apps.iter().map(app).collect(),
    }
}

fn app(app: &App) -> AppJson {
    let deployments = app.deployments.iter();
    AppJson {
        name: name(&app.name),
        environments: deployments.map(deployment).collect(),
    }
}

fn deployment(known: &Deployment) -> DeploymentJson {
    let environment = &known.environment.name;
    let evidence = known.evidence.iter().map(|evidence| EvidenceJson {
        file: name(&evidence.file),
        line: evidence.line,
        column: evidence.column,
        message: evidence.words.show(),
    });
    DeploymentJson {
        name: name(environment),
        tier: known.environment.tier,
        release: known.release.as_ref().map(name),
        namespace: known.namespace.as_ref().map(name),
        chart: known.chart.as_ref().map(name),
        values: values(known),
        given: given(known),
        evidence: evidence.collect(),
    }
}

/// The files that are laid over each other, the lowest first.
fn values(known: &Deployment) -> Vec<Printable> {
    known.layers().map(|layer| name(&layer.path)).collect()
}

fn given(known: &Deployment) -> Vec<Printable> {
    known.given.iter().map(name).collect()
}

fn place(evidence: &Evidence) -> Printable {
    match (evidence.line, evidence.column) {
        (1, 1) => name(&evidence.file),
        (line, column) => printable!("{}:{}:{}", name(&evidence.file), line, column),
    }
}

fn said(evidence: &Evidence) -> Printable {
    printable!("{}: {}", place(evidence), evidence.words.show())
}

fn text(workspace: &Workspace) -> Printable {
    let mut text = Printable::default();
    for app in &workspace.apps {
        text.push(printable!("{}\n", name(&app.name)));
        for known in &app.deployments {
            text.push(deployment_text(known));
        }
        text.push("\n");
    }
    if !workspace.unread.is_empty() {
        text.push("not read\n");
        text.push(
            workspace
                .unread
                .iter()
                .map(unread_text)
                .collect::<Printable>(),
        );
        text.push("\n");
    }
    printable!("{}{}\n", text, summary(workspace))
}

fn unread_text(unread: &Unread) -> Printable {
    let file = name(&unread.file);
    let place = match unread.place {
        Some((line, column)) => printable!("{}:{}:{}", file, line, column),
        None => file,
    };
    printable!("  {}: {}\n", place, unread.reason.show())
}

fn deployment_text(known: &Deployment) -> Printable {
    let environment = &known.environment.name;
    let release = known.release.as_ref();
    let release = release.map(|release| printable!("release {}", name(release)));
    let namespace = known.namespace.as_ref();
    let namespace = namespace.map(|namespace| printable!("in {}", name(namespace)));
    let place = Printable::join(release.into_iter().chain(namespace), " ");
    let mut text = printable!(
        "  {} ({}){}{}\n",
        name(environment),
        known.environment.tier.as_str(),
        if place.is_empty() { "" } else { ": " },
        place
    );
    let mut line = |what: &'static str, of: Printable| {
        text.push(printable!(
            "    {}  {}\n",
            Printable::from(what).padded(8),
            of
        ));
    };
    if let Some(chart) = &known.chart {
        line("chart", name(chart));
    }
    let values = values(known);
    if !values.is_empty() {
        line("values", Printable::join(values, ", "));
    }
    if !known.given.is_empty() {
        line("given", Printable::join(given(known), ", "));
    }
    for evidence in &known.evidence {
        line("evidence", said(evidence));
    }
    text
}

fn summary(workspace: &Workspace) -> Printable {
    let number = |count: usize, what: &'static str| {
        let ending = if count == 1 { "" } else { "s" };
        printable!("{} {}{}", count, what, ending)
    };
    let deployments = workspace.apps.iter().map(|app| app.deployments.len());
    printable!(
        "{}, {}, {}; {} not read",
        number(workspace.apps.len(), "app"),
        number(workspace.environments.len(), "environment"),
        number(deployments.sum(), "deployment"),
        number(workspace.unread.len(), "place")
    )
}

fn markdown(workspace: &Workspace) -> Printable {
    let mut text = Printable::from(
        "| app | environment | chart | values | release | namespace | evidence |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for app in &workspace.apps {
        for known in &app.deployments {
            let environment = &known.environment.name;
            let tier = known.environment.tier.as_str();
            text.push(row([
                name(&app.name),
                printable!("{} ({})", name(environment), tier),
                known.chart.as_ref().map(name).unwrap_or_default(),
                Printable::join(values(known), ", "),
                known.release.as_ref().map(name).unwrap_or_default(),
                known.namespace.as_ref().map(name).unwrap_or_default(),
                Printable::join(known.evidence.iter().map(said), "; "),
            ]));
        }
    }
    if !workspace.unread.is_empty() {
        text.push("\n| not read | why |\n| --- | --- |\n");
        for unread in &workspace.unread {
            text.push(row([name(&unread.file), unread.reason.show()]));
        }
    }
    printable!("{}\n{}\n", text, summary(workspace))
}

/// A row of a table.
fn row<const CELLS: usize>(cells: [Printable; CELLS]) -> Printable {
    let cells = cells.iter().map(|cell| cell.rewrite(escape));
    printable!("| {} |\n", Printable::join(cells, " | "))
}
