//! Command lines of helmfile: `helmfile -e prod -f deploy/helmfile.yaml apply` tells for which environments a helmfile is
//! deployed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Place, words};
use crate::evidence::files::{Files, directory_of, join, normal};
use crate::evidence::holes::has_holes;
use crate::evidence::scan::Candidate;

/// What the command lines say of each helmfile, by its path.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Runs(BTreeMap<String, Run>);

/// What the command lines say of one helmfile.
#[derive(Debug, Default, Clone)]
pub(in crate::evidence) struct Run {
    /// The environments; the one without a name where none is given.
    pub environments: BTreeSet<String>,
    /// Whether an environment is not known: a variable.
    pub is_open: bool,
    /// The files with values of the environments, which no helmfile names.
    pub state_values: BTreeSet<String>,
}

/// Subcommands that deploy, or show what would be.
const VERBS: [&str; 5] = ["apply", "sync", "diff", "template", "charts"];
/// Options that have a value.
const WITH_VALUE: [&str; 12] = [
    "--selector",
    "-l",
    "--namespace",
    "-n",
    "--kube-context",
    "--args",
    "--helm-binary",
    "-b",
    "--log-level",
    "--concurrency",
    "--chart",
    "-c",
];
/// The names that helmfile looks for, without `-f`.
const NAMES: [&str; 3] = ["helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.d"];

impl Runs {
    /// What is said of a helmfile; of the directory it lies in, where that one is deployed as a whole.
    pub(in crate::evidence) fn of(&self, path: &str) -> Option<&Run> {
        self.0.get(path).or_else(|| self.0.get(directory_of(path)))
    }
}

/// What the command lines of some files say.
pub(in crate::evidence) fn runs<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
) -> Runs {
    let mut found = Runs::default();
    for candidate in candidates {
        // The environment may come from there, too.
        let is_set = candidate.text.contains("HELMFILE_ENVIRONMENT");
        let variables = words::variables(&candidate.text);
        for (at, words) in words::commands(&candidate.text, "helmfile", &variables) {
            let Some(mut line) = Line::read(&words) else {
                continue;
            };
            line.is_open |= is_set && line.environment.is_none();
            let place = Place::of(candidate, at, files);
            let Some(path) = line.file_at(&place, files) else {
                continue;
            };
            let run = found.0.entry(path).or_default();
            run.is_open |= line.is_open;
            if !line.is_open {
                let name = line.environment.as_deref().unwrap_or("default");
                run.environments.insert(name.to_owned());
            }
            let extra = line.state_values.iter();
            run.state_values
                .extend(extra.filter_map(|file| found_at(&place, file, files)));
        }
    }
    found
}

/// A command line of helmfile.
#[derive(Debug, Default)]
struct Line {
    environment: Option<String>,
    is_open: bool,
    file: Option<String>,
    state_values: Vec<String>,
}

impl Line {
    /// None where nothing is deployed or shown.
    fn read(words: &[String]) -> Option<Line> {
        let mut words = words.iter().skip(1);
        let mut line = Line::default();
        let mut is_deployed = false;
        while let Some(word) = words.next() {
            let (flag, joined) = match word.split_once('=') {
                Some((flag, value)) if word.starts_with('-') => (flag, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || joined.clone().or_else(|| words.next().cloned());
            match flag {
                "-e" | "--environment" => line.environment = value(),
                "-f" | "--file" => line.file = value(),
                "--state-values-file" => line.state_values.extend(value()),
                flag if WITH_VALUE.contains(&flag) || flag.starts_with("--state-values-set") => {
                    value();
                }
                flag => is_deployed |= VERBS.contains(&flag),
            }
        }
        line.is_open = line.environment.as_deref().is_some_and(has_holes);
        is_deployed.then_some(line)
    }

    /// The helmfile, or the directory of several.
    fn file_at(&self, place: &Place<'_>, files: &Files<'_>) -> Option<String> {
        match &self.file {
            Some(file) => found_at(place, file.trim_end_matches('/'), files),
            None => NAMES.iter().find_map(|name| found_at(place, name, files)),
        }
    }
}

/// A file, or the helmfile of a directory, as seen from where a command may run.
fn found_at(place: &Place<'_>, path: &str, files: &Files<'_>) -> Option<String> {
    if has_holes(path) || path.starts_with(['/', '~']) {
        return None;
    }
    place.directories.iter().find_map(|directory| {
        let path = normal(directory, path).filter(|path| !path.is_empty())?;
        if files.is_file(&path) {
            return Some(path);
        }
        let mut inside = NAMES.iter().map(|name| join(&path, name));
        let named = inside.find(|path| files.is_file(path));
        named.or_else(|| files.is_directory(&path).then_some(path))
    })
}
