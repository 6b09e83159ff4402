//! `envlint rules`.

use serde::Serialize;

use super::{Context, Failure, Status};
use crate::rules::{self, Rule};
use crate::source::Severity;

/// Lists the rules.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How the list is written.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The list for programs.
#[derive(Serialize)]
struct List {
    version: u32,
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    category: &'static str,
    severity: Severity,
    summary: String,
}

pub fn run(context: &Context, args: &Args) -> Result<Status, Failure> {
    let text = match args.format {
        ListFormat::Text => text(),
        ListFormat::Json => {
            let rules = rules::all().iter().map(|rule| entry(rule)).collect();
            let list = List { version: 1, rules };
            serde_json::to_string_pretty(&list).map_err(anyhow::Error::from)? + "\n"
        }
    };
    context.output.result(&text);
    Ok(Status::Clean)
}

fn entry(rule: &'static Rule) -> Entry {
    Entry {
        name: rule.name,
        category: rule.category(),
        severity: rule.severity,
        summary: rule.summary(),
    }
}

fn text() -> String {
    let width = rules::all()
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or(0);
    let line = |rule: &&Rule| {
        format!(
            "{:width$}  {:7}  {}\n",
            rule.name,
            rule.severity,
            rule.summary()
        )
    };
    rules::all().iter().map(line).collect()
}
