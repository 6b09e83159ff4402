//! `envlint preview`: an environment for a pull request, what is refused, what the pull request says, and what is deleted.

use crate::support::{Ran, Sandbox, walk};

const NOW: &str = "2026-11-27T20:00:00Z";
const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const CONFIG: &str = "environments: {staging: {}, prod: {}}\n\
    apps:\n\
    - {name: web, chart: chart, values: \"{env}/web.yaml\", namespace: \"shop-{env}\"}\n\
    - {name: api, chart: chart, values: \"{env}/api.yaml\", namespace: \"shop-{env}\"}\n\
    secrets: {registry: {.dockerconfigjson: {}}}\n";

const PREVIEW: &str = "preview:\n  from: staging\n  hosts: \"{app}-{pr}.pr.example.com\"\n  reachableFrom: [ingress]\n";

const CHART: &str = "apiVersion: v2\nname: chart\nversion: 0.1.0\n";

const DEFAULTS: &str = "name: web\nreplicas: 1\nimage: registry.example.com/shop/web:1\nhost: \"\"\nhosts: []\nsecret: \"\"\npull: \"\"\n\
    requests: {cpu: 100m, memory: 64Mi}\ninit: false\nrole: \"\"\n";

const TEMPLATE: &str = r"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Values.name }}}}
  template:
    metadata: {labels: {app: {{ .Values.name }}}}
    spec:
      {{- with .Values.pull }}
      imagePullSecrets: [{name: {{ . }}}]
      {{- end }}
      {{- if .Values.init }}
      initContainers:
        - {name: migrate, image: {{ .Values.image }}, resources: {requests: {cpu: 2}}}
      {{- end }}
      containers:
        - name: app
          image: {{ .Values.image }}
          resources:
            requests: {{ .Values.requests | toJson }}
          {{- with .Values.secret }}
          envFrom: [{secretRef: {name: {{ . }}}}]
          {{- end }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Values.name }}
spec:
  rules:
    {{- range prepend .Values.hosts .Values.host }}
    - host: {{ . | quote }}
    {{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Values.name }}-test
  annotations: {helm.sh/hook: test}
spec: {template: {spec: {containers: [{name: test, image: curl}]}}}
{{- with .Values.role }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ . | quote }}
{{- end }}
";

/// A workspace with two apps of one chart; `web` and `api` are more of their values in staging.
fn shop(preview: &str, web: &str, api: &str) -> Sandbox {
    let web = format!("# Ours.\nname: web\nhost: web.staging.example.com # the team's\n{web}");
    let api = format!(
        "name: api\nimage: registry.example.com/shop/api:2\nhost: api.staging.example.com\nurl: https://web.staging.example.com/x\n{api}"
    );
    Sandbox::with(&[
        ("envlint.yaml", &format!("{CONFIG}{preview}")),
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", DEFAULTS),
        ("chart/templates/app.yaml", TEMPLATE),
        ("staging/web.yaml", &web),
        ("staging/api.yaml", &api),
    ])
}

fn preview(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    sandbox.run(&[&["preview", "--pr", "107", "--now", NOW], arguments].concat())
}

/// Whether a run ended so, and said all of these.
fn said(ran: &Ran, status: i32, words: &[&str]) {
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status, status, "{all}");
    for words in words {
        assert!(all.contains(words), "{words}\n{all}");
    }
}

#[test]
fn a_preview_has_a_namespace_hosts_and_values_of_its_own() {
    let sandbox = shop(PREVIEW, "replicas: 3\n", "");
    let ran = preview(
        &sandbox,
        &["--out", "out", "--digest", &format!("web={DIGEST}")],
    );
    said(
        &ran,
        0,
        &[
            "https://web-107.pr.example.com",
            "url: https://web.staging.example.com/x -> https://web-107.pr.example.com/x",
            "out: 10 files written",
        ],
    );
    assert_eq!(
        sandbox.names("out"),
        [
            ".envlint-rendered",
            "0-namespace-preview-pr-107.yaml",
            "1-limitrange-preview.yaml",
            "1-networkpolicy-preview.yaml",
            "1-resourcequota-preview.yaml",
            "3-deployment-api.yaml",
            "3-deployment-web.yaml",
            "3-ingress-api.yaml",
            "3-ingress-web.yaml",
            "values",
        ]
    );
    assert_eq!(
        sandbox.read("out/values/web.yaml"),
        format!(
            "# Values of web for pull request 107, made by `envlint preview` of those of staging.\n# Ours.\nname: web\nhost: \
             web-107.pr.example.com # the team's\nreplicas: 3\nimage: registry.example.com/shop/web:1@{DIGEST}\n"
        )
    );
    let namespace = sandbox.read("out/0-namespace-preview-pr-107.yaml");
    for line in [
        "envlint/expires: \"1796068800\"",
        "envlint/expires-at: \"2026-11-30T20:00:00Z\"",
        "envlint/pull-request: \"107\"",
    ] {
        assert!(namespace.contains(line), "{namespace}");
    }
    // Three replicas and one more while they are updated, and the same of the api with one.
    let quota = sandbox.read("out/1-resourcequota-preview.yaml");
    assert!(
        quota.contains("pods: \"6\"\n    requests.cpu: 600m\n    requests.memory: 384Mi"),
        "{quota}"
    );
    let again = preview(
        &sandbox,
        &["--out", "out", "--digest", &format!("web={DIGEST}")],
    );
    said(&again, 0, &["out: 0 files written, 10 unchanged"]);
    let one = preview(&sandbox, &["--out", "out", "--app", "web"]);
    said(&one, 0, &["3 removed"]);
    assert!(
        !sandbox
            .names("out")
            .contains(&"3-deployment-api.yaml".to_owned())
    );
}

#[test]
fn a_preview_is_printed_where_nothing_is_written() {
    let sandbox = shop(PREVIEW, "", "");
    let ran = preview(&sandbox, &[]);
    said(
        &ran,
        0,
        &[
            "kind: Namespace",
            "namespace: preview-pr-107",
            "envlint/pull-request: \"107\"",
        ],
    );
    assert!(ran.stdout.find("kind: ResourceQuota") < ran.stdout.find("kind: Deployment"));
    assert!(!ran.stdout.contains("web-test"), "{}", ran.stdout);
    let values = preview(&sandbox, &["--values-only", "--app", "web"]);
    said(&values, 0, &["host: web-107.pr.example.com # the team's"]);
    assert!(!values.stdout.contains("kind:"), "{}", values.stdout);
    let json = preview(&sandbox, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["expires"], "2026-11-30T20:00:00Z");
    assert_eq!(json["apps"][1]["name"], "api");
    assert_eq!(json["apps"][0]["hosts"][0], "web-107.pr.example.com");
    assert_eq!(json["namespaces"][0]["requestsCpu"], "400m");
}

#[test]
fn what_is_set_goes_where_a_pattern_matches() {
    let set = |set: &str| format!("{PREVIEW}  set: {set}\n");
    let sandbox = shop(
        &set("{\"*\": x, replicas: 2, name: \"{app}-{pr}\", requests: {cpu: 1m}}"),
        "",
        "",
    );
    // `*` is the least specific one, and what is set by it breaks the chart.
    said(&preview(&sandbox, &[]), 2, &["does not render"]);
    let sandbox = shop(
        &set("{replicas: 2, name: \"{app}-{pr}\", requests: {cpu: 1m}}"),
        "",
        "",
    );
    let ran = preview(&sandbox, &["--values-only", "--app", "web"]);
    said(
        &ran,
        0,
        &["name: web-107\n", "replicas: 2\n", "requests:\n  cpu: 1m\n"],
    );
    let sandbox = shop(&set("{replcias: 2}"), "", "");
    said(
        &preview(&sandbox, &[]),
        2,
        &[
            "`replcias` matches no path of any app",
            "--> envlint.yaml:10:9",
            "did you mean `replicas`?",
        ],
    );
    let sandbox = shop(&set("{replicas: \"{ap}\"}"), "", "");
    said(&preview(&sandbox, &[]), 2, &["did you mean `{app}`?"]);
}

#[test]
fn hosts_of_the_source_are_never_taken() {
    let sandbox = shop("preview: {from: staging}\n", "", "");
    said(
        &preview(&sandbox, &["--out", "out"]),
        2,
        &[
            "the host `web.staging.example.com` of Ingress `web` is that of staging, which would lose its visitors",
            "the host `api.staging.example.com`",
            "nothing was written",
        ],
    );
    assert!(!sandbox.root().join("out").exists());
    let sandbox = shop(
        "preview: {from: staging, set: {host: preview.example.com}}\n",
        "",
        "",
    );
    said(
        &preview(&sandbox, &[]),
        2,
        &["does not have the number of the pull request in it"],
    );
    let two = "hosts: [www.staging.example.com]\n";
    let sandbox = shop(PREVIEW, two, "");
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &[
            "two hosts of web become `web-107.pr.example.com`",
            "`{name}`",
        ],
    );
    let named = PREVIEW.replace("{app}", "{name}");
    let sandbox = shop(&named, two, "");
    let ran = preview(&sandbox, &["--values-only", "--app", "web"]);
    said(&ran, 0, &["hosts: [www-107.pr.example.com]"]);
    let sandbox = shop(&PREVIEW.replace("{app}-{pr}", "{pr}"), "", "");
    let ran = preview(&sandbox, &["--out", "out"]);
    said(
        &ran,
        2,
        &["web and api have the same host `107.pr.example.com`"],
    );
    // The other app goes on.
    assert!(
        sandbox
            .names("out")
            .contains(&"3-deployment-web.yaml".to_owned())
    );
    assert!(
        !sandbox
            .names("out")
            .contains(&"3-deployment-api.yaml".to_owned())
    );
    // Two apps that share a host in the source share one here.
    sandbox.write(
        "staging/api.yaml",
        "name: api\nhost: web.staging.example.com\n",
    );
    said(
        &preview(&sandbox, &["--out", "out"]),
        0,
        &["https://107.pr.example.com"],
    );
}

#[test]
fn what_does_not_fit_is_refused_with_the_numbers() {
    let quota = format!("{PREVIEW}  quota: {{requests.cpu: 300m, limits.memory: 1Gi}}\n");
    let sandbox = shop(&quota, "replicas: 3\n", "");
    said(
        &preview(&sandbox, &["--out", "out"]),
        2,
        &[
            "the pods of preview-pr-107 need 600m of requests.cpu, but `preview.quota` allows 300m: Deployment `web` 4 × 100m, Deployment `api` 2 × 100m",
            "--> envlint.yaml:10:25",
            "need 1536Mi of limits.memory, but `preview.quota` allows 1Gi",
        ],
    );
    assert!(!sandbox.root().join("out").exists());
    // An init container counts as the largest part of its pod.
    let sandbox = shop(PREVIEW, "init: true\n", "");
    let json = preview(&sandbox, &["--format", "json", "--app", "web"]);
    said(&json, 0, &["\"requestsCpu\": \"4\""]);
    let limits = format!("{PREVIEW}  quota: {{limits.cpu: 4}}\n");
    let sandbox = shop(&limits, "init: true\n", "");
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &[
            "the container `migrate` of Deployment `web` sets no limits.cpu, which the quota demands",
        ],
    );
    // A request above the default limit.
    let sandbox = shop(PREVIEW, "requests: {memory: 512Mi}\n", "");
    said(&preview(&sandbox, &["--app", "web"]), 0, &["memory: 512Mi"]);
    let limits = format!("{PREVIEW}  limits: {{default: {{memory: 128Mi}}}}\n");
    let sandbox = shop(&limits, "requests: {memory: 512Mi}\n", "");
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &["requests 512Mi of memory, but its limit is 128Mi"],
    );
}

#[test]
fn images_get_whole_digests_or_nothing_is_deployed() {
    let sandbox = shop(PREVIEW, "", "");
    said(
        &preview(&sandbox, &["--digest", "web=sha256:12"]),
        2,
        &["the digest of `web` has 2 digits instead of 64"],
    );
    said(
        &preview(&sandbox, &["--digest", &format!("wep={DIGEST}")]),
        2,
        &["no container has an image `wep`", "did you mean `web`?"],
    );
    let other = DIGEST.replace('9', "8");
    said(
        &preview(
            &sandbox,
            &[
                "--digest",
                &format!("web={DIGEST}"),
                "--digest",
                &format!("web={other}"),
            ],
        ),
        2,
        &["the image `web` is given two digests"],
    );
    sandbox.write(
        "chart/templates/app.yaml",
        TEMPLATE.replace(
            "image: {{ .Values.image }}\n",
            "image: registry.example.com/shop/web:1\n",
        ),
    );
    said(
        &preview(
            &sandbox,
            &["--app", "web", "--digest", &format!("web={DIGEST}")],
        ),
        2,
        &["the container `app` of Deployment `web` still runs `registry.example.com/shop/web:1`"],
    );
    let sandbox = shop(
        PREVIEW,
        "image: registry.example.com/shop/web@sha256:12ab\n",
        "",
    );
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &["the digest of `web` has 4 digits instead of 64"],
    );
}

#[test]
fn what_the_source_has_is_not_overwritten() {
    let sandbox = shop(PREVIEW, "role: shop-reader\n", "");
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &["ClusterRole `shop-reader` belongs to the whole cluster, and staging has the same"],
    );
    let set = format!("{PREVIEW}  set: {{role: \"reader-{{namespace}}\"}}\n");
    let sandbox = shop(&set, "role: shop-reader\n", "");
    let ran = preview(&sandbox, &["--app", "web", "--cleanup"]);
    said(
        &ran,
        0,
        &[
            "kubectl delete clusterrole.rbac.authorization.k8s.io reader-preview-pr-107 --ignore-not-found",
        ],
    );
    let sandbox = shop(PREVIEW, "", "");
    sandbox.write(
        "staging/api.yaml",
        "name: web\nhost: api.staging.example.com\n",
    );
    said(
        &preview(&sandbox, &[]),
        2,
        &[
            "api and another app both have Deployment `web` in `preview-pr-107`",
            "preview.namespace",
        ],
    );
}

#[test]
fn pull_secrets_come_from_the_backend_and_every_pod_names_them() {
    let config = format!("{PREVIEW}  pullSecret: registry\n");
    let backend = "secrets: {aws: {enabled: true, region: eu-central-1, prefix: shop/staging, roleArn: \"arn:aws:iam::111111111111:role/shop\"}}\n";
    let sandbox = shop(&config, "", "");
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &[
            "web selects no secret backend in staging, so nothing makes the pull secret `registry`",
            "the pods of Deployment `web` do not name the pull secret `registry`",
        ],
    );
    let sandbox = shop(&config, &format!("{backend}pull: registry\n"), "");
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        0,
        &[],
    );
    let sandbox = shop(
        &config.replace("registry\n", "registri\n"),
        &format!("{backend}pull: registry\n"),
        "",
    );
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &[
            "the inventory has no secret `registri`",
            "did you mean `registry`?",
        ],
    );
    let sandbox = shop(PREVIEW, "secret: database\n", "");
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        0,
        &[
            "note: Deployment `web` needs Secret `database`, and nothing of the preview brings it to preview-pr-107",
        ],
    );
}

#[test]
fn sealed_secrets_of_another_namespace_are_refused() {
    let sealed = "secrets: {sealedSecrets: {enabled: true, encryptedData: {registry: {.dockerconfigjson: AgBy8hCi}}}}\n";
    let sandbox = shop(PREVIEW, sealed, "");
    let ran = preview(&sandbox, &["--app", "web"]);
    said(
        &ran,
        2,
        &[
            "the sealed secrets of web are bound to its namespace in staging",
            "--> staging/web.yaml",
        ],
    );
}

#[test]
fn wrong_requests_are_named_and_write_nothing() {
    let sandbox = shop(PREVIEW, "", "");
    for number in ["zero", "0", "-1", "99999999999999", "1.5"] {
        let ran = sandbox.run(&["preview", "--pr", number, "--out", "out"]);
        said(
            &ran,
            2,
            &[&format!("`{number}` is no number of a pull request")],
        );
    }
    said(
        &preview(&sandbox, &["--from", "stagin"]),
        2,
        &[
            "there is no environment `stagin`",
            "did you mean `staging`?",
        ],
    );
    said(
        &preview(&sandbox, &["--from", "prod"]),
        2,
        &["cannot read prod/web.yaml"],
    );
    said(
        &preview(&sandbox, &["--app", "wep"]),
        2,
        &["there is no app `wep`"],
    );
    said(
        &preview(&sandbox, &["--out", "../out"]),
        2,
        &["leads out of the workspace"],
    );
    said(
        &sandbox.run(&["preview", "--pr", "1", "--now", "soon"]),
        2,
        &["invalid value 'soon' for '--now <TIME>'"],
    );
    let long = format!("{PREVIEW}  namespace: \"{}-{{pr}}\"\n", "a".repeat(60));
    let sandbox = shop(&long, "", "");
    said(
        &preview(&sandbox, &["--out", "out"]),
        2,
        &["has a part with 64 characters, and DNS takes 63"],
    );
    let same = format!("{PREVIEW}  namespace: preview\n");
    let sandbox = shop(&same, "", "");
    said(
        &preview(&sandbox, &[]),
        2,
        &[
            "`preview` is the same for every pull request",
            "write `{pr}`",
        ],
    );
    let sandbox = shop("preview: {form: staging}\n", "", "");
    said(&preview(&sandbox, &[]), 2, &["did you mean `from`?"]);
    let sandbox = shop("preview: {lives: 1y}\n", "", "");
    said(
        &preview(&sandbox, &[]),
        2,
        &["write a duration between a minute and 90 days"],
    );
    let sandbox = shop("", "", "");
    said(
        &preview(&sandbox, &[]),
        2,
        &["nothing says which environment"],
    );
}

#[test]
fn one_app_that_fails_is_named_and_the_others_go_on() {
    let sandbox = shop(PREVIEW, "", "");
    sandbox.write("staging/api.yaml", "name: [broken\n");
    let ran = preview(&sandbox, &["--out", "out", "--comment", "comment.md"]);
    said(
        &ran,
        2,
        &["staging/api.yaml", "https://web-107.pr.example.com"],
    );
    assert!(
        sandbox
            .names("out")
            .contains(&"3-deployment-web.yaml".to_owned())
    );
    assert!(
        sandbox
            .read("comment.md")
            .contains("**Not deployed**: api.")
    );
    // What cannot be planned is deleted all the same, with its namespace.
    sandbox.write("staging/web.yaml", "name: [broken\n");
    let ran = preview(&sandbox, &["--cleanup"]);
    said(
        &ran,
        2,
        &["kubectl delete namespace preview-pr-107 --ignore-not-found"],
    );
}

#[test]
fn without_a_chart_there_are_only_values() {
    let sandbox = shop(
        &format!("{PREVIEW}  set: {{replicas: 2}}\n"),
        "replicas: 1\n",
        "",
    );
    let config = sandbox.read("envlint.yaml");
    sandbox.write(
        "envlint.yaml",
        config.replace("name: web, chart: chart,", "name: web,"),
    );
    said(
        &preview(&sandbox, &["--app", "web"]),
        2,
        &["the chart of web is not in the workspace, so nothing can be rendered"],
    );
    let ran = preview(&sandbox, &["--app", "web", "--values-only"]);
    said(
        &ran,
        0,
        &[
            "replicas: 2\n",
            "note: the chart of web is not in the workspace, so its hosts are those of staging unless `preview.set` sets them",
        ],
    );
}

#[test]
fn layers_become_one_file() {
    let sandbox = shop(PREVIEW, "", "");
    sandbox.write("common.yaml", "name: web\nreplicas: 2\nhost: x\n");
    sandbox.write(
        "envlint.yaml",
        format!("{CONFIG}{PREVIEW}").replace(
            "values: \"{env}/web.yaml\"",
            "values: [common.yaml, \"{env}/web.yaml\"]",
        ),
    );
    let ran = preview(&sandbox, &["--app", "web", "--values-only"]);
    said(
        &ran,
        0,
        &["host: web-107.pr.example.com\nname: web\nreplicas: 2\n"],
    );
}

#[test]
fn the_comment_masks_secrets_and_is_no_markup() {
    let config = format!(
        "{PREVIEW}  set: {{\"env.*\": \"`a`|<b> {{pr}}\", password: \"Xk29vQ7mLp{{pr}}\"}}\n  owner: \"@all|team\"\n"
    );
    let sandbox = shop(&config, "env: {A: b}\npassword: Zk29vQ7mLp\n", "");
    let ran = preview(
        &sandbox,
        &["--app", "web", "--out", "out", "--comment", "comment.md"],
    );
    let comment = sandbox.read("comment.md");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for text in [&comment, &ran.stdout, &ran.stderr] {
        assert!(!text.contains("k29vQ7mLp"), "{text}");
    }
    insta::assert_snapshot!(comment);
    assert!(
        sandbox
            .read("out/values/web.yaml")
            .contains("Xk29vQ7mLp107")
    );
}

#[test]
fn what_stayed_is_found() {
    let sandbox = shop(PREVIEW, "", "");
    let item = |object: &str| format!("- {object}\n");
    let list = |items: &str| format!("apiVersion: v1\nkind: List\nitems:\n{items}");
    sandbox.write("empty", "");
    sandbox.write("other.yaml", "a: 1\n");
    let stayed = [
        "{kind: Namespace, metadata: {name: preview-pr-107}, status: {phase: Terminating, conditions: [{status: \"True\", message: \"finalizers remain\"}]}}",
        "{kind: Namespace, metadata: {name: preview-pr-1070}}",
        "{kind: Pod, metadata: {name: web, namespace: preview-pr-107}}",
        "{kind: ClusterRole, metadata: {name: r, labels: {envlint/pull-request: \"107\"}}}",
    ];
    let stayed: String = stayed.iter().map(|object| item(object)).collect();
    sandbox.write("left.yaml", list(&stayed));
    sandbox.write("gone.json", r#"{"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "a", "namespace": "b"}}]}"#);
    let verify = |file: &str| preview(&sandbox, &["--verify", file]);
    let ran = verify("left.yaml");
    said(
        &ran,
        1,
        &[
            "Namespace `preview-pr-107`: it is being deleted: finalizers remain",
            "Pod `web`",
            "ClusterRole `r`: labelled",
        ],
    );
    assert!(!ran.stdout.contains("preview-pr-1070"), "{}", ran.stdout);
    said(
        &verify("gone.json"),
        0,
        &[
            "nothing of pull request 107 is among 1 objects",
            "note: gone.json has no namespaces",
        ],
    );
    for file in ["empty", "other.yaml", "missing"] {
        assert_eq!(verify(file).status, 2, "{file}");
    }
}

#[test]
fn the_page_about_previews_says_what_happens() {
    assert_eq!(walk(include_str!("../../docs/previews.md")), 8);
}
