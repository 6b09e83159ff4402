//! What may be meant by an option that there is not. clap finds near names by their beginnings, and so misses short ones with
//! two letters swapped.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::whole_grammar;
use crate::source::{has_same_letters, nearest};

/// What people know from other programs, and how it is done here.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "check",
        "--app",
        "check takes files: name those of the app, or a folder",
    ),
    (
        "promote",
        "--dry-run",
        "without --write, promote only shows what it would do",
    ),
    (
        "backport",
        "--dry-run",
        "without --write, backport only shows what it would do",
    ),
];

/// Puts the option that may be meant into the error, in the place of the advice to pass the word as a value.
pub(super) fn suggest(error: &mut clap::Error, words: &[String]) {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unknown))) => unknown.clone(),
        _ => return,
    };
    let Some(word) = unknown.strip_prefix("--") else {
        return;
    };
    let grammar = named(&whole_grammar(), words);
    let hint = ELSEWHERE
        .iter()
        .find(|(command, option, _)| *command == grammar.get_name() && *option == unknown);
    if let Some((.., hint)) = hint {
        let hint = ContextValue::StyledStrs(vec![StyledStr::from(*hint)]);
        error.insert(ContextKind::Suggested, hint);
        return;
    }
    let options: Vec<&str> = grammar
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    let has_guess = error.get(ContextKind::SuggestedArg).is_some();
    let swapped = || {
        options
            .iter()
            .copied()
            .find(|option| has_same_letters(word, option))
    };
    let near = || nearest(word, options.iter().copied()).filter(|_| !has_guess);
    if let Some(meant) = swapped().or_else(near) {
        let meant = ContextValue::String(format!("--{meant}"));
        error.insert(ContextKind::SuggestedArg, meant);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(Vec::new()));
    }
}

/// The command that the words name, down to the last one that is a command.
fn named(program: &clap::Command, words: &[String]) -> clap::Command {
    let mut found = program;
    for word in words.iter().filter(|word| !word.starts_with('-')) {
        match found.find_subcommand(word) {
            Some(below) => found = below,
            None => break,
        }
    }
    found.clone()
}
