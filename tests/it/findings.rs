//! Findings that are true, said once, and at the line to edit: small workspaces, each with all that a check says of it by
//! the rules that are named.

use envlint::source::Severity;

use crate::support::{Sandbox, shown};

/// What these rules say of a workspace: severity, place and message.
#[track_caller]
pub(crate) fn check(files: &[(&str, &str)], rules: &[&str], expected: &[&str]) {
    let outcome = Sandbox::with(files).check();
    let of_rules = outcome.findings.iter();
    let found: Vec<String> = of_rules
        .filter(|finding| rules.contains(&finding.rule))
        .map(|finding| {
            let place = finding.location.start();
            format!(
                "{} {}:{} {}",
                finding.severity.as_str(),
                finding.location.source.path,
                place.line,
                shown(&finding.message)
            )
        })
        .collect();
    assert_eq!(found, expected);
}

pub(crate) const CHART: (&str, &str) = (
    "chart/Chart.yaml",
    "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
);

pub(crate) const CONFIG: (&str, &str) = (
    "envlint.yaml",
    "environments: {staging: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
);

pub(crate) const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: \"shop:1.0.0\"}]}
";

pub(crate) const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
";

#[test]
fn a_template_that_nothing_defines_is_an_error() {
    let of = |include: &'static str| {
        [
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", include),
            ("chart/values.yaml", "name: shop.labels\n"),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ]
    };
    // Of a value that tells the name, the deployment may give another.
    for (include, expected) in [
        ("a: {{ include \"shop.fullname\" . }}\n", "error"),
        ("a: {{ template \"shop.fullname\" . }}\n", "error"),
        ("a: {{ include .Values.name . }}\n", "info"),
    ] {
        let found = Sandbox::with(&of(include)).findings_of("chart/does-not-render");
        let severities = found.iter().map(|finding| finding.severity.as_str());
        assert!(severities.eq([expected]), "{include}: {found:?}");
    }
}

#[test]
fn what_an_environment_does_not_use_is_not_compared() {
    check(
        &[
            (
                "values-staging.yaml",
                "replicaCount: 5\nautoscaling: {enabled: true, minReplicas: 1, maxReplicas: 9}\nworker: {enabled: false, autoscaling: {minReplicas: 4}}\n",
            ),
            (
                "values-prod.yaml",
                "replicaCount: 3\nautoscaling: {enabled: false, minReplicas: 1, maxReplicas: 9}\nworker: {enabled: true, autoscaling: {minReplicas: 2}}\n",
            ),
        ],
        &["production/smaller-than-before"],
        &[],
    );
}

const EXTERNAL_SECRET: &str = "apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: {name: shop}
spec: {}
";

#[test]
fn an_operator_that_nobody_knows_is_one_info() {
    let files = [
        ("manifests/api.yaml", EXTERNAL_SECRET),
        ("manifests/web.yaml", EXTERNAL_SECRET),
    ];
    let unserved = ["secrets/unserved-api-version"];
    check(
        &files,
        &unserved,
        &[
            "info manifests/api.yaml:1 from version 0.17 on, the External Secrets Operator does not serve `external-secrets.io/v1beta1` of ExternalSecret, and the API server refuses the object; also manifests/web.yaml",
        ],
    );
    let operator = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: external-secrets-prod}\nspec: {source: {repoURL: https://charts.external-secrets.io, chart: external-secrets, targetRevision: 0.10.0}}\n";
    let known = [files[0], files[1], ("argo/operator.yaml", operator)];
    check(&known, &unserved, &[]);
}

#[test]
fn passwords_that_somebody_chose_are_told_from_names() {
    let secrets = ["secrets/plaintext", "secrets/default-password"];
    let found = |values: &str| {
        let outcome = Sandbox::with(&[("values-prod.yaml", values)]).check();
        let of_secrets = outcome.findings.iter();
        let of_secrets = of_secrets.filter(|finding| secrets.contains(&finding.rule));
        of_secrets.count()
    };
    for values in [
        "dbPassword: prod-password\n",
        "db: {user: shop_user, password: shop_password}\n",
        "db: {password: CHANGE_ME_SECURE_PASSWORD}\n",
    ] {
        assert_eq!(found(values), 1, "{values}");
    }
    for values in [
        "dbPassword: cache-password\n",
        "db: {user: app, password: POSTGRES_PASSWORD}\n",
        "env:\n  - {name: GOOGLE_TAG_MANAGER_AUTH, value: aQ7tR2xLm9ZkV4pYw_Ns3g}\n",
        "config: |\n  a=1\n  #database=mysql://shop:password@localhost/shop\n",
    ] {
        assert_eq!(found(values), 0, "{values}");
    }
}

const LISTENED: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  url: {{ .Values.url }}
  {{- range $name, $value := .Values.env }}
  {{ $name }}: {{ $value | quote }}
  {{- end }}
  all: {{ toYaml .Values.whole | quote }}
  {{- range $name, $service := .Values.services }}
  {{ $name }}: {{ $service.port }}
  {{- end }}
";

#[test]
fn keys_of_maps_that_are_handed_on_are_not_missing() {
    let files = [
        CHART,
        (
            "envlint.yaml",
            "environments: {staging: {}, prod: {}}\nperEnvironment: [{path: other}]\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
        ),
        ("chart/templates/a.yaml", LISTENED),
        ("chart/values.yaml", "{}\n"),
        (
            "staging.yaml",
            "url: a\nenv: {A: a}\nwhole: {a: 1}\nservices: {api: {port: 1}}\n",
        ),
        (
            "prod.yaml",
            "url: a\nenv: {A: a, B: b}\nwhole: {a: 1, b: 2}\nservices: {api: {port: 1}, web: {port: 2}}\n",
        ),
    ];
    check(&files, &["drift/missing-key"], &[]);
    let mut files = files;
    files[4].1 = "env: {A: a}\nwhole: {a: 1}\nservices: {api: {}}\n";
    check(
        &files,
        &["drift/missing-key"],
        &[
            "error staging.yaml:1 `url` is missing in staging; prod has it; the chart reads it there without a default",
        ],
    );
}

#[test]
fn numbers_are_what_the_chart_makes_of_them() {
    let of = |template: &'static str| {
        [
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", template),
            ("chart/values.yaml", "{}\n"),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "limits: {bytes: 1000000}\n"),
        ]
    };
    let printed = "warning prod.yaml:1 a template prints `1000000` as 1e+06, unless it uses `toYaml`, `toJson`, `int` or `int64`";
    for (template, expected) in [
        ("a: \"{{ .Values.limits.bytes }}\"\n", &[printed][..]),
        // JSON has the number.
        ("a: {{ .Values.limits.bytes }}\n", &[]),
        ("a: {{ toYaml .Values.limits | nindent 2 }}\n", &[]),
        ("a: 1\n", &[]),
    ] {
        check(&of(template), &["yaml/ambiguous-scalar"], expected);
    }
}

/// Git writes longer markers where one conflict lies in another.
#[test]
fn a_conflict_in_a_conflict_is_one() {
    check(
        &[
            (
                "values-prod.yaml",
                "<<<<<<<< HEAD:a.yaml\na: 1\n========\na: 2\n>>>>>>>> other:b.yaml\n",
            ),
            ("values-staging.yaml", "a: 1\n"),
        ],
        &["yaml/merge-conflict"],
        &[
            "error values-prod.yaml:1 the file holds the markers of a merge that was not finished, so no program can read it",
        ],
    );
}

#[test]
fn a_conflict_in_a_template_is_said_where_it_is() {
    check(
        &[
            CHART,
            CONFIG,
            (
                "chart/templates/a.yaml",
                "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n",
            ),
            ("chart/values.yaml", "{}\n"),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ],
        &["yaml/merge-conflict"],
        &[
            "error chart/templates/a.yaml:1 the file holds the markers of a merge that was not finished, so no program can read it",
        ],
    );
}

#[test]
fn a_file_that_is_ignored_gets_one_note() {
    let sandbox = Sandbox::with(&[
        (".envlintignore", "local.yaml\n"),
        ("local.yaml", "a: 1\n"),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["check", "local.yaml"]);
    let notes = ran.stderr.lines().filter(|line| line.starts_with("note:"));
    assert_eq!(notes.count(), 1, "{}", ran.stderr);
}

#[test]
fn keys_of_a_secret_are_no_passwords() {
    let map = "generic-service:\n  namespace_secrets:\n    rds:\n      DATABASE_USERNAME: database_username\n      DATABASE_PASSWORD: database_password\n    config:\n      RABBIT_USER: RABBIT_USER\n      RABBIT_PASS: RABBIT_PASS\n";
    let sandbox = Sandbox::with(&[("values-dev.yaml", map), ("values-prod.yaml", map)]);
    let found = sandbox.findings_of("secrets/plaintext");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_block_of_the_chart_s_own_is_no_misspelt_backend() {
    let own = "secrets: {externalSecret: {enabled: true, refreshInterval: 1h, region: x}}\n";
    let sandbox = Sandbox::with(&[("values-dev.yaml", own), ("values-prod.yaml", own)]);
    assert_eq!(sandbox.findings_of("schema/secrets").len(), 0);
    sandbox.write("envlint.yaml", "secrets: {db: {user: {property: user}}}\n");
    assert_eq!(sandbox.findings_of("schema/secrets").len(), 2);
}

#[test]
fn a_chart_that_nobody_has_read_may_print_both_alike() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "params: {insecure: true}\n"),
        ("values-prod.yaml", "params: {insecure: 'true'}\n"),
    ]);
    let found = sandbox.findings_of("drift/type-mismatch");
    assert_eq!(found[0].severity, Severity::Info, "{found:?}");
}

#[test]
fn a_placeholder_is_called_one() {
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "aws: {secretKey: CHANGE_ME_AWS_SECRET}\ndb: {password: changeme}\n",
        ),
        ("values-prod.yaml", "aws: {}\n"),
    ]);
    let found = sandbox.findings_of("secrets/default-password");
    let said: Vec<String> = found
        .iter()
        .map(|finding| shown(&finding.message))
        .collect();
    assert_eq!(
        said,
        [
            "`aws.secretKey` contains a placeholder; nobody has replaced it with the secret",
            "`db.password` contains a default password; it is one of the first that attackers try",
        ]
    );
}

#[test]
fn one_default_at_several_lines_of_a_file_of_no_app_is_said_once() {
    let sandbox = Sandbox::with(&[(
        "charts/x/values.yaml",
        "a: {password: changeme}\nb: {password: changeme}\nc: {password: admin123}\n",
    )]);
    assert_eq!(sandbox.findings_of("secrets/default-password").len(), 2);
}

#[test]
fn a_tag_that_is_a_number_is_printed_as_a_text_is() {
    let files = |dev: &'static str, prod: &'static str| {
        [
            (
                "envlint.yaml",
                "environments: {dev: {}, prod: {}}\napps: [{name: shop, values: \"{env}.yaml\"}]\n",
            ),
            ("dev.yaml", dev),
            ("prod.yaml", prod),
        ]
    };
    let rule = &["drift/type-mismatch"];
    check(
        &files("image: {tag: latest}\n", "image: {tag: 1}\n"),
        rule,
        &[],
    );
    check(
        &files("appVersion: v1.2\n", "appVersion: 1.25\n"),
        rule,
        &[],
    );
    // Go prints 1.1, and that is said once.
    check(
        &files("image: {tag: latest}\n", "image: {tag: 1.10}\n"),
        &["drift/type-mismatch", "yaml/ambiguous-scalar"],
        &[
            "error prod.yaml:1 Helm reads `1.10` as a number and prints it as 1.1, which is another version",
        ],
    );
    check(
        &files("replicas: two\n", "replicas: 2\n"),
        rule,
        &[
            "error prod.yaml:1 `replicas` is a number in prod but text in dev, and templates may treat the two differently",
        ],
    );
}

/// A chart whose fields are made of values: as they are, as a part, and by a switch.
#[test]
fn a_finding_about_a_field_is_at_the_value_that_the_field_is_made_of() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
    let template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\n  labels:\n    version: \"v{{ .Values.image.tag }}\"\n    other: \"1.4.0+build7\"\n\
                    spec:\n  hostNetwork: {{ .Values.pod.hostNetwork }}\n  containers:\n    - name: web\n      image: \"shop:{{ .Values.image.tag }}\"\n      \
                    readinessProbe:\n        httpGet: {path: /, port: {{ .Values.probe.port }}}\n";
    let values = "image:\n  tag: 2.0.0+build8\npod:\n  hostNetwork: true\nunread:\n  hostNetwork: true\nprobe:\n  port: metrics\nname: metrics\n";
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps:\n  - {name: shop, chart: chart, values: \"{env}.yaml\"}\n",
        ),
        ("chart/Chart.yaml", chart),
        ("chart/templates/pod.yaml", template),
        ("prod.yaml", values),
    ]);
    let place = |rule: &str| -> Vec<String> {
        let findings = sandbox.findings_of(rule).into_iter();
        let at = |location: &envlint::source::Location| {
            format!("{}:{}", location.source.path, location.start().line)
        };
        let said = findings.map(|finding| {
            let notes = finding.related.iter().map(|note| at(&note.location));
            let notes: Vec<String> = notes.collect();
            format!("{} {}", at(&finding.location), notes.join(" "))
        });
        said.collect()
    };
    assert_eq!(
        place("objects/invalid-name"),
        [
            "chart/templates/pod.yaml:7 ",
            "prod.yaml:2 chart/templates/pod.yaml:6"
        ],
        "a part of the label is the value; the other label is written in the template"
    );
    assert_eq!(
        place("security/beyond-baseline"),
        ["prod.yaml:4 chart/templates/pod.yaml:9"]
    );
    assert_eq!(
        place("objects/missing-port"),
        ["prod.yaml:8 chart/templates/pod.yaml:14"],
        "of two values with this text, the one that the template reads"
    );
}

#[test]
fn tokens_in_scripts_are_found_and_variables_are_none() {
    let token = ["ghp_", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"].concat();
    let makefile = format!(
        "up:\n\t# curl -H 'Authorization: token {token}' https://api.example.com\n\tPASSWORD=hunter22 helm upgrade shop . --set token=$(TOKEN)\n"
    );
    let script =
        "export DB_PASSWORD=\"${1:-changeme}\"\ncurl -u \"admin:$TOKEN\" https://example.com\n";
    check(
        &[("Makefile", makefile.as_str()), ("deploy.sh", script)],
        &["secrets/plaintext", "secrets/default-password"],
        &[
            "warning Makefile:2 the file holds a GitHub token in plain text; anyone who can read this repository can use it",
        ],
    );
}

/// Knative has Services, too: one of the same name hides no port that the core one lacks.
#[test]
fn a_service_of_another_group_hides_none() {
    let knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: shop}\n";
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec:\n  rules:\n  - http:\n      paths:\n      - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 8080}}}}\n";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", knative),
            ("chart/templates/b.yaml", SERVICE),
            ("chart/templates/c.yaml", ingress),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ],
        &["objects/missing-port"],
        &[
            "error chart/templates/c.yaml:8 Ingress `shop` leads to the port `8080` of Service `shop`, which has no such port in staging and prod, so requests fail",
        ],
    );
}
