//! A command where it stands and in one case that it runs in: what it says of itself, and what it names in vain.

use std::collections::BTreeSet;

use super::MOST_PLACES;
use super::calls::Call;
use super::cases::Case;
use super::line::Line;
use super::made::{self, Made};
use super::place::{Place, tail};
use super::tasks::{Idle, Task};
use super::variables::Variables;
use crate::evidence::claim::{Claims, Evidence, LayerPath, MissingFile, Unread};
use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::holes::{has_holes, shown};
use crate::evidence::tells::Names;
use crate::masking::{Name, ObjectName, Text, text};
use crate::naming::environment_name;

/// Where a command stands, how that file is called, and in which case it runs.
pub(super) struct Called<'c> {
    pub place: Place<'c>,
    pub call: &'c Call,
    pub case: Case,
    pub task: &'c Task,
    /// The environment of the job that runs it.
    pub job: Option<&'c str>,
    /// All environments that its file is called for.
    pub others: &'c BTreeSet<String>,
    /// What its variables are.
    pub variables: &'c Variables,
}

impl<'c> std::ops::Deref for Called<'c> {
    type Target = Place<'c>;

    fn deref(&self) -> &Place<'c> {
        &self.place
    }
}

impl Called<'_> {
    /// The environment that the command is run for, where the call, the case or the job says one.
    pub(super) fn asked(&self, names: &Names) -> Option<String> {
        let of_job = || names.of_part(self.job?);
        let of_case = || self.case.environment.clone();
        self.call.asked(names).or_else(of_case).or_else(of_job)
    }

    /// The environment that the names of files tell, where nothing better does: those that the command asks for and that are
    /// not there, the caller's (`.github/workflows/prod.yml`), its own (`scripts/deploy-staging.sh`). What is called after
    /// integration may be tests.
    pub(super) fn environment_of_files(&self, line: &Line, names: &Names) -> Option<String> {
        let is_tests =
            |name: &String| environment_name(name).is_some_and(|told| told.stage == "int");
        let of_file = |path: &str| {
            let file = path.rsplit('/').next()?;
            let stem = file.split('.').next()?;
            names.of_name(stem).filter(|name| !is_tests(name))
        };
        let known = line.values.iter().rev().filter(|file| !has_holes(file));
        let mut of_values = known.filter_map(|file| names.of_path(file));
        let of_caller = || of_file(self.call.by.as_deref()?);
        of_values
            .next()
            .or_else(of_caller)
            .or_else(|| of_file(&self.candidate.path))
    }

    /// How the command gets a file, where lines before it make one.
    pub(super) fn made(&self, file: &str) -> Option<Made> {
        let before = self.candidate.text.get(..self.task.at)?;
        made::made(tail(before), file, self.variables)
    }

    pub(super) fn evidence(&self, verb: &str) -> Evidence {
        let command = || text!("the command `helm {}`", ObjectName(verb));
        let mut words = self.task.words.clone().unwrap_or_else(command);
        if let Some(by) = &self.call.by {
            words.push(text!(", as {} calls it", Name(by)));
        }
        Evidence {
            file: self.candidate.path.clone(),
            line: self.line,
            column: self.column,
            words,
        }
    }

    /// Whether the script looks first whether a file is there.
    pub(super) fn is_tested(&self, file: &str) -> bool {
        let tests = ["-f ", "-f \"", "-e ", "-e \""];
        let text = &self.candidate.text;
        tests.iter().any(|test| {
            let test = format!("{test}{file}");
            let mut places = text.match_indices(&test).take(MOST_PLACES);
            places.any(|(at, _)| {
                let before = text.get(..at).unwrap_or_default().trim_end();
                before.ends_with('[') || before.ends_with("test")
            })
        })
    }

    /// A file that is named and not there. A path from the root, or one with a part that is not known, may be there when
    /// the command runs. It is seen from the directory in which its folder lies, else from the root.
    pub(super) fn missing(
        &self,
        file: &str,
        line: &Line,
        files: &Files<'_>,
    ) -> Option<MissingFile> {
        let is_known = !file.starts_with(['/', '~']) && !file.contains("://") && !has_holes(file);
        let seen_from = |home: &str| {
            let path = normal(home, file).filter(|path| !path.is_empty())?;
            let folder = directory_of(&path);
            (!folder.is_empty() && folder != home && files.is_directory(folder)).then_some(path)
        };
        let mut homes = self.directories.iter();
        let path = homes.find_map(|home| seen_from(home));
        let path = path
            .or_else(|| normal("", file))
            .filter(|path| is_known && !path.is_empty())?;
        let (release, chart) = line.release_and_chart();
        Some(MissingFile {
            path,
            of: shown(release.or(chart)?),
            evidence: self.evidence(&line.verb),
            is_needed: false,
            is_here: false,
        })
    }

    /// A chart that is named and not there, next to charts that are: `charts/shp` beside `charts/shop`. Any other name may be
    /// that of a chart in a repository of charts.
    pub(super) fn missing_chart(
        &self,
        chart: &str,
        line: &Line,
        files: &Files<'_>,
    ) -> Option<MissingFile> {
        let is_path = chart.contains('/') && !chart.starts_with(['/', '~']);
        let is_known = is_path && !chart.contains(':') && !has_holes(chart);
        let paths = self.directories.iter().filter(|_| is_known);
        let paths: Vec<String> = paths
            .filter_map(|directory| normal(directory, chart))
            .collect();
        if paths.iter().any(|path| files.exists(path)) {
            return None;
        }
        let charts = files.charts();
        let has_charts = |path: &&String| {
            let above = directory_of(path);
            let is_beside = |chart: &&str| directory_of(chart) == above;
            !above.is_empty() && charts.iter().any(is_beside)
        };
        // `chart/shop` may be one of a repository of charts, unless only its folder is called otherwise here.
        let (alias, name) = chart.split_once('/')?;
        let has_alias = || {
            let added = format!("repo add {alias} ");
            self.candidate.text.contains(&added)
        };
        let is_called_alike = |path: &&String| {
            let is_it = |known: &&str| known.split_once('/').is_some_and(|(_, it)| it == name);
            path.as_str() == chart && charts.iter().any(is_it) && !has_alias()
        };
        let mut found = paths
            .iter()
            .filter(|path| has_charts(path) || is_called_alike(path));
        Some(MissingFile {
            path: found.next()?.clone(),
            of: shown(line.release_and_chart().0?),
            evidence: self.evidence(&line.verb),
            is_needed: false,
            is_here: false,
        })
    }

    /// Whether a chart is a path into a folder of this repository, and nothing is there: nothing is deployed by the command.
    /// What has one slash may be a chart of a repository of charts; other repositories are checked out to folders of
    /// their own.
    pub(super) fn lacks_chart(&self, chart: &str, files: &Files<'_>) -> bool {
        let is_known = !chart.starts_with(['/', '~']) && !chart.contains(':') && !has_holes(chart);
        // An archive is made before it is deployed.
        let is_path = !chart.ends_with(".tgz")
            && (chart.starts_with("./") || chart.ends_with('/') || chart.matches('/').count() > 1);
        let paths = self.directories.iter();
        let mut paths = paths.filter_map(|directory| normal(directory, chart));
        let folder = chart.trim_start_matches("./").split('/').next();
        is_known
            && is_path
            && folder.is_some_and(|folder| folder != ".." && files.is_directory(folder))
            && paths.all(|path| !files.exists(&path))
    }

    /// Says of each file of a command that only a check looks at what it gives.
    pub(super) fn say_checked(&self, layers: &[LayerPath], said: &mut Claims) {
        for layer in layers {
            let by = self.evidence("");
            let reason = || {
                text!(
                    "{} renders a chart with this file only to check it",
                    by.place()
                )
            };
            said.left.entry(layer.path.clone()).or_insert_with(reason);
        }
    }

    /// Says that nothing runs it, and of each of its files that only this reads it.
    pub(super) fn say_idle(&self, idle: &Idle, layers: &[LayerPath], said: &mut Claims) {
        if idle.is_first {
            said.unread.push(self.unread(idle.reason.clone()));
        }
        for layer in layers {
            let by = self.evidence("");
            let reason = text!("{} reads this file, but {}", by.place(), idle.reason);
            said.idle.entry(layer.path.clone()).or_insert(reason);
        }
    }

    pub(super) fn unread(&self, reason: Text) -> Unread {
        Unread {
            file: self.candidate.path.clone(),
            place: Some((self.line, self.column)),
            reason,
            is_values: false,
        }
    }
}
