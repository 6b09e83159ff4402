//! Every rule finds something in its bad fixture, says exactly what its snapshot says, and is silent on its good one.

use std::time::Duration;

use envlint::check::Outcome;
use envlint::report::{Format, render};
use envlint::rules::{self, Rule};

use crate::support::{Sandbox, fixtures};

/// What a check of a rule's fixture finds by that rule alone.
fn found(rule: &Rule, which: &str) -> Outcome {
    let mut outcome = Sandbox::fixture(&format!("rules/{}/{which}", rule.name)).check();
    outcome.findings.retain(|finding| finding.rule == rule.name);
    outcome
}

/// The rules that lack a fixture of this sort.
fn without(which: &str) -> Vec<&'static str> {
    let lacks = |rule: &Rule| {
        !fixtures()
            .join(format!("rules/{}/{which}", rule.name))
            .is_dir()
    };
    rules::all()
        .iter()
        .filter(|rule| lacks(rule))
        .map(|rule| rule.name)
        .collect()
}

#[test]
fn every_rule_has_fixtures() {
    assert_eq!(
        without("bad"),
        Vec::<&str>::new(),
        "rules without a bad fixture"
    );
    assert_eq!(
        without("good"),
        Vec::<&str>::new(),
        "rules without a good fixture"
    );
}

#[test]
fn bad_fixtures_are_reported_exactly() {
    // How many rules there are is not what a rule's snapshot is about.
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b\d+ rules?\b", "[n] rules");
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for rule in rules::all() {
        let outcome = found(rule, "bad");
        assert!(
            outcome.problems.is_empty(),
            "{}: {:?}",
            rule.name,
            outcome.problems
        );
        assert!(
            !outcome.findings.is_empty(),
            "{} finds nothing in its bad fixture",
            rule.name
        );
        let text = render(Format::Text, &outcome, Duration::ZERO);
        insta::assert_snapshot!(rule.name.replace('/', "__"), &*text);
    }
}

#[test]
fn good_fixtures_are_clean() {
    for rule in rules::all() {
        let outcome = found(rule, "good");
        assert!(
            outcome.problems.is_empty(),
            "{}: {:?}",
            rule.name,
            outcome.problems
        );
        let text = render(Format::Text, &outcome, Duration::ZERO);
        assert!(
            outcome.findings.is_empty(),
            "{} in its good fixture:\n{text}",
            rule.name
        );
    }
}

#[test]
fn documentation_has_its_headings() {
    let headings = [
        "## What it does",
        "## Why it matters",
        "## Example",
        "## Use instead",
        "## References",
    ];
    for rule in rules::all() {
        let text = rule.text();
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("## "))
            .collect();
        assert_eq!(found, headings, "{}", rule.name);
        assert!(!rule.summary().is_empty(), "{} has no summary", rule.name);
    }
}
