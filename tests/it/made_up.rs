//! Secrets that are less than they look like: what they open is public, they are made up, an emulator takes them, they are
//! valid no more.

use crate::findings::{CHART, CONFIG, check};
use crate::support::{Sandbox, shown};

/// A script in a template that changes the password that a product is delivered with.
const SCRIPT: &str = r#"apiVersion: batch/v1
kind: Job
metadata: {name: setup}
spec:
  template:
    spec:
      containers:
        - name: setup
          command: [sh, -c]
          args:
            - |
              TRACKER_DEFAULT_PASSWORD="admin"
              change-password "$TRACKER_DEFAULT_PASSWORD" "$NEW"
"#;

const SECRETS: &[&str] = &["secrets/plaintext", "secrets/default-password"];

#[test]
fn a_password_of_the_factory_in_a_script_is_an_info() {
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/setup.yaml", SCRIPT),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ],
        SECRETS,
        &[
            "info chart/templates/setup.yaml:12 `spec.template.spec.containers[name=setup].args[0]` names the password that a product is delivered with",
        ],
    );
}

#[test]
fn a_truststore_guards_what_is_public() {
    for (prod, expected) in [
        ("ssl: {truststore: {password: changeit}}\n", "info"),
        (
            "url: \"jdbc:mysql://db/shop?trustCertificateKeyStorePassword=changeit\"\n",
            "info",
        ),
        ("ssl: {keystore: {password: changeit}}\n", "error"),
        (
            "run: [keytool, -importcert, -trustcacerts, -file, ca.crt, -storepass, changeit]\n",
            "info",
        ),
        (
            "run: [keytool, -genkeypair, -keystore, shop.jks, -storepass, changeit]\n",
            "error",
        ),
    ] {
        let sandbox = Sandbox::with(&[("values-dev.yaml", "a: 1\n"), ("values-prod.yaml", prod)]);
        let found = sandbox.check().findings;
        let mut found = found
            .iter()
            .filter(|finding| SECRETS.contains(&finding.rule));
        let severity = found.next().map(|finding| finding.severity.as_str());
        assert_eq!(severity, Some(expected), "{prod}");
    }
}

#[test]
fn an_encrypted_private_key_says_so() {
    let body = "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI8Vx1Kq0Zr2sCAggA\n".repeat(4);
    let key = |label: &str, head: &str| {
        format!("-----BEGIN {label}-----\n{head}{body}-----END {label}-----\n")
    };
    for (text, expected) in [
        (key("ENCRYPTED PRIVATE KEY", ""), "info"),
        (
            key(
                "RSA PRIVATE KEY",
                "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF\n\n",
            ),
            "info",
        ),
        (key("RSA PRIVATE KEY", ""), "warning"),
    ] {
        let sandbox = Sandbox::with(&[("values-prod.yaml", "a: 1\n"), ("ca/tls.key", &text)]);
        let found = sandbox.findings_of("secrets/plaintext");
        let severities: Vec<_> = found
            .iter()
            .map(|finding| finding.severity.as_str())
            .collect();
        assert_eq!(severities, [expected], "{text}");
        let ran = sandbox.run(&["check"]);
        assert!(!ran.stdout.contains("MIIFHDBOBgkqhki"), "{}", ran.stdout);
    }
}

#[test]
fn what_says_that_it_is_for_tests_is_no_error_outside_of_production() {
    for (path, expected) in [
        ("values-prod.yaml", "error"),
        ("values-dev.yaml", "warning"),
        ("ci/values.yaml", "info"),
    ] {
        let sandbox = Sandbox::with(&[
            ("values-dev.yaml", "a: 1\n"),
            ("values-prod.yaml", "a: 1\n"),
        ]);
        sandbox.write(path, "jwtSecret: ci-nonprod-jwt-9fK2mQ7xVb3LpZ8wR4tY\n");
        let found = sandbox.findings_of("secrets/plaintext");
        let severities: Vec<_> = found
            .iter()
            .map(|finding| finding.severity.as_str())
            .collect();
        assert_eq!(severities, [expected], "{path}");
    }
}

#[test]
fn labels_of_a_screen_are_no_passwords() {
    let bundle = "password=Kennwort123x\nresetPassword=Neues!Kennwort7\n";
    for (path, count) in [
        ("src/main/resources/messages_de.properties", 0),
        ("src/main/resources/application_db.properties", 1),
    ] {
        let sandbox = Sandbox::with(&[("values-prod.yaml", "a: 1\n"), (path, bundle)]);
        let found = sandbox.check().findings;
        let found = found
            .iter()
            .filter(|finding| SECRETS.contains(&finding.rule));
        assert_eq!(found.count() > 0, count > 0, "{path}");
    }
    let token = format!("hint=use ghp_{}\n", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let sandbox = Sandbox::with(&[
        ("values-prod.yaml", "a: 1\n"),
        ("messages_de.properties", &token),
    ]);
    assert_eq!(sandbox.findings_of("secrets/plaintext").len(), 1);
}

/// How bad the secrets of one file are, next to the values of two environments.
pub(crate) fn severities(path: &str, text: &str) -> Vec<&'static str> {
    let values = [
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ];
    let sandbox = Sandbox::with(&values);
    sandbox.write(path, text);
    let found = sandbox.check().findings;
    let found = found
        .iter()
        .filter(|finding| SECRETS.contains(&finding.rule));
    found.map(|finding| finding.severity.as_str()).collect()
}

#[test]
fn data_of_tests_is_made_up_and_a_laptop_is_no_environment() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: WGsyOXZRN21McFI0dFk4d1ozbkI=}\n";
    let password = "db: {password: sunshine}\n";
    for (path, text, expected) in [
        ("apps/a.yaml", secret, "error"),
        ("tests/a.yaml", secret, "warning"),
        ("tools/testdata/a.yaml", secret, "info"),
        ("tests/data/input/a.yaml", secret, "info"),
        ("apps/a.yaml", password, "warning"),
        ("deploy/local/a.yaml", password, "info"),
        ("values-minikube.yaml", password, "info"),
        ("99-test/a.yaml", password, "info"),
    ] {
        assert_eq!(severities(path, text), [expected], "{path}");
    }
    let token = format!("token: ghp_{}\n", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    assert_eq!(severities("testdata/a.yaml", &token), ["warning"]);
}

#[test]
fn a_token_of_an_hour_is_valid_no_more() {
    // {"alg":"HS256"}, then {"iat":…,"exp":…}
    let token = |claims: &str| format!("# eyJhbGciOiJIUzI1NiJ9.{claims}.abcdefghijklmnop\na: 1\n");
    let hour = token("eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMzYwMH0");
    let year = token("eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTczMTUzNjAwMH0");
    assert_eq!(severities("apps/a.yaml", &hour), ["info"]);
    assert_eq!(severities("apps/a.yaml", &year), ["warning"]);
}

#[test]
fn a_placeholder_that_nobody_replaced_says_so_at_its_end_too() {
    for (value, expected) in [
        ("relay-secret-change-me", &["warning"][..]),
        ("you-must-replace-this", &["warning"]),
        ("shop-signing-key-change-in-production", &["warning"]),
        ("<your-token>", &[]),
        ("your-token-here", &[]),
    ] {
        let text = format!("auth: {{token: {value}}}\n");
        assert_eq!(severities("apps/a.yaml", &text), expected, "{value}");
    }
}

/// Files that hold settings or keys by their names are searched, too; what only a developer's machine reads is an info.
#[test]
fn settings_and_keys_that_are_no_yaml_are_searched() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVJTUt9Us8cKjMzEf\nMzEfYyjiWA4R4yXJ8cKjMzEfYyjiWA4R4\n-----END PRIVATE KEY-----\n";
    let sandbox = Sandbox::with(&[
        ("values-prod.yaml", "a: 1\n"),
        (
            ".env",
            "DB_PASSWORD=hunter2hunter\nSLACK_TOKEN=xoxb-2345678901-2345678901234-Zq8rT6yUw2PsLmXk4Nv7Bc9D\n",
        ),
        (".env.example", "DB_PASSWORD=hunter2hunter\n"),
        ("certs/tls.key", key),
        ("tests/certs/tls.key", key),
        (
            "src/main/resources/application.properties",
            "spring.datasource.password=Xk29vQ7mLp\n",
        ),
        (
            "functions.yaml",
            "gateway: http://127.0.0.1:8080\nDB_URL: postgres://test:test@pgsql.default.svc:5432/shop\n",
        ),
        (
            "configs/dev.yaml",
            "server: {addr: 'localhost:8000'}\nbasicAuth:\n  addr: localhost:8000\n  password: changeme\n",
        ),
    ]);
    let findings = sandbox.check().findings;
    let mut found: Vec<String> = findings
        .iter()
        .filter(|found| found.rule.starts_with("secrets/"))
        .map(|found| {
            let location = &found.location;
            format!(
                "{} {} {}:{}",
                found.severity,
                found.rule,
                location.source.path,
                location.start().line
            )
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "info secrets/default-password configs/dev.yaml:4",
            "info secrets/plaintext .env:1",
            "info secrets/plaintext src/main/resources/application.properties:1",
            "warning secrets/default-password functions.yaml:2",
            "warning secrets/plaintext .env:2",
            "warning secrets/plaintext certs/tls.key:1",
        ]
    );
}

#[test]
fn what_is_published_or_of_others_is_no_error() {
    const KEY: &str = "7T512UXSSmBOkpWimFHIVb8jK6lfmSAvx4mO6Arehnc=";
    const ID: &str = "AKIAQ3EGRZ5KX7WPLM2D";
    for (path, text, expected) in [
        ("airflow/test.yaml", format!("fernetKey: {KEY}\n"), &["warning"][..]),
        ("config/map.yaml", format!("awsAccessKeyId: {ID}\n"), &["info"]),
        ("vendor/pq/ci.yaml", "password: hunter22\n".to_owned(), &["info"]),
        ("web/env.yaml", "NEXT_PUBLIC_API_KEY: x8Kd92mZpQ4rTy7wLm3N\n".to_owned(), &[]),
        (
            "web/sentry.yaml",
            "SENTRY_DSN: \"https://97964f08ea76422f830fba0618967fc4@o98.ingest.sentry.io/59\u{df}\"\n"
                .to_owned(),
            &[],
        ),
    ] {
        assert_eq!(severities(path, &text), expected, "{path}: {text}");
    }
}

#[test]
fn an_external_secret_in_a_template_names_keys() {
    let template = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop}\nspec:\n  data:\n    {{- range .Values.keys }}\n    - secretKey: AMQP_URL_7\n      remoteRef: {key: \"{{ . }}\"}\n    {{- end }}\n";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/secret.yaml", template),
            ("staging.yaml", "keys: [a]\n"),
            ("prod.yaml", "keys: [a]\n"),
        ],
        SECRETS,
        &[],
    );
}

#[test]
fn scripts_and_terraform_say_what_programs_get() {
    for (path, text, expected) in [
        ("env.sh", "export DB_PASSWORD=contrax1\n", &["warning"][..]),
        ("env.sh", "DB_PASSWORD=contrax1\n", &[]),
        ("env.sh", "export DB_PASSWORD=\"$password1\"\n", &[]),
        (
            "variables.tf",
            "variable \"db_password\" {\n  type    = string\n  default = \"asd123Ass&*\"\n}\n",
            &["warning"],
        ),
        (
            "main.tf",
            "resource \"x\" \"y\" {\n  password = random_password.db1.result\n}\n",
            &[],
        ),
    ] {
        assert_eq!(severities(path, text), expected, "{text}");
    }
}

#[test]
fn a_script_that_writes_manifests_is_none() {
    let text = "export TOKEN=x8Kd92mZpQ4rTy7wLm3N\ncat <<EOF\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nEOF\n}\n";
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    sandbox.write("new.sh", text);
    assert_eq!(sandbox.findings_of("yaml/syntax").len(), 0);
}

/// MinIO's access key is the name of a user, whose secret half stands in the Secret next to it.
#[test]
fn an_access_key_next_to_the_secret_of_its_user_is_a_name() {
    for (text, expected) in [
        (
            "users: [{accessKey: shop-media-user-q7Xd92mZ, existingSecret: shop-media}]\n",
            &[][..],
        ),
        (
            "users: [{secretAccessKey: q8Xd72mZpQ4rTy7wLm3Nq8Xd72mZpQ4r, existingSecret: shop-media}]\n",
            &["error"],
        ),
    ] {
        assert_eq!(severities("values-prod.yaml", text), expected, "{text}");
    }
}

/// A template of a chart that nobody is known to deploy writes out what its own database takes from its own program.
#[test]
fn a_password_of_a_template_that_equals_the_user_is_a_default() {
    let template = "env:\n  - name: DB_USER\n    value: orchard\n  - name: DB_PASSWORD\n    value: orchard\n{{- if .Values.a }}\n{{- end }}\n";
    let findings = Sandbox::with(&[("charts/a/templates/db.yaml", template)]).check();
    let findings = findings.findings.iter();
    let said: Vec<String> = findings
        .filter(|found| found.rule.starts_with("secrets/"))
        .map(|found| {
            format!(
                "{} {}: {}",
                found.severity,
                found.rule,
                shown(&found.message)
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "info secrets/default-password: `DB_PASSWORD` contains a default password, equal to the user; it is one of the first that attackers try"
        ]
    );
}
