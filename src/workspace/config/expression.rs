//! Regular expressions in the configuration. What all of them together take is known before one is compiled.

use std::borrow::Cow;
use std::sync::OnceLock;

use envlint_budget::Budget;
use envlint_helm::expression_steps;
use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::Deserializer;

use crate::masking::{Text, text};

/// A longer one is not read, in bytes.
const LONGEST: usize = 10_000;
/// How large one may become when it is compiled, and what it remembers of the texts it was matched against, in bytes.
const MOST_COMPILED: usize = 1 << 20;
const MOST_REMEMBERED: usize = 1 << 18;
/// The steps for all expressions of a configuration: half a second, and some 50 MB.
const STEPS_OF_ALL: u64 = 20_000_000;
/// The steps that each takes at least: of small ones, there are two thousand.
const LEAST_STEPS: u64 = 10_000;

/// What all expressions of a configuration may take to be compiled.
pub fn steps_of_all() -> Budget {
    Budget::new(STEPS_OF_ALL)
}

/// Takes what it takes to compile an expression several times.
///
/// # Errors
/// When it is too long, or all together are too much.
pub(super) fn spend(text: &str, times: usize, budget: &Budget) -> Result<(), Text> {
    if text.len() > LONGEST {
        return Err(text!("this regular expression is too large"));
    }
    let had = !budget.is_spent() && {
        let steps = expression_steps(text).max(LEAST_STEPS);
        budget.spend(steps.saturating_mul(times as u64))
    };
    match had {
        true => Ok(()),
        false => Err(text!("all regular expressions together are too large")),
    }
}

/// An expression of bounded size; it takes linear time, whatever it is matched against.
///
/// # Errors
/// When it is none, or too large.
pub(super) fn compiled(text: &str) -> Result<Regex, Text> {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(MOST_COMPILED);
    builder.dfa_size_limit(MOST_REMEMBERED);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => text!("this regular expression is too large"),
        _ => text!("this is no regular expression"),
    })
}

/// A regular expression, in the syntax of RE2. The configuration says what is wrong with it when it is read.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Expression {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches a part of a text.
    pub fn is_match(&self, text: &str) -> bool {
        let compile = || compiled(&self.text).ok();
        let expression = self.compiled.get_or_init(compile).as_ref();
        expression.is_some_and(|expression| expression.is_match(text))
    }

    /// What is wrong with it, or with all together.
    pub(super) fn mistake(&self, budget: &Budget) -> Option<Text> {
        let spent = spend(&self.text, 1, budget);
        let made = spent.and_then(|()| compiled(&self.text));
        match made {
            Ok(made) => {
                self.compiled.get_or_init(|| Some(made));
                None
            }
            Err(what) => Some(what),
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Expression {
            text,
            compiled: OnceLock::new(),
        })
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "string", "format": "regex", "description": "A regular expression."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_together_have_a_bounded_size() {
        let budget = steps_of_all();
        let of = |text: String| Expression {
            text,
            compiled: OnceLock::new(),
        };
        let wrong = (0..2000)
            .map(|number| of(format!("^v[0-9]+-{number}$")))
            .filter(|expression| expression.mistake(&budget).is_some());
        assert_eq!(wrong.count(), 0);
        assert!(of("a".to_owned()).mistake(&budget).is_some());
        let budget = steps_of_all();
        let large = |number: usize| of(format!("(\\pL{{60}}{number}){{3}}")).mistake(&budget);
        assert!((0..100).all(|number| large(number).is_some()));
        assert!(budget.is_spent());
    }
}
