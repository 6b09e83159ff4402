//! `--only`: findings of some rules, or of groups of rules.

use super::workspaces::Checked;
use crate::masking::{Name, text};
use crate::rules::{self, Rule};
use crate::source::{Problem, nearest};
use crate::workspace::Config;

/// The group of all policies, whatever they are called.
const POLICIES: &str = "policies";

/// Whether a rule or a policy is one of those that are wanted, or in a group of them.
pub(super) fn is_wanted(only: &[String], rule: &str, config: &Config) -> bool {
    let group = rule.split_once('/').map_or(rule, |(group, _)| group);
    let is_policy = || rules::configuration::is_policy(config, rule);
    let mut only = only.iter();
    only.any(|wanted| wanted == rule || wanted == group || (wanted == POLICIES && is_policy()))
}

/// Whether every name is that of a rule, a policy or a group.
///
/// # Errors
/// When one is not, with the nearest name.
pub(super) fn known(only: &[String], checked: &[Checked]) -> Result<(), Problem> {
    if only.is_empty() {
        return Ok(());
    }
    let workspaces = checked.iter().filter_map(|known| known.workspace.as_ref());
    let policies = workspaces.flat_map(|workspace| &workspace.config.policies);
    let policies = policies.map(|policy| policy.name.value.as_str());
    let mut names: Vec<&str> = rules::all().iter().map(|rule| rule.name).collect();
    names.extend(policies);
    let groups = names
        .iter()
        .filter_map(|name| Some(name.split_once('/')?.0));
    let mut groups: Vec<&str> = groups.collect();
    groups.push(POLICIES);
    names.extend(groups);
    match only.iter().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let groups: std::collections::BTreeSet<&str> = rules::all()
                .iter()
                .map(|rule: &&Rule| rule.category())
                .collect();
            let listed = text!(
                "groups: {}, {}; `envlint rules` lists the rules",
                crate::masking::Text::names(groups, ", "),
                POLICIES
            );
            let message = text!("there is no rule or group `{}`", Name(unknown));
            Err(Problem::without_place(message)
                .suggest_or(nearest(unknown, names.iter().copied()), listed))
        }
    }
}
