//! Branches of templates that no environment takes: their objects are checked with the switches on.

use crate::support::{Sandbox, shown};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
const CONFIG: &str = "apps: [{name: shop, values: 'values-{env}.yaml', chart: chart}]\nenvironments: {dev: {}, prod: {}}\n";
const INGRESS: &str = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: shop}\n";

/// What is found in a chart of one template, with these defaults and the same values in dev and prod.
fn found(template: &str, defaults: &str) -> Vec<String> {
    found_with(template, defaults, "a: 1\n", "a: 1\n")
}

fn found_with(template: &str, defaults: &str, dev: &str, prod: &str) -> Vec<String> {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", defaults),
        ("chart/templates/object.yaml", template),
        ("values-dev.yaml", dev),
        ("values-prod.yaml", prod),
    ]);
    let findings = sandbox.check().findings;
    let found = findings.iter().filter(|finding| {
        let message = shown(&finding.message);
        message.contains("which no environment has") || finding.rule.starts_with("api/")
    });
    let line = |finding: &envlint::rules::Finding| {
        let line = finding.location.start().line;
        format!(
            "{} {}:{line} {}",
            finding.severity,
            finding.rule,
            shown(&finding.message)
        )
    };
    found.map(line).collect()
}

/// `template` behind a test.
fn behind(test: &str, template: &str) -> String {
    format!("{{{{- if {test} }}}}\n{template}{{{{- end }}}}\n")
}

#[test]
fn what_a_switch_would_bring_is_checked() {
    let removed = |settings: &str| {
        format!(
            "info api/removed:2 Ingress `shop`, which no environment has, with {settings}: Kubernetes serves `extensions/v1beta1` of Ingress only before version 1.22; later API servers refuse the object"
        )
    };
    for (test, defaults, settings) in [
        (".Values.flag", "flag: false\n", "`flag: true`"),
        (
            ".Values.ingress.enabled",
            "ingress: {enabled: no}\n",
            "`ingress.enabled: true`",
        ),
        (
            ".Values.ingress.enabled",
            "ingress: {}\n",
            "`ingress.enabled: true`",
        ),
        ("not .Values.quiet", "quiet: true\n", "`quiet: false`"),
        (
            "and .Values.a .Values.flag",
            "flag: false\n",
            "`flag: true`",
        ),
        (
            "or .Values.flag .Values.b",
            "flag: false\nb: false\n",
            "`flag: true`",
        ),
        ("eq .Values.kind \"azure\"", "kind: aws\n", "`kind: azure`"),
        (
            "and .Values.flag (eq .Values.kind \"azure\")",
            "kind: aws\nflag: false\n",
            "`flag: true` and `kind: azure`",
        ),
    ] {
        assert_eq!(
            found(&behind(test, INGRESS), defaults),
            [removed(settings)],
            "{test}"
        );
    }
    // Behind several tests, and in the other branch of one.
    let nested = behind(".Values.flag", &behind(".Values.extra.flag", INGRESS));
    let [message] = &found(&nested, "flag: true\nextra: {flag: false}\n")[..] else {
        panic!("one finding");
    };
    assert!(message.contains("with `extra.flag: true`:"), "{message}");
    let other = format!("{{{{- if .Values.flag }}}}\n{{{{- else }}}}\n{INGRESS}{{{{- end }}}}\n");
    let [message] = &found(&other, "flag: true\n")[..] else {
        panic!("one finding");
    };
    assert!(message.contains("with `flag: false`:"), "{message}");
}

#[test]
fn what_nobody_can_switch_on_is_left_alone() {
    for (test, defaults) in [
        // What a list of hosts would be, nobody knows.
        (".Values.hosts", "hosts: []\n"),
        (".Values.host", "host: ''\n"),
        ("hasKey .Values \"host\"", "b: 1\n"),
        ("gt (int .Values.count) 3", "count: 1\n"),
        // One wants what the other forbids.
        ("and .Values.flag (not .Values.flag)", "flag: false\n"),
        ("false", "flag: false\n"),
    ] {
        assert_eq!(found(&behind(test, INGRESS), defaults), [""; 0], "{test}");
    }
    // An environment has it: that is no branch that nobody takes.
    let taken = found_with(
        &behind(".Values.flag", INGRESS),
        "flag: false\n",
        "a: 1\n",
        "flag: true\n",
    );
    let [message] = &taken[..] else {
        panic!("one finding: {taken:?}")
    };
    assert!(
        message.starts_with("error api/removed:2 Ingress `shop`: "),
        "{message}"
    );
}

/// Whoever flips a switch fills in what belongs to it.
#[test]
fn what_is_empty_or_missing_is_filled_in_with_the_switch() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec:\n  rules:\n    - host: {{ .Values.host }}\n      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: {{ .Values.service }}, port: {number: 80}}}}]}\n";
    let defaults = "flag: false\nhost:\nservice:\n";
    assert_eq!(found(&behind(".Values.flag", ingress), defaults), [""; 0]);
    let wrong = ingress.replace("number: 80", "number: http");
    let found = found(&behind(".Values.flag", &wrong), defaults);
    let [message] = &found[..] else {
        panic!("one finding: {found:?}")
    };
    assert!(message.starts_with("warning api/invalid-object:8 Ingress `shop`, which no environment has, with `flag: true`: "), "{message}");
}

/// The seven backends of a chart: each is its own branch, and all of them are looked at.
#[test]
fn alternatives_are_looked_at_one_after_the_other() {
    let store = |provider: &str| {
        behind(
            &format!("eq .Values.provider \"{provider}\""),
            &format!(
                "---\napiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {{name: {provider}}}\nspec: {{provider: {{{provider}: {{invented: 1}}}}}}\n"
            ),
        )
    };
    let providers = ["akeyless", "aws", "azurekv", "gcpsm", "ibm", "vault"];
    let template: String = providers.iter().map(|provider| store(provider)).collect();
    let found = found(&template, "provider: none\n");
    for provider in providers {
        let said = format!(
            "SecretStore `{provider}`, which no environment has, with `provider: {provider}`: `spec.provider.{provider}.invented`"
        );
        assert!(
            found.iter().any(|found| found.contains(&said)),
            "{provider}: {found:#?}"
        );
    }
}

/// A chart that needs more than its switches does not render with them, and says nothing; the others are looked at.
#[test]
fn a_branch_that_fails_hides_no_other() {
    let failing = behind(
        ".Values.first",
        "{{ fail \"set a host\" }}\napiVersion: v1\nkind: Service\n",
    );
    let template = format!("{failing}---\n{}", behind(".Values.second", INGRESS));
    let found = found(&template, "first: false\nsecond: false\n");
    let [message] = &found[..] else {
        panic!("one finding: {found:?}")
    };
    assert!(message.contains("with `second: true`"), "{message}");
}

#[test]
fn a_map_that_only_holds_what_is_given_is_there_and_the_rest_is_checked() {
    let template = "\
apiVersion: v1
kind: Service
metadata: {name: shop, annotations: {path: 'apps/{{ .Values.vault.path.suffix }}'}}
spec: {ports: [{port: 80, tagetPort: 8080}]}
";
    let rules = |given: &str| -> Vec<&str> {
        let config = format!(
            "apps: [{{name: shop, chart: chart, values: 'values-{{env}}.yaml', given: [{given}]}}]\n"
        );
        let sandbox = Sandbox::with(&[
            ("envlint.yaml", &*config),
            ("chart/Chart.yaml", CHART),
            ("chart/templates/service.yaml", template),
            ("values-dev.yaml", "a: 1\n"),
            ("values-prod.yaml", "a: 1\n"),
        ]);
        let findings = sandbox.check().findings;
        let rules = findings.iter().map(|finding| finding.rule);
        rules
            .filter(|rule| ["api/unknown-field", "chart/does-not-render"].contains(rule))
            .collect()
    };
    assert_eq!(rules("vault.path.suffix"), ["api/unknown-field"]);
    assert_eq!(rules("vault.suffix"), ["chart/does-not-render"]);
}
