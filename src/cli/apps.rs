//! `envlint apps`.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::{Context, Failure, Status};
use crate::report::markdown::escape;
use crate::workspace::{App, Deployment, Evidence, Tier, Workspace};

/// Shows what is deployed where, by which evidence, and what is not read.
#[derive(Debug, clap::Args)]
pub struct Args {
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

/// The list for programs: a contract (design, section 6).
#[derive(Serialize)]
struct List<'a> {
    version: u32,
    apps: Vec<AppJson<'a>>,
    unread: Vec<UnreadJson<'a>>,
}

#[derive(Serialize)]
struct AppJson<'a> {
    name: &'a str,
    environments: Vec<DeploymentJson<'a>>,
}

#[derive(Serialize)]
struct DeploymentJson<'a> {
    name: &'a str,
    tier: Tier,
    release: String,
    namespace: String,
    chart: Option<&'a str>,
    values: Vec<String>,
    given: Vec<String>,
    evidence: Vec<EvidenceJson<'a>>,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

#[derive(Serialize)]
struct UnreadJson<'a> {
    file: &'a str,
    reason: &'a str,
}

pub fn run(context: &Context, args: &Args) -> Result<Status, Failure> {
    let workspace = context.workspace(Path::new("."))?;
    let text = match args.format {
        Format::Text => text(&workspace),
        Format::Json => {
            let list = serde_json::to_string_pretty(&list(&workspace));
            list.map_err(anyhow::Error::from)? + "\n"
        }
        Format::Markdown => markdown(&workspace),
    };
    context.output.result(&text);
    Ok(Status::Clean)
}

fn list(workspace: &Workspace) -> List<'_> {
    let unread = workspace.unread.iter().map(|unread| UnreadJson {
        file: &unread.file,
        reason: &unread.reason,
    });
    List {
        version: 1,
        apps: workspace.apps.iter().map(app).collect(),
        unread: unread.collect(),
    }
}

fn app(app: &App) -> AppJson<'_> {
    let deployments = app.deployments.iter();
    AppJson {
        name: &app.name,
        environments: deployments.map(|known| deployment(app, known)).collect(),
    }
}

fn deployment<'a>(app: &'a App, known: &'a Deployment) -> DeploymentJson<'a> {
    let name = &known.environment.name;
    let evidence = known.evidence.iter().map(|evidence| EvidenceJson {
        file: &evidence.file,
        line: evidence.line,
        column: evidence.column,
        message: &evidence.words,
    });
    DeploymentJson {
        name,
        tier: known.environment.tier,
        release: app.release(name),
        namespace: app.namespace(name),
        chart: known.chart.as_deref(),
        values: values(known),
        given: given(known),
        evidence: evidence.collect(),
    }
}

/// The files that are laid over each other, the lowest first.
fn values(known: &Deployment) -> Vec<String> {
    known.layers().map(|layer| layer.path).collect()
}

fn given(known: &Deployment) -> Vec<String> {
    known.given.iter().map(ToString::to_string).collect()
}

fn place(evidence: &Evidence) -> String {
    match (evidence.line, evidence.column) {
        (1, 1) => evidence.file.clone(),
        (line, column) => format!("{}:{line}:{column}", evidence.file),
    }
}

fn text(workspace: &Workspace) -> String {
    let mut text = String::new();
    for app in &workspace.apps {
        let _ = writeln!(text, "{}", app.name);
        for known in &app.deployments {
            text += &deployment_text(app, known);
        }
        text.push('\n');
    }
    if !workspace.unread.is_empty() {
        text += "not read\n";
        for unread in &workspace.unread {
            let place = match unread.place {
                Some((line, column)) => format!("{}:{line}:{column}", unread.file),
                None => unread.file.clone(),
            };
            let _ = writeln!(text, "  {place}: {}", unread.reason);
        }
        text.push('\n');
    }
    text + &summary(workspace) + "\n"
}

fn deployment_text(app: &App, known: &Deployment) -> String {
    let name = &known.environment.name;
    let mut text = format!(
        "  {name} ({}): release {} in {}\n",
        known.environment.tier,
        app.release(name),
        app.namespace(name)
    );
    let mut line = |what: &str, of: &str| {
        let _ = writeln!(text, "    {what:8} {of}");
    };
    if let Some(chart) = &known.chart {
        line("chart", chart);
    }
    line("values", &values(known).join(", "));
    let given = given(known);
    if !given.is_empty() {
        line("given", &given.join(", "));
    }
    for evidence in &known.evidence {
        line(
            "evidence",
            &format!("{}: {}", place(evidence), evidence.words),
        );
    }
    text
}

fn summary(workspace: &Workspace) -> String {
    let number = |count: usize, what: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {what}{ending}")
    };
    let deployments = workspace.apps.iter().map(|app| app.deployments.len()).sum();
    format!(
        "{}, {}, {}; {} not read",
        number(workspace.apps.len(), "app"),
        number(workspace.environments.len(), "environment"),
        number(deployments, "deployment"),
        number(workspace.unread.len(), "place")
    )
}

fn markdown(workspace: &Workspace) -> String {
    let mut text = "| app | environment | chart | values | release | namespace | evidence |\n| --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    for app in &workspace.apps {
        for known in &app.deployments {
            let name = &known.environment.name;
            let evidence: Vec<String> = known
                .evidence
                .iter()
                .map(|evidence| format!("{}: {}", place(evidence), evidence.words))
                .collect();
            let cells = [
                app.name.to_string(),
                format!("{name} ({})", known.environment.tier),
                known.chart.clone().unwrap_or_default(),
                values(known).join(", "),
                app.release(name),
                app.namespace(name),
                evidence.join("; "),
            ];
            let cells: Vec<String> = cells.iter().map(|cell| cell_text(cell)).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    if !workspace.unread.is_empty() {
        text += "\n| not read | why |\n| --- | --- |\n";
        for unread in &workspace.unread {
            let _ = writeln!(
                text,
                "| {} | {} |",
                cell_text(&unread.file),
                cell_text(&unread.reason)
            );
        }
    }
    text + &format!("\n{}\n", summary(workspace))
}

/// A text in a cell of a table.
fn cell_text(text: &str) -> String {
    escape(text).replace('|', "\\|").replace('\n', " ")
}
