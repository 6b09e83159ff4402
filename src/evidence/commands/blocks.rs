//! The blocks of a script or a pipeline: branches, targets, jobs, and which variables each of them sets.
//!
//! What is a block follows from indentation and from the words that open and close one. That holds for shells, Makefiles, Groovy
//! and YAML alike, and nothing is executed.

use std::collections::HashMap;
use std::ops::Range;

use super::variables::{self, LONGEST};

/// More blocks are not looked at in one file.
const MOST: usize = 2000;
/// Words that open a branch, and those that close it.
const OPENING: [&str; 8] = [
    "if", "ifeq", "ifneq", "ifdef", "ifndef", "case", "for", "while",
];
const CLOSING: [&str; 4] = ["fi", "esac", "done", "endif"];
const NEXT: [&str; 3] = ["else", "elif", "elseif"];
/// Keys whose maps set variables for what they stand in.
const OF_OWNER: [&str; 4] = ["env", "variables", "environment", "vars"];

/// A part of a file that sets variables.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The line that opens it: `if [ "$ENV" = dev ]; then`, `prod)`, `deploy-dev:`.
    pub opener: String,
    /// Its bytes; none for the variables of a target, which hold for what the target needs.
    pub range: Range<usize>,
    /// The block around it; the file's own is its own.
    pub above: usize,
    /// What it sets, with the place of each.
    pub set: Vec<(usize, String, String)>,
    indent: usize,
    is_branch: bool,
}

impl Block {
    /// Whether it is a map of variables, which hold for all that the map stands in: `env:` of a job.
    pub(super) fn is_of_owner(&self) -> bool {
        let key = self.opener.trim_start_matches("- ").split(':').next();
        self.opener.ends_with(':') && key.is_some_and(|key| OF_OWNER.contains(&key))
    }
}

/// The blocks of a text; the first one is the file itself.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut reading = Reading {
        blocks: vec![Block {
            range: 0..text.len(),
            ..Block::default()
        }],
        open: vec![0],
        targets: HashMap::new(),
        last: String::new(),
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if reading.blocks.len() < MOST && line.len() < LONGEST {
            reading.line(at, line);
        }
        at += line.len();
    }
    while reading.open.len() > 1 {
        reading.close(at);
    }
    reading.blocks
}

struct Reading<'t> {
    blocks: Vec<Block>,
    /// The blocks that are open, from the outside.
    open: Vec<usize>,
    /// The blocks of targets that set variables of their own.
    targets: HashMap<&'t str, usize>,
    last: String,
}

impl<'t> Reading<'t> {
    fn line(&mut self, at: usize, line: &'t str) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("//") {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        // `@for` of a Makefile.
        let word = trimmed.trim_start_matches('@');
        let word = word.split([' ', ';', '\t', '(', '{']).next();
        let word = word.unwrap_or(trimmed);
        self.leave(at, indent);
        if CLOSING.contains(&word) || NEXT.contains(&word) {
            if self.top().is_branch && self.top().indent == indent {
                self.close(at);
            }
            if NEXT.contains(&word) {
                self.push(at, indent, true, trimmed);
            }
        } else if OPENING.contains(&word) && !trimmed.ends_with(':') {
            self.push(at, indent, true, trimmed);
            // `if [ -z "$1" ]; then exit 1; fi`
            let last = trimmed.rsplit([' ', ';', '\t']).next();
            if last.is_some_and(|last| CLOSING.contains(&last)) {
                self.close(at + line.len());
            }
        } else if let Some((target, rest)) = of_target(trimmed) {
            self.add_of_target(at, target, rest);
        } else if let Some((label, rest)) = labelled(trimmed) {
            self.push(at, indent + 1, false, label);
            self.add(at, rest);
            self.close(at + line.len());
        } else {
            let item = trimmed.strip_prefix("- ");
            let inner = item.map_or(indent, |item| {
                indent + trimmed.len() - item.trim_start().len()
            });
            if inner > self.top().indent || item.is_some() {
                let opener = std::mem::take(&mut self.last);
                self.push(at, inner, false, &opener);
            }
            self.add(at, item.unwrap_or(trimmed));
        }
        trimmed.clone_into(&mut self.last);
    }

    fn top(&self) -> &Block {
        let index = self.open.last().copied().unwrap_or_default();
        // The file's own block is always there.
        &self.blocks[index.min(self.blocks.len() - 1)]
    }

    /// Leaves the blocks that are indented more than a line.
    fn leave(&mut self, at: usize, indent: usize) {
        while self.open.len() > 1 && self.top().indent > indent {
            self.close(at);
        }
    }

    fn push(&mut self, at: usize, indent: usize, is_branch: bool, opener: &str) {
        let above = self.open.last().copied().unwrap_or_default();
        self.open.push(self.blocks.len());
        self.blocks.push(Block {
            opener: opener.to_owned(),
            range: at..at,
            above,
            set: Vec::new(),
            indent,
            is_branch,
        });
    }

    fn close(&mut self, at: usize) {
        if let Some(block) = self.open.pop().and_then(|index| self.blocks.get_mut(index)) {
            block.range.end = at;
        }
    }

    /// Adds what the statements of a line set.
    fn add(&mut self, at: usize, line: &str) {
        let is_owned = self.top().is_of_owner();
        let index = self.open.last().copied().unwrap_or_default();
        let Some(block) = self.blocks.get_mut(index) else {
            return;
        };
        for statement in line.split(';') {
            let found = variables::set_by(statement.trim(), is_owned);
            let found = found.into_iter().map(|(name, value)| (at, name, value));
            block.set.extend(found);
        }
    }

    /// `deploy-dev: RELEASE := shop-dev`
    fn add_of_target(&mut self, at: usize, target: &'t str, rest: &str) {
        let next = self.blocks.len();
        let index = *self.targets.entry(target).or_insert(next);
        if index == next {
            self.blocks.push(Block {
                opener: target.to_owned(),
                ..Block::default()
            });
        }
        let found = variables::set_by(rest, false).into_iter();
        if let Some(block) = self.blocks.get_mut(index) {
            block
                .set
                .extend(found.map(|(name, value)| (at, name, value)));
        }
    }
}

/// A target of a Makefile with a variable of its own.
/// <https://www.gnu.org/software/make/manual/html_node/Target_002dspecific.html>
fn of_target(line: &str) -> Option<(&str, &str)> {
    let (target, rest) = line.split_once(": ")?;
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let rest = rest.trim_start();
    let name = rest.split([' ', ':', '?', '=']).next()?;
    let sign = rest.get(name.len()..)?.trim_start();
    let is_set = ["=", ":=", "?=", "::="]
        .iter()
        .any(|form| sign.starts_with(form));
    (is_set && !name.is_empty() && target.chars().all(is_letter)).then_some((target, rest))
}

/// A pattern of a `case` with what follows on its line: `dev) RELEASE=shop-dev ;;`.
fn labelled(line: &str) -> Option<(&str, &str)> {
    let (label, rest) = line.split_once(')')?;
    let rest = rest.trim_end_matches(";;").trim();
    let is_pattern = |char: char| char.is_ascii_alphanumeric() || "_-./*|\"' ".contains(char);
    (label.chars().all(is_pattern) && !rest.is_empty()).then_some((label, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let blocks = blocks(text)
            .into_iter()
            .filter(|block| !block.set.is_empty());
        let shown = blocks.map(|block| {
            let set = block
                .set
                .iter()
                .map(|(_, name, value)| format!("{name}={value}"));
            format!("{}: {}", block.opener, set.collect::<Vec<_>>().join(" "))
        });
        shown.collect()
    }

    #[test]
    fn branches_targets_and_jobs_set_variables() {
        for (text, expected) in [
            (
                "if [ $X = dev ]; then\n  A=1\n  B=2\nelse\n  A=3\nfi\nC=4\n",
                &[": C=4", "if [ $X = dev ]; then: A=1 B=2", "else: A=3"][..],
            ),
            (
                "case $X in\n  dev)\n    A=1\n    ;;\n  prod) A=2; B=3 ;;\nesac\n",
                &["dev): A=1", "prod: A=2 B=3"],
            ),
            (
                "ifeq ($(ENV),dev)\nA := 1\nelse\nA := 2\nendif\n",
                &["ifeq ($(ENV),dev): A=1", "else: A=2"],
            ),
            (
                "dev: A=1\ndev: B = 2\nprod: A := 3\nall: dev\n",
                &["dev: A=1 B=2", "prod: A=3"],
            ),
            (
                "dev:\n  variables:\n    name: a\n    B: b\n  script:\n    - helm\n",
                &["variables:: name=a B=b"],
            ),
            (
                "steps:\n  - run: |\n      if [ $X ]; then\n        echo \"A=1\" >> $GITHUB_ENV\n      fi\n",
                &["if [ $X ]; then: A=1"],
            ),
        ] {
            let mut seen = seen(text);
            let mut expected: Vec<String> = expected.iter().map(|&line| line.to_owned()).collect();
            seen.sort();
            expected.sort();
            assert_eq!(seen, expected, "{text}");
        }
    }
}
