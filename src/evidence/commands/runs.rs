//! What repeats a part of a script: loops over lists that are written there, and functions that are called with words.

use std::ops::Range;

use super::blocks::{Block, blocks};
use super::variables::{LONGEST, Variables};
use super::words::{self, ARGUMENTS};
use crate::evidence::holes::{has_holes, hole};

/// Parts of a script, each with what its variables are when it runs.
pub(in crate::evidence) type Runs = Vec<(Range<usize>, Vec<Variables>)>;

/// More turns of one loop are not looked at, nor more calls of one function.
const MOST: usize = 100;
/// More functions are not looked at in one file, nor more lines that call one.
const MOST_FUNCTIONS: usize = 100;
const MOST_LINES: usize = 200;
/// Loops in loops.
const DEEPEST: usize = 4;

/// The loops and the functions of a script.
pub(super) fn runs(text: &str, blocks: &[Block], variables: &Variables) -> Runs {
    let mut runs = loops(text, blocks, variables);
    let functions = functions(text);
    for function in &functions {
        let calls = function.calls(text, blocks, variables, &runs);
        if !calls.is_empty() {
            runs.push((function.range.clone(), calls));
        }
    }
    runs
}

/// The loops over lists of words.
fn loops(text: &str, blocks: &[Block], variables: &Variables) -> Runs {
    let found = blocks.iter().filter_map(|block| {
        let opener = block.opener.trim_start_matches(['@', '-', ' ']);
        let (name, list) = opener.strip_prefix("for ")?.split_once(" in ")?;
        let name = name.trim();
        let is_letter = |char: char| char.is_ascii_alphanumeric() || char == '_';
        if name.is_empty() || !name.chars().all(is_letter) {
            return None;
        }
        let turns = listed(list, variables)?;
        let turns = turns.into_iter().take(MOST);
        let turns = turns.map(|word| Variables::from([(name.to_owned(), word)]));
        let turns: Vec<Variables> = turns.collect();
        // A loop on one line ends there.
        let start = block.range.start;
        let line = text.get(start..)?.lines().next()?;
        let ends = line.trim_end().ends_with("done");
        let end = if ends {
            start + line.len()
        } else {
            block.range.end
        };
        (!turns.is_empty()).then_some((start..end, turns))
    });
    found.collect()
}

/// The words of a list up to `do`; none where one of them is not known.
fn listed(list: &str, variables: &Variables) -> Option<Vec<String>> {
    let end = list.find(';').unwrap_or(list.len());
    let list = list.get(..end)?.trim_end();
    let list = list.strip_suffix(" do").unwrap_or(list);
    let mut found = Vec::new();
    for word in list.split_whitespace() {
        let word = word.trim_matches(['"', '\'']);
        let name = word.strip_prefix('$').map(|name| {
            let name = name.trim_start_matches(['{', '(', '$']);
            let name = name.trim_end_matches(['}', ')']);
            name.trim_end_matches("[@]").trim_end_matches("[*]")
        });
        match name {
            Some(name) => found.extend(items(variables.get(name)?)?),
            None => found.push(known(word)?),
        }
    }
    Some(found)
}

/// The words that a variable holds: `api web`, `("api" "web")`.
fn items(value: &str) -> Option<Vec<String>> {
    let inner = value
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let words = inner.unwrap_or(value).split_whitespace();
    words
        .map(|word| known(word.trim_matches(['"', '\''])))
        .collect()
}

/// A word without a part that only a shell knows.
fn known(word: &str) -> Option<String> {
    let is_known = !word.is_empty() && !word.contains(['$', '*', '?', '{', '`', '(', '\\']);
    is_known.then(|| word.to_owned())
}

/// A function of a shell script.
struct Function<'t> {
    name: &'t str,
    /// What it does.
    range: Range<usize>,
    /// How many of its words it puts aside (`shift`).
    shifted: usize,
}

fn functions(text: &str) -> Vec<Function<'_>> {
    let mut found: Vec<Function<'_>> = Vec::new();
    let mut open: Option<(&str, usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        match open {
            Some((name, start, outer)) if indent == outer && line.trim() == "}" => {
                let range = start..at;
                let body = text.get(range.clone()).unwrap_or_default();
                let statements = body.split(['\n', ';', '&']);
                let shifts = statements.filter(|statement| statement.trim() == "shift");
                found.push(Function {
                    name,
                    range,
                    shifted: shifts.count(),
                });
                open = None;
            }
            Some(_) => {}
            None if found.len() < MOST_FUNCTIONS => {
                open = defined(line).map(|name| (name, at + line.len(), indent));
            }
            None => break,
        }
        at += line.len();
    }
    found
}

/// The name of the function that a line begins: `deploy() {`, `function deploy {`.
fn defined(line: &str) -> Option<&str> {
    let head = line.trim().strip_suffix('{')?.trim_end();
    let (head, is_named) = match head.strip_prefix("function ") {
        Some(rest) => (rest.trim(), true),
        None => (head, false),
    };
    let name = match head.strip_suffix("()") {
        Some(name) => name.trim_end(),
        None if is_named => head,
        None => return None,
    };
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    (!name.is_empty() && name.chars().all(is_letter)).then_some(name)
}

impl Function<'_> {
    /// What the variables in it are, call by call.
    fn calls(
        &self,
        text: &str,
        blocks: &[Block],
        variables: &Variables,
        loops: &Runs,
    ) -> Vec<Variables> {
        let mut found: Vec<Variables> = Vec::new();
        let (mut at, mut lines) = (0, 0);
        for line in text.split_inclusive('\n') {
            let place = at;
            at += line.len();
            if self.range.contains(&place) || line.len() > LONGEST || !line.contains(self.name) {
                continue;
            }
            // A call may go on in the next lines.
            let line = match line.trim_end().ends_with('\\') {
                true => {
                    words::logical_line(words::head(text.get(place..).unwrap_or_default(), LONGEST))
                }
                false => line.to_owned(),
            };
            let Some(arguments) = called(&line, self.name).filter(|_| lines < MOST_LINES) else {
                continue;
            };
            lines += 1;
            for turn in turns(loops, place, variables) {
                let words = words::split(arguments, &turn, 0);
                let call = self.variables(&words, blocks, variables);
                if !call.is_empty() && !found.contains(&call) && found.len() < MOST {
                    found.push(call);
                }
            }
        }
        found
    }

    /// The variables of one call: what it is called with, and what it keeps of that under names of its own.
    fn variables(&self, words: &[String], blocks: &[Block], outer: &Variables) -> Variables {
        let mut call = numbered(words);
        if call.is_empty() {
            return call;
        }
        let all = words.get(self.shifted..).and_then(all_of);
        call.extend(all.map(|all| (ARGUMENTS.to_owned(), all)));
        let set = blocks.iter().flat_map(|block| &block.set);
        let (own, others): (Vec<_>, Vec<_>) = set
            .filter(|(_, _, value)| is_of_arguments(value))
            .partition(|(at, ..)| self.range.contains(at));
        // What the script itself is called with is something else.
        for (_, name, _) in others {
            if outer.contains_key(name) {
                call.insert(name.clone(), hole(name));
            }
        }
        keep(&mut call, own.into_iter());
        call
    }
}

/// A variable that keeps what a script is called with: its place, its name, and the value.
pub(super) type Kept = (usize, String, String);

/// The variables that a script keeps what it is called with in.
pub(super) fn kept_arguments(text: &str) -> Vec<Kept> {
    let functions = functions(text);
    let is_outside = |at: &usize| !functions.iter().any(|function| function.range.contains(at));
    let set = blocks(text).into_iter().flat_map(|block| block.set);
    set.filter(|(at, _, value)| is_of_arguments(value) && is_outside(at))
        .collect()
}

/// What a script is called with, and what it keeps of that under names of its own.
pub(super) fn arguments(kept: &[Kept], words: &[String]) -> Variables {
    let mut call = numbered(words);
    if !call.is_empty() {
        keep(&mut call, kept.iter());
    }
    call
}

/// Words as `$@`; none where they would not split again to the same.
fn all_of(words: &[String]) -> Option<String> {
    let is_plain = |word: &String| !word.contains(['\'', '$']);
    let quoted = words.iter().map(|word| format!("'{word}'"));
    let all = quoted.collect::<Vec<_>>().join(" ");
    (words.iter().all(is_plain) && !words.is_empty() && all.len() < LONGEST).then_some(all)
}

/// Words as `$1`, `$2`, where they are known.
fn numbered(words: &[String]) -> Variables {
    let known = words
        .iter()
        .enumerate()
        .filter(|(_, word)| !has_holes(word));
    known
        .map(|(index, word)| ((index + 1).to_string(), word.clone()))
        .collect()
}

/// Adds variables that are made of what is known.
fn keep<'s>(call: &mut Variables, set: impl Iterator<Item = &'s Kept>) {
    for (_, name, value) in set {
        let value = words::resolved(value, call, 0);
        if !has_holes(&value) {
            call.insert(name.clone(), value);
        }
    }
}

/// Whether a value is made of what a function is called with: `$1`, `${2:-dev}`.
fn is_of_arguments(value: &str) -> bool {
    let mut signs = value.match_indices('$');
    signs.any(|(at, _)| {
        let rest = value.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.starts_with(|char: char| char.is_ascii_digit())
    })
}

/// What a line calls a function with.
fn called<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let mut parts = line.split([';', '&', '|']);
    parts.find_map(|part| {
        let part = part.trim();
        let before = ["if ", "then ", "do ", "else ", "! ", "@"];
        let part = before.iter().fold(part, |part, word| {
            part.strip_prefix(word).unwrap_or(part).trim_start()
        });
        let rest = part.strip_prefix(name)?;
        rest.starts_with([' ', '\t']).then_some(rest.trim_start())
    })
}

/// What the variables are at a place, in each turn of the loops around it.
pub(in crate::evidence) fn turns(runs: &Runs, place: usize, known: &Variables) -> Vec<Variables> {
    let mut all = vec![known.clone()];
    let around = runs.iter().filter(|(range, _)| range.contains(&place));
    for (_, turns) in around.take(DEEPEST) {
        let each = all.iter().flat_map(|known| {
            turns.iter().map(|turn| {
                let mut one = known.clone();
                one.extend(turn.clone());
                one
            })
        });
        all = each.take(MOST).collect();
    }
    all
}
