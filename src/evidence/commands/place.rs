//! Where a command stands, and the files that it may mean.

use super::variables::Variables;
use super::words;
use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::holes::{Bindings, bindings, has_holes};
use crate::evidence::scan::Candidate;
use crate::evidence::tells::Names;
use crate::source::is_yaml;

/// Where a command stands, and the directories that it may run in.
pub(in crate::evidence) struct Place<'c> {
    pub candidate: &'c Candidate,
    pub line: usize,
    pub column: usize,
    /// The byte that the line begins at.
    start: usize,
    pub directories: Vec<String>,
}

impl<'c> Place<'c> {
    pub(in crate::evidence) fn of(
        candidate: &'c Candidate,
        at: usize,
        lines: &LineStarts,
        files: &Files<'_>,
        variables: &Variables,
    ) -> Place<'c> {
        let (line, start) = lines.line_of(at);
        let column = candidate
            .text
            .get(start..at)
            .map_or(0, |text| text.chars().count())
            + 1;
        let before = tail(candidate.text.get(..at).unwrap_or_default());
        let own = directory_of(&candidate.path);
        let mut directories: Vec<String> = Vec::new();
        // `cd deploy && helm …`, `working-directory: deploy`: the last ones before the command.
        let mut changes: Vec<String> = Vec::new();
        for sign in [
            "cd ",
            "working-directory: ",
            "pushd ",
            "workingDirectory: ",
            "dir: ",
        ] {
            for (start, _) in before.rmatch_indices(sign).take(3) {
                let rest = before.get(start + sign.len()..).unwrap_or_default();
                let word = rest
                    .split([' ', '\n', ';', '&', ')'])
                    .next()
                    .unwrap_or_default();
                let open = rest
                    .strip_prefix("${{")
                    .and_then(|rest| rest.split_once("}}"));
                let word = match open {
                    Some((expression, _)) => {
                        words::resolved(&format!("${{{{{expression}}}}}"), variables, 0)
                    }
                    None => words::resolved(word.trim_matches(['"', '\'']), variables, 0),
                };
                changes.push(word);
            }
        }
        // What the step says of itself comes first, wherever it stands in it.
        let of_step = step_directory(candidate, start, at);
        let of_step = of_step.filter(|path| files.is_directory(path));
        // A script in `scripts/` may be run from the folder above it.
        let known: Vec<String> = ["", own]
            .map(str::to_owned)
            .into_iter()
            .chain(normal(own, ".."))
            .collect();
        for bases in [of_step.as_slice(), &known] {
            for change in changes.iter().filter(|change| !has_holes(change)) {
                for change in spellings(change) {
                    let paths = bases.iter().filter_map(|base| normal(base, change));
                    directories.extend(paths.filter(|path| files.is_directory(path)));
                }
            }
            directories.extend(of_step.clone());
        }
        directories.extend(known);
        directories.dedup();
        Place {
            candidate,
            line,
            column,
            start,
            directories,
        }
    }

    /// The target of a Makefile, the recipe, the function of a script or the job that the command stands in.
    pub(super) fn target(&self) -> Option<String> {
        let text = &self.candidate.text;
        let own = text.get(self.start..)?.lines().next();
        let above = tail(text.get(..self.start)?).lines().rev();
        let is_outer =
            |line: &&str| line.starts_with(|char: char| !char.is_whitespace() && char != '#');
        let line = own.into_iter().chain(above).find(is_outer)?;
        let is_letter =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
        let end = line.find(|char| !is_letter(char))?;
        let (name, rest) = line.split_at(end);
        // `name:` with what it needs, `name() {`; `NAME := value` is a variable.
        let is_target = (rest.starts_with(':') && !rest.contains('=')) || rest.starts_with("()");
        is_target.then(|| name.to_owned())
    }

    /// A path as seen from the directories, as it is there; with what its unknown parts may be.
    pub(in crate::evidence) fn find(
        &self,
        path: &str,
        files: &Files<'_>,
        names: &Names,
    ) -> Option<(String, Vec<Bindings>)> {
        // What is nothing but a variable may be any file.
        if is_open(path) {
            return None;
        }
        for path in spellings(path) {
            for directory in &self.directories {
                let Some(full) = normal(directory, path) else {
                    continue;
                };
                if !has_holes(&full) {
                    if files.has_values(&full) {
                        return Some((full, vec![Bindings::new()]));
                    }
                    continue;
                }
                let found = bindings(&full, files, names);
                if !found.is_empty() {
                    return Some((full, found));
                }
            }
        }
        None
    }
}

/// A path, and what it may be from the root of the repository: `$(pwd)/x` and `${GITHUB_WORKSPACE}/x` begin with a directory
/// that is not known, and `~/project/x` with the one that a pipeline checks out to.
pub(super) fn spellings(path: &str) -> Vec<&str> {
    let behind_hole = path
        .strip_prefix('\u{E000}')
        .and_then(|rest| rest.split_once("\u{E001}/"))
        .map(|(_, tail)| tail);
    let at_home = path.strip_prefix("~/");
    let checked_out = at_home.and_then(|rest| rest.split_once('/'));
    let all = [
        Some(path),
        behind_hole,
        at_home,
        checked_out.map(|(_, tail)| tail),
    ];
    let all = all.into_iter().flatten();
    all.filter(|path| !path.starts_with(['/', '~'])).collect()
}

/// Whether a path is nothing but parts that are not known: `$VALUES`, `$DIR/$FILE`.
pub(in crate::evidence) fn is_open(path: &str) -> bool {
    let is_hole = |part: &str| {
        let inner = part.strip_prefix('\u{E000}');
        inner.is_some_and(|inner| inner.strip_suffix('\u{E001}').is_some())
    };
    has_holes(path) && path.split('/').all(|part| is_hole(part) || part == ".")
}

/// The directory that a step of a pipeline runs in, where it is written behind its commands:
///
/// ```yaml
/// - run: helm upgrade shop .
///   working-directory: ./charts/shop
/// ```
fn step_directory(candidate: &Candidate, line_start: usize, at: usize) -> Option<String> {
    let text = candidate.text.as_str();
    let line_end = text
        .get(at..)?
        .find('\n')
        .map_or(text.len(), |end| at + end);
    let before = text.get(..line_end).filter(|_| is_yaml(&candidate.path))?;
    let own = indent(text.get(line_start..)?);
    // The item of the list of steps that the command stands in, in its own line or further left.
    let mut above = before.lines().rev().take(MOST_NEAR).enumerate();
    let (_, first) = above.find(|(back, line)| {
        line.trim_start().starts_with("- ") && (*back == 0 || indent(line) < own)
    })?;
    let dash = indent(first);
    let key = dash + 1 + indent(first.get(dash + 1..)?);
    let behind = text.get(line_end..)?.lines().skip(1).take(MOST_NEAR);
    let of_step = behind.take_while(|line| line.trim().is_empty() || indent(line) > dash);
    let mut keys = of_step.filter(|line| indent(line) == key).map(str::trim);
    let folder = keys.find_map(|line| {
        let names = ["working-directory:", "workingDirectory:"];
        names.iter().find_map(|name| line.strip_prefix(name))
    })?;
    normal("", folder.trim().trim_matches(['"', '\'']))
}

/// How far the text of a line is from its beginning.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// More lines before a command, and behind it, are not looked at.
const MOST_NEAR: usize = 200;

/// What stands further above a command has nothing to do with it, in bytes.
const ABOVE: usize = 32 * 1024;

/// The end of a text that may be long.
pub(super) fn tail(text: &str) -> &str {
    let mut starts = text.len().saturating_sub(ABOVE)..=text.len();
    let start = starts.find(|start| text.is_char_boundary(*start));
    text.get(start.unwrap_or_default()..).unwrap_or_default()
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub(in crate::evidence) struct LineStarts(Vec<usize>);

impl LineStarts {
    pub(in crate::evidence) fn of(text: &str) -> LineStarts {
        let ends = text.match_indices('\n');
        LineStarts([0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// The number of the line of a byte, from one, and where it begins.
    pub(in crate::evidence) fn line_of(&self, at: usize) -> (usize, usize) {
        let line = self.0.partition_point(|start| *start <= at);
        let start = self.0.get(line.wrapping_sub(1)).copied();
        (line, start.unwrap_or_default())
    }
}
