//! What is found ambiguous, and what is not.

use super::*;

fn findings(text: &str) -> Vec<(String, Severity)> {
    let source = Arc::new(Source::new("values.yaml", text));
    let workspace_config = crate::workspace::Config::default();
    let mut findings = Vec::new();
    let mut out =
        Reporter::new(&RULE, &workspace_config, None, &mut findings).expect("the rule is on");
    for root in source.document.documents() {
        Walk {
            source: &source,
            of_flux: &|| false,
            has_chart: true,
            steps: Vec::new(),
            out: &mut out,
        }
        .visit(root, None);
    }
    findings
        .into_iter()
        .map(|finding| (finding.message.show().into_string(), finding.severity))
        .collect()
}

#[test]
fn what_is_what_it_looks_like_is_left_alone() {
    for text in [
        "a: true",
        "a: False",
        "a: \"yes\"",
        "a: 'no'",
        "a: 1.5",
        "cpu: 0.50",
        "ratio: 1.0",
        "a: 0",
        "a: 0x1F",
        "a: 0o17",
        "port: 8080",
        "a: 999999",
        "a: 12:30:45",
        "a: 2024-01-01",
        "tag: 1.1",
        "tag: 1.24.3",
        "tag: v1.10",
        "version: 8",
        "a: !!str 1.10",
        "a: -5",
        "a: 1e3",
        "size: 10Gi",
        "a: nope",
        "a: yesterday",
        "a: ~",
        "a: null",
        "a: .5",
        "a: |\n  1.10",
        "revisionHistoryLimit: 10",
        "a: 10.0.0.1",
        "maxSurge: 25%",
        "a: -",
        "apiVersion: v1",
        "env: [{name: RATIO, value: 1.50}]",
        "driver: 1.50",
    ] {
        assert_eq!(findings(text), [], "{text}");
    }
}

#[test]
fn what_is_something_else_is_said_with_its_weight() {
    for (text, expected, severity) in [
        ("a: yes", "the boolean true", Severity::Warning),
        ("country: NO", "the boolean false", Severity::Warning),
        ("a: [y]", "the boolean true", Severity::Warning),
        ("tag: 1.10", "prints it as 1.1", Severity::Error),
        ("imageTag: 1.0", "prints it as 1", Severity::Error),
        ("ver: 1.10", "prints it as 1.1", Severity::Error),
        (
            "env: [{name: APP_VERSION, value: 1.10}]",
            "prints it as 1.1",
            Severity::Error,
        ),
        ("appVersion: 3.20", "prints it as 3.2", Severity::Error),
        ("tag: 12e3", "prints it as 12000", Severity::Error),
        ("tag: 007", "prints it as 7", Severity::Error),
        ("zip: 01234", "octal, the number 668", Severity::Warning),
        ("zip: 08012", "leading zero is lost", Severity::Warning),
        ("defaultMode: 0644", "octal, the number 420", Severity::Info),
        (
            "id: 9007199254740993",
            "more digits than Helm keeps",
            Severity::Error,
        ),
        ("on: 1", "the key `on` as `true`", Severity::Warning),
        ("1.10: a", "the key `1.10` as `1.1`", Severity::Warning),
    ] {
        let found = findings(text);
        assert!(
            found.len() == 1 && found[0].0.contains(expected) && found[0].1 == severity,
            "{text}: {found:?}"
        );
    }
}
