//! `envlint rules`.

use serde::Serialize;

use super::{Failure, Invocation, Status};
use crate::masking::{Printable, printable};
use crate::rules::{self, Rule};
use crate::source::Severity;

/// Lists the rules.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The format of the list.
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
    summary: Printable,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let text = match args.format {
        ListFormat::Text => text(),
        ListFormat::Json => {
            let rules = rules::all().iter().map(|rule| entry(rule)).collect();
            let list = List { version: 1, rules };
            Printable::json(&list)
        }
    };
    invocation.output.result(text);
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

fn text() -> Printable {
    let names = rules::all().iter().map(|rule| rule.name.len());
    let width = names.max().unwrap_or(0);
    let line = |rule: &&Rule| {
        printable!(
            "{}  {}  {}\n",
            Printable::from(rule.name).padded(width),
            Printable::from(rule.severity.as_str()).padded(7),
            rule.summary()
        )
    };
    let rules: Printable = rules::all().iter().map(line).collect();
    printable!("{}\n\n{}", rules::ABOUT_SEVERITIES, rules)
}
