//! The cases of policies: what passes and what fails, as the configuration says it.

use envlint_budget::Budget;
use envlint_yaml::Span;
use serde_json::Value as Json;

use super::{Policies, Policy, VARIABLES};
use crate::expressions::{self, Expression, MOST_TOGETHER, Verdict, of_json, on_large_stack};
use crate::masking::{Name, Text, text};
use crate::rules::Finding;
use crate::source::{Location, Severity};
use crate::workspace::{PolicyCase, PolicyVerdict};

/// What running the cases came to.
#[derive(Debug, Default)]
pub struct Cases {
    /// How many there are.
    pub run: usize,
    /// How many policies have none.
    pub without: usize,
    /// Those that do not come to what they expect.
    pub findings: Vec<Finding>,
}

impl Policies<'_> {
    /// Runs the cases of all policies.
    pub fn run_cases(&self) -> Cases {
        let mut cases = Cases::default();
        let steps = Budget::new(MOST_TOGETHER);
        for policy in &self.policies {
            // One that is no expression is a finding by itself.
            let Ok(expression) = &policy.expression else {
                continue;
            };
            cases.run += policy.config.cases.len();
            cases.without += usize::from(policy.config.cases.is_empty());
            for case in &policy.config.cases {
                let wrong = on_large_stack(|| wrong(expression, &case.value, &steps));
                let Some(message) = wrong else { continue };
                cases
                    .findings
                    .extend(self.failed(policy, case.span, message));
            }
        }
        cases
    }

    fn failed(&self, policy: &Policy<'_>, span: Span, message: Text) -> Option<Finding> {
        let source = self.workspace.config_source.as_ref()?;
        let place = Location::new(source, span);
        let finding = Finding::new(policy.name, Severity::Error, place, message);
        let finding = finding.help("change the expression, or what the case expects");
        Some(match self.place(policy) {
            Some(expression) => finding.note(expression, "the policy"),
            None => finding,
        })
    }
}

/// What is wrong with a case; nothing when it comes to what it expects.
fn wrong(expression: &Expression, case: &PolicyCase, steps: &Budget) -> Option<Text> {
    let mut root = expressions::functions();
    let given = case.given.as_object();
    let are_variables = given.is_some_and(|given| {
        !given.is_empty()
            && given
                .keys()
                .all(|key| VARIABLES.iter().any(|known| known.name == key))
    });
    match given {
        Some(given) if are_variables => {
            for (name, value) in given {
                root.add_variable_as_val(name.clone(), of_json(value));
            }
        }
        _ => {
            let object: &Json = &case.given;
            root.add_variable_as_val("object", of_json(object));
        }
    }
    let verdict = expressions::within(steps, || expression.evaluate(&root));
    let (passes, reason) = match verdict {
        Verdict::Holds => (true, Text::new()),
        Verdict::Breaks => (false, Text::new()),
        Verdict::Lacks(key) => (false, text!(" (there is no `{}`)", Name(&key))),
        Verdict::Fails(reason) => {
            return Some(text!("this case cannot be evaluated: {}", reason));
        }
        Verdict::TooLong => return Some("this case takes too long".into()),
    };
    match (case.expect, passes) {
        (PolicyVerdict::Pass, false) => Some(text!(
            "this case must pass, but the expression is false{}",
            reason
        )),
        (PolicyVerdict::Fail, true) => {
            Some("this case must fail, but the expression is true".into())
        }
        _ => None,
    }
}
