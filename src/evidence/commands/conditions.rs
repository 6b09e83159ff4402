//! Conditions of jobs and steps of GitHub that read inputs: `if: inputs.deploy_gateway && github.ref == 'refs/heads/main'`. A caller
//! that passes `deploy_gateway: false` runs no such step.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use envlint_yaml::{Document, Node};

use super::calls::{LARGEST, declared_inputs};
use crate::evidence::nodes::{at, items, text};

/// Longer conditions are not read, in bytes, nor are deeper ones.
const LONGEST: usize = 1000;
const DEEPEST: usize = 20;

/// The jobs and steps of a workflow or an action that do not run with some inputs. What a condition reads besides may be
/// anything.
pub(super) fn turned_off(file: &str, inputs: &BTreeMap<String, String>) -> Vec<Range<usize>> {
    if !file.contains("if:") || file.len() > LARGEST {
        return Vec::new();
    }
    let document = Document::parse(file);
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let of_type = |wanted: &'static str| -> BTreeSet<&str> {
        let declared = declared_inputs(root);
        let of_type = declared.filter(|(_, input)| text(input, &["type"]) == Some(wanted));
        of_type.map(|(name, _)| name).collect()
    };
    // Inputs of actions are texts, whatever they hold.
    let (booleans, numbers) = (of_type("boolean"), of_type("number"));
    let value = |name: &str| match inputs.get(name) {
        Some(value) if booleans.contains(name) => value.parse().ok().map(Value::Boolean),
        Some(value) if !numbers.contains(name) => Some(Value::Text(value.clone())),
        _ => None,
    };
    let jobs = at(root, &["jobs"]).and_then(Node::as_mapping);
    let jobs = jobs.into_iter().flatten().map(|(_, job)| job);
    let nodes = jobs.flat_map(|job| std::iter::once(job).chain(items(job, &["steps"])));
    let nodes = nodes.chain(items(root, &["runs", "steps"]));
    let off = nodes.filter(|node| {
        let condition = text(node, &["if"]).filter(|condition| condition.len() < LONGEST);
        condition.is_some_and(|condition| is_false(condition, &value))
    });
    off.map(|node| node.span().start..node.span().end).collect()
}

/// What an expression may be, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Boolean(bool),
    Text(String),
}

impl Value {
    fn is_true(&self) -> bool {
        match self {
            Value::Boolean(value) => *value,
            Value::Text(text) => !text.is_empty(),
        }
    }

    fn text(&self) -> String {
        match self {
            Value::Boolean(value) => value.to_string(),
            Value::Text(text) => text.to_ascii_lowercase(),
        }
    }
}

/// Whether a condition is false for sure.
fn is_false(condition: &str, value: &dyn Fn(&str) -> Option<Value>) -> bool {
    let condition = condition.trim();
    let inner = condition.strip_prefix("${{");
    let condition = inner.map_or(Some(condition), |inner| inner.strip_suffix("}}"));
    let Some(tokens) = condition.and_then(tokens) else {
        return false;
    };
    let mut reading = Reading {
        rest: tokens.as_slice(),
        value,
    };
    let result = reading.either(0).flatten();
    reading.rest.is_empty() && result.is_some_and(|result| !result.is_true())
}

/// The words, signs and quoted texts of a condition. None where one is not understood.
fn tokens(condition: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = condition.trim_start();
    while let Some(first) = rest.chars().next() {
        let signs = ["&&", "||", "==", "!=", "!", "(", ")", ","];
        let sign = signs.iter().find(|sign| rest.starts_with(**sign));
        let is_letter = |char: char| char.is_ascii_alphanumeric() || "._-*[]".contains(char);
        let length = match (sign, first) {
            (Some(sign), _) => sign.len(),
            (None, '\'') => rest.get(1..)?.find('\'')? + 2,
            (None, _) => rest.find(|char| !is_letter(char)).unwrap_or(rest.len()),
        };
        let (token, behind) = rest.split_at_checked(length).filter(|_| length > 0)?;
        found.push(token);
        rest = behind.trim_start();
    }
    Some(found)
}

/// A condition that is being read. What it gives is none where it is not understood, and none in that where it is not known.
struct Reading<'t> {
    rest: &'t [&'t str],
    value: &'t dyn Fn(&str) -> Option<Value>,
}

type Known = Option<Option<Value>>;

impl Reading<'_> {
    fn take(&mut self, token: &str) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == token => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn either(&mut self, depth: usize) -> Known {
        let mut left = self.both(depth)?;
        while self.take("||") {
            let right = self.both(depth)?;
            left = match left {
                Some(value) if !value.is_true() => right,
                None if right.as_ref().is_some_and(Value::is_true) => right,
                other => other,
            };
        }
        Some(left)
    }

    fn both(&mut self, depth: usize) -> Known {
        let mut left = self.compared(depth)?;
        while self.take("&&") {
            let right = self.compared(depth)?;
            left = match left {
                Some(value) if value.is_true() => right,
                None => right.filter(|right| !right.is_true()),
                other => other,
            };
        }
        Some(left)
    }

    fn compared(&mut self, depth: usize) -> Known {
        let left = self.single(depth)?;
        let is_same = if self.take("==") {
            true
        } else if self.take("!=") {
            false
        } else {
            return Some(left);
        };
        let right = self.single(depth)?;
        Some(left.zip(right).and_then(|(left, right)| {
            let equal = left.text() == right.text();
            // `true == 'true'` is false to GitHub, and seldom meant so.
            let is_mixed = matches!(
                (&left, &right),
                (Value::Boolean(_), Value::Text(_)) | (Value::Text(_), Value::Boolean(_))
            );
            (!equal || !is_mixed).then_some(Value::Boolean(equal == is_same))
        }))
    }

    fn single(&mut self, depth: usize) -> Known {
        if depth > DEEPEST {
            return None;
        }
        if self.take("!") {
            let value = self.single(depth + 1)?;
            return Some(value.map(|value| Value::Boolean(!value.is_true())));
        }
        if self.take("(") {
            let value = self.either(depth + 1)?;
            return self.take(")").then_some(value);
        }
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        if self.take("(") {
            // A function: what it gives is not known.
            while !self.take(")") {
                self.either(depth + 1)?;
                self.take(",");
            }
            return Some(None);
        }
        Some(match *first {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            text if text.starts_with('\'') => {
                let text = text.trim_start_matches('\'').trim_end_matches('\'');
                Some(Value::Text(text.to_owned()))
            }
            name => name.strip_prefix("inputs.").and_then(self.value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_false_where_they_are_for_sure() {
        let value = |name: &str| match name {
            "off" => Some(Value::Boolean(false)),
            "on" => Some(Value::Boolean(true)),
            "env" => Some(Value::Text("dev".to_owned())),
            _ => None,
        };
        for (condition, expected) in [
            ("inputs.off", true),
            ("${{ inputs.off && inputs.file != '' }}", true),
            ("github.ref == 'refs/heads/main' && inputs.off", true),
            ("always() && (inputs.off || inputs.env == 'prod')", true),
            ("!inputs.on", true),
            ("inputs.env != 'Dev'", true),
            ("contains(inputs.env, 'x') && inputs.off", true),
            ("inputs.off == 'true'", true),
            ("inputs.on", false),
            ("inputs.on == 'true'", false),
            ("inputs.other", false),
            ("inputs.off || inputs.other", false),
            ("inputs.off || github.event_name == 'push'", false),
            ("!inputs.off", false),
            ("inputs.env == 'dev'", false),
            ("inputs.off ? 1 : 2", false),
            ("inputs.off &&", false),
            (
                "((((((((((((((((((((((((inputs.off))))))))))))))))))))))))",
                false,
            ),
        ] {
            assert_eq!(is_false(condition, &value), expected, "{condition}");
        }
    }

    #[test]
    fn jobs_and_steps_are_turned_off_by_inputs() {
        let workflow = "on:\n  workflow_call:\n    inputs:\n      web: {type: boolean}\n      name: {type: string}\njobs:\n  a:\n    if: inputs.name == 'b'\n    steps: []\n  c:\n    steps:\n      - if: inputs.web\n        run: helm\n      - run: echo\n";
        let inputs = BTreeMap::from([
            ("web".to_owned(), "false".to_owned()),
            ("name".to_owned(), "false".to_owned()),
        ]);
        let off = turned_off(workflow, &inputs).into_iter();
        let starts: Vec<&str> = off
            .filter_map(|range| workflow.get(range)?.lines().next())
            .collect();
        assert_eq!(starts, ["if: inputs.name == 'b'", "if: inputs.web"]);
        let action = "inputs: {web: {type: boolean}}\nruns:\n  steps:\n    - if: inputs.name\n";
        assert!(turned_off(action, &inputs).is_empty());
    }
}
