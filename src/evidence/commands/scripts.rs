//! Scripts that other files run with words: `./deploy.sh shop prod` in a Makefile, a pipeline, another script.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::blocks::blocks;
use super::calls::Call;
use super::matrix::matrices;
use super::runs::{Kept, arguments, kept_arguments, runs, turns};
use super::variables::{Variables, variables};
use super::words;
use crate::evidence::files::{directory_of, normal};
use crate::evidence::scan::Candidate;
use crate::source::is_yaml;

/// More calls of one script are not looked at, nor more scripts.
const MOST: usize = 100;
const MOST_SCRIPTS: usize = 100;

/// Larger files are not read for calls, nor is more of one script read for all of them, in bytes.
const LARGEST: usize = 512 * 1024;
const MOST_READ: usize = 2 * 1024 * 1024;

/// Programs that do something else with a script than to run it.
const OTHERS: [&str; 8] = ["chmod", "+x", "cat", "cp", "mv", "rm", "shellcheck", "test"];

/// Whether a file is a script of a shell.
pub(super) fn is_script(candidate: &Candidate) -> bool {
    let first = candidate.text.lines().next().unwrap_or_default();
    let name = candidate.path.rsplit('/').next().unwrap_or_default();
    let is_called = [".sh", ".bash"].iter().any(|end| name.ends_with(end));
    is_called || (first.starts_with("#!") && first.ends_with("sh") && !name.contains('.'))
}

/// Adds the calls of scripts with commands, by the paths of the scripts.
pub(super) fn add_calls(candidates: &[Candidate], found: &mut BTreeMap<String, Vec<Call>>) {
    let scripts = candidates.iter().filter(|file| file.hints.commands);
    let scripts = scripts.filter(|file| is_script(file)).take(MOST_SCRIPTS);
    let mut by_name: BTreeMap<&str, Vec<&Candidate>> = BTreeMap::new();
    for script in scripts {
        let name = script.path.rsplit('/').next().unwrap_or_default();
        by_name.entry(name).or_default().push(script);
    }
    let Ok(search) = AhoCorasick::new(by_name.keys()) else {
        return;
    };
    let mut kept: BTreeMap<&str, Vec<Kept>> = BTreeMap::new();
    for caller in candidates.iter().filter(|file| file.text.len() <= LARGEST) {
        let named = search.find_overlapping_iter(&caller.text);
        let named: BTreeSet<usize> = named.map(|found| found.pattern().as_usize()).collect();
        if named.is_empty() {
            continue;
        }
        let known = variables(&caller.text);
        let mut repeated = runs(&caller.text, &blocks(&caller.text), &known);
        if is_yaml(&caller.path) {
            repeated.extend(matrices(&caller.text));
        }
        let scripts = by_name.iter().enumerate();
        let scripts = scripts.filter(|(index, _)| named.contains(index));
        for (_, (name, scripts)) in scripts {
            let lines = words::lines(&caller.text, name, &known).into_iter();
            for (at, line) in lines.take(MOST) {
                let before = caller.text.get(..at).unwrap_or_default();
                let meant = meant(before, name, caller, scripts);
                let Some(script) = meant.filter(|script| script.path != caller.path) else {
                    continue;
                };
                let kept = kept.entry(&script.path);
                let kept = kept.or_insert_with(|| kept_arguments(&script.text));
                for turn in turns(&repeated, at, &known) {
                    let words = words::split(&line, &turn, 0);
                    let inputs = arguments(kept, words.get(1..).unwrap_or_default());
                    add(script, caller, inputs, found);
                }
            }
        }
    }
}

fn add(
    script: &Candidate,
    caller: &Candidate,
    inputs: Variables,
    found: &mut BTreeMap<String, Vec<Call>>,
) {
    if inputs.is_empty() {
        return;
    }
    let known = found.entry(script.path.clone()).or_default();
    let call = Call::of(&caller.path, inputs);
    // Each call reads the whole script again.
    let read = (known.len() + 1) * script.text.len();
    if !known.contains(&call) && known.len() < MOST && read <= MOST_READ {
        known.push(call);
    }
}

/// The script that a line runs, of those with that name. `before` is what stands before the name.
fn meant<'c>(
    before: &str,
    name: &str,
    caller: &Candidate,
    scripts: &[&'c Candidate],
) -> Option<&'c Candidate> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let start = line.rfind(|char: char| char.is_whitespace() || "\"'`(;&|@!".contains(char));
    let start = start.map_or(0, |at| at + 1);
    let folder = line.get(start..).unwrap_or_default();
    let mut words = line.get(..start).unwrap_or_default().split_whitespace();
    if words.any(|word| OTHERS.contains(&word.trim_start_matches('@'))) {
        return None;
    }
    let path = format!("{folder}{name}");
    let paths = ["", directory_of(&caller.path)];
    let mut paths = paths.iter().filter_map(|home| normal(home, &path));
    let exact = paths.find_map(|path| scripts.iter().find(|script| script.path == path));
    // `$DIR/deploy.sh`, and any other directory that it is run from.
    let only = || match scripts {
        [only] => Some(only),
        _ => None,
    };
    exact.or_else(only).copied()
}
