//! Command lines of helm, in workflows, Makefiles and scripts: `helm upgrade shop charts/shop -f values-$ENV.yaml`.

mod helmfile;
mod tasks;
mod words;

use std::collections::BTreeSet;

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, MissingFile, Rank, Unread, given};
use super::files::{Files, directory_of, normal};
use super::holes::{Bindings, bindings, fill, fixed_parts, has_holes, shown, told_apart};
use super::scan::Candidate;
use super::tells::Names;
use crate::masking::{Name, text};

pub(super) use helmfile::{Runs, runs};

/// What a command line says.
#[derive(Debug, Default)]
struct Line {
    verb: String,
    /// `helm diff upgrade`: nothing is deployed.
    is_diff: bool,
    positional: Vec<String>,
    values: Vec<String>,
    given: Vec<String>,
    namespace: Option<String>,
    version: Option<String>,
}

/// Subcommands that take values.
const VERBS: [&str; 4] = ["upgrade", "install", "template", "lint"];
/// Words of plugins before the subcommand: `helm diff upgrade`, `helm secrets upgrade`.
const PLUGINS: [&str; 4] = ["diff", "secrets", "tiller", "x"];

/// Options with a value, beside those that are read.
const WITH_VALUE: [&str; 34] = [
    "--kube-context",
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-ca-file",
    "--timeout",
    "--history-max",
    "--description",
    "--name-template",
    "--output",
    "-o",
    "--output-dir",
    "--post-renderer",
    "--post-renderer-args",
    "--username",
    "--password",
    "--repo",
    "--ca-file",
    "--cert-file",
    "--key-file",
    "--keyring",
    "--registry-config",
    "--repository-config",
    "--repository-cache",
    "--kube-version",
    "--api-versions",
    "-a",
    "--show-only",
    "-s",
    "--labels",
    "-l",
    "--burst-limit",
    "--qps",
];

impl Line {
    fn read(words: &[String]) -> Option<Line> {
        let mut words = words.iter().skip(1).peekable();
        let mut line = Line::default();
        while let Some(word) = words.next() {
            let (flag, joined) = match word.split_once('=') {
                Some((flag, value)) if word.starts_with('-') => (flag, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || joined.clone().or_else(|| words.next().cloned());
            match flag {
                "-f" | "--values" => {
                    let files = value().unwrap_or_default();
                    line.values.extend(files.split(',').map(str::to_owned));
                }
                "--set" | "--set-string" | "--set-file" | "--set-json" | "--set-literal" => {
                    line.given.extend(names_of(&value().unwrap_or_default()));
                }
                "-n" | "--namespace" => line.namespace = value(),
                "--version" => line.version = value(),
                flag if WITH_VALUE.contains(&flag) => {
                    value();
                }
                flag if flag.starts_with('-') => {}
                word if line.verb.is_empty() => {
                    if VERBS.contains(&word) {
                        word.clone_into(&mut line.verb);
                    } else if !PLUGINS.contains(&word) {
                        return None;
                    }
                    line.is_diff |= word == "diff";
                }
                word => line.positional.push(word.to_owned()),
            }
        }
        // A chart that is tried with nothing but its own values says nothing of a deployment.
        let says_values = !line.values.is_empty() || !line.rank().is_trial();
        let is_usable = !line.verb.is_empty() && says_values && !line.positional.is_empty();
        is_usable.then_some(line)
    }

    fn rank(&self) -> Rank {
        match self.verb.as_str() {
            "lint" => Rank::Lint,
            "template" => Rank::Template,
            _ if self.is_diff => Rank::Template,
            _ => Rank::Command,
        }
    }

    /// Release and chart; a chart alone where the release is made up.
    fn release_and_chart(&self) -> (Option<&String>, Option<&String>) {
        match (self.verb.as_str(), self.positional.as_slice()) {
            ("lint", [chart, ..]) | (_, [chart]) => (None, Some(chart)),
            (_, [release, chart, ..]) => (Some(release), Some(chart)),
            _ => (None, None),
        }
    }
}

/// The names in `a=1,b.c=2`. A comma may belong to a value: what has no `=` is no name.
fn names_of(set: &str) -> Vec<String> {
    let parts = set.split(',').filter_map(|part| part.split_once('='));
    parts.map(|(name, _)| name.trim().to_owned()).collect()
}

/// What the command lines of some files say.
pub(super) fn claims<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    for candidate in candidates {
        let variables = words::variables(&candidate.text);
        let commands = words::commands(&candidate.text, "helm", &variables);
        let tasks = tasks::commands(&candidate.text, &variables);
        for (at, words) in commands.into_iter().chain(tasks) {
            if let Some(line) = Line::read(&words) {
                let place = Place::of(candidate, at, files);
                claims_of(&line, &place, files, names, said);
            }
        }
    }
}

/// Where a command stands, and the directories that it may run in.
struct Place<'c> {
    candidate: &'c Candidate,
    line: usize,
    column: usize,
    /// The target of a Makefile that it belongs to: `install-prod`.
    target: Option<&'c str>,
    directories: Vec<String>,
}

impl<'c> Place<'c> {
    fn of(candidate: &'c Candidate, at: usize, files: &Files<'_>) -> Place<'c> {
        let before = candidate.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .chars()
            .rev()
            .take_while(|char| *char != '\n')
            .count()
            + 1;
        let own = directory_of(&candidate.path);
        let mut directories: Vec<String> = Vec::new();
        // `cd deploy && helm …`, `working-directory: deploy`: the last ones before the command.
        let mut changes: Vec<&str> = Vec::new();
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
                changes.push(word.trim_matches(['"', '\'']));
            }
        }
        let known: Vec<&str> = vec!["", own];
        for change in changes.into_iter().filter(|change| !change.contains('$')) {
            for base in &known {
                directories.extend(normal(base, change).filter(|path| files.is_directory(path)));
            }
        }
        directories.extend(known.into_iter().map(str::to_owned));
        directories.extend(normal(own, ".."));
        directories.dedup();
        Place {
            target: target_of(&candidate.path, before),
            candidate,
            line,
            column,
            directories,
        }
    }

    /// A path as seen from the directories, as it is there; with what its unknown parts may be.
    fn find(
        &self,
        path: &str,
        files: &Files<'_>,
        names: &Names,
    ) -> Option<(String, Vec<Bindings>)> {
        // `$FILE` may be any file: nothing is known of it.
        if !fixed_parts(path).any(|char| char.is_ascii_alphanumeric()) {
            return None;
        }
        // `$(pwd)/x`, `${GITHUB_WORKSPACE}/x`: a part that is not known at the beginning is a directory above.
        let tail = path
            .strip_prefix('\u{E000}')
            .and_then(|rest| rest.split_once("\u{E001}/"))
            .map(|(_, tail)| tail);
        // `~/git/x` is where a pipeline has put the repository.
        let home = path.strip_prefix("~/");
        let below_home = home.and_then(|rest| rest.split_once('/'));
        let candidates = [Some(path), tail, home, below_home.map(|(_, rest)| rest)];
        for path in candidates
            .into_iter()
            .flatten()
            .filter(|path| !path.starts_with(['/', '~']))
        {
            for directory in &self.directories {
                let Some(full) = normal(directory, path) else {
                    continue;
                };
                if !has_holes(&full) {
                    if files.is_file(&full) {
                        return Some((full, vec![Bindings::new()]));
                    }
                    continue;
                }
                let mut found = bindings(&full, files, names);
                found.retain(|bound| !is_script(&fill(&full, bound)));
                if !found.is_empty() {
                    return Some((full, found));
                }
            }
        }
        None
    }

    fn evidence(&self, verb: &str) -> Evidence {
        Evidence {
            file: self.candidate.path.clone(),
            line: self.line,
            column: self.column,
            words: text!("the command `helm {}`", Name(verb)),
        }
    }

    /// A file that is named and not there. A path from the root, or one with a part that is not known, may be there when
    /// the command runs.
    fn missing(&self, file: &str, line: &Line) -> Option<MissingFile> {
        let is_known = !file.starts_with(['/', '~']) && !file.contains("://") && !has_holes(file);
        let path = normal("", file).filter(|path| is_known && !path.is_empty())?;
        let (release, chart) = line.release_and_chart();
        Some(MissingFile {
            path,
            of: shown(release.or(chart)?),
            evidence: self.evidence(&line.verb),
            is_needed: false,
        })
    }

    /// A chart that is named and not there, next to charts that are: `charts/shp` beside `charts/shop`. Any other name may be
    /// that of a chart in a repository of charts.
    fn missing_chart(&self, chart: &str, line: &Line, files: &Files<'_>) -> Option<MissingFile> {
        let is_path = chart.contains('/') && !chart.starts_with(['/', '~']);
        let is_known = is_path && !chart.contains(':') && !has_holes(chart);
        let paths = self.directories.iter().filter(|_| is_known);
        let paths: Vec<String> = paths
            .filter_map(|directory| normal(directory, chart))
            .collect();
        if paths.iter().any(|path| files.exists(path)) {
            return None;
        }
        let has_charts = |path: &&String| {
            let above = directory_of(path);
            let mut charts = files.below(&format!("{above}/")).iter();
            !above.is_empty()
                && charts.any(|file| {
                    let chart = file.strip_suffix("/Chart.yaml");
                    chart.is_some_and(|chart| directory_of(chart) == above)
                })
        };
        Some(MissingFile {
            path: paths.iter().find(has_charts)?.clone(),
            of: shown(line.release_and_chart().0?),
            evidence: self.evidence(&line.verb),
            is_needed: false,
        })
    }

    fn unread(&self, reason: crate::masking::Text) -> Unread {
        Unread {
            file: self.candidate.path.clone(),
            place: Some((self.line, self.column)),
            reason,
            is_values: false,
        }
    }
}

fn claims_of(line: &Line, place: &Place<'_>, files: &Files<'_>, names: &Names, said: &mut Claims) {
    let (release, chart) = line.release_and_chart();
    let Some(chart) = chart else { return };
    said.missing.extend(place.missing_chart(chart, line, files));
    let mut layers: Vec<(String, Vec<Bindings>)> = Vec::new();
    for file in &line.values {
        match place.find(file, files, names) {
            Some(found) => layers.push(found),
            // A file that a pipeline makes, or one of another repository.
            None if file == "-" => {}
            None => {
                let reason = text!("no file of the repository is `{}`", Name(shown(file)));
                said.unread.push(place.unread(reason));
                said.missing.extend(place.missing(file, line));
            }
        }
    }
    // The layer whose parts are not known says what they are; the others follow.
    let open = layers.iter().rev().find(|(path, _)| has_holes(path));
    let all: Vec<Bindings> = open.map_or_else(|| vec![Bindings::new()], |(_, found)| found.clone());
    let mut seen: BTreeSet<Vec<LayerPath>> = BTreeSet::new();
    let mut claims = Vec::new();
    for bound in all {
        let filled = layers.iter().map(|(path, _)| fill(path, &bound));
        let filled: Vec<LayerPath> = filled
            .filter(|path| files.is_file(path))
            .map(LayerPath::file)
            .collect();
        let lacks_all = filled.is_empty() && !line.values.is_empty();
        let is_trial_of_nothing = filled.is_empty() && line.rank().is_trial();
        if is_trial_of_nothing || (lacks_all && open.is_some()) || !seen.insert(filled.clone()) {
            continue;
        }
        let of = |text: Option<&String>| {
            let text = text.map(|text| fill(text, &bound));
            text.filter(|text| !has_holes(text) && !text.is_empty())
        };
        let namespace = of(line.namespace.as_ref());
        let chart = chart_of(&fill(chart, &bound), line, place, files);
        let told = names.of_layers(
            filled.iter().map(|layer| layer.path.as_str()),
            bound.values().map(String::as_str),
            [of(release), namespace.clone()].into_iter().flatten(),
        );
        let environment = told
            .or_else(|| bound.values().find_map(|value| names.of_part(value)))
            .or_else(|| of(release).and_then(|name| names.of_name(&name)))
            .or_else(|| namespace.as_deref().and_then(|name| names.of_name(name)))
            .or_else(|| names.of_name(place.target?));
        // Templates and lints without an environment are tests of the chart.
        if environment.is_none() && line.rank().is_trial() {
            continue;
        }
        let folder = match &chart {
            Chart::Local(path) => path.rsplit('/').next().map(str::to_owned),
            Chart::Remote(reference) => {
                let name = reference.split('@').next().unwrap_or(reference);
                name.rsplit('/').next().map(str::to_owned)
            }
        };
        let folder = folder.filter(|name| !name.contains('{'));
        let release = of(release);
        claims.push(Claim {
            rank: line.rank(),
            also: Vec::new(),
            names: release.iter().cloned().chain(folder).collect(),
            environment,
            release: release.filter(|_| line.verb != "lint"),
            namespace,
            chart: Some(chart),
            layers: filled,
            given: line.given.iter().filter_map(|name| given(name)).collect(),
            evidence: place.evidence(&line.verb),
        });
    }
    told_apart(claims, said);
}

/// The target of a Makefile whose recipe a text ends in.
fn target_of<'t>(path: &str, before: &'t str) -> Option<&'t str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_makefile = name.to_ascii_lowercase().ends_with("makefile") || name.ends_with(".mk");
    let line = before.lines().rev().find(|line| {
        let first = line.chars().next();
        first.is_some_and(|char| !char.is_whitespace() && char != '#')
    });
    let (target, rest) = line.filter(|_| is_makefile)?.split_once(':')?;
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    (!rest.starts_with('=') && target.chars().all(is_name)).then_some(target)
}

/// Whether a file that a part which is not known may stand for is a program.
fn is_script(path: &str) -> bool {
    let scripts = [".sh", ".bash", ".mk", ".ps1", ".groovy", ".just"];
    let name = path.rsplit('/').next().unwrap_or(path);
    scripts.iter().any(|end| name.ends_with(end)) || !name.contains('.')
}

/// The chart: a directory of the workspace where there is one, else what it is called.
fn chart_of(chart: &str, line: &Line, place: &Place<'_>, files: &Files<'_>) -> Chart {
    let home = chart.strip_prefix("~/");
    let below_home = home.and_then(|rest| Some(rest.split_once('/')?.1));
    let forms = [Some(chart), home, below_home].into_iter().flatten();
    let forms = forms.filter(|form| !form.starts_with(['/', '~']));
    let here = forms.into_iter().find_map(|form| {
        let mut directories = place.directories.iter();
        directories
            .find_map(|directory| normal(directory, form).filter(|path| files.is_chart(path)))
    });
    match here {
        Some(path) => Chart::Local(path),
        None => {
            let version = line
                .version
                .as_deref()
                .map_or_else(String::new, |version| format!("@{version}"));
            Chart::Remote(shown(&format!("{chart}{version}")))
        }
    }
}
