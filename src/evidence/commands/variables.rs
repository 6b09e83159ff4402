//! The variables that a script, a Makefile or a workflow sets.

use std::collections::BTreeMap;

use super::printed;
use crate::masking::is_secret_key;
use crate::source::is_yaml;

/// The values of variables that a file sets once, and to a constant. None of them is a secret: what becomes a path or a name by
/// them may be said.
pub(in crate::evidence) type Variables = BTreeMap<String, String>;

/// Names of variables that stand for an environment, whatever a file sets them to at first.
const ENVIRONMENTS: [&str; 17] = [
    "target_environment",
    "env",
    "environment",
    "stage",
    "stage_name",
    "target",
    "target_env",
    "deploy_env",
    "env_name",
    "environment_name",
    "app_env",
    "tier",
    "cluster",
    "cluster_env",
    "deployment_env",
    "deploy_environment",
    "helm_env",
];

/// Longer texts are no paths and names, in bytes.
pub(super) const LONGEST: usize = 2000;

/// The variables that a text sets: `NAME=value`, `NAME := value`, `NAME ?= value`, `NAME: value`, items of lists with `name` and
/// `value`, and in PowerShell `[string]$Name = "value"`. Options that a script collects (`ARGS+=(--set a=b)`) are all kept.
pub(in crate::evidence) fn variables(text: &str) -> Variables {
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut item = None;
    for line in text.lines().filter(|line| line.len() < LONGEST) {
        let line = line.trim();
        let before = std::mem::replace(&mut item, line.strip_prefix("- name: "));
        let listed = before.and_then(|name| listed(name, line));
        if let Some((name, options)) = collected(line) {
            let known = found
                .entry(name.to_owned())
                .or_insert_with(|| Some(String::new()));
            let known = known.get_or_insert_default();
            if known.len() < LONGEST {
                *known += &format!(" {options}");
            }
            continue;
        }
        let set = match listed {
            Some(listed) => vec![listed],
            None => assignments(handed_on(line).unwrap_or_else(|| bare(line))),
        };
        for (name, value) in set {
            // `values=$values`
            let is_itself = value.trim_matches(['$', '{', '}']) == name;
            if is_itself || is_environment(name) || !is_usable(name, value) {
                continue;
            }
            let known = found
                .entry(name.to_owned())
                .or_insert_with(|| Some(value.to_owned()));
            if known.as_deref() != Some(value) {
                *known = None;
            }
        }
    }
    found
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// What one statement sets: `NAME=value`, `env.NAME = "value"`, `echo "NAME=value" >> $GITHUB_ENV`. Where it stands in a map of
/// variables, every key is the name of one.
pub(super) fn set_by(statement: &str, is_in_map: bool) -> Vec<(String, String)> {
    let statement = handed_on(statement).unwrap_or_else(|| bare(statement));
    let in_map = statement.split_once(": ").filter(|_| is_in_map);
    let found = match in_map {
        Some((name, value)) => vec![(name.trim(), unquoted(value.trim()))],
        None => assignments(statement),
    };
    let usable = found
        .into_iter()
        .filter(|(name, value)| is_usable(name, value));
    usable
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// An item of a list of variables, by the line behind its name: `- name: NAME` and `value: text` of Azure and Semaphore.
fn listed<'l>(name: &'l str, next: &'l str) -> Option<(&'l str, &'l str)> {
    let name = name.trim().trim_matches(['"', '\'']);
    let value = next.strip_prefix("value: ")?;
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(is_name)).then(|| (name, unquoted(value.trim())))
}

/// What a step hands on to those behind it: `echo "NAME=value" >> $GITHUB_OUTPUT`.
fn handed_on(statement: &str) -> Option<&str> {
    let (before, file) = statement.split_once(">>")?;
    let is_known = file.contains("GITHUB_ENV") || file.contains("GITHUB_OUTPUT");
    let text = before.trim().strip_prefix("echo ").filter(|_| is_known)?;
    Some(text.trim().trim_matches(['"', '\'']))
}

/// A statement without the word that declares the variable.
fn bare(line: &str) -> &str {
    let line = powershell(line).or_else(|| groovy(line)).unwrap_or(line);
    let words = ["export ", "local ", "readonly ", "declare "];
    let mut bare = words.iter().filter_map(|word| line.strip_prefix(word));
    bare.next().unwrap_or(line)
}

/// Whether a value is known and no secret.
fn is_usable(name: &str, value: &str) -> bool {
    // What another command prints is not known.
    let is_printed = value.starts_with('`');
    !value.is_empty() && !is_cut(value) && !is_printed && !holds_secret(name, value)
}

/// Whether a command begins in a line, and goes on in the next one: `VALUE=$(curl \`.
fn is_cut(value: &str) -> bool {
    let last = value.rsplit_once("$(");
    last.is_some_and(|(_, rest)| !rest.contains(')'))
}

/// Options that are added to others: `ARGS=(--wait)`, `ARGS+=(--set a=b)`, `ARGS+=" --set a=b"`.
fn collected(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))?;
    let (name, rest) = line.split_at(end);
    let options = match rest.strip_prefix("+=") {
        Some(rest) => rest.trim_start_matches('('),
        None => rest.strip_prefix("=(")?,
    };
    let options = match options.strip_prefix(['"', '\'']) {
        Some(inner) if inner.trim_start().starts_with('-') => inner.trim_end_matches(['"', '\'']),
        _ => options.trim_end_matches(')'),
    };
    let is_options = options.trim_start_matches([' ', '"']).starts_with('-');
    (end > 0 && is_options).then(|| (name, options.trim()))
}

/// A variable or parameter of PowerShell, as the assignment that it is: `[string]$File = "values.yaml",`.
fn powershell(line: &str) -> Option<&str> {
    let start = line.trim_start_matches("param(").trim_start();
    let start = match start.strip_prefix('[') {
        Some(typed) => typed.split_once(']')?.1.trim_start(),
        None => start,
    };
    let assigned = start.strip_prefix('$')?;
    let value = assignment(assigned)?.1;
    value.starts_with(['"', '\'']).then_some(assigned)
}

/// A variable of Groovy that is a text, as the assignment that it is: `def release = "shop"`, `env.RELEASE = 'shop'`.
fn groovy(line: &str) -> Option<&str> {
    let assigned = line
        .strip_prefix("def ")
        .or_else(|| line.strip_prefix("env."))?;
    let value = assignment(assigned)?.1;
    let quote = value
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\''))?;
    let is_whole = value.len() > 1 && value.ends_with(quote) && value.matches(quote).count() == 2;
    is_whole.then_some(assigned)
}

/// What a line sets: one variable, or before a command of helm several, each up to a blank: `NS=shop TAG=1 helm upgrade …`.
fn assignments(line: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = Some(line);
    while let Some((name, value)) = rest.and_then(assignment) {
        let before_command = value
            .split_once([' ', '\t'])
            .filter(|(first, behind)| !first.starts_with(['"', '\'']) && runs_helm(behind));
        rest = before_command.map(|(_, behind)| behind.trim_start());
        let value = before_command.map_or_else(|| unquoted(value), |(first, _)| first);
        found.push((name, value));
    }
    found
}

/// Whether a line has the name of a program that is read.
fn runs_helm(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.any(|word| {
        let program = word.rsplit('/').next().unwrap_or(word);
        matches!(
            program,
            "helm" | "helm2" | "helm3" | "helm4" | "helmfile" | "$(HELM)" | "$HELM" | "${HELM}"
        )
    })
}

/// Whether a variable holds a secret, and not the file with it.
fn holds_secret(name: &str, value: &str) -> bool {
    let is_path = value.contains('/') || is_yaml(value);
    !is_path && is_secret_key(name)
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))?;
    let (name, rest) = line.split_at(end);
    let is_name = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    let rest = rest.trim_start();
    let value = ["::=", ":=", "?=", "="]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))
        .or_else(|| {
            let is_constant = name.len() > 1 && name.chars().all(|char| !char.is_ascii_lowercase());
            rest.strip_prefix(": ").filter(|_| is_constant)
        })?;
    is_name.then(|| (name, value.trim()))
}

/// Whether a variable stands for an environment.
pub(super) fn is_environment(name: &str) -> bool {
    ENVIRONMENTS.contains(&name.to_ascii_lowercase().as_str())
}

/// What a command in a value prints where a file is there, and nothing else: `` `[ -f a.yaml ] && echo "-f a.yaml"` ``.
fn printed(value: &str) -> Option<&str> {
    let inside = |open: &str, close: &str| value.strip_prefix(open)?.strip_suffix(close);
    let command = inside("`", "`").or_else(|| inside("$(", ")"))?;
    let (condition, rest) = command.split_once("&&")?;
    let condition = condition.trim_start();
    let tests = ["[ -f ", "[ -e ", "[[ -f ", "[[ -e ", "test -f ", "test -e "];
    let text = rest.trim().strip_prefix("echo ")?.trim();
    let is_plain = !text.contains(['`', ';', '|', '>']);
    (tests.iter().any(|test| condition.starts_with(test)) && is_plain).then(|| unquoted(text))
}

fn unquoted(value: &str) -> &str {
    if let Some(text) = printed(value) {
        return text;
    }
    let inner = |quote: char| {
        let rest = value.strip_prefix(quote)?;
        let first = rest.split(quote).next()?;
        // The quotes in `"$(cd "$DIR" && pwd)"` are those of the command.
        let whole = rest.rsplit_once(quote).map(|(whole, _)| whole);
        whole
            .filter(|whole| printed::is_path(whole))
            .or(Some(first))
    };
    match inner('"').or_else(|| inner('\'')) {
        Some(inner) => inner,
        // A comment behind the value.
        None => value.split(" #").next().unwrap_or(value).trim(),
    }
}
