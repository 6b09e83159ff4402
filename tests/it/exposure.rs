//! A secret is as bad as how far it comes: one that no environment has is in git, and in no cluster.

use crate::support::{Sandbox, shown};

/// What is said of secrets in a workspace: severity, place and the way out.
fn secrets(files: &[(&str, &str)]) -> Vec<String> {
    let outcome = Sandbox::with(files).check();
    let of_secrets = outcome.findings.iter();
    of_secrets
        .filter(|finding| finding.rule.starts_with("secrets/"))
        .map(|finding| {
            let help = finding.help.as_ref().map(shown).unwrap_or_default();
            format!(
                "{} {}:{} {help}",
                finding.severity.as_str(),
                finding.location.source.path,
                finding.location.start().line,
            )
        })
        .collect()
}

const CHART: (&str, &str) = (
    "chart/Chart.yaml",
    "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
);

const CONFIG: (&str, &str) = (
    "envlint.yaml",
    "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, chart: chart, values: [base.yaml, \"{env}.yaml\"]}]\n",
);

const REVOKE: &str =
    "revoke it, keep a new one in a secret backend, and name its Secret here (`existingSecret:`)";

#[test]
fn a_password_that_every_environment_overrides_is_deployed_nowhere() {
    let found = secrets(&[
        CHART,
        CONFIG,
        (
            "base.yaml",
            "database: {password: Blue-horse7}\nmail: {password: Green-horse8}\n",
        ),
        (
            "dev.yaml",
            "database: {password: \"${DATABASE}\"}\nmail: {password: \"${MAIL}\"}\n",
        ),
        ("prod.yaml", "database: {password: \"${DATABASE}\"}\n"),
    ]);
    assert_eq!(
        found,
        [
            "warning base.yaml:1 remove it: all environments override this value or turn its section off; revoke it where it was used",
            &format!("error base.yaml:2 {REVOKE}"),
        ]
    );
}

#[test]
fn a_token_that_an_issuer_gave_out_is_as_bad_wherever_it_stands() {
    let token = format!(
        "token: {}{}\n",
        "ghp_", "x7Kq2mZp9Lw4Rt8Yb3Nc6Vd1Hs5Jf0Ag2eQu"
    );
    let found = secrets(&[
        CHART,
        CONFIG,
        ("base.yaml", &token),
        ("dev.yaml", "token: \"\"\n"),
        ("prod.yaml", "token: \"\"\n"),
    ]);
    assert_eq!(
        found,
        [
            "error base.yaml:1 remove it: all environments override this value or turn its section off; revoke it where it was used"
        ]
    );
}

#[test]
fn a_section_that_is_switched_off_brings_its_password_nowhere() {
    let found = secrets(&[
        CHART,
        CONFIG,
        ("base.yaml", "a: 1\n"),
        (
            "dev.yaml",
            "postgresql: {enabled: true, auth: {password: Blue-horse7}}\n",
        ),
        (
            "prod.yaml",
            "postgresql: {enabled: false, auth: {password: Green-horse8}}\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            format!("error dev.yaml:1 {REVOKE}"),
            "warning prod.yaml:1 remove it: all environments override this value or turn its section off; revoke it where it was used".to_owned(),
        ]
    );
}

#[test]
fn an_app_of_which_nothing_says_that_it_is_deployed_counts_less_than_one_that_is() {
    let values = |app: &str, env: &str| format!("{app}/values-{env}.yaml");
    let deployed = values("shop", "prod");
    let copy = values("copy-of-shop", "prod");
    let chart = |app: &str| format!("{app}/Chart.yaml");
    let password = "database: {password: Blue-horse7}\n";
    let makefile = "deploy:\n\thelm upgrade --install shop shop -f shop/values-$(ENV).yaml\n";
    let files = |makefile: Option<&'static str>| {
        let mut files = vec![
            (chart("shop"), CHART.1),
            (chart("copy-of-shop"), CHART.1),
            (values("shop", "dev"), "a: 1\n"),
            (values("copy-of-shop", "dev"), "a: 1\n"),
            (deployed.clone(), password),
            (copy.clone(), password),
        ];
        files.extend(makefile.map(|text| ("Makefile".to_owned(), text)));
        files
    };
    let found = |makefile| {
        let files = files(makefile);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        secrets(&files)
    };
    assert_eq!(
        found(Some(makefile)),
        [
            format!("warning {copy}:1 {REVOKE}"),
            format!("error {deployed}:1 {REVOKE}"),
        ]
    );
    // Nothing says how any of them is deployed.
    assert_eq!(
        found(None),
        [
            format!("error {copy}:1 {REVOKE}"),
            format!("error {deployed}:1 {REVOKE}"),
        ]
    );
}

/// What a template writes only where a switch is on is deployed by no environment that has it off.
#[test]
fn a_password_behind_a_switch_that_is_off_is_deployed_nowhere() {
    let template = "{{- if .Values.secretRef.enabled }}\napiVersion: v1\nkind: Secret\nmetadata: {name: shop}\nstringData:\n  {{- range $key, $value := .Values.logins }}\n  {{ $key }}: {{ $value | quote }}\n  {{- end }}\n{{- end }}\n";
    let severities = |enabled: &str| -> Vec<String> {
        let prod = format!(
            "secretRef: {{enabled: {enabled}}}\nlogins: {{DB_PASSWORD: change-this-in-production}}\n"
        );
        let found = secrets(&[
            CHART,
            CONFIG,
            ("chart/templates/secret.yaml", template),
            ("base.yaml", "a: 1\n"),
            ("dev.yaml", "secretRef: {enabled: false}\n"),
            ("prod.yaml", &prod),
        ]);
        let severity = |said: &String| said.split(' ').next().unwrap_or_default().to_owned();
        found.iter().map(severity).collect()
    };
    assert_eq!(severities("true"), ["error"]);
    assert_eq!(severities("false"), ["info"]);
}

/// A cluster on a laptop is thrown away, and its secrets with it; a token that somebody issued is good elsewhere.
#[test]
fn secrets_of_a_cluster_on_a_laptop_are_an_info() {
    let token = ["ghp_", "bC4eF6hJ8kL2mN3pQ5sT7vW9yZ1aD2fG4iK6"].concat();
    let text = format!("app: {{secretKey: q8Xd72mZpQ4rTy7wLm3N}}\ngit: {{token: {token}}}\n");
    for file in [
        "environments/local/secrets.yaml",
        "deploy/values-minikube.yaml",
    ] {
        let found = secrets(&[(file, text.as_str())]);
        let severities = found.iter().filter_map(|said| said.split(' ').next());
        let severities: Vec<&str> = severities.collect();
        assert_eq!(severities, ["info", "warning"], "{file}");
    }
}

#[test]
fn the_name_of_a_key_is_no_secret_where_templates_take_it_for_one() {
    let template = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: a\n      env:\n        - name: A\n          {value}\n"
        )
    };
    let found = |value: &str| {
        secrets(&[
            CHART,
            CONFIG,
            ("chart/templates/pod.yaml", &template(value)),
            ("base.yaml", "ftpSecretsPwd: 9x7Kq2fTr5w8Zb\n"),
            ("dev.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ])
    };
    assert_eq!(
        found("valueFrom: {secretKeyRef: {name: ftp, key: {{ .Values.ftpSecretsPwd }}}}"),
        [
            "info base.yaml:1 give the value a key that says so, for example with `Key` or `SecretName` at its end, so that envlint shows it"
        ]
    );
    assert_eq!(
        found("value: {{ .Values.ftpSecretsPwd }}"),
        [
            "error base.yaml:1 revoke it, keep a new one in a secret backend, and let the chart's template read it from a Secret (`secretKeyRef`)"
        ]
    );
}
