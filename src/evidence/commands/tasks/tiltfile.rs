//! Tilt: charts that are deployed to the own machine, `helm('chart', values=['values-dev.yaml'])`, `helm_resource('shop', 'chart')`.
//!
//! <https://docs.tilt.dev/api.html#api.helm>

use super::{Asked, Task};
use crate::evidence::commands::words::head;
use crate::masking::text;
use crate::naming::read;

/// A call is not read further than this, in bytes.
const LONGEST: usize = 4000;
/// More calls are not looked at.
const MOST: usize = 200;

/// Functions that deploy a chart, and how each names what it takes.
const CALLS: [Call; 3] = [
    Call {
        function: "helm",
        chart: 0,
        release: None,
    },
    // <https://github.com/tilt-dev/tilt-extensions/tree/master/helm_resource>
    Call {
        function: "helm_resource",
        chart: 1,
        release: Some(0),
    },
    // <https://github.com/tilt-dev/tilt-extensions/tree/master/helm_remote>
    Call {
        function: "helm_remote",
        chart: 0,
        release: Some(0),
    },
];

/// A function, and which of its arguments are the chart and the release.
struct Call {
    function: &'static str,
    chart: usize,
    release: Option<usize>,
}

/// The environment of the own machine.
const LOCAL: &str = "local";

/// The calls in a Tiltfile that deploy charts.
pub(super) fn tasks(text: &str) -> Vec<Task> {
    let calls = CALLS.iter().flat_map(|call| {
        let name = format!("{}(", call.function);
        let starts: Vec<usize> = text.match_indices(&name).map(|(at, _)| at).collect();
        let starts = starts
            .into_iter()
            .filter(|at| is_call(text, *at))
            .take(MOST);
        starts.filter_map(move |at| {
            let rest = head(text.get(at + name.len()..)?, LONGEST);
            task(at, call, arguments(rest))
        })
    });
    calls.collect()
}

/// Whether a name stands where one is called: no part of a longer one, no comment.
fn is_call(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_part = |char: char| char.is_ascii_alphanumeric() || "_.".contains(char);
    let is_definition = line.trim_end().ends_with("def");
    !before.ends_with(is_part) && !line.trim_start().starts_with('#') && !is_definition
}

fn task(at: usize, call: &Call, arguments: &str) -> Option<Task> {
    let asked = asked(call, arguments)?;
    // Values of a known environment are tried on the own machine; others are those of that machine itself.
    let is_told = asked.files.iter().any(|file| {
        let mut parts = file.split('/').filter_map(|part| part.split('.').next());
        parts.any(|part| read(part).is_some())
    });
    let verb = if is_told { "template" } else { "upgrade" };
    let asked = Asked {
        verb: Some(verb.to_owned()),
        ..asked
    };
    Some(Task {
        at,
        line: asked.line(),
        words: Some(text!("a call of `{}` for Tilt", call.function)),
        environment: (!is_told).then(|| LOCAL.to_owned()),
        is_named: true,
        ..Task::default()
    })
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

fn asked(call: &Call, arguments: &str) -> Option<Asked> {
    let positional = |index: usize| literals(split(arguments).get(index)?).into_iter().next();
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
    // `flags=['--values=a.yaml', '--set=b=c']` of `helm_resource`.
    let flags = named("flags");
    let of_flags = |names: &[&str]| -> Vec<String> {
        let values = flags.iter().enumerate().filter_map(|(index, flag)| {
            let rest = names.iter().find_map(|name| flag.strip_prefix(name))?;
            match rest.strip_prefix('=') {
                Some(value) => Some(value.to_owned()),
                None => flags.get(index + 1).filter(|_| rest.is_empty()).cloned(),
            }
        });
        values.collect()
    };
    let set = named("set").into_iter();
    let set = set.chain(of_flags(&["--set", "--set-string"]));
    let given = set.filter_map(|text| text.split_once('=').map(|(name, _)| name.to_owned()));
    let release = named("name").into_iter().next();
    let release = release.or_else(|| positional(call.release?));
    let repository = named("repo_url").into_iter().next();
    let chart = positional(call.chart)?;
    Some(Asked {
        verb: None,
        release: named("release_name").into_iter().next().or(release),
        chart: match repository {
            Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
            None => chart,
        },
        namespace: named("namespace").into_iter().next(),
        version: named("version")
            .into_iter()
            .chain(of_flags(&["--version"]))
            .next(),
        files: [named("values"), of_flags(&["--values", "-f"])].concat(),
        given: given.collect(),
        ..Asked::default()
    })
}

/// The arguments of a call, each as it is written.
fn split(arguments: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    let mut quote: Option<char> = None;
    for (at, char) in arguments.char_indices() {
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                found.extend(arguments.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(arguments.get(start..));
    found
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
