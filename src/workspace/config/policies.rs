//! `policies:` of the configuration: the team's own rules, in CEL.

use std::sync::Arc;

use envlint_yaml::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::rules::Level;
use crate::masking::{Name, text};
use crate::source::{Location, Problem, Source};

/// A rule of the team's own: an expression in CEL that must be true.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyConfig {
    /// Its name, in findings and suppressions: `team/owner-label`.
    pub name: Spanned<String>,
    /// The objects that it is about. Default: all.
    #[serde(default, rename = "match")]
    pub matches: PolicyMatch,
    /// The expression, with the variables `object`, `objects`, `values`, `environment` and `app`. Without `object`, it is
    /// evaluated once for each environment.
    pub expression: Spanned<String>,
    /// What a finding says.
    pub message: Option<String>,
    /// The severity of its findings. Default: `error`.
    pub severity: Option<Level>,
    /// Examples of what passes and what fails: `envlint check --policies` runs them.
    #[serde(default)]
    pub cases: Vec<Spanned<PolicyCase>>,
}

/// The objects that a policy is about.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyMatch {
    /// Their kinds: `Deployment`. Default: all.
    pub kinds: Vec<Spanned<String>>,
}

/// An example for a policy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyCase {
    /// The variables (`object`, `objects`, `values`, `environment`, `app`), or the object alone.
    pub given: serde_json::Value,
    /// What the policy says of it.
    pub expect: PolicyVerdict,
}

/// What a policy says of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolicyVerdict {
    /// The expression is true.
    Pass,
    /// The expression is false.
    Fail,
}

/// Names that are no names, or that two policies have.
pub(super) fn problems(policies: &[PolicyConfig], source: &Arc<Source>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let name = &policy.name;
        let at = |name: &Spanned<String>| Location::new(source, name.span);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if name.value.is_empty() || !name.value.chars().all(is_plain) {
            let message = text!(
                "`{}` is no name of a policy: it has letters, digits, `-`, `_`, `.` and `/`",
                Name(&name.value)
            );
            problems.push(Problem::located(at(name), message));
        }
        let mut before = policies.iter().take(index);
        if let Some(first) = before.find(|other| other.name.value == name.value) {
            let message = text!("two policies have the name `{}`", Name(&name.value));
            problems.push(
                Problem::located(at(name), message)
                    .note(at(&first.name), "the other one")
                    .help("rename one of the two"),
            );
        }
    }
    problems
}
