//! The command line: one file per command, each a thin layer over the stage that does the work.

mod apps;
mod backport;
mod changed;
mod check;
mod completions;
mod diff;
mod explain;
mod fix;
mod fmt;
mod generate;
mod init;
mod only;
mod output;
mod preview;
mod promote;
mod render;
mod rules;
mod schema;
mod seal;
mod select;
mod status;
mod template;
mod tiers;
mod trace;
mod unknown_option;
mod workspaces;

use std::path::PathBuf;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::masking::{self, Own, Printable, Said, Text, text};
use crate::rules::configuration;
use crate::source::Problem;
use crate::workspace::Workspace;

pub use output::Output;

/// Keeps dev, staging and prod honest: what differs is declared, what is secret stays secret, what is promoted is
/// exactly what was tested.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The configuration file. Default: the nearest `envlint.yaml` in the current directory or above it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The command that the arguments name, with those of them that are its own.
#[derive(Debug)]
struct Command {
    entry: &'static Entry,
    matches: ArgMatches,
}

/// What is known of a command before it is named: its place in the list. The grammar of all of them would take longer
/// to build than a small chart takes to render.
#[derive(Debug)]
struct Entry {
    name: &'static str,
    /// The first paragraph of its help.
    about: &'static str,
    grammar: fn(clap::Command) -> clap::Command,
    run: fn(&Invocation, &ArgMatches) -> Result<Status, Failure>,
}

macro_rules! commands {
    ($($module:ident: $about:literal,)*) => {
        &[$(Entry {
            name: stringify!($module),
            about: $about,
            grammar: <$module::Args as Args>::augment_args,
            run: |invocation, matches| {
                let args = $module::Args::from_arg_matches(matches).map_err(anyhow::Error::from)?;
                $module::run(invocation, &args)
            },
        }),*]
    };
}

static COMMANDS: &[Entry] = commands! {
    apps: "Shows what is deployed where, by which evidence, and what is not read",
    backport: "Carries hotfixes back: the environment before gets the values that were changed out of order, and nothing \
               else",
    check: "Checks the values files of all apps in all environments",
    completions: "Prints the completion script for a shell",
    diff: "Compares the values files of two environments, path by path, and says what becomes of each path; or two files, or two folders of manifests",
    explain: "Explains a rule: what it finds, why it matters, and what to write instead. `secrets` compares the secret \
              backends",
    fmt: "Writes values files as `format:` of envlint.yaml says: the order of keys and of items, and quotes",
    generate: "Writes files for the repository: apps, charts, values, templates, workflows, hooks; a second run changes nothing",
    init: "Writes a commented `envlint.yaml` from what the repository deploys: the environments, the apps, and the paths \
           that plainly belong to an environment, with an expectation where their values show one",
    preview: "Makes an environment for a pull request of the values of another environment: its namespace with a quota, an \
              isolation and an end, its hosts, images and secrets",
    promote: "Moves shared paths one environment forward: the target gets the source's values, and keeps its \
              per-environment paths, its comments and its formatting",
    render: "Shows the manifests that are deployed to an environment",
    rules: "Lists the rules",
    schema: "Prints the JSON Schema of envlint.yaml, for editors",
    seal: "Encrypts a secret for the Sealed Secrets controller of an environment, offline, and writes it to the values file",
    status: "Shows what is pending, changed out of order or waiting between environments, since when, and by whom",
    template: "Renders a chart exactly as `helm template` does",
    trace: "Shows where a field of a manifest comes from, or where a value goes",
};

impl Subcommand for Command {
    fn augment_subcommands(program: clap::Command) -> clap::Command {
        let command = |entry: &Entry| {
            clap::Command::new(entry.name)
                .about(entry.about)
                .defer(entry.grammar)
        };
        program
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(COMMANDS.iter().map(command))
    }

    fn augment_subcommands_for_update(program: clap::Command) -> clap::Command {
        Self::augment_subcommands(program)
    }

    fn has_subcommand(name: &str) -> bool {
        COMMANDS.iter().any(|entry| entry.name == name)
    }
}

impl FromArgMatches for Command {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Command, clap::Error> {
        Command::from_arg_matches_mut(&mut matches.clone())
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Command, clap::Error> {
        let named = matches.remove_subcommand().and_then(|(name, matches)| {
            let entry = COMMANDS.iter().find(|entry| entry.name == name)?;
            Some(Command { entry, matches })
        });
        named.ok_or_else(|| clap::Error::new(clap::error::ErrorKind::MissingSubcommand))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Command::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The command line with all of the commands' grammar, for those who describe it.
fn whole_grammar() -> clap::Command {
    COMMANDS.iter().fold(Cli::command(), |program, entry| {
        let whole = (entry.grammar)(clap::Command::new(entry.name));
        program.mut_subcommand(entry.name, |_| whole)
    })
}

/// How a command ended, when it did its work: the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Nothing to complain about.
    Clean,
    /// Findings at or above the limit, or differences where they were asked for.
    Findings,
    /// Parts of the work could not be done; what is wrong has been said.
    Failed,
}

impl Status {
    /// The exit status for the shell.
    fn code(self) -> i32 {
        match self {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Failed => 2,
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
enum Failure {
    /// The configuration or the command line is wrong, at places that can be shown.
    Problems(Vec<Problem>),
    /// Anything else.
    Other(Text),
}

impl Failure {
    /// What is wrong, each a problem of its own.
    fn into_problems(self) -> Vec<Problem> {
        match self {
            Failure::Problems(problems) => problems,
            Failure::Other(words) => vec![Problem::without_place(words)],
        }
    }
}

/// Nobody knows what an error quotes.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Other(text!("{}", Said(format!("{error:#}"))))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::Problems(vec![problem])
    }
}

/// What every command is given.
struct Invocation {
    config: Option<PathBuf>,
    output: Output,
}

impl Invocation {
    /// The workspace that `start` lies in, or the one of `--config`.
    fn workspace(&self, start: &std::path::Path) -> Result<Workspace, Failure> {
        let opened = match &self.config {
            Some(file) => Workspace::open_config(file),
            None => Workspace::open(start),
        };
        self.checked(opened)
    }

    /// A workspace whose configuration names only rules that there are.
    fn checked(&self, opened: Result<Workspace, Vec<Problem>>) -> Result<Workspace, Failure> {
        let workspace = opened.map_err(Failure::Problems)?;
        match configuration::mistakes(&workspace) {
            mistakes if mistakes.is_empty() => Ok(workspace),
            mistakes => Err(Failure::Problems(mistakes)),
        }
    }
}

/// Runs the command that the arguments name, and returns the exit status.
pub fn main() -> i32 {
    Output::quiet_defects();
    let arguments = std::env::args_os().skip(1);
    masking::learn_arguments(arguments.map(|argument| argument.to_string_lossy().into_owned()));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mut error) => {
            let words = std::env::args_os().skip(1);
            let words: Vec<String> = words
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            unknown_option::suggest(&mut error, &words);
            return no_command(&error);
        }
    };
    let invocation = Invocation {
        config: cli.config,
        output: Output,
    };
    let Command { entry, matches } = cli.command;
    let ended = (entry.run)(&invocation, &matches);
    let status = ended.unwrap_or_else(|failure| {
        invocation.output.failure(&failure);
        Status::Failed
    });
    match Output::is_complete() {
        true => status.code(),
        false => Status::Failed.code(),
    }
}

/// Shows the help, or what is wrong with the arguments: the latter quotes them.
fn no_command(error: &clap::Error) -> i32 {
    let said = error.render();
    let shown = Text::of(&Said(&said)).show();
    // Where nothing is hidden, the same text has its colours.
    let shown = match *shown == said.to_string() {
        true => Printable::assembled(said.ansi().to_string()),
        false => shown,
    };
    match error.use_stderr() {
        true => Output.remark_with(shown, Own::Colours),
        false => Output.result_with(shown, Own::Colours),
    }
    error.exit_code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_commands_says_what_their_help_says() {
        for entry in COMMANDS {
            let grammar = (entry.grammar)(clap::Command::new(entry.name));
            let about = grammar.get_about().map(ToString::to_string);
            assert_eq!(about.as_deref(), Some(entry.about), "{}", entry.name);
        }
    }
}
