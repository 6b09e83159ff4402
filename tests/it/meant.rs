//! What is said of a word that nobody knows, and of what nobody sees: the way out has to be the one that is meant.

use crate::support::{Sandbox, shown};

#[test]
fn options_with_two_letters_swapped_are_known() {
    let sandbox = Sandbox::empty();
    for (words, meant) in [
        (&["render", "--evn", "dev"][..], "--env"),
        (&["check", "--fxi"], "--fix"),
        (&["promote", "--rve", "x"], "--rev"),
        (&["promote", "--ot", "x"], "--to"),
        (&["promote", "--pap", "x"], "--app"),
        (&["template", "--ste", "a=b"], "--set"),
        (&["generate", "workflows", "--otu", "x"], "--out"),
        (&["check", "--fromat", "json"], "--format"),
    ] {
        let ran = sandbox.run(words);
        assert_eq!(ran.status, 2);
        let tip = format!("a similar argument exists: '{meant}'");
        assert!(ran.stderr.contains(&tip), "{words:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("as a value"), "{}", ran.stderr);
    }
    for (words, tip) in [
        (["check", "--app"], "check takes files"),
        (["promote", "--dry-run"], "without --write"),
    ] {
        let ran = sandbox.run(&words);
        assert!(ran.stderr.contains(tip), "{}", ran.stderr);
    }
}

#[test]
fn groups_and_policies_are_no_rules_and_are_known() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "policies: [{name: team/owner, expression: 'true', message: name an owner, severity: warning}]\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
    ]);
    let group = sandbox.run(&["explain", "drift"]);
    assert!(
        group.stderr.contains("`drift` is a group of rules"),
        "{}",
        group.stderr
    );
    assert!(
        group.stderr.contains("drift/missing-key"),
        "{}",
        group.stderr
    );
    let policy = sandbox.run(&["explain", "team/owner"]);
    assert!(
        policy.stdout.contains("name an owner") && policy.stdout.contains("Severity: warning"),
        "{}",
        policy.stdout
    );
}

#[test]
fn comments_that_suppress_nothing_say_so() {
    for (comment, message) in [
        (
            "ignore[single-replica] x",
            "there is no rule `single-replica`",
        ),
        (
            "disable[production/single-replica] x",
            "envlint does not know `disable`",
        ),
        (
            "Ignore[production/single-replica] x",
            "envlint does not know `Ignore`",
        ),
    ] {
        let sandbox = Sandbox::with(&[("values-prod.yaml", "")]);
        sandbox.write("values-prod.yaml", format!("a: 1 # envlint: {comment}\n"));
        let findings = sandbox.findings_of("suppression/unused");
        assert_eq!(findings.len(), 1, "{comment}");
        assert!(shown(&findings[0].message).contains(message), "{comment}");
    }
    let sandbox = Sandbox::with(&[("values-prod.yaml", "a: 1 # envlint: see the docs [1]\n")]);
    assert!(sandbox.findings_of("suppression/unused").is_empty());
}

#[test]
fn a_name_that_stands_twice_is_said() {
    let dev = "env:\n  - {name: LEVEL, value: a}\n  - {name: HOST, value: b}\n  - {name: LEVEL, value: c}\n";
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "perEnvironment: [{path: \"env[name=HOST].value\"}]\n",
        ),
        ("values-dev.yaml", dev),
        ("values-staging.yaml", "env:\n  - {name: HOST, value: d}\n"),
    ]);
    let findings = sandbox.findings_of("drift/unused-declaration");
    let advice = findings.iter().filter_map(|finding| finding.advice());
    let advice: String = advice.map(|advice| shown(&advice)).collect();
    assert!(
        advice.contains("two items of the list `env` have the name `LEVEL`"),
        "{advice}"
    );
    let ran = sandbox.promote(&[]);
    assert!(
        ran.stdout.contains("two items have the name `LEVEL`"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("values-dev.yaml:2"), "{}", ran.stdout);
}

#[test]
fn an_app_that_cannot_be_read_is_not_in_step() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: [\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    let status = sandbox.run(&["status"]);
    assert!(!status.stdout.contains("in step"), "{}", status.stdout);
    let diff = sandbox.run(&["diff", "dev", "staging"]);
    assert!(
        !diff.stdout.contains("no shared path differs"),
        "{}",
        diff.stdout
    );
    assert!(
        diff.stdout.contains("1 app not compared"),
        "{}",
        diff.stdout
    );
}

#[test]
fn an_app_without_an_environment_in_between_is_promoted_as_the_advice_says() {
    let sandbox = Sandbox::with(&[(
        "envlint.yaml",
        "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: host}]\n\
         apps: [{name: shop, values: \"values-{env}.yaml\", environments: [dev, prod]}]\n",
    )]);
    sandbox.git(&["init", "--quiet"]);
    for environment in ["dev", "prod"] {
        sandbox.write(&format!("values-{environment}.yaml"), "a: 1\n");
    }
    sandbox.commit_by("Ada", 1);
    sandbox.write("values-dev.yaml", "a: 2\n");
    let findings = sandbox.findings_of("drift/undeclared-difference");
    let advice = findings[0]
        .advice()
        .map(|advice| shown(&advice))
        .unwrap_or_default();
    assert!(
        advice.contains("`envlint promote --from dev --to prod --allow-skip`"),
        "{advice}"
    );
    let ran = sandbox.run(&["promote", "--from", "dev", "--to", "prod", "--allow-skip"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}
