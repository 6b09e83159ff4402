//! What a template makes of a secret is hidden also where it is no value: a name, a key, a part of a path.

use crate::support::{Ran, Sandbox};

const CHART_FILE: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// Each is the password under a key of its own.
const SECRETS: [&str; 6] = [
    "zq8wk01f3hv7",
    "zq8wk02f3hv7",
    "zq8wk03f3hv7",
    "zq8wk04f3hv7",
    "zq8wk05f3hv7",
    "zq8wk06f3hv7",
];

/// Objects whose names and keys are passwords, each with a mistake that is told by its path.
const TEMPLATE: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: w1, namespace: "{{ .Values.f.password }}"}
spec:
  selector: {matchLabels: {app: w1}}
  template:
    metadata: {labels: {app: w1}}
    spec:
      nodeSelector: {"{{ .Values.a.password }}": 1}
      containers:
      - name: "{{ .Values.b.password }}"
        image: "x:{{ .Values.shown }}"
        {{ .Values.c.password }}: {}
        env: [{name: "{{ .Values.d.password }}", value: 1}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
data: {"{{ .Values.e.password }}": {{ .Values.shown }}}
"#;

fn assert_hidden(ran: &Ran, arguments: &[&str], needle: &str) {
    let said = format!("{}{}", ran.stdout, ran.stderr).replace('\\', "");
    for secret in SECRETS {
        assert!(
            !said.contains(secret),
            "{arguments:?} says {secret}: {said}"
        );
    }
    assert!(said.contains(needle), "{arguments:?}: {said}");
}

#[test]
fn paths_inside_of_manifests_hide_secrets() {
    let values: String = "abcdef"
        .chars()
        .zip(SECRETS)
        .map(|(key, secret)| format!("{key}: {{password: {secret}}}\n"))
        .collect();
    let values = values + "shown: 1\n";
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\napps: [{name: web, chart: chart, values: 'env/{env}.yaml'}, {name: api, chart: chart, values: 'env/{env}.yaml'}]\n",
        ),
        ("chart/Chart.yaml", CHART_FILE),
        ("chart/values.yaml", "{}\n"),
        ("chart/templates/x.yaml", TEMPLATE),
        ("env/dev.yaml", &values),
        ("env/prod.yaml", &values),
    ]);
    for format in [
        "text", "json", "sarif", "github", "gitlab", "junit", "markdown",
    ] {
        let arguments = ["check", "--format", format];
        assert_hidden(&sandbox.run(&arguments), &arguments, "nodeSelector");
    }
    for format in ["text", "json"] {
        let arguments = [
            "trace", "web", "--env", "dev", "--value", "shown", "--format", format,
        ];
        assert_hidden(&sandbox.run(&arguments), &arguments, "image");
    }
}

#[test]
fn a_diff_of_manifests_hides_secrets_in_their_names() {
    let [secret, key, ..] = SECRETS;
    let manifest = |value: u8| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {secret}, other_password: {key}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {secret}}}\ndata: {{{key}: \"{value}\"}}\n"
        )
    };
    let sandbox = Sandbox::with(&[("one/a.yaml", &*manifest(1)), ("two/a.yaml", &*manifest(2))]);
    for format in ["text", "json", "markdown", "unified", "json-patch"] {
        let arguments = ["diff", "one", "two", "--format", format];
        assert_hidden(&sandbox.run(&arguments), &arguments, "data");
    }
}

/// Pass-phrases are words, but no names; and a parser of addresses cuts a password at its `/`.
#[test]
fn the_words_of_a_failed_template_hide_phrases_and_parts_of_addresses() {
    let fails = |password: &str, template: &str, hidden: &str| {
        let sandbox = Sandbox::with(&[
            ("c/Chart.yaml", CHART_FILE),
            ("c/templates/a.yaml", template),
            ("v.yaml", &format!("password: '{password}'\n")),
        ]);
        let ran = sandbox.run(&["template", "r", "c", "-f", "v.yaml"]);
        let said = ran.stdout + &ran.stderr;
        assert_eq!(ran.status, 2, "{said}");
        assert!(!said.contains(hidden), "{template}: {said}");
    };
    for phrase in [
        "correct horse battery staple",
        "Sommerregen im Juli 2024",
        "MeinGeheimesPasswortHier",
        "blauer-elefant-tanzt",
    ] {
        fails(
            phrase,
            "a: {{ fail (print \"bad \" .Values.password) }}\n",
            phrase,
        );
    }
    let password = "Gh7wRt4zNcX9m/83bVqe";
    let parse = "a: {{ (urlParse (printf \"postgres://app:%s@db/x\" .Values.password)).host }}\n";
    fails(password, parse, "Gh7wRt4zNcX9m");
    let escaped = "a: {{ fail (urlJoin (dict \"scheme\" \"x\" \"userinfo\" (printf \"app:%s\" .Values.password) \"host\" \"h\")) }}\n";
    fails("Gh7wR*4z+cX9m$83bVqe", escaped, "Gh7wR%2A4z");
}

/// What is bounded is said: the findings of one rule, the objects of one chart.
#[test]
fn more_findings_than_anybody_reads_are_not_kept() {
    let values: String = (0..10_050).map(|index| format!("k{index}: on\n")).collect();
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}}\napps: [{name: web, values: 'env/{env}.yaml'}]\n",
        ),
        ("env/dev.yaml", &values),
    ]);
    let ran = sandbox.run(&[
        "check",
        "--format",
        "json",
        "--only",
        "yaml/ambiguous-scalar",
    ]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 10_000);
    let last = findings.last().expect("findings")["message"].to_string();
    assert!(last.contains("more findings of this rule"), "{last}");
}
