//! The cases in which a command is run: what the variables of its file are in a branch, a target, a job.
//!
//! A variable that a file sets once is known ([`super::variables`]). One that it sets several times is something else in each
//! case, and what a command deploys is known case by case.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::{Block, blocks};
use super::gitlab;
use super::matrix::matrices;
use super::runs::{self, Runs, runs, turns};
use super::variables::{Variables, is_environment};
use super::words;
use crate::evidence::holes::Bindings;
use crate::evidence::tells::Names;
use crate::naming::environment_name;
use crate::source::is_yaml;

/// More cases are not looked at for one command, nor for more commands of one file.
const MOST: usize = 40;
/// More turns of what repeats a command are not looked at.
const MOST_TURNS: usize = 200;
const MOST_COMMANDS: usize = 100;

/// What the variables are in one case, and which environment it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Case {
    pub set: Variables,
    /// The environment, where the case tells it.
    pub environment: Option<String>,
}

impl Case {
    /// The variables with those of this case.
    pub(super) fn variables(&self, known: &Variables) -> Variables {
        let mut all = known.clone();
        all.extend(self.set.clone());
        all
    }

    /// The case of what is deployed to a target: the name of a profile, of a cluster.
    pub(super) fn of_target(mut self, target: Option<&str>) -> Case {
        if let Some(target) = target {
            self.set.insert("target".to_owned(), target.to_owned());
        }
        self
    }

    /// What the open parts of a path may be in this case, of all that they may be: those of its environment.
    pub(super) fn of_its_environment(&self, all: Vec<Bindings>, names: &Names) -> Vec<Bindings> {
        let Some(own) = &self.environment else {
            return all;
        };
        let tier = |name: &str| environment_name(name).map(|told| told.tier);
        let told = |bound: &Bindings| bound.values().find_map(|value| names.of_part(value));
        let is_same = |bound: &Bindings| told(bound).as_ref() == Some(own);
        let is_alike = |bound: &Bindings| told(bound).is_none_or(|told| tier(&told) == tier(own));
        let has_same = all.iter().any(is_same);
        let keep = |bound: &Bindings| {
            if has_same {
                is_same(bound)
            } else {
                is_alike(bound)
            }
        };
        all.into_iter().filter(keep).collect()
    }

    /// What says which environment it is.
    pub(super) fn environments(&self) -> Bindings {
        let told = self.set.iter().filter(|(name, _)| is_environment(name));
        told.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// The cases of a file.
#[derive(Debug)]
pub(super) struct Cases {
    blocks: Vec<Block>,
    /// The names that have several values.
    open: BTreeSet<String>,
    is_yaml: bool,
    /// The blocks that set such a name and run no command themselves: those that do are cases of their own commands alone.
    choices: Vec<usize>,
    /// Where the commands begin, those that have cases.
    commands: Vec<usize>,
    /// The jobs with a matrix, the loops, and the functions.
    runs: Runs,
    /// The scripts of jobs of GitLab.
    jobs: Runs,
}

impl Cases {
    /// Of a text with commands.
    pub(super) fn of(
        path: &str,
        text: &str,
        commands: impl Iterator<Item = usize>,
        variables: &Variables,
    ) -> Cases {
        let blocks = blocks(text);
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (_, name, value) in blocks.iter().flat_map(|block| &block.set) {
            values.entry(name).or_default().insert(value);
        }
        let is_literal = |value: &&str| !value.contains(['$', '{', '<']);
        let open = values.into_iter().filter(|(name, values)| {
            // What a script asks for is no environment of its own.
            values.len() > 1 && (!is_environment(name) || values.iter().all(is_literal))
        });
        let open: BTreeSet<String> = open.map(|(name, _)| name.to_owned()).collect();
        let commands: Vec<usize> = commands.take(MOST_COMMANDS).collect();
        let is_choice = |block: &Block| {
            let owner = match block.is_of_owner() {
                true => blocks.get(block.above),
                false => Some(block),
            };
            let runs = |owner: &Block| commands.iter().any(|at| contains(owner, *at));
            block.set.iter().any(|(_, name, _)| open.contains(name)) && !owner.is_some_and(runs)
        };
        let choices = blocks.iter().enumerate().skip(1);
        let choices = choices.filter(|(_, block)| is_choice(block));
        let choices: Vec<usize> = choices.map(|(index, _)| index).collect();
        let is_yaml = is_yaml(path);
        let mut runs = runs(text, &blocks, variables);
        runs.extend(is_yaml.then(|| matrices(text)).into_iter().flatten());
        Cases {
            open,
            blocks,
            is_yaml,
            choices,
            commands,
            runs,
            jobs: gitlab::jobs(path, text),
        }
    }

    /// The variables that are the same in all cases.
    pub(super) fn without_open(&self, mut variables: Variables) -> Variables {
        variables.retain(|name, _| !self.open.contains(name));
        variables
    }

    /// The ways in which a command is run, each with the variables and the words of it. A case that changes no word of the
    /// command is none of it, where another one does.
    pub(super) fn ways(
        &self,
        command: usize,
        line: &str,
        variables: &Variables,
        names: &Names,
    ) -> Vec<(Case, Variables, Vec<String>)> {
        let plain = words::split(line, variables, 0);
        let mut ways: Vec<(Case, Variables, Vec<String>)> = Vec::new();
        for case in self.at(command, names) {
            let variables = case.variables(variables);
            let words = words::split(line, &variables, 0);
            if !ways.iter().any(|(_, _, known)| *known == words) {
                ways.push((case, variables, words));
            }
        }
        if ways.len() > 1 {
            ways.retain(|(_, _, words)| *words != plain);
        }
        ways
    }

    /// The cases of a command; one without anything where there is none.
    fn at(&self, command: usize, names: &Names) -> Vec<Case> {
        if !self.commands.contains(&command) {
            return vec![Case::default()];
        }
        let around = self.around(command);
        let known = self.known(command, &around);
        let region = self.region(command);
        // Who runs a script of GitLab says with what.
        let is_run = self.jobs.iter().any(|(range, _)| range.contains(&command));
        let is_template = self.is_yaml && region.is_some_and(|region| is_template(&region.opener));
        let is_template = is_template && !is_run;
        let choices = self.choices.iter().filter(|index| !around.contains(index));
        let choices = choices.filter_map(|index| self.blocks.get(*index));
        let choices = choices.filter(|block| match self.is_yaml {
            false => true,
            true if block.is_of_owner() => is_template,
            true => region.is_some_and(|region| contains(region, block.range.start)),
        });
        let mut cases: Vec<Case> = Vec::new();
        for block in choices {
            let mut set = self.set_by(block, usize::MAX);
            if !is_template {
                set.retain(|name, _| {
                    !known.contains_key(name) || self.is_changed(name, block, command, &around)
                });
            }
            if set.is_empty() || cases.len() >= MOST {
                continue;
            }
            let environment = told(block, &set, names);
            let mut all = known.clone();
            all.extend(set);
            let case = Case {
                set: all,
                environment,
            };
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        let turns = turns(&self.runs, command, &Variables::new()).into_iter();
        let turns = turns.flat_map(|turn| runs::turns(&self.jobs, command, &turn));
        let turns: Vec<Variables> = turns.collect();
        if turns.iter().any(|turn| !turn.is_empty()) {
            return in_turns(cases, turns, &known, names);
        }
        if cases.is_empty() {
            let around = around.iter().rev();
            let mut around = around.filter_map(|index| self.blocks.get(*index));
            let environment = around.find_map(|block| told(block, &known, names));
            cases.push(Case {
                environment: environment.filter(|_| !known.is_empty()),
                set: known,
            });
        }
        cases
    }

    /// Whether a branch of a script changes what is set before it, and before a command.
    fn is_changed(&self, name: &str, block: &Block, command: usize, around: &[usize]) -> bool {
        let place = |block: &Block| {
            let set = block.set.iter();
            let set = set.filter(|(at, known, _)| known == name && *at < command);
            set.map(|(at, ..)| *at).max()
        };
        let around = around.iter().filter_map(|index| self.blocks.get(*index));
        !self.is_yaml && place(block) > around.filter_map(place).max()
    }

    /// The blocks that a command stands in, from the outside, and those whose variables hold there.
    fn around(&self, command: usize) -> Vec<usize> {
        let holds = |block: &Block| match block.is_of_owner() {
            true => self
                .blocks
                .get(block.above)
                .is_some_and(|owner| contains(owner, command)),
            false => contains(block, command),
        };
        let indexes = self.blocks.iter().enumerate();
        indexes
            .filter(|(_, block)| holds(block))
            .map(|(index, _)| index)
            .collect()
    }

    /// What is set for sure where a command runs: by what stands before it in the blocks around it.
    fn known(&self, command: usize, around: &[usize]) -> Variables {
        let mut known = Variables::new();
        for block in around.iter().filter_map(|index| self.blocks.get(*index)) {
            let before = if block.is_of_owner() {
                usize::MAX
            } else {
                command
            };
            known.extend(self.set_by(block, before));
        }
        known
    }

    fn set_by(&self, block: &Block, before: usize) -> Variables {
        let set = block
            .set
            .iter()
            .filter(|(at, name, _)| *at < before && self.open.contains(name));
        set.map(|(_, name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The job of a pipeline that a command stands in.
    fn region(&self, command: usize) -> Option<&Block> {
        let mut inner = self
            .blocks
            .iter()
            .skip(1)
            .filter(|block| contains(block, command));
        let first = inner.find(|block| block.above == 0)?;
        match first.opener.as_str() {
            "jobs:" => inner.next(),
            _ => Some(first),
        }
    }
}

/// The cases of a command in each turn of what repeats it: an entry of a matrix, a word of a loop, a call. A case of another
/// environment is none of a turn.
fn in_turns(
    cases: Vec<Case>,
    turns: Vec<Variables>,
    known: &Variables,
    names: &Names,
) -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    for turn in turns {
        let environment = told(&Block::default(), &turn, names);
        let fits = |case: &&Case| match (&case.environment, &environment) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let mut set = known.clone();
        set.extend(turn.clone());
        let before = all.len();
        for of in cases.iter().filter(fits) {
            let mut set = set.clone();
            // What a case sets by itself holds in every turn.
            let own = of
                .set
                .iter()
                .filter(|(name, value)| known.get(*name) != Some(*value));
            set.extend(own.map(|(name, value)| (name.clone(), value.clone())));
            let environment = environment.clone().or_else(|| of.environment.clone());
            all.push(Case { set, environment });
        }
        if all.len() == before {
            all.push(Case { set, environment });
        }
        if all.len() > MOST_TURNS {
            break;
        }
    }
    all
}

fn contains(block: &Block, at: usize) -> bool {
    block.range.contains(&at)
}

/// Whether a job of a pipeline is none itself, and others extend it: `.deploy:` of GitLab, `x-deploy: &deploy`.
fn is_template(opener: &str) -> bool {
    opener.starts_with('.') || opener.starts_with("x-")
}

/// The environment that a case tells: by a variable that stands for it, by the line that opens its block, or by all else
/// that it sets.
fn told(block: &Block, set: &Variables, names: &Names) -> Option<String> {
    let by_variable = set.iter().filter(|(name, _)| is_environment(name));
    let mut by_variable = by_variable.filter_map(|(_, value)| names.of_part(value));
    let words = block
        .opener
        .split(|char: char| !(char.is_ascii_alphanumeric() || "-_".contains(char)));
    let mut by_opener =
        words.filter(|word| environment_name(word).is_some_and(|told| told.place.is_empty()));
    let mut by_values = set.values().filter_map(|value| names.of_name(value));
    by_variable
        .next()
        .or_else(|| by_opener.next().map(str::to_owned))
        .or_else(|| by_values.next())
}
