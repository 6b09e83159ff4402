//! Secrets in files that belong to no app: found, masked, suppressed, and what is left unread is said.

use serde_json::Value;

use crate::support::{Ran, Sandbox};

/// An app with nothing to say.
const APP: [(&str, &str); 3] = [
    (
        "envlint.yaml",
        "apps: [{name: shop, values: \"environments/{env}/values.yaml\"}]\n",
    ),
    ("environments/dev/values.yaml", "a: 1\n"),
    ("environments/prod/values.yaml", "a: 1\n"),
];

/// A password that is reported wherever it is set.
const LEAK: &str = "password: Xk29vQ7mLp\n";

fn sandbox(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(&APP);
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox
}

/// The findings of a report for programs, as `severity rule file:line`.
fn found(ran: &Ran) -> Vec<String> {
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| {
            assert!(finding.get("app").is_none_or(Value::is_null), "{finding}");
            assert!(
                finding.get("environment").is_none_or(Value::is_null),
                "{finding}"
            );
            format!(
                "{} {} {}:{}",
                finding["severity"].as_str().expect("a severity"),
                finding["rule"].as_str().expect("a rule"),
                finding["file"].as_str().expect("a file"),
                finding["line"]
            )
        })
        .collect()
}

fn check(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    let ran = sandbox.run(&all);
    assert!(!ran.stdout.contains("Xk29vQ7mLp"), "{}", ran.stdout);
    found(&ran)
}

#[test]
fn every_yaml_file_is_searched_and_what_deploys_it_decides_the_severity() {
    let secret = "apiVersion: v1\nkind: Secret\nstringData:\n  password: Xk29vQ7mLp\n";
    let example = "apiVersion: v1\nkind: Secret\nstringData:\n  password: Yk29vQ7mLp\n";
    let encoded = "apiVersion: v1\nkind: Secret\ndata:\n  password: WGsyOXZRN21McA==\n";
    let workflow = "jobs:\n  a:\n    steps:\n    - run: deploy --set db.password=Xk29vQ7mLp\n";
    let template = "kind: X\nmetadata: {{ .Release.Name }}\npassword: Zk29vQ7mLp\n";
    let values = "kind: X\nmetadata: {{ .Release.Name }}\npassword: Wk29vQ7mLp\n";
    let sandbox = sandbox(&[
        ("apply/a.yaml", secret),
        ("apply/b.yml", encoded),
        ("examples/c.yaml", example),
        (".github/workflows/d.yaml", workflow),
        ("lone/values-blue.yaml", LEAK),
        ("lone/more.yaml.gotmpl", values),
        (
            "loose/Chart.yaml",
            "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        ),
        ("loose/templates/e.yaml", template),
        (
            "loose/templates/_f.tpl",
            "{{ define \"x\" }}\npassword: changeme\n{{ end }}\n",
        ),
        (
            "compose.yaml",
            "services: {a: {environment: {DB_PASSWORD: changeme}}}\n",
        ),
    ]);
    assert_eq!(
        check(&sandbox, &[]),
        [
            "info secrets/plaintext .github/workflows/d.yaml:4",
            "error secrets/plaintext apply/a.yaml:4",
            "error secrets/plaintext apply/b.yml:4",
            "info secrets/default-password compose.yaml:1",
            "warning secrets/plaintext examples/c.yaml:4",
            "warning secrets/plaintext lone/more.yaml.gotmpl:3",
            "warning layout/unread-values lone/values-blue.yaml:1",
            "warning secrets/plaintext lone/values-blue.yaml:1",
            "warning secrets/default-password loose/templates/_f.tpl:2",
            "warning secrets/plaintext loose/templates/e.yaml:3",
        ]
    );
}

#[test]
fn the_templates_of_a_deployed_chart_are_deployed() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"values-{env}.yaml\"}]\nrules: {values/unused-default: off}\n",
        ),
        ("values-prod.yaml", "a: {}\n"),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        ),
        ("chart/values.yaml", LEAK),
        (
            "chart/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n  password: Xk29vQ7mLp\n",
        ),
    ]);
    let found = check(&sandbox, &[]);
    let secrets: Vec<&String> = found
        .iter()
        .filter(|line| line.contains("secrets/"))
        .collect();
    assert_eq!(
        secrets,
        [
            "error secrets/plaintext chart/templates/a.yaml:5",
            "warning secrets/plaintext chart/values.yaml:1",
        ]
    );
}

#[test]
fn a_default_of_a_chart_matters_when_production_has_it() {
    for (template, prod, expected) in [
        ("p: {{ .Values.password }}\n", "a: {}\n", "warning"),
        ("p: {{ .Values.password }}\n", "password: \"\"\n", "info"),
        ("p: {{ .Values.other | default 1 }}\n", "a: {}\n", "info"),
    ] {
        let sandbox = Sandbox::with(&[
            (
                "envlint.yaml",
                "apps: [{name: shop, chart: chart, values: \"values-{env}.yaml\"}]\nrules: {values/unused-default: off}\n",
            ),
            ("values-prod.yaml", prod),
            (
                "chart/Chart.yaml",
                "apiVersion: v2\nname: x\nversion: 1.0.0\n",
            ),
            ("chart/values.yaml", "password: changeme\n"),
            ("chart/templates/a.yaml", template),
        ]);
        let found = check(&sandbox, &[]);
        let expected = format!("{expected} secrets/default-password chart/values.yaml:1");
        assert!(found.contains(&expected), "{prod}: {found:?}");
    }
}

#[test]
fn copies_of_a_secret_are_one_finding() {
    let sandbox = Sandbox::with(&[
        ("ci/a.yaml", "db: {password: changeme}\n"),
        ("ci/b.yaml", "db: {password: changeme}\n"),
        ("ci/c.yaml", "cache: {password: changeme}\n"),
        ("app/a.yaml", "url: postgres://shop:Xk29vQ7mLp@db/shop\n"),
        ("app/b.yaml", "password: Xk29vQ7mLp\n"),
    ]);
    assert_eq!(
        check(&sandbox, &[]),
        [
            "warning secrets/plaintext app/a.yaml:1",
            "info secrets/default-password ci/a.yaml:1",
            "info secrets/default-password ci/c.yaml:1",
        ]
    );
}

#[test]
fn a_given_file_is_read_and_ignored_ones_are_named() {
    let sandbox = sandbox(&[
        ("apply/a.yaml", LEAK),
        ("apply/b.yaml", "password: Yk29vQ7mLp\n"),
        (".gitignore", "local.yaml\n"),
        (".envlintignore", "vendored/\n"),
        ("local.yaml", LEAK),
        ("vendored/c.yaml", LEAK),
        ("node_modules/x/d.yaml", LEAK),
        (".terraform/e.yaml", LEAK),
    ]);
    let one = "warning secrets/plaintext apply/a.yaml:1".to_owned();
    let two = "warning secrets/plaintext apply/b.yaml:1".to_owned();
    assert_eq!(
        check(&sandbox, &["apply/a.yaml"]),
        std::slice::from_ref(&one)
    );
    assert_eq!(check(&sandbox, &["apply"]), [one.as_str(), two.as_str()]);
    assert_eq!(check(&sandbox, &[]), [one, two]);
    assert_eq!(
        check(&sandbox, &["environments/dev/values.yaml"]),
        Vec::<String>::new()
    );
    let ran = sandbox.run(&["check", "local.yaml"]);
    assert!(
        ran.stderr.contains(
            "note: `local.yaml` was not searched for secrets: an ignore file leaves it out"
        ),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let sandbox = sandbox(&[]);
    let large = "a: 1\n".repeat(1_100_000);
    sandbox.write("dump.yaml", &large);
    let ran = sandbox.run(&["check"]);
    assert_eq!(
        ran.stderr,
        "note: `dump.yaml` was not searched for secrets: it has 5500000 bytes, but envlint reads at most 5242880\n"
    );
    sandbox.write("binary.yaml", b"a: \xff\n");
    let ran = sandbox.run(&["check"]);
    assert!(
        ran.stderr.contains(
            "note: `binary.yaml` and 1 more file were not searched for secrets; of the first: it is not UTF-8 text"
        ),
        "{}",
        ran.stderr
    );
}

#[test]
fn comments_suppress_in_files_of_no_app() {
    let template = "kind: {{ .Values.kind }}\n\
        a: 1 # envlint: ignore[secrets/plaintext] nothing is here\n\
        {{/* # envlint: ignore[secrets/plaintext] a public demo */}}\n\
        password: Xk29vQ7mLp\n\
        token: Zq81xYw7Kd02mVbN # envlint: ignore[secrets/plaintext] revoked in May\n";
    let sandbox = sandbox(&[
        (
            "loose/Chart.yaml",
            "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        ),
        ("loose/templates/a.yaml", template),
        (
            "apply/a.yaml",
            "password: Xk29vQ7mLp # envlint: ignore[secrets/plaintext] a public demo\n",
        ),
        (
            "apply/b.yaml",
            "a: 1 # envlint: ignore[secrets/plaintext] gone\n",
        ),
    ]);
    assert_eq!(
        check(&sandbox, &[]),
        [
            "warning suppression/unused apply/b.yaml:1",
            "warning suppression/unused loose/templates/a.yaml:2",
        ]
    );
    sandbox.write(
        "envlint.yaml",
        "apps: [{name: shop, values: \"environments/{env}/values.yaml\"}]\nrules:\n  secrets/plaintext: {severity: error, ignore: [free.password]}\n",
    );
    sandbox.write("apply/b.yaml", "free: {password: Xk29vQ7mLp}\n");
    sandbox.write("apply/c.yaml", LEAK);
    assert_eq!(
        check(&sandbox, &["apply"]),
        ["error secrets/plaintext apply/c.yaml:1"]
    );
}

#[test]
fn inline_values_of_evidence_are_said_once() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec: {source: {repoURL: x, path: chart, helm: {valueFiles: [values-prod.yaml],
  valuesObject: {db: {password: Xk29vQ7mLp}},
  parameters: [{name: api.token, value: Zq81xYw7Kd02mVbN}]}}}
---
apiVersion: v1
kind: Secret
stringData: {password: Xk29vQ7mLpB}
";
    let sandbox = Sandbox::with(&[
        ("app.yaml", application),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        ),
        ("chart/values-prod.yaml", "a: 1\n"),
    ]);
    let found = sandbox.findings_of("secrets/plaintext");
    let lines = found.iter().map(|finding| finding.location.start().line);
    assert_eq!(lines.collect::<Vec<_>>(), [5, 6, 10]);
}

#[test]
fn packed_charts_stay_unread() {
    let sandbox = sandbox(&[("chart/charts/x-1.0.0.tgz", LEAK)]);
    assert_eq!(check(&sandbox, &["chart"]), Vec::<String>::new());
}

/// What evidence calls a release or a namespace may be a secret that a values file has under its own key.
#[test]
fn names_that_evidence_tells_hide_what_is_known_for_a_secret() {
    let secret = "Qw7rTy94xZ2b";
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-prod}}\nspec:\n  destination: {{namespace: {secret}}}\n  source:\n    repoURL: https://example.com/x.git\n    path: chart\n    helm: {{releaseName: {secret}, valueFiles: [values-prod.yaml]}}\n"
    );
    let sandbox = Sandbox::with(&[
        ("apps/shop.yaml", &*application),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/values-prod.yaml", &format!("password: {secret}\n")),
    ]);
    for arguments in [
        &["apps"][..],
        &["apps", "--format", "json"],
        &["apps", "--format", "markdown"],
        &["check"],
    ] {
        let ran = sandbox.run(arguments);
        let said = ran.stdout + &ran.stderr;
        assert!(!said.contains(secret), "{arguments:?}: {said}");
        assert!(said.contains("shop"), "{arguments:?}: {said}");
    }
}

/// The lines of a file at which secrets are reported.
fn reported(path: &str, text: &str) -> Vec<usize> {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "replicas: 1\n"),
        ("values-prod.yaml", "replicas: 1\n"),
        (path, text),
    ]);
    let findings = sandbox.check().findings;
    let secrets = findings.iter().filter(|finding| {
        finding.rule.starts_with("secrets/") && finding.location.source.path == path
    });
    secrets
        .map(|finding| finding.location.start().line)
        .collect()
}

#[test]
fn what_documents_a_secret_is_none() {
    // The example of an API's description, but what an issuer gave out is real wherever it stands.
    let api = "openapi: 3.0.0\ncomponents:\n  example: {password: Gh7wRt4zNc83bVqe}\n  examples: {salt: Gh7wRt4zNc83bVqe}\n  example2: {token: ghp_16C7e42F292c6912E7710c838347Ae178B4a}\n";
    assert_eq!(reported("docs/api.yaml", api), [5]);
    let without = api.replace("openapi: 3.0.0", "title: none");
    assert!(reported("docs/api.yaml", &without).contains(&3));
    // The comment of a template.
    let template = "{{/* scheme://user:Gh7wRt4zNc83bVqe@host\n  password: Gh7wRt4zNc83bVqe */}}\n{{- /* password: changeme */ -}}\npassword: Gh7wRt4zNc83bVqe\n";
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "replicas: 1\n"),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/templates/secret.yaml", template),
    ]);
    let findings = sandbox.check().findings;
    let lines: Vec<usize> = findings
        .iter()
        .filter(|finding| finding.rule.starts_with("secrets/"))
        .map(|finding| finding.location.start().line)
        .collect();
    assert_eq!(lines, [4]);
    // Ciphertext of Jasypt, the public half of a pair of keys, what a package manager wrote.
    assert!(
        reported(
            "application.yml",
            "db:\n  password: 'ENC(aGVsbG8gd29ybGQgdGhpcyBpcyBpdA==)'\n"
        )
        .is_empty()
    );
    assert!(reported("app.yaml", "API_KEY: pk_4Xn92mZpQ4rT7wLcV83bNq\n").is_empty());
    assert!(!reported("app.yaml", "API_KEY: sk_4Xn92mZpQ4rT7wLcV83bNq\n").is_empty());
    let lock = "'@inquirer/password': 4.0.23(@types/node@20.19.30)\ntoken: Gh7wRt4zNc83bVqe\n";
    assert!(reported("pnpm-lock.yaml", lock).is_empty());
}
