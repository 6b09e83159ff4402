//! Values that a script gives to a helmfile which lies elsewhere, or nobody knows where: `--state-values-file ../environments/prod/values.yaml`. They
//! are what the helmfile knows of an environment, and no app's.

use std::collections::BTreeMap;

use crate::evidence::claim::{Claims, Evidence, Unread};
use crate::evidence::commands::{LineStarts, Place, is_open, variables, words};
use crate::evidence::files::{Files, normal};
use crate::evidence::holes::any;
use crate::evidence::scan::Candidate;
use crate::masking::text;

/// The option of helmfile. <https://helmfile.readthedocs.io/en/latest/#cli-reference>
const OPTION: &str = "--state-values-file";
/// Longer lines are not looked at, in bytes, nor more of them in one file.
const LONGEST: usize = 2000;
const MOST: usize = 50;

/// Says of the files that scripts give to any helmfile what they are. They may be named in a variable, for a command that is
/// put together elsewhere.
pub(super) fn say<'c>(
    scripts: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
    said: &mut Claims,
) {
    let mut given: BTreeMap<String, Evidence> = BTreeMap::new();
    for script in scripts.filter(|script| script.text.contains(OPTION)) {
        let variables = variables::variables(&script.text);
        let lines = LineStarts::of(&script.text);
        for (at, option) in script.text.match_indices(OPTION).take(MOST) {
            let behind = script.text.get(at + option.len()..).unwrap_or_default();
            let line = behind.lines().next().unwrap_or_default();
            let line = line.trim_start_matches(['=', ' ']);
            let words = words::split(words::head(line, LONGEST), &variables, 0);
            let Some(path) = words.first() else { continue };
            let place = Place::of(script, at, &lines, files, &variables);
            let evidence = Evidence {
                line: place.line,
                column: place.column,
                ..Evidence::of_file(&script.path, "")
            };
            for path in meant(path, &place, files) {
                given.entry(path).or_insert_with(|| evidence.clone());
            }
        }
    }
    given.retain(|file, _| !said.taken.contains(file));
    for (file, by) in given {
        said.unread.push(Unread {
            place: None,
            reason: text!(
                "{} gives it to helmfile, and no helmfile here is run with it",
                by.place()
            ),
            is_values: false,
            file: file.clone(),
        });
        said.taken.insert(file);
    }
}

/// The files that a path may mean, whatever its unknown parts are. Where the helmfile lies is not known, and so is how far its
/// folder is below the root.
fn meant(path: &str, place: &Place<'_>, files: &Files<'_>) -> Vec<String> {
    if is_open(path) {
        return Vec::new();
    }
    let glob = any(path);
    let homes = place.directories.iter().map(String::as_str);
    let seen_from = homes.filter_map(|home| normal(home, &glob));
    let from_root = normal("", glob.trim_start_matches("../"));
    let mut found = seen_from.chain(from_root).map(|glob| files.matching(&glob));
    let found = found.find(|found| !found.is_empty()).unwrap_or_default();
    found.into_iter().map(str::to_owned).collect()
}
