//! Variables that a script takes from other files: `source deploy/$ENV.env`, `include config.mk`.

use super::calls::Call;
use super::place::spellings;
use super::variables::{LONGEST, Variables, variables};
use super::words;
use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::holes::{Bindings, bindings, has_holes};
use crate::evidence::scan::Candidate;
use crate::evidence::tells::Names;

/// What stands before the name of such a file: of a shell, and of make.
const SIGNS: [&str; 5] = ["source ", ". ", "include ", "-include ", "sinclude "];
/// More files are not read for one script.
const MOST: usize = 20;
/// Larger files are not read, in bytes.
const LARGEST: usize = 64 * 1024;

/// The variables of a script with those of the files that it reads. What it sets itself stays.
pub(super) fn with(known: Variables, candidate: &Candidate, files: &Files<'_>) -> Variables {
    let mut all = known;
    for path in paths(&candidate.text, &all) {
        let found = places(&path, candidate).find(|path| files.is_file(path));
        let text = found.and_then(|path| files.text(&path));
        let text = text.filter(|text| text.len() <= LARGEST);
        for (name, value) in text.iter().flat_map(|text| variables(text)) {
            all.entry(name).or_insert(value);
        }
    }
    all
}

/// What a script may be run for, by the files that it may read: one way for each of them.
pub(super) fn calls(candidate: &Candidate, files: &Files<'_>, names: &Names) -> Vec<Call> {
    let known = variables(&candidate.text);
    let open = paths(&candidate.text, &known).into_iter();
    let mut open = open.filter(|path| has_holes(path));
    let found = open.find_map(|path| {
        let mut found = places(&path, candidate).map(|path| bindings(&path, files, names));
        found.find(|found| !found.is_empty())
    });
    let found: Vec<Bindings> = found.unwrap_or_default();
    found.into_iter().map(Call::with).collect()
}

/// The files that a script reads, as it names them.
fn paths(text: &str, variables: &Variables) -> Vec<String> {
    let lines = text.lines().filter(|line| line.len() < LONGEST);
    let statements = lines.flat_map(|line| line.split([';', '&', '|']));
    let named = statements.filter_map(|statement| {
        let statement = statement.trim_start();
        let statement = statement.strip_prefix("then ").unwrap_or(statement);
        let rest = SIGNS.iter().find_map(|sign| statement.strip_prefix(sign))?;
        words::split(rest, variables, 0).into_iter().next()
    });
    let is_path = |path: &String| !path.is_empty() && path.contains(['.', '/']);
    named.filter(is_path).take(MOST).collect()
}

/// Where a file may lie that a script names: seen from the root, from its own folder, and from the one above.
fn places(path: &str, candidate: &Candidate) -> impl Iterator<Item = String> {
    let own = directory_of(&candidate.path);
    let above = normal(own, "..").unwrap_or_default();
    let homes = [String::new(), own.to_owned(), above];
    let spelled: Vec<String> = spellings(path).into_iter().map(str::to_owned).collect();
    homes.into_iter().flat_map(move |home| {
        let spelled = spelled.clone().into_iter();
        spelled.filter_map(move |path| normal(&home, &path))
    })
}
