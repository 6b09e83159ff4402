//! Jsonnet: charts that Tanka or a library makes objects of, and the files that it names. Jsonnet is not evaluated, and that is
//! said.
//!
//! <https://tanka.dev/helm>

use super::claim::{Claims, Evidence, Unread};
use super::commands::LineStarts;
use super::files::{Files, normal};
use super::scan::Candidate;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{ancestors, directory_of};

/// How a chart is called for.
const CALLS: [&str; 2] = ["helm.template(", "helmTemplate("];
/// How paths of files with values end, as texts.
const ENDS: [&str; 4] = [".yaml'", ".yaml\"", ".yml'", ".yml\""];
/// More calls and paths are not looked at in one file.
const MOST: usize = 200;

/// Whether a file is written in Jsonnet.
pub(super) fn is_jsonnet(path: &str) -> bool {
    path.ends_with(".jsonnet") || path.ends_with(".libsonnet")
}

/// Says of each chart that Jsonnet deploys that what it deploys is not known, and notes the files that it names.
pub(super) fn say_unread<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
    said: &mut Claims,
) {
    for file in candidates.filter(|file| is_jsonnet(&file.path)) {
        let lines = LineStarts::of(&file.text);
        let ends = ENDS.iter().flat_map(|end| file.text.match_indices(end));
        for (at, end) in ends.take(MOST) {
            let quote = end.chars().next_back().unwrap_or_default();
            let path = file.text.get(..at + end.len() - 1).unwrap_or_default();
            let path = path.rsplit([quote, '\n']).next().unwrap_or_default();
            let Some(found) = found(path, &file.path, files) else {
                continue;
            };
            let (line, start) = lines.line_of(at);
            let evidence = Evidence {
                line,
                column: (at - start + end.len()).saturating_sub(path.len()),
                ..Evidence::of_file(file.path.as_str(), "")
            };
            said.jsonnet.entry(found).or_insert(evidence);
        }
        let calls = CALLS.iter().flat_map(|call| file.text.match_indices(call));
        for (at, call) in calls.take(MOST) {
            let (line, start) = lines.line_of(at);
            let arguments = file.text.get(at + call.len()..).unwrap_or_default();
            let name = arguments.trim_start().strip_prefix(['\'', '"']);
            let name = name.and_then(|rest| rest.split(['\'', '"', '\n']).next());
            said.unread.push(Unread {
                file: file.path.clone(),
                place: Some((line, at - start + 1)),
                reason: said_text!(
                    "Jsonnet deploys the chart of `{}`, and envlint does not evaluate Jsonnet, so its values are not known",
                    ObjectName(name.unwrap_or("a release"))
                ),
                is_values: false,
            });
        }
    }
}

/// The file that a text of Jsonnet names: `$values/…` of Argo CD from the root of the repository, others from the directory of
/// the file that names it, or from one above, which may be where libraries are looked for.
fn found(path: &str, by: &str, files: &Files<'_>) -> Option<String> {
    if let Some(inside) = path.strip_prefix('$') {
        let (_, path) = inside.split_once('/')?;
        return files.of_repository(path).filter(|path| files.is_file(path));
    }
    let mut paths = ancestors(directory_of(by)).filter_map(|directory| normal(directory, path));
    paths.find(|path| files.is_file(path))
}
