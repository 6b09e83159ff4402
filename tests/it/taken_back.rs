//! What was taken back in an environment, and what an emptied file would take from one: no promotion goes over either in
//! silence.

use crate::support::{Ran, Sandbox, shown};

const CONFIG: &str = "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: replicas}]\n\
     apps: [{name: shop, values: \"values-{env}.yaml\"}]\n";

/// A committed workspace in which all environments have the same values.
fn repository(values: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("envlint.yaml", CONFIG)]);
    sandbox.git(&["init", "--quiet"]);
    set(&sandbox, &["dev", "staging", "prod"], values);
    sandbox.commit_by("Ada", 1);
    sandbox
}

fn set(sandbox: &Sandbox, environments: &[&str], values: &str) {
    for environment in environments {
        sandbox.write(&format!("values-{environment}.yaml"), values);
    }
}

fn to_prod(sandbox: &Sandbox, more: &[&str]) -> Ran {
    sandbox.run(&[&["promote", "--from", "staging", "--to", "prod"], more].concat())
}

fn states(sandbox: &Sandbox) -> Vec<String> {
    let ran = sandbox.run(&["status"]);
    let lines = ran.stdout.lines().filter(|line| line.starts_with("    "));
    let words = lines.map(|line| {
        line.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    });
    words.collect()
}

#[test]
fn what_was_taken_back_in_production_stays_until_somebody_decides() {
    const ALL: [&str; 3] = ["dev", "staging", "prod"];
    // What all had, and what production went back to: an older value, without a key, with a key again.
    for (before, now, after) in [
        ("a: 1\nt: 30s\n", "a: 1\nt: 60s\n", "a: 1\nt: 30s\n"),
        ("a: 1\n", "a: 1\nt: 60s\n", "a: 1\n"),
        ("a: 1\nt: 60s\n", "a: 1\n", "a: 1\nt: 60s\n"),
    ] {
        let sandbox = repository(before);
        set(&sandbox, &ALL, now);
        sandbox.commit_by("Bob", 2);
        set(&sandbox, &["prod"], after);
        for day in [0, 3] {
            if day > 0 {
                sandbox.commit_by("Eve", day);
            }
            let findings = sandbox.findings_of("drift/out-of-order-change");
            assert_eq!(findings.len(), 1, "{after}");
            let message = shown(&findings[0].message);
            assert!(
                message.contains("`t` in prod was as in staging, and was taken back"),
                "{message}"
            );
            assert_eq!(findings[0].severity.as_str(), "warning");
            assert_eq!(states(&sandbox), ["hotfix t"]);
        }
        let ran = to_prod(&sandbox, &["--write"]);
        assert_eq!(ran.status, 1, "{}", ran.stdout);
        assert!(ran.stdout.contains("refused[hotfix]"), "{}", ran.stdout);
        assert_eq!(sandbox.read("values-prod.yaml"), after);
        let back = ["backport", "--from", "prod", "--to", "staging"];
        let ran = sandbox.run(&back);
        assert!(ran.stdout.contains("1 change planned"), "{}", ran.stdout);
        let ran = to_prod(&sandbox, &["--write", "--overwrite-hotfix", "t"]);
        assert_eq!(ran.status, 0, "{}", ran.stdout);
        assert_eq!(sandbox.read("values-prod.yaml"), now);
    }
}

#[test]
fn what_staging_got_since_then_is_pending() {
    let sandbox = repository("t: 30s\n");
    set(&sandbox, &["dev", "staging", "prod"], "t: 60s\n");
    sandbox.commit_by("Bob", 2);
    set(&sandbox, &["prod"], "t: 30s\n");
    sandbox.commit_by("Eve", 3);
    // Another value; and the same again, after staging had gone back, too.
    set(&sandbox, &["dev", "staging"], "t: 90s\n");
    sandbox.commit_by("Bob", 4);
    assert_eq!(states(&sandbox), ["pending t"]);
    set(&sandbox, &["dev", "staging"], "t: 30s\n");
    sandbox.commit_by("Bob", 5);
    set(&sandbox, &["dev", "staging"], "t: 60s\n");
    sandbox.commit_by("Bob", 6);
    assert_eq!(states(&sandbox), ["pending t"]);
    assert_eq!(to_prod(&sandbox, &[]).status, 0);
}

#[test]
fn to_go_back_once_more_undoes_no_rollback() {
    let sandbox = repository("t: 10s\n");
    let first = sandbox.git(&["rev-parse", "HEAD"]);
    for (day, value) in [(2, "t: 20s\n"), (3, "t: 30s\n")] {
        set(&sandbox, &["dev", "staging", "prod"], value);
        sandbox.commit_by("Bob", day);
    }
    set(&sandbox, &["prod"], "t: 20s\n");
    sandbox.commit_by("Eve", 4);
    let ran = to_prod(&sandbox, &["--rev", first.trim(), "--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(sandbox.read("values-prod.yaml"), "t: 10s\n");
}

#[test]
fn a_source_without_values_takes_none_from_the_target() {
    let values: String = (0..20).map(|index| format!("k{index}: 1\n")).collect();
    let (cut, rest) = values.split_at(8 * "k0: 1\n".len());
    for (source, refused) in [
        (
            "",
            "the values file of staging has no values, so prod would lose 20 of its 20",
        ),
        ("# k0: 1\n", "the values file of staging has no values"),
        (
            cut,
            "staging has so little of what prod has that prod would lose",
        ),
        (rest, ""),
    ] {
        let sandbox = repository(&values);
        set(&sandbox, &["staging"], source);
        sandbox.commit_by("Bob", 2);
        let ran = to_prod(&sandbox, &["--write"]);
        match refused {
            "" => assert_eq!(ran.status, 0, "{}", ran.stdout),
            refused => {
                assert_eq!(ran.status, 1, "{}", ran.stdout);
                assert!(ran.stdout.contains("refused[removal]"), "{}", ran.stdout);
                assert!(ran.stdout.contains(refused), "{}", ran.stdout);
                assert_eq!(sandbox.read("values-prod.yaml"), values);
                let ran = to_prod(&sandbox, &["--write", "--kind", "remove"]);
                assert_eq!(ran.status, 0, "{}", ran.stdout);
            }
        }
    }
}

#[test]
fn an_emptied_file_is_an_error_with_a_chart_too() {
    let chart = [
        (
            "charts/shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("charts/shop/base.yaml", "b: 1\n"),
        ("values-dev.yaml", "a: 1\n"),
        ("values-staging.yaml", ""),
    ];
    let severities = |config: &str| {
        let sandbox = Sandbox::with(&chart);
        sandbox.write("envlint.yaml", config);
        let findings = sandbox.findings_of("yaml/syntax");
        let severities = findings.iter().map(|finding| finding.severity.as_str());
        severities.collect::<Vec<_>>()
    };
    let app = "apps: [{name: shop, chart: charts/shop, values: \"values-{env}.yaml\"}]\n";
    assert_eq!(severities(app), ["error"]);
    let layered = app.replace(
        "\"values-{env}.yaml\"",
        "[charts/shop/base.yaml, \"values-{env}.yaml\"]",
    );
    assert_ne!(severities(&layered), ["error"]);
}
