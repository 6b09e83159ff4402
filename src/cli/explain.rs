//! `envlint explain`.

use super::{Failure, Invocation, Status};
use crate::masking::{Name, Printable, Said, Text, printable, text};
use crate::policies::severity_of;
use crate::rules::{self, Rule};
use crate::secrets;
use crate::source::{Location, Problem, Severity, nearest};

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
    if let Some(said) = policy(invocation, name.trim()) {
        invocation.output.result(said);
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

/// What a policy of the workspace asks for, as its configuration says it.
fn policy(invocation: &Invocation, name: &str) -> Option<Text> {
    if rules::find(name).is_some() {
        return None;
    }
    let workspace = invocation.workspace(std::path::Path::new(".")).ok()?;
    let source = workspace.config_source.as_ref()?;
    let mut policies = workspace.config.policies.iter();
    let policy = policies.find(|policy| policy.name.value == name)?;
    let message = policy.message.as_ref();
    let message = message.map(|message| text!("{}\n\n", Said(message)));
    let kinds = policy.matches.kinds.iter();
    let kinds = Text::names(kinds.map(|kind| kind.value.as_str()), ", ");
    let start = Location::new(source, policy.name.span).start();
    Some(text!(
        "# {}\n\nSeverity: {}\n\n{}A policy of this workspace ({}:{}). It breaks where this is false{}:\n\n    {}\n",
        Name(name),
        severity_of(policy).map_or("off", Severity::as_str),
        message.unwrap_or_default(),
        Name(&source.path),
        start.line,
        match policy.matches.kinds.is_empty() {
            true => Text::new(),
            false => text!(", for each {}", kinds),
        },
        Said(&policy.expression.value.trim())
    ))
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
    let of_group = rules::all().iter().filter(|rule| rule.category() == name);
    let of_group: Vec<&str> = of_group.map(|rule| rule.name).collect();
    if !of_group.is_empty() {
        let message = text!("`{}` is a group of rules", Name(name));
        let help = text!("explain one of them: {}", Text::names(of_group, ", "));
        return Err(Problem::without_place(message).help(help));
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
