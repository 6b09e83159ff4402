//! Comments and settings that excuse findings.

use crate::support::Sandbox;

fn rules(sandbox: &Sandbox) -> Vec<&'static str> {
    sandbox
        .check()
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect()
}

fn prod(text: &str) -> Sandbox {
    Sandbox::with(&[("values-prod.yaml", text)])
}

#[test]
fn a_comment_excuses_its_line_or_the_line_below() {
    for (text, expected) in [
        ("replicas: 1\n", &["production/single-replica"][..]),
        (
            "replicas: 1 # envlint: ignore[production/single-replica] holds a lock\n",
            &[],
        ),
        (
            "# envlint: ignore[production/single-replica] holds a lock\nreplicas: 1\n",
            &[],
        ),
        (
            "# envlint: ignore[production/single-replica] holds a lock\n# until the next version\nreplicas: 1\n",
            &[],
        ),
        (
            "# envlint: ignore[production/single-replica, production/debug-enabled] why\ndebug: true\n",
            &["suppression/unused"],
        ),
        (
            "# envlint: ignore[production/single-replica] why\na: b\nreplicas: 1\n",
            &["suppression/unused", "production/single-replica"],
        ),
        (
            "replicas: 1 # envlint: ignore[production/single-replica]\n",
            &["suppression/without-reason"],
        ),
        (
            "replicas: 1 # envlint: ignore[single-replica] why\n",
            &["production/single-replica", "suppression/unused"],
        ),
        ("text: \"# envlint: ignore[a/b] why\"\n", &[]),
    ] {
        assert_eq!(rules(&prod(text)), expected, "{text}");
    }
}

#[test]
fn comments_work_in_charts_and_in_the_configuration() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "values.yaml",
            "metrics: on # envlint: ignore[yaml/ambiguous-scalar] upstream writes it so\n",
        ),
        ("values-prod.yaml", "logLevel: info\n"),
        (
            "envlint.yaml",
            "environments: {prod: {}}\nperEnvironment:\n  # envlint: ignore[drift/unused-declaration] comes with the next version\n  - {path: zone}\n",
        ),
    ]);
    let outcome = sandbox.check();
    assert_eq!(outcome.findings.len(), 0, "{:?}", outcome.findings);
    assert_eq!(outcome.extent.suppressed, 2);
}

#[test]
fn settings_turn_rules_off_change_them_and_leave_paths_alone() {
    for (settings, expected) in [
        ("{}", &["error", "info"][..]),
        ("{production/single-replica: off}", &["error"]),
        (
            "{production/single-replica: warning, production/latest-tag: warning}",
            &["warning", "warning"],
        ),
        ("{production/latest-tag: {ignore: [\"tag\"]}}", &["info"]),
        (
            "{production/latest-tag: {severity: info, ignore: [\"other.**\"]}}",
            &["info", "info"],
        ),
        (
            "{production/single-replica: {ignore: [\"**\"]}, production/latest-tag: off}",
            &[],
        ),
    ] {
        let sandbox = prod("tag: latest\nreplicas: 1\n");
        sandbox.write(
            "envlint.yaml",
            format!("environments: {{prod: {{}}}}\nrules: {settings}\n"),
        );
        let outcome = sandbox.check();
        let found: Vec<&str> = outcome
            .findings
            .iter()
            .map(|finding| finding.severity.as_str())
            .collect();
        assert_eq!(found, expected, "{settings}");
    }
}

#[test]
fn comments_in_shared_files_are_not_judged_when_only_some_apps_are_checked() {
    let sandbox = Sandbox::with(&[
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "chart/values.yaml",
            "# envlint: ignore[resources/invalid-quantity] b mends it\na: 1\n",
        ),
        ("a/values-prod.yaml", "logLevel: info\n"),
        ("b/values-prod.yaml", "logLevel: info\n"),
        (
            "envlint.yaml",
            "environments: {prod: {}}\napps:\n  - {name: a, chart: chart, values: \"a/values-{env}.yaml\"}\n  - {name: b, chart: chart, values: \"b/values-{env}.yaml\"}\n",
        ),
    ]);
    let all = sandbox.run(&["check", "--fail-on", "warning"]);
    assert_eq!(all.status, 1, "{}", all.stdout);
    let one = sandbox.run(&["check", "a", "--fail-on", "warning"]);
    assert_eq!(one.status, 0, "{}", one.stdout);
}

#[test]
fn settings_that_are_wrong_are_shown_at_their_place() {
    for (settings, expected) in [
        ("{production/latest-tag: eror}", "did you mean `error`?"),
        (
            "{production/latest-tag: on}",
            "known here: error, warning, info, off",
        ),
        (
            "{production/latest-tag: {severty: off}}",
            "did you mean `severity`?",
        ),
        (
            "{production/latest-tag: {ignore: [\"a..b\"]}}",
            "is not a pattern of paths",
        ),
        (
            "{production/latest: off}",
            "did you mean `production/latest-tag`?",
        ),
    ] {
        let sandbox = prod("replicas: 1\n");
        sandbox.write("envlint.yaml", format!("rules: {settings}\n"));
        let ran = sandbox.run(&["check"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{settings}");
        assert!(
            ran.stderr.contains(expected) && ran.stderr.contains("envlint.yaml:1:"),
            "{settings}: {}",
            ran.stderr
        );
    }
}
