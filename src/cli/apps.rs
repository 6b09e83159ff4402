//! `envlint apps`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use super::workspaces::{self, Base, Checked};
use super::{Failure, Invocation, Status, tiers};
use crate::masking::markdown::escape;
use crate::masking::{Name, ObjectName, Printable, Text, printable, text};
use crate::source::read_text;
use crate::workspace::{App, Deployment, Evidence, Tier, Unread, Workspace};

/// Shows what is deployed where, by which evidence, and what is not read.
///
/// In a directory with several workspaces it lists the apps of all of them, with paths as seen from the current
/// directory.
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
    /// Only where nothing tells the tier, which is `preview` then.
    #[serde(rename = "tierKnown", skip_serializing_if = "Option::is_none")]
    tier_known: Option<bool>,
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
    /// With the column, where it is a place in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    reason: Printable,
}

/// A workspace, and where it lies as seen from where the list's paths begin.
struct Seen<'w> {
    workspace: &'w Workspace,
    prefix: String,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let (mut opened, mut failed) = (Vec::new(), Vec::new());
    for group in workspaces::groups(invocation, &[], false) {
        match group.open(invocation) {
            Ok(workspace) => opened.push(workspace),
            Err(failure) => failed.push(Checked::failed(group.root(), failure)),
        }
    }
    let failed = workspaces::join(failed, Base::Here).problems;
    if opened.is_empty() {
        return Err(Failure::Problems(failed));
    }
    opened.iter().for_each(learn_values);
    let roots: Vec<PathBuf> = opened.iter().map(|known| known.root.clone()).collect();
    let base = Base::Workspace.directory(&roots);
    let seen: Vec<Seen<'_>> = opened
        .iter()
        .map(|workspace| Seen {
            workspace,
            prefix: workspaces::prefix(&workspace.root, &base),
        })
        .collect();
    invocation.output.result(match args.format {
        Format::Text => text(&seen),
        Format::Json => Printable::json(&list(&seen)),
        Format::Markdown => markdown(&seen),
    });
    invocation.output.problems(&failed);
    if apps(&seen).next().is_none() && unread(&seen).next().is_none() {
        invocation.output.remark(text!(
            "warning: no values file was found below {}; run `envlint init --dry-run` to see where envlint looks\n",
            Text::names(roots.iter().map(|root| root.display()), ", ")
        ));
    }
    Ok(match failed.is_empty() {
        true => Status::Clean,
        false => Status::Failed,
    })
}

/// Makes the secrets of all values known to the masker: what a release is called may be one of them.
fn learn_values(workspace: &Workspace) {
    let deployments = workspace.apps.iter().flat_map(|app| &app.deployments);
    let layers = deployments.flat_map(Deployment::layers);
    let paths: BTreeSet<&str> = layers.map(|layer| layer.path.as_str()).collect();
    for path in paths {
        // What cannot be read has no secret that could be shown.
        let _ = read_text(&workspace.root, path);
    }
}

/// A name, a path or a pattern.
fn name(name: impl std::fmt::Display) -> Printable {
    Text::of(&Name(name)).show()
}

/// A name that evidence tells, which may be made of values.
fn said_name(name: impl std::fmt::Display) -> Printable {
    Text::of(&ObjectName(name)).show()
}

impl Seen<'_> {
    /// The path of a file or directory of the workspace.
    fn path(&self, path: &str) -> Printable {
        match (&*self.prefix, path) {
            ("", path) => name(path),
            (prefix, "") => name(prefix),
            (prefix, path) => printable!("{}/{}", name(prefix), name(path)),
        }
    }

    /// A directory of the workspace, or a reference to somewhere else, which stays as it is.
    fn chart(&self, chart: &str) -> Printable {
        match self.workspace.root.join(chart).exists() {
            true => self.path(chart),
            false => said_name(chart),
        }
    }

    fn app(&self, app: &App) -> AppJson {
        let deployments = app.deployments.iter();
        AppJson {
            name: name(&app.name),
            environments: deployments.map(|known| self.deployment(known)).collect(),
        }
    }

    fn deployment(&self, known: &Deployment) -> DeploymentJson {
        let environment = &known.environment.name;
        let evidence = known.evidence.iter().map(|evidence| EvidenceJson {
            file: self.path(&evidence.file),
            line: evidence.line,
            column: evidence.column,
            message: evidence.words.show(),
        });
        DeploymentJson {
            name: name(environment),
            tier: known.environment.tier,
            tier_known: (!known.environment.is_tier_told).then_some(false),
            release: known.release.as_ref().map(said_name),
            namespace: known.namespace.as_ref().map(said_name),
            chart: known.chart.as_deref().map(|chart| self.chart(chart)),
            values: self.values(known),
            given: given(known),
            evidence: evidence.collect(),
        }
    }

    /// The files that are laid over each other, the lowest first.
    fn values(&self, known: &Deployment) -> Vec<Printable> {
        known.layers().map(|layer| self.path(&layer.path)).collect()
    }

    fn said(&self, evidence: &Evidence) -> Printable {
        let file = self.path(&evidence.file);
        let place = match (evidence.line, evidence.column) {
            (1, 1) => file,
            (line, column) => printable!("{}:{}:{}", file, line, column),
        };
        printable!("{}: {}", place, evidence.words.show())
    }

    fn unread(&self, unread: &Unread) -> Printable {
        let file = self.path(&unread.file);
        let place = match unread.place {
            Some((line, column)) => printable!("{}:{}:{}", file, line, column),
            None => file,
        };
        printable!("  {}: {}\n", place, unread.reason.show())
    }

    fn text(&self, known: &Deployment) -> Printable {
        let release = known.release.as_ref();
        let release = release.map(|release| printable!("release {}", said_name(release)));
        let namespace = known.namespace.as_ref();
        let namespace = namespace.map(|namespace| printable!("in {}", said_name(namespace)));
        let place = Printable::join(release.into_iter().chain(namespace), " ");
        let mut text = printable!(
            "  {} ({}){}{}\n",
            name(&known.environment.name),
            tier(known),
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
            line("chart", self.chart(chart));
        }
        let values = self.values(known);
        if !values.is_empty() {
            line("values", Printable::join(values, ", "));
        }
        if !known.given.is_empty() {
            line("given", some_given(known));
        }
        for evidence in &known.evidence {
            line("evidence", self.said(evidence));
        }
        text
    }

    fn row(&self, app: &App, known: &Deployment) -> Printable {
        let environment = &known.environment.name;
        let chart = known.chart.as_deref().map(|chart| self.chart(chart));
        row([
            name(&app.name),
            printable!("{} ({})", name(environment), tier(known)),
            chart.unwrap_or_default(),
            Printable::join(self.values(known), ", "),
            known.release.as_ref().map(said_name).unwrap_or_default(),
            known.namespace.as_ref().map(said_name).unwrap_or_default(),
            Printable::join(known.evidence.iter().map(|known| self.said(known)), "; "),
        ])
    }
}

fn given(known: &Deployment) -> Vec<Printable> {
    known.given.iter().map(name).collect()
}

/// How many paths a line names; `--format json` has all.
const MOST_GIVEN: usize = 20;

fn some_given(known: &Deployment) -> Printable {
    let given = given(known);
    let left = given.len().saturating_sub(MOST_GIVEN);
    let some = Printable::join(given.into_iter().take(MOST_GIVEN), ", ");
    match left {
        0 => some,
        left => printable!("{} and {} more", some, left),
    }
}

/// What the environment of a deployment is for, in words.
fn tier(known: &Deployment) -> &'static str {
    match known.environment.is_tier_told {
        true => known.environment.tier.as_str(),
        false => "tier not known",
    }
}

/// All apps, each with its workspace.
fn apps<'w>(seen: &'w [Seen<'w>]) -> impl Iterator<Item = (&'w Seen<'w>, &'w App)> {
    seen.iter()
        .flat_map(|seen| seen.workspace.apps.iter().map(move |app| (seen, app)))
}

/// All that is not read, each with its workspace.
fn unread<'w>(seen: &'w [Seen<'w>]) -> impl Iterator<Item = (&'w Seen<'w>, &'w Unread)> {
    seen.iter().flat_map(|seen| {
        seen.workspace
            .unread()
            .iter()
            .map(move |place| (seen, place))
    })
}

fn list(seen: &[Seen<'_>]) -> List {
    let unread = unread(seen).map(|(seen, unread)| UnreadJson {
        file: seen.path(&unread.file),
        line: unread.place.map(|(line, _)| line),
        column: unread.place.map(|(_, column)| column),
        reason: unread.reason.show(),
    });
    List {
        version: 1,
        unread: unread.collect(),
        apps: apps(seen).map(|(seen, app)| seen.app(app)).collect(),
    }
}

fn text(seen: &[Seen<'_>]) -> Printable {
    let mut text = Printable::default();
    for (seen, app) in apps(seen) {
        text.push(printable!("{}\n", name(&app.name)));
        for known in &app.deployments {
            text.push(seen.text(known));
        }
        text.push("\n");
    }
    let unread: Printable = unread(seen)
        .map(|(seen, unread)| seen.unread(unread))
        .collect();
    if !unread.is_empty() {
        text.push(printable!("not read\n{}\n", unread));
    }
    let workspaces = seen.iter().map(|seen| seen.workspace);
    let untold = tiers::untold(workspaces).show();
    printable!("{}{}\n{}", text, summary(seen), untold)
}

fn summary(seen: &[Seen<'_>]) -> Printable {
    let number = |count: usize, what: &'static str| {
        let ending = if count == 1 { "" } else { "s" };
        printable!("{} {}{}", count, what, ending)
    };
    let workspaces = || seen.iter().map(|seen| seen.workspace);
    let environments: BTreeSet<&str> = workspaces()
        .flat_map(|workspace| &workspace.environments)
        .map(|environment| &*environment.name)
        .collect();
    let deployments = apps(seen).map(|(_, app)| app.deployments.len());
    printable!(
        "{}, {}, {}; {} not read",
        number(apps(seen).count(), "app"),
        number(environments.len(), "environment"),
        number(deployments.sum(), "deployment"),
        number(unread(seen).count(), "place")
    )
}

fn markdown(seen: &[Seen<'_>]) -> Printable {
    let mut text = Printable::from(
        "| app | environment | chart | values | release | namespace | evidence |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (seen, app) in apps(seen) {
        for known in &app.deployments {
            text.push(seen.row(app, known));
        }
    }
    let unread: Printable = unread(seen)
        .map(|(seen, unread)| row([seen.path(&unread.file), unread.reason.show()]))
        .collect();
    if !unread.is_empty() {
        text.push(printable!(
            "\n| not read | why |\n| --- | --- |\n{}",
            unread
        ));
    }
    printable!("{}\n{}\n", text, summary(seen))
}

/// A row of a table.
fn row<const CELLS: usize>(cells: [Printable; CELLS]) -> Printable {
    let cells = cells.iter().map(|cell| cell.rewrite(escape));
    printable!("| {} |\n", Printable::join(cells, " | "))
}
