//! `envlint explain`.

use super::{Failure, Invocation, Status};
use crate::masking::{Name, Printable, printable, text};
use crate::rules::{self, Rule};
use crate::secrets;
use crate::source::Problem;
use crate::source::nearest;

/// Explains a rule: what it finds, why it matters, and what to write instead. `secrets` compares the secret backends.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule's name (`drift/missing-key`), or the part after the slash; or `secrets`, for the seven secret backends.
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let Some(name) = &args.rule else {
        let problem = Problem::without_place("name the rule to explain: `envlint explain RULE`");
        let help = "`envlint rules` lists the rules; `envlint explain secrets` compares the secret backends";
        return Err(problem.help(help).into());
    };
    if name.trim() == "secrets" {
        // It is made of the program's own tables.
        let overview = Printable::assembled(secrets::explain::overview());
        invocation.output.result(overview);
        return Ok(Status::Clean);
    }
    let rule = find(name)?;
    let text = printable!(
        "# {}\n\nSeverity: {}\n\n{}",
        rule.name,
        rule.highest_severity(),
        rule.plain_text()
    );
    invocation.output.result(text);
    Ok(Status::Clean)
}

/// The rule of that name; the short name is enough where only one rule has it.
fn find(name: &str) -> Result<&'static Rule, Problem> {
    let name = name.trim();
    if let Some(rule) = rules::find(name) {
        return Ok(rule);
    }
    let short = |rule: &'static Rule| rule.name.rsplit('/').next().unwrap_or(rule.name);
    let mut named = rules::all()
        .iter()
        .copied()
        .filter(|rule| short(rule) == name);
    if let (Some(rule), None) = (named.next(), named.next()) {
        return Ok(rule);
    }
    let names = rules::all().iter().map(|rule| rule.name);
    let shorts = rules::all().iter().map(|rule| short(rule));
    let near = nearest(name, names).or_else(|| {
        let near = nearest(name, shorts)?;
        rules::all()
            .iter()
            .find(|rule| short(rule) == near)
            .map(|rule| rule.name)
    });
    Err(
        Problem::without_place(text!("there is no rule `{}`", Name(name)))
            .suggest_or(near, "`envlint rules` lists the rules"),
    )
}
