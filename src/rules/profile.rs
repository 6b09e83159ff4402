//! Profiles: what holds for the rules of which the configuration says nothing.

use super::Rule;
use crate::source::Severity;
use crate::workspace::{Config, Profile, RuleSetting};

/// The groups of rules that protect secrets and what is open to others, and what has to be readable for them.
const SECURITY_GROUPS: [&str; 3] = ["secrets", "security", "suppression"];
/// The other rules of that kind.
const SECURITY: [&str; 11] = [
    "objects/wildcard-permission",
    "production/debug-enabled",
    "production/latest-tag",
    "production/open-cors",
    "production/shared-data",
    "production/test-mode",
    "pulumi/plain-secret",
    "pulumi/shared-encryption",
    "schema/secrets",
    "yaml/duplicate-key",
    "yaml/syntax",
];

/// The rules that hold only where the configuration asks for them, by a profile or by name: not every team wants what they
/// demand.
const ON_DEMAND: [&str; 1] = ["security/beyond-restricted"];

/// How bad what a rule finds is at most; none where it is turned off.
pub(super) fn configured(config: &Config, rule: &Rule) -> Option<Severity> {
    let setting = config.rules.get(rule.name);
    match setting.and_then(RuleSetting::level) {
        Some(level) => level.severity(),
        None => severity(config.rules.extends, rule),
    }
}

/// How bad what a rule finds is; none where the profile leaves the rule out.
fn severity(profile: Profile, rule: &Rule) -> Option<Severity> {
    let is_of_security =
        || SECURITY_GROUPS.contains(&rule.category()) || SECURITY.contains(&rule.name);
    match profile {
        Profile::Recommended => (!ON_DEMAND.contains(&rule.name)).then_some(rule.severity),
        Profile::Strict => Some(rule.severity),
        Profile::Security => is_of_security().then_some(rule.severity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_security_are_rules() {
        for name in SECURITY.into_iter().chain(ON_DEMAND) {
            assert!(crate::rules::find(name).is_some(), "{name}");
        }
        for group in SECURITY_GROUPS {
            let mut rules = crate::rules::all().iter();
            assert!(rules.any(|rule| rule.category() == group), "{group}");
        }
    }
}
