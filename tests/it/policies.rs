//! The team's own rules, in CEL.

use crate::support::Sandbox;

#[test]
fn a_policy_that_breaks_is_a_finding_with_its_place_and_a_broken_one_is_one_finding() {
    let ran = Sandbox::fixture("policies").run(&["check", "--only", "policies"]);
    assert_eq!(ran.status, 1);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b\d+ rules?\b", "[n] rules");
    settings.add_filter(r"\b\d+ ms\b", "[n] ms");
    let _bound = settings.bind_to_scope();
    insta::assert_snapshot!("policies__check", ran.stdout);
}

#[test]
fn cases_are_run_when_they_are_asked_for() {
    let sandbox = Sandbox::fixture("policies");
    let ran = sandbox.run(&["check", "--policies", "--only", "team/owner-label"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout
            .contains("this case must fail, but the expression is true"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("envlint.yaml:17:9"), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("3 cases of policies were run; 4 policies have none"),
        "{}",
        ran.stderr
    );
    let without = sandbox.run(&["check", "--only", "team/owner-label"]);
    assert_eq!(without.status, 0, "{}", without.stdout);
}

#[test]
fn a_comment_suppresses_what_a_policy_finds() {
    let sandbox = Sandbox::fixture("policies");
    sandbox.write(
        "environments/prod/values.yaml",
        "replicas: 2 # envlint: ignore[team/three-in-production] moves to its own cluster\n",
    );
    let ran = sandbox.run(&["check", "--only", "team/three-in-production,suppression"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("1 suppressed"), "{}", ran.stdout);
}

#[test]
fn names_that_cannot_be_are_mistakes_of_the_configuration() {
    for (policies, expected) in [
        (
            "[{name: a b, expression: 'true'}]",
            "`a b` is no name of a policy",
        ),
        (
            "[{name: t/a, expression: 'true'}, {name: t/a, expression: 'true'}]",
            "two policies have the name `t/a`",
        ),
        (
            "[{name: yaml/syntax, expression: 'true'}]",
            "a rule of envlint has the name `yaml/syntax`",
        ),
        (
            "[{name: t/a, expresion: 'true'}]",
            "did you mean `expression`?",
        ),
    ] {
        let sandbox = Sandbox::empty();
        sandbox.write("environments/prod/values.yaml", "a: 1\n");
        sandbox.write("envlint.yaml", format!("policies: {policies}\n"));
        let ran = sandbox.run(&["check"]);
        assert_eq!(ran.status, 2, "{policies}");
        assert!(ran.stderr.contains(expected), "{policies}: {}", ran.stderr);
    }
}

#[test]
fn only_takes_rules_and_groups_and_names_the_nearest() {
    let sandbox = Sandbox::fixture("policies");
    let ran = sandbox.run(&["check", "--only", "polices"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("did you mean `policies`?"),
        "{}",
        ran.stderr
    );
    let ran = sandbox.run(&["check", "--only", "yaml,secrets/plaintext"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
}

#[test]
fn the_examples_of_the_page_are_policies_that_work() {
    let page = include_str!("../../docs/policies.md");
    let blocks = page.split("```yaml\n").skip(1);
    let blocks = blocks.filter_map(|rest| Some(rest.split_once("```")?.0));
    let mut count = 0;
    for block in blocks {
        let sandbox = Sandbox::fixture("policies");
        let before = sandbox.read("envlint.yaml");
        let (before, _) = before.split_once("policies:").expect("policies");
        sandbox.write("envlint.yaml", format!("{before}{block}"));
        let ran = sandbox.run(&["check", "--policies", "--only", "policies"]);
        assert!(ran.status < 2, "{}", ran.stderr);
        assert!(
            !ran.stdout.contains("this policy") || ran.stdout.contains("breaks this policy"),
            "{}",
            ran.stdout
        );
        for broken in ["cannot be evaluated", "is no expression in CEL"] {
            assert!(!ran.stdout.contains(broken), "{}", ran.stdout);
        }
        assert!(!ran.stdout.contains("this case"), "{}", ran.stdout);
        count += 1;
    }
    assert!(count > 1);
}

#[test]
fn a_policy_about_a_kind_that_nobody_makes_says_so() {
    for (kinds, near) in [
        ("[Deploymnt]", Some("did you mean `Deployment`?")),
        // A kind that an app may make one day.
        ("[Deployment, StatefulSet, Rollout]", None),
    ] {
        let sandbox = Sandbox::fixture("policies");
        let before = sandbox.read("envlint.yaml");
        let (before, _) = before.split_once("policies:").expect("policies");
        let policy = format!(
            "policies: [{{name: team/owner, match: {{kinds: {kinds}}}, expression: \"object.kind != ''\"}}]\n"
        );
        sandbox.write("envlint.yaml", format!("{before}{policy}"));
        let ran = sandbox.run(&["check", "--only", "policies"]);
        match near {
            Some(near) => assert!(ran.stdout.contains(near), "{}", ran.stdout),
            None => assert!(!ran.stdout.contains("about no object"), "{}", ran.stdout),
        }
    }
}
