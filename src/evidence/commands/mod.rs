//! Command lines of helm, in workflows, Makefiles and scripts: `helm upgrade shop charts/shop -f values-$ENV.yaml`.

mod blocks;
mod called;
mod calls;
mod cases;
mod circle;
mod conditions;
mod environment;
mod folders;
mod gitlab;
mod heredocs;
mod jobs;
mod layers;
mod line;
mod made;
pub(super) mod matrix;
mod packed;
mod place;
mod printed;
pub(super) mod runs;
mod scripts;
mod sourced;
mod stems;
mod tasks;
mod tried;
pub(super) mod variables;
pub(super) mod words;

use std::collections::BTreeSet;

use envlint_budget::Budget;
use envlint_yaml::Span;

use super::claim::{Chart, Claim, Claims, LayerPath, Unread, given};
use super::files::{Files, directory_of, normal};
use super::holes::{Bindings, fill, has_holes, shown, told_apart};
use super::scan::Candidate;
use super::tells::Names;
use crate::masking::{Said, Text, text};
use called::Called;
use calls::Call;
use cases::{Case, Cases};
use environment::Told;
use layers::Layers;
use line::Line;
use place::spellings;
pub(super) use place::{LineStarts, Place, is_open};
use tasks::Task;

/// More places of a file are not looked at.
const MOST_PLACES: usize = 20;
/// What all commands of a repository may take together: the ways in which each is run, each for every [`UNIT`] bytes of its
/// file, which is searched for what the command names.
const MOST_WAYS: u64 = 2_000_000;
const UNIT: usize = 1024;

/// What the command lines of some files say.
pub(super) fn claims(
    candidates: &[Candidate],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let mut calls = calls::calls(candidates.iter());
    scripts::add_calls(candidates, &mut calls);
    let cx = Cx {
        project: tasks::werf::project(files),
        modules: tasks::Modules::new(files, names),
        files,
        names,
        ways: Budget::new(MOST_WAYS),
    };
    cx.modules.say_elsewhere(said);
    for candidate in candidates.iter().filter(|file| file.hints.commands) {
        let called = calls.get(&candidate.path).map(Vec::as_slice);
        let of_files = || sourced::calls(candidate, files, names);
        let called = called.map_or_else(of_files, <[Call]>::to_vec);
        let called = called.as_slice();
        let mut of_calls = Claims::default();
        for call in called {
            cx.claims_in(candidate, call, called, &mut of_calls);
        }
        // A person may run a script in other ways, too.
        let mut alone = Claims::default();
        if called.is_empty() || scripts::is_script(candidate) {
            cx.claims_in(candidate, &Call::default(), &[], &mut alone);
        }
        if !called.is_empty() {
            alone.leave_out_known(&of_calls);
        }
        for read in [of_calls, alone] {
            said.claims.extend(read.claims);
            said.unread.extend(read.unread);
            said.missing.extend(read.missing);
            said.named.extend(read.named);
            said.idle.extend(read.idle);
            said.left.extend(read.left);
        }
    }
}

impl Claims {
    /// Leaves out what the calls of a script tell better than the script by itself.
    fn leave_out_known(&mut self, of_calls: &Claims) {
        let is_known = |claim: &Claim| {
            let is_open = claim.has_open_chart();
            let mut known = of_calls.claims.iter();
            let is_same = |known: &Claim| {
                let place = |claim: &Claim| (claim.evidence.line, claim.evidence.column);
                let is_told = claim.environment.is_some();
                place(known) == place(claim) && (known.environment == claim.environment || !is_told)
            };
            is_open || known.any(is_same)
        };
        self.claims.retain(|claim| !is_known(claim));
        if !of_calls.claims.is_empty() {
            self.unread.clear();
            self.missing.clear();
        }
    }
}

/// What the commands of all files share.
struct Cx<'c, 'f> {
    /// What werf deploys.
    project: Option<String>,
    /// What Terraform runs.
    modules: tasks::Modules<'c, 'f>,
    files: &'c Files<'f>,
    names: &'c Names,
    /// The ways to run commands that are still looked at.
    ways: Budget,
}

impl Cx<'_, '_> {
    /// What the commands of a file say when it is called so; `calls` are all its calls.
    fn claims_in(&self, candidate: &Candidate, call: &Call, calls: &[Call], said: &mut Claims) {
        let (files, names) = (self.files, self.names);
        let others: BTreeSet<String> = calls.iter().filter_map(|call| call.asked(names)).collect();
        let off = call.turned_off(candidate);
        let lines = LineStarts::of(&candidate.text);
        // A name in a block of Terraform is no variable.
        let variables = match candidate.path.ends_with(".tf") {
            true => variables::Variables::default(),
            false => variables::variables(&candidate.text),
        };
        let variables = call.variables(&candidate.text, variables);
        let variables = sourced::with(variables, candidate, files);
        let commands = words::lines(&candidate.text, "helm", &variables).into_iter();
        let commands = commands.filter(|(at, _)| is_run(candidate, *at));
        let commands = commands.map(|(at, line)| Task {
            at,
            line,
            ..Task::default()
        });
        let mut tasks: Vec<Task> = commands.collect();
        tasks.extend(tasks::tasks(
            &candidate.path,
            &candidate.text,
            &self.modules,
            files,
        ));
        tasks.extend(tasks::others::tasks(&candidate.text, &variables));
        tasks.extend(tasks::hubploy::tasks(&candidate.text, &variables, files));
        let project = self.project.as_deref();
        tasks.extend(tasks::werf::tasks(&candidate.text, &variables, project));
        let starts = tasks.iter().map(|task| task.at);
        let cases = Cases::of(&candidate.path, &candidate.text, starts, &variables);
        let variables = cases.without_open(variables);
        let jobs = jobs::environments(&candidate.path, &candidate.text);
        let cost = 1 + (candidate.text.len() / UNIT) as u64;
        let is_on = |task: &&Task| !off.iter().any(|step| step.contains(&task.at));
        for task in tasks.iter().filter(is_on) {
            if self.ways.is_spent() {
                said.unread.push(too_many_ways(candidate));
                return;
            }
            let mut ways = cases.ways(task.at, &task.line, &variables, names);
            self.ways.spend(cost * ways.len() as u64);
            // Who calls for one environment runs the branch of that one.
            let asked = call.asked(names);
            let is_asked = |case: &Case| asked.is_some() && case.environment == asked;
            if ways.iter().any(|(case, ..)| is_asked(case)) {
                ways.retain(|(case, ..)| case.environment.is_none() || is_asked(case));
            }
            for (case, variables, words) in ways {
                if let Some(line) = Line::read(&words) {
                    let place = Place::of(candidate, task.at, &lines, files, &variables);
                    let case = case.of_target(task.target.as_deref());
                    let place = Called {
                        place,
                        call,
                        case,
                        task,
                        others: &others,
                        variables: &variables,
                        job: jobs
                            .iter()
                            .find(|(range, _)| range.contains(&task.at))
                            .map(|(_, environment)| environment.as_str()),
                    };
                    claims_of(&line, &place, files, names, said);
                }
            }
        }
    }
}

/// Whether a command stands where one may be run: in Python, a text of its own; in Terraform, no text for people. Others are
/// comments and help.
fn is_run(candidate: &Candidate, at: usize) -> bool {
    let before = candidate.text.get(..at).unwrap_or_default();
    if candidate.path.ends_with(".tf") {
        return !tasks::is_shown(before);
    }
    let is_block = before.ends_with("\"\"\"") || before.ends_with("\'\'\'");
    !candidate.path.ends_with(".py") || (before.ends_with(['"', '\'']) && !is_block)
}

fn too_many_ways(candidate: &Candidate) -> Unread {
    Unread {
        file: candidate.path.clone(),
        place: None,
        reason: text!("there are more ways to run its commands than are looked at"),
        is_values: true,
    }
}

fn claims_of(line: &Line, place: &Called<'_>, files: &Files<'_>, names: &Names, said: &mut Claims) {
    let (release, chart) = line.release_and_chart();
    let Some(chart) = chart else { return };
    let is_stem = stems::is_stem(chart, place.candidate);
    if is_open(chart) && !is_stem && line.values.iter().all(|file| is_open(file)) {
        if !line.rank().is_trial() {
            let reason = match &place.task.words {
                Some(words) => text!(
                    "{} computes its chart, which envlint does not evaluate",
                    words
                ),
                None => which_chart(chart),
            };
            said.unread.push(place.unread(reason));
        }
        return;
    }
    said.missing.extend(place.missing_chart(chart, line, files));
    if place.lacks_chart(chart, files) {
        let reason = text!("no chart of the repository is `{}`", Said(shown(chart)));
        said.unread.push(place.unread(reason));
        return;
    }
    let before = place.candidate.text.get(..place.task.at);
    if line.rank().is_trial() && tried::is_to_fail(before.unwrap_or_default()) {
        return;
    }
    let layers = Layers::of(line, place, files, names, said);
    // The layer whose parts are not known says what they are; the others follow.
    let open = layers.found.iter().rev().find(|(path, _)| has_holes(path));
    let all: Vec<Bindings> = open.map_or_else(|| vec![Bindings::new()], |(_, found)| found.clone());
    let all = place.case.of_its_environment(all, names);
    let all = match is_stem {
        true => stems::charts(chart, all, &place.place, files, names),
        false => all,
    };
    if all.is_empty() && is_stem && !line.rank().is_trial() {
        said.unread.push(place.unread(which_chart(chart)));
    }
    let mut seen: BTreeSet<(String, Vec<LayerPath>)> = BTreeSet::new();
    let mut claims = Vec::new();
    for bound in all {
        let filled = layers.found.iter().map(|(path, _)| fill(path, &bound));
        let filled: Vec<LayerPath> = filled
            .filter(|path| files.has_values(path))
            .map(LayerPath::file)
            .collect();
        let lacks_all = filled.is_empty() && !line.values.is_empty();
        let called = fill(chart, &bound);
        let is_trial_of_nothing = filled.is_empty() && line.rank().is_trial();
        if is_trial_of_nothing
            || (lacks_all && open.is_some())
            || !seen.insert((called.clone(), filled.clone()))
        {
            continue;
        }
        let filled = with_written(filled, place);
        let of = |text: Option<&String>| {
            let text = text.map(|text| fill(text, &bound));
            text.filter(|text| !has_holes(text) && !text.is_empty())
        };
        let namespace = of(line.namespace.as_ref());
        let chart = chart_of(&called, line, place, files);
        // A script may try the charts that it is given, one after the other.
        if line.rank().is_trial() && has_holes(&called) && matches!(chart, Chart::Remote(_)) {
            said.unread.push(place.unread(which_chart(&called)));
            break;
        }
        // A whole folder is no name of an environment.
        let mut parts = bound.clone();
        parts.retain(|_, part| !part.contains('/'));
        parts.extend(place.call.environments());
        parts.extend(place.case.environments());
        let told = Told {
            layers: &filled,
            parts: &parts,
            release: of(release),
            namespace: namespace.clone(),
            target: place.target(),
            home: place
                .task
                .is_of_folder
                .then(|| directory_of(&place.candidate.path)),
        };
        let asked = place.task.environment.as_deref();
        let asked = asked.and_then(|asked| match place.task.is_named && !names.are_declared() {
            true => Some(asked.to_owned()),
            false => names.of_part(asked),
        });
        let (environment, contradiction) = match asked {
            Some(asked) => (Some(asked), None),
            None => told.environment(names),
        };
        // Files and names of what is deployed tell more than who is asked for leave.
        let of_job = || place.job.and_then(|job| names.of_part(job));
        let environment = match contradiction {
            Some(_) => environment,
            None => environment
                .or_else(of_job)
                .or_else(|| place.environment_of_files(line, names)),
        };
        if let Some(reason) = contradiction.filter(|_| !line.rank().is_trial()) {
            said.unread.push(place.unread(reason));
        }
        let environment =
            environment.filter(|_| !line.rank().is_trial() || told.is_by_values(names));
        // A check tries what is deployed, or something that is not: only a file of just that name tells which.
        let is_checked = line.verb == "template" && tried::is_checked(&place.task.line);
        if is_checked
            && environment
                .as_ref()
                .is_some_and(|name| !told.has_file_of(name))
        {
            place.say_checked(&filled, said);
            continue;
        }
        if environment.is_none()
            && let Some(idle) = &place.task.idle
        {
            place.say_idle(idle, &filled, said);
            continue;
        }
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
        let release = of(release);
        claims.push(Claim {
            cluster: of(line.cluster.as_ref()),
            rank: line.rank(),
            tool: None,
            also: layers.made.clone(),
            is_loose: false,
            names: place
                .task
                .app
                .iter()
                .chain(&release)
                .cloned()
                .chain(folder)
                .filter(|name| !name.contains('{'))
                .collect(),
            environment,
            release: release.filter(|_| line.verb != "lint"),
            namespace,
            chart: Some(chart),
            layers: filled,
            given: line
                .given
                .iter()
                .filter_map(|name| given(name))
                .chain(layers.given.iter().cloned())
                .collect(),
            evidence: place.evidence(&line.verb),
        });
    }
    if let Some(reason) = layers.open.filter(|_| !claims.is_empty()) {
        said.unread.push(place.unread(reason));
    }
    told_apart(claims, said);
}

/// The files of a task with the values that it writes out itself.
fn with_written(files: Vec<LayerPath>, place: &Called<'_>) -> Vec<LayerPath> {
    let path = place.candidate.path.as_str();
    let part = |span: &Span| LayerPath::part(path, *span);
    let written = &place.task.written;
    let below = written.below.iter().map(part);
    let above = written.above.iter().map(part);
    below.chain(files).chain(above).collect()
}

/// That a command leaves its chart open.
fn which_chart(chart: &str) -> Text {
    text!(
        "which chart `{}` is, the command does not tell",
        Said(shown(chart))
    )
}

/// The chart: a directory of the workspace where there is one, else what it is called.
fn chart_of(chart: &str, line: &Line, place: &Called<'_>, files: &Files<'_>) -> Chart {
    let charts = spellings(chart).into_iter().flat_map(|chart| {
        let directories = place.directories.iter();
        directories.filter_map(move |directory| normal(directory, chart))
    });
    let here = charts
        .into_iter()
        .find(|path| files.is_chart(path))
        .or_else(|| packed::chart_of(chart, place, files));
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
