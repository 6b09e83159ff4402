//! Tilt: charts that are tried on the own machine, `helm('chart', values=['values-dev.yaml'])`.
//!
//! <https://docs.tilt.dev/api.html#api.helm>

use super::{Asked, Task};
use crate::evidence::commands::words::head;

/// A call is not read further than this, in bytes.
const LONGEST: usize = 4000;
/// More calls are not looked at.
const MOST: usize = 200;

/// The calls of `helm` in a Tiltfile.
pub(super) fn tasks(text: &str) -> Vec<Task> {
    let is_call = |at: &usize| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        before.is_none_or(|char| !(char.is_ascii_alphanumeric() || "_.".contains(char)))
    };
    let starts = text.match_indices("helm(").map(|(at, _)| at);
    let calls = starts.filter(is_call).take(MOST).filter_map(|at| {
        let rest = head(text.get(at + "helm(".len()..)?, LONGEST);
        let asked = asked(arguments(rest))?;
        Some(Task {
            at,
            line: asked.line(),
            words: Some("a call of `helm` for Tilt".into()),
            ..Task::default()
        })
    });
    calls.collect()
}

/// The arguments of a call, up to its closing bracket.
fn arguments(text: &str) -> &str {
    let mut depth = 0usize;
    let mut quote: Option<char> = None;
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, '(' | '[') => depth += 1,
            (None, ')') if depth == 0 => return text.get(..at).unwrap_or_default(),
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text
}

fn asked(arguments: &str) -> Option<Asked> {
    let chart = literals(arguments.split(',').next()?).into_iter().next()?;
    let named = |name: &str| -> Vec<String> {
        let start = arguments.match_indices(name).find_map(|(at, _)| {
            let before = arguments.get(..at)?.chars().next_back();
            let rest = arguments.get(at + name.len()..)?.trim_start();
            let is_name = before.is_some_and(|char| char == ',' || char.is_whitespace());
            rest.strip_prefix('=').filter(|_| is_name)
        });
        let value = start.map(|rest| match rest.trim_start().starts_with('[') {
            true => rest.split(']').next().unwrap_or(rest),
            false => rest.split(',').next().unwrap_or(rest),
        });
        value.map(literals).unwrap_or_default()
    };
    let set = named("set").into_iter();
    let given = set.filter_map(|text| text.split_once('=').map(|(name, _)| name.to_owned()));
    Some(Asked {
        // What Tilt deploys is tried.
        verb: Some("template".to_owned()),
        release: named("name").into_iter().next(),
        chart,
        namespace: named("namespace").into_iter().next(),
        version: None,
        files: named("values"),
        given: given.collect(),
    })
}

/// The texts in quotes.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = rest.get(at..at + 1).unwrap_or("\"");
        let Some((literal, behind)) = rest.get(at + 1..).and_then(|rest| rest.split_once(quote))
        else {
            break;
        };
        found.push(literal.to_owned());
        rest = behind;
    }
    found
}
