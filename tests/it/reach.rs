//! How bad a secret is follows from where it comes: only to environments of development, into no branch that is taken, into a
//! file that nothing deploys. Each with the nearest that is as bad as it looks.

use crate::findings::{CHART, check};
use crate::support::{Sandbox, shown};

const SECRETS: &[&str] = &["secrets/plaintext", "secrets/default-password"];

const THREE: (&str, &str) = (
    "envlint.yaml",
    "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
);

/// The severities of what is said of secrets, with the places.
fn severities(files: &[(&str, &str)]) -> Vec<String> {
    let findings = Sandbox::with(files).check().findings;
    let of_secrets = findings
        .iter()
        .filter(|found| SECRETS.contains(&found.rule));
    of_secrets
        .map(|found| {
            let place = (&found.location.source.path, found.location.start().line);
            format!("{} {}:{}", found.severity.as_str(), place.0, place.1)
        })
        .collect()
}

/// The help of what is said of the only secret of a workspace.
fn help(files: &[(&str, &str)]) -> String {
    let findings = Sandbox::with(files).check().findings;
    let mut found = findings
        .iter()
        .filter(|found| SECRETS.contains(&found.rule));
    let help = found
        .next()
        .and_then(|found| found.help.as_ref())
        .map(shown);
    help.unwrap_or_default()
}

#[test]
fn a_default_password_of_development_alone_is_a_warning() {
    let password = "db: {password: changeme}\n";
    assert_eq!(
        severities(&[
            CHART,
            THREE,
            ("dev.yaml", password),
            ("staging.yaml", password),
            ("prod.yaml", password),
        ]),
        [
            "warning dev.yaml:1",
            "error prod.yaml:1",
            "error staging.yaml:1"
        ]
    );
    // Nobody thought of this one.
    let drawn = "db: {password: xK9mQ2vLp8RtZw4YbN7c}\n";
    assert_eq!(
        severities(&[
            CHART,
            THREE,
            ("dev.yaml", drawn),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n")
        ]),
        ["error dev.yaml:1"]
    );
}

#[test]
fn the_folder_of_a_manifest_tells_its_environment() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  password: changeme\n";
    assert_eq!(
        severities(&[
            ("clusters/dev/db.yaml", secret),
            ("clusters/prod/db.yaml", secret),
            ("base/db.yaml", secret),
        ]),
        [
            "error base/db.yaml:5",
            "warning clusters/dev/db.yaml:5",
            "error clusters/prod/db.yaml:5",
        ]
    );
}

/// A Secret with a password for those who name none.
const BRANCH: &str = "apiVersion: v1
kind: Secret
metadata: {name: db}
stringData:
  {{- if .Values.password }}
  password: {{ .Values.password }}
  {{- else }}
  password: changeme
  {{- end }}
";

#[test]
fn a_branch_of_a_template_counts_where_it_is_taken() {
    let with = |prod: &'static str| {
        severities(&[
            CHART,
            THREE,
            ("chart/templates/db.yaml", BRANCH),
            ("dev.yaml", "password: \"${DB}\"\n"),
            ("staging.yaml", "password: \"${DB}\"\n"),
            ("prod.yaml", prod),
        ])
    };
    assert_eq!(
        with("password: \"${DB}\"\n"),
        ["info chart/templates/db.yaml:8"]
    );
    assert_eq!(with("a: 1\n"), ["error chart/templates/db.yaml:8"]);
}

#[test]
fn the_branch_for_those_who_name_no_secret_is_an_info_in_a_chart_that_nothing_deploys() {
    let template = |condition: &str| {
        format!(
            "kind: Deployment\nenv:\n  - name: DB_PASSWORD\n    {{{{ if {condition} }}}}\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password\n    {{{{ else }}}}\n    value: changeme\n    {{{{ end }}}}\n"
        )
    };
    for (condition, expected) in [
        (".Values.existingSecret", "info"),
        (".Values.persistence", "warning"),
    ] {
        let template = template(condition);
        let files = [
            (
                "charts/db/Chart.yaml",
                "apiVersion: v2\nname: db\nversion: 1.0.0\n",
            ),
            ("charts/db/templates/db.yaml", &*template),
            ("dev.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ];
        assert_eq!(
            severities(&files),
            [format!("{expected} charts/db/templates/db.yaml:10")],
            "{condition}"
        );
    }
}

#[test]
fn templates_of_charts_beside_the_one_at_the_root_are_not_deployed_with_it() {
    let template = "kind: Deployment\nenv:\n  - name: DB_PASSWORD\n    value: changeme\n";
    let makefile = "deploy:\n\thelm upgrade --install shop . -f values-$(ENV).yaml\n";
    let files = |path: &'static str| {
        severities(&[
            ("Chart.yaml", CHART.1),
            ("Makefile", makefile),
            ("values-staging.yaml", "a: 1\n"),
            ("values-prod.yaml", "a: 1\n"),
            (path, template),
        ])
    };
    assert_eq!(files("templates/a.yaml"), ["error templates/a.yaml:4"]);
    assert_eq!(
        files("other/templates/a.yaml"),
        ["warning other/templates/a.yaml:4"]
    );
}

#[test]
fn a_value_that_nothing_reads_is_to_be_removed() {
    let template = "a: {{ .Values.db.user }}\nb: {{ .Values.mail.password }}\n";
    let files = [
        CHART,
        THREE,
        ("chart/templates/a.yaml", template),
        ("dev.yaml", "a: 1\n"),
        ("staging.yaml", "a: 1\n"),
        ("prod.yaml", "db: {user: app, password: changeme}\n"),
    ];
    assert_eq!(severities(&files), ["info prod.yaml:1"]);
    assert_eq!(
        help(&files),
        "remove it: no template of the chart reads this value"
    );
}

#[test]
fn the_way_out_is_one_that_the_chart_has() {
    let with = |template: &'static str| {
        help(&[
            CHART,
            THREE,
            ("chart/templates/a.yaml", template),
            ("dev.yaml", "a: 1\n"),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "db: {password: changeme}\n"),
        ])
    };
    let start = "generate a password, keep it in a secret backend, and";
    assert_eq!(
        with("a: {{ .Values.db.password }}\nb: {{ .Values.db.secretName }}\n"),
        format!("{start} name its Secret in `db.secretName`")
    );
    assert_eq!(
        with("a: {{ .Values.db.password }}\n"),
        format!("{start} let the chart's template read it from a Secret (`secretKeyRef`)")
    );
    assert_eq!(
        with("a: {{ toYaml .Values.db }}\n"),
        format!("{start} name its Secret here (`existingSecret:`)")
    );
}

#[test]
fn a_file_of_no_app_is_no_reason_to_stop_for_a_default_password() {
    let unread = "db: {password: changeme}\nmail: {password: xK9mQ2vLp8RtZw4YbN7c}\n";
    assert_eq!(
        severities(&[
            CHART,
            ("values-prod.yaml", "a: 1\n"),
            ("values-dev.yaml", "a: 1\n"),
            ("values-blue-green-x.yaml", unread),
        ]),
        [
            "info values-blue-green-x.yaml:1",
            "warning values-blue-green-x.yaml:2"
        ]
    );
}

#[test]
fn what_a_variable_falls_back_to_is_said_so() {
    for value in ["${DB_PASSWORD:changeme}", "${DB_PASSWORD:-password123}"] {
        let prod = format!("db: {{password: \"{value}\"}}\n");
        check(
            &[
                CHART,
                THREE,
                ("dev.yaml", "a: 1\n"),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", &prod),
            ],
            SECRETS,
            &[
                "warning prod.yaml:1 `db.password` falls back to a well-known password where its variable is not set",
            ],
        );
    }
}

#[test]
fn the_secrets_of_one_text_are_one_finding() {
    let realm = "kind: ConfigMap\ndata:\n  realm.json: |\n    {\"users\": [\n      {\"credentials\": [\n        {\"type\": \"password\",\n         \"value\": \"Blue-horse7\"}]},\n      {\"credentials\": [\n        {\"type\": \"password\",\n         \"value\": \"Green-horse8\"}]},\n      {\"credentials\": [\n        {\"type\": \"otp\",\n         \"value\": \"Red-horse9\"}]}]}\n";
    let findings = Sandbox::with(&[("realm.yaml", realm)]).check().findings;
    let found: Vec<_> = findings
        .iter()
        .filter(|found| SECRETS.contains(&found.rule))
        .collect();
    assert_eq!(found.len(), 1);
    let places: Vec<usize> = found[0]
        .related
        .iter()
        .map(|note| note.location.start().line)
        .collect();
    assert_eq!((found[0].location.start().line, places), (7, vec![10]));
}

#[test]
fn the_entries_of_a_secret_are_what_it_hands_out() {
    let secret = |entry: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: signing-key}}\nstringData:\n  {entry}\n"
        )
    };
    for (entry, expected) in [
        ("app-secret: admin", Some("error")),
        (
            "jwt-secret: the-words-that-sign-our-tokens",
            Some("warning"),
        ),
        ("key: the-words-that-sign-our-tokens", Some("warning")),
        (
            "oauth.txt: \"clientId=shop\\nclientSecret=shop-secret\\n\"",
            Some("warning"),
        ),
        ("jwt-secret: your-signing-secret-goes-here", None),
        ("user: administrator-of-the-shop-in-prod", None),
        (
            "oauth.txt: \"clientId=shop\\nclientSecret=$(SECRET)\\n\"",
            None,
        ),
        ("note: the-words-that-sign-it-all-the-day", None),
    ] {
        let text = secret(entry);
        let found = severities(&[("k8s/secret.yaml", &text)]);
        let expected: Vec<String> = expected
            .map(|severity| format!("{severity} k8s/secret.yaml:5"))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{entry}");
    }
}

#[test]
fn an_entry_of_an_external_secret_is_named() {
    let name = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec:\n  data:\n    - secretKey: xK9mQ2vLp8RtZw4YbN7c\n      remoteRef: {key: shop}\n";
    assert!(severities(&[("a.yaml", name)]).is_empty());
    let login = "s3: {accessKey: shop, secretKey: xK9mQ2vLp8RtZw4YbN7c}\n";
    assert_eq!(severities(&[("a.yaml", login)]), ["warning a.yaml:1"]);
}

#[test]
fn documentation_says_how_a_key_begins() {
    let head = "# tls:\n#   key: |\n#     -----BEGIN RSA PRIVATE KEY-----\n";
    let words = format!(
        "a: {{{{ .x }}}}\n{head}#   The certificate goes to the line below, as everybody knows it.\n"
    );
    assert!(severities(&[("values-prod.yaml.gotmpl", &words)]).is_empty());
    let key = format!(
        "a: {{{{ .x }}}}\n{head}#     MIIEowIBAAKCAQEAx7Kq2mZp9Lw4Rt8Yb3Nc6Vd1Hs5Jf0Ag2eQuTz0Wm\n#     8b3Nc6Vd1Hs5Jf0Ag2eQuTz0WmMIIEowIBAAKCAQEAx7Kq2mZp9Lw4Rt8Y\n"
    );
    assert_eq!(severities(&[("values-prod.yaml.gotmpl", &key)]).len(), 1);
}

#[test]
fn a_sealed_secret_of_a_chart_that_nobody_sealed() {
    let template = "{{ if .Values.sealed.enabled }}\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: db}\nspec:\n  encryptedData:\n    password: {{ .Values.sealed.password }}\n{{ end }}\n";
    let values = "sealed:\n  enabled: true\n  password: REPLACE_WITH_ENCRYPTED_VALUE\n";
    check(
        &[
            CHART,
            THREE,
            ("chart/templates/db.yaml", template),
            (
                "dev.yaml",
                "sealed: {enabled: false, password: REPLACE_WITH_ENCRYPTED_VALUE}\n",
            ),
            ("staging.yaml", values),
            ("prod.yaml", values),
        ],
        &["secrets/not-sealed"],
        &[
            "error prod.yaml:3 SealedSecret `db` is not sealed in prod, so the controller refuses it: of `password`, it is not base64",
            "warning staging.yaml:3 SealedSecret `db` is not sealed in staging, so the controller refuses it: of `password`, it is not base64",
        ],
    );
}

#[test]
fn a_cluster_on_a_machine_is_told_by_the_last_word_of_a_folder() {
    let values = "db: {password: changeme}\n";
    for (path, expected) in [
        ("environments/e2e-kind/config.yaml", "info"),
        ("environments/local-storage/config.yaml", "warning"),
    ] {
        assert_eq!(
            severities(&[(path, values)]),
            [format!("{expected} {path}:1")]
        );
    }
}

#[test]
fn texts_of_programs_hold_default_passwords() {
    let template =
        |text: &str| format!("kind: ConfigMap\ndata:\n  settings: |\n    [api]\n    {text}\n");
    for (text, expected) in [
        ("secret=\"you-must-replace-this\"", 1),
        ("'password' => '123456',", 1),
        ("'password' => $secrets['db'],", 0),
        ("secret=\"shop-api\"", 0),
    ] {
        let template = template(text);
        let found = severities(&[
            CHART,
            THREE,
            ("chart/templates/settings.yaml", &template),
            ("dev.yaml", "a: 1\n"),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ]);
        let expected = vec!["error chart/templates/settings.yaml:5"; expected];
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_only_a_cluster_on_a_machine_has_is_less() {
    let config = "environments: {local: {tier: preview}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n";
    assert_eq!(
        severities(&[
            CHART,
            ("envlint.yaml", config),
            (
                "local.yaml",
                "db: {password: changeme}\nmail: {password: xK9mQ2vLp8RtZw4YbN7c}\n"
            ),
            ("prod.yaml", "db: {password: changeme}\n"),
        ]),
        [
            "info local.yaml:1",
            "info local.yaml:2",
            "error prod.yaml:1"
        ]
    );
}
