//! The command lines that run helmfile: which helmfile, for which environment, with which values over its own.

use super::inner::helmfiles_at;
use super::selectors::selects;
use crate::evidence::claim::Evidence;
use crate::evidence::commands::matrix::matrices;
use crate::evidence::commands::runs::turns;
use crate::evidence::commands::{LineStarts, Place, variables, words};
use crate::evidence::copied::Copies;
use crate::evidence::files::{Files, normal};
use crate::evidence::holes::{bindings, fill, has_holes, shown};
use crate::evidence::scan::Candidate;
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, text};
use crate::source::is_yaml;

/// The places that are listed of one environment.
const MOST: usize = 3;
/// Subcommands that deploy.
const DEPLOYING: [&str; 3] = ["apply", "sync", "charts"];
/// Those that show what would be deployed.
const SHOWING: [&str; 4] = ["diff", "template", "lint", "list"];
/// Options with a value, beside those that are read.
const WITH_VALUE: [&str; 15] = [
    "-n",
    "--namespace",
    "-c",
    "--chart",
    "--kube-context",
    "--kubeconfig",
    "--helm-binary",
    "-b",
    "--log-level",
    "--args",
    "--concurrency",
    "--set",
    "--state-values-set",
    "--state-values-set-string",
    "--context",
];

/// One command that runs one helmfile.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub helmfile: String,
    /// None for the one without a name.
    pub environment: Option<String>,
    /// Whether a part of the environment's name is not known.
    pub is_open: bool,
    /// `--state-values-file`
    pub values: Vec<String>,
    /// Whether it deploys.
    pub deploys: bool,
    pub(super) by: Command,
}

/// A command that deploys, and the releases that it selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    selectors: Vec<String>,
    evidence: Evidence,
}

impl Command {
    /// One that deploys all releases.
    pub(super) fn of(evidence: Evidence) -> Command {
        Command {
            selectors: Vec::new(),
            evidence,
        }
    }
}

/// The commands in scripts, workflows and Makefiles.
pub(super) fn of<'c>(
    scripts: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
    copies: &Copies,
    names: &Names,
) -> Vec<Run> {
    let mut found = Vec::new();
    for script in scripts.filter(|script| script.text.contains("helmfile ")) {
        let variables = variables::variables(&script.text);
        let lines = LineStarts::of(&script.text);
        let jobs = match is_yaml(&script.path) {
            true => matrices(&script.text),
            false => Vec::new(),
        };
        let written = words::lines(&script.text, "helmfile", &variables);
        let runs = written.iter().flat_map(|(at, line)| {
            let turns = turns(&jobs, *at, &variables).into_iter();
            turns.map(|turn| (*at, words::split(line, &turn, 0)))
        });
        for (at, words) in runs {
            let Some(line) = Line::read(&words) else {
                continue;
            };
            let place = Place::of(script, at, &lines, files, &variables);
            let values: Vec<String> = line
                .values
                .iter()
                .filter_map(|file| place.find(file, files, names))
                .map(|(file, _)| file)
                .filter(|file| files.is_file(file))
                .collect();
            for helmfile in helmfiles(line.file.as_deref(), &place, files, copies, names) {
                found.push(Run {
                    helmfile,
                    is_open: line.environment.as_deref().is_some_and(has_holes),
                    environment: line.environment.clone(),
                    values: values.clone(),
                    deploys: DEPLOYING.contains(&line.verb.as_str()),
                    by: Command {
                        selectors: line.selectors.clone(),
                        evidence: Evidence {
                            line: place.line,
                            column: place.column,
                            ..Evidence::of_file(
                                &script.path,
                                text!("the command `helmfile {}`", ObjectName(&line.verb)),
                            )
                        },
                    },
                });
            }
        }
    }
    found
}

/// The commands that deploy a helmfile to an environment that is not known, each with what stands for that.
pub(super) fn open(runs: &[Run], helmfile: &str) -> Vec<(Evidence, String)> {
    let open = runs
        .iter()
        .filter(|run| run.helmfile == helmfile && run.deploys && run.is_open);
    let environment = |run: &Run| shown(run.environment.as_deref().unwrap_or_default());
    open.map(|run| (run.by.evidence.clone(), environment(run)))
        .collect()
}

/// Whether a line of a script deploys with helmfile.
pub(super) fn is_deploying(line: &str) -> bool {
    let words = line
        .split_whitespace()
        .map(|word| word.trim_end_matches(';'));
    let words = words.skip_while(|word| word.trim_start_matches('@') != "helmfile");
    let words: Vec<String> = words.map(str::to_owned).collect();
    let is_comment = line.trim_start().starts_with('#');
    let run = Line::read(&words).filter(|_| !is_comment);
    run.is_some_and(|line| DEPLOYING.contains(&line.verb.as_str()))
}

/// The commands that deploy.
pub(super) fn deploying(runs: &[&Run]) -> Vec<Command> {
    let deploying = runs.iter().filter(|run| run.deploys);
    let mut found: Vec<Command> = deploying.map(|run| run.by.clone()).collect();
    found.dedup();
    found
}

/// The places that deploy a release with some labels, a few of them.
pub(super) fn evidence<'c>(
    commands: &'c [Command],
    label: &'c dyn Fn(&str) -> Option<String>,
) -> impl Iterator<Item = Evidence> + 'c {
    let selecting = commands
        .iter()
        .filter(|command| selects(&command.selectors, label));
    selecting.map(|command| command.evidence.clone()).take(MOST)
}

#[derive(Default)]
struct Line {
    verb: String,
    file: Option<String>,
    environment: Option<String>,
    values: Vec<String>,
    /// `-l`, where it is known.
    selectors: Vec<String>,
}

impl Line {
    fn read(command: &[String]) -> Option<Line> {
        let mut rest = command.iter().skip(1);
        let mut line = Line::default();
        while let Some(word) = rest.next() {
            let (flag, joined) = words::option(word, "felncb");
            let mut value = || joined.clone().or_else(|| rest.next().cloned());
            match flag {
                "-f" | "--file" => line.file = value(),
                "-e" | "--environment" => line.environment = value(),
                "--state-values-file" => line.values.extend(value()),
                "-l" | "--selector" => {
                    line.selectors
                        .extend(value().filter(|selector| !has_holes(selector)));
                }
                flag if WITH_VALUE.contains(&flag) => {
                    value();
                }
                flag if flag.starts_with('-') => {}
                verb if line.verb.is_empty() => verb.clone_into(&mut line.verb),
                _ => {}
            }
        }
        let verb = line.verb.as_str();
        let is_known = DEPLOYING.contains(&verb) || SHOWING.contains(&verb);
        is_known.then_some(line)
    }
}

/// The helmfiles that a command means; without `-f`, those of the directory.
fn helmfiles(
    file: Option<&str>,
    place: &Place<'_>,
    files: &Files<'_>,
    copies: &Copies,
    names: &Names,
) -> Vec<String> {
    let usual = ["helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.d"];
    let wanted = file.map_or_else(|| usual.to_vec(), |file| vec![file]);
    for directory in &place.directories {
        for path in &wanted {
            let Some(full) = normal(directory, path) else {
                continue;
            };
            let mut found: Vec<String> = match has_holes(&full) {
                true => bindings(&full, files, names)
                    .iter()
                    .map(|bound| fill(&full, bound))
                    .collect(),
                false => helmfiles_at(&full, files),
            };
            if found.is_empty() {
                let of_script = copies
                    .deployed
                    .iter()
                    .filter(|(_, scripts)| scripts.contains(&place.candidate.path));
                let originals = of_script.map(|(copy, _)| copy.original(full.clone()));
                found = originals.flat_map(|of| helmfiles_at(&of, files)).collect();
            }
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}
