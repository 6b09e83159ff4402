//! `drift/missing-key`: which gaps it speaks of, and in which words.

use envlint::rules::Finding;

use crate::support::{Sandbox, shown};

const NONE: [&str; 0] = [];
const DECLARED_THREE: &str = "perEnvironment: [{path: x}]\n";

/// The missing keys of dev, staging and prod with a chart that has one template: severity, environment, message.
fn missing(template: &str, files: [&str; 3], config: &str) -> Vec<String> {
    let [dev, staging, prod] = files;
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("templates/a.yaml", template),
        ("values-dev.yaml", dev),
        ("values-staging.yaml", staging),
        ("values-prod.yaml", prod),
    ]);
    if !config.is_empty() {
        sandbox.write("envlint.yaml", config);
    }
    said(&sandbox)
}

/// Severity and message of each missing key.
fn said(sandbox: &Sandbox) -> Vec<String> {
    let missing = sandbox.findings_of("drift/missing-key");
    let line =
        |finding: &Finding| format!("{} {}", finding.severity.as_str(), shown(&finding.message));
    missing.iter().map(line).collect()
}

#[test]
fn a_key_is_missing_where_a_template_needs_it() {
    let reads = "a: {{ .Values.a }}\nb: {{ .Values.b | default 1 }}\n";
    // Nothing reads it, or the template does without it.
    assert_eq!(
        missing(reads, ["x: 1\n", "x: 1\n", "x: 1\nc: 1\nb: 1\n"], ""),
        NONE
    );
    // Changed in a later environment only.
    assert_eq!(
        missing(reads, ["x: 1\n", "x: 1\n", "x: 1\na: 1\n"], ""),
        [
            "warning `a` is missing in dev and staging; prod has it; the chart reads it there without a default"
        ]
    );
    assert_eq!(
        missing(reads, ["a: 1\n", "x: 1\n", "a: 1\n"], ""),
        [
            "error `a` is missing in staging; dev and prod have it; the chart reads it there without a default"
        ]
    );
    // Not promoted yet.
    assert_eq!(
        missing(reads, ["a: 1\n", "x: 1\n", "x: 1\n"], ""),
        [
            "info `a` is missing in prod; dev has it",
            "info `a` is missing in staging; dev has it"
        ]
    );
    // Declared to be the same, though no template needs it.
    assert_eq!(
        missing(reads, ["x: 1\n", "x: 1\n", "x: 1\nb: 1\n"], DECLARED_THREE),
        ["error `b` is missing in dev and staging; prod has it"]
    );
    assert_eq!(
        missing(
            reads,
            ["x: 1\n", "x: 1\nb: 1\n", "x: 1\nb: 1\n"],
            DECLARED_THREE
        ),
        ["error `b` is missing in dev; staging and prod have it"]
    );
}

#[test]
fn a_template_that_does_not_get_there_needs_nothing() {
    let reads = "{{ if .Values.db.enabled }}\nhost: {{ .Values.db.host }}\n{{ end }}\n";
    let off = "db: {enabled: false}\n";
    let on = "db: {enabled: true, host: a}\n";
    assert_eq!(missing(reads, [off, off, on], ""), NONE);
    let bare = "db: {enabled: true}\n";
    assert_eq!(
        missing(reads, [off, bare, on], ""),
        [
            "warning `db.host` is missing in staging; prod has it; the chart reads it there without a default"
        ]
    );
    // Whatever the chart says.
    assert_eq!(
        missing("a: {{ .Values.db.host }}\n", [off, off, on], DECLARED_THREE),
        NONE
    );
}

#[test]
fn one_thing_under_two_names_is_not_missing() {
    let reads = "a: {{ .Values.pdb.minAvailable }}{{ .Values.pdb.maxUnavailable }}\nh: {{ toJson .Values.hosts }}\n";
    for [dev, prod] in [
        ["pdb: {minAvailable: 1}\n", "pdb: {maxUnavailable: 1}\n"],
        [
            "hosts: [{name: shop-dev.example.com}]\n",
            "hosts: [{name: shop.example.com}]\n",
        ],
        [
            "hosts: [{name: shop-dev}]\n",
            "hosts: [{name: shop-prod}]\n",
        ],
        ["hosts: {dev-shop: 1}\n", "hosts: {production-shop: 1}\n"],
    ] {
        assert_eq!(
            missing(
                reads,
                [dev, &dev.replace("dev", "staging"), prod],
                DECLARED_THREE
            ),
            NONE,
            "{dev}{prod}"
        );
    }
}

#[test]
fn without_a_chart_missing_keys_are_counted_once_an_environment() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\nb: 1\nx: 1\n"),
        ("values-staging.yaml", "c: 1\nx: 1\n"),
        ("values-prod.yaml", "a: 1\nb: 1\nc: 1\nx: 1\n"),
    ]);
    let name = sandbox.check().findings[0].app.clone().expect("an app");
    assert_eq!(
        said(&sandbox),
        [
            "info `c` is missing in dev; staging and prod have it".to_owned(),
            format!(
                "info 2 paths of `{name}` are missing in staging; dev and prod have them: `a`, `b`"
            ),
        ]
    );
    // Both are excused where they are shown.
    sandbox.write(
        "values-dev.yaml",
        "a: 1 # envlint: ignore[drift/missing-key] dev has no c\nb: 1\nx: 1\n",
    );
    sandbox.write(
        "envlint.yaml",
        "rules: {drift/missing-key: {ignore: [a, b]}}\n",
    );
    sandbox.write(
        "values-dev.yaml",
        "a: 1\n# envlint: ignore[drift/missing-key] dev has no c\nb: 1\nx: 1\n",
    );
    assert_eq!(said(&sandbox).len(), 1);
}

#[test]
fn a_misspelt_key_is_recognised_from_both_sides() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: host}]\n"),
        ("values-dev.yaml", "replicaCount: 1\n"),
        ("values-staging.yaml", "replicaCount: 1\n"),
        ("values-prod.yaml", "replicaCuont: 1\n"),
    ]);
    let findings = sandbox.findings_of("drift/missing-key");
    let mut helps: Vec<_> = findings
        .iter()
        .filter_map(|finding| {
            Some(
                shown(&finding.advice()?)
                    .split(" Otherwise")
                    .next()?
                    .to_owned(),
            )
        })
        .collect();
    helps.sort_unstable();
    assert_eq!(
        helps,
        [
            "did you mean `replicaCount`?",
            "is `replicaCuont` misspelt there?"
        ]
    );
}

#[test]
fn what_the_environment_before_lacks_too_is_promoted_to_it_first() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}, prod: {}}\napps: [{name: shop, values: \"{env}.yaml\"}]\n",
        ),
        ("dev.yaml", "a: 1\nnew: 1\n"),
        ("staging.yaml", "a: 1\n"),
        ("prod.yaml", "a: 1\n"),
    ]);
    let findings = sandbox.findings_of("drift/missing-key");
    let help = |name: &str| {
        let mut all = findings.iter();
        let of = all.find(|finding| finding.environment.as_deref() == Some(name));
        let help = of.and_then(|finding| finding.help.as_ref()).map(shown);
        help.map(|help| help.split(';').next().unwrap_or_default().to_owned())
    };
    assert_eq!(
        help("prod").as_deref(),
        Some(
            "if prod needs it, promote it to staging first (`envlint promote --from dev --to staging`)"
        )
    );
    assert_eq!(
        help("staging").as_deref(),
        Some("if staging needs it, promote it (`envlint promote --from dev --to staging`)")
    );
}
