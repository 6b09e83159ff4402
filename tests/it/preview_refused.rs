//! What `envlint preview` refuses.

use crate::previews::{DIGEST, PREVIEW, TEMPLATE, preview, said, shop};

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
            "preview-pr-107 needs 600m of requests.cpu, but `preview.quota` allows 300m: Deployment `web` 4 × 100m, Deployment `api` 2 × 100m",
            "--> envlint.yaml:10:25",
            "needs 1536Mi of limits.memory, but `preview.quota` allows 1Gi",
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
fn an_unknown_placeholder_is_no_text() {
    for (more, name, words) in [
        (
            "  set: {image: \"x:{environment}\"}\n",
            "environment",
            "known placeholders: `{pr}`, `{app}`, `{namespace}`",
        ),
        ("  set: {image: \"{name}\"}\n", "name", "stay as they are"),
        (
            "  namespace: \"{namespace}-{pr}\"\n",
            "namespace",
            "known placeholders: `{pr}`, `{app}`",
        ),
    ] {
        let sandbox = shop(&format!("{PREVIEW}{more}"), "", "");
        let placeholder = format!("`{{{name}}}` is no placeholder here");
        said(
            &preview(&sandbox, &[]),
            2,
            &[&placeholder, words, "--> envlint.yaml:10"],
        );
    }
    let set = format!("{PREVIEW}  set: {{note: \"${{IMAGE}} {{{{x}}}} {{pr}}\"}}\n");
    let sandbox = shop(&set, "note: a\n", "");
    let ran = preview(&sandbox, &["--app", "web", "--values-only"]);
    said(&ran, 0, &["note: ${IMAGE} {{x}} 107"]);
}

#[test]
fn what_the_api_or_a_rule_refuses_is_not_deployed() {
    let set = |set: &str| format!("{PREVIEW}  set: {set}\n");
    let sandbox = shop(&set("{replicas: many}"), "", "");
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        2,
        &[
            "the preview of web has an error (`api/invalid-object`)",
            "`preview.set`",
            "nothing was written",
        ],
    );
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  minReplicas: {{ .Values.replicas }}\n  maxReplicas: 4\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n";
    let sandbox = shop(&set("{replicas: 9}"), "", "");
    sandbox.write("chart/templates/scaler.yaml", scaler);
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        2,
        &["`minReplicas` of HorizontalPodAutoscaler `web` is 9, more than `maxReplicas` (4)"],
    );
    let policy = "policies:\n  - {name: team/runs, match: {kinds: [Deployment]}, expression: \"object.spec.replicas > 0\", message: run one, severity: error}\n";
    let none = set("{replicas: 0}") + policy;
    let sandbox = shop(&none, "", "");
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        2,
        &["the preview of web has an error (`team/runs`)", "run one"],
    );
    // What is expected of an environment by its name is not expected of a preview.
    let expected = "perEnvironment: [{path: host, expect: {pattern: \"web.{env}.example.com\"}}]\n";
    let sandbox = shop(&format!("{PREVIEW}{expected}"), "", "");
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        0,
        &[],
    );
    // What the source environment has is its own.
    let sandbox = shop(&format!("{PREVIEW}{policy}"), "replicas: 0\n", "");
    said(
        &preview(&sandbox, &["--app", "web", "--out", "out"]),
        0,
        &[],
    );
}

#[test]
fn files_of_others_are_not_applied() {
    let sandbox = shop(PREVIEW, "", "");
    said(
        &preview(&sandbox, &["--out", "."]),
        2,
        &[
            "holds what envlint did not write, so nothing was written: chart, envlint.yaml, staging",
            "give a new or an empty directory",
        ],
    );
    for file in ["out/job.yaml", "out/values/job.yaml"] {
        sandbox.write(file, "kind: Job\n");
        said(&preview(&sandbox, &["--out", "out"]), 2, &["job.yaml"]);
        std::fs::remove_file(sandbox.root().join(file)).expect("the file");
    }
    said(&preview(&sandbox, &["--out", "out"]), 0, &[]);
    said(
        &preview(&sandbox, &["--out", "out"]),
        0,
        &["0 files written"],
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
        &["invalid value 'soon' for '--now <TIME>': write a day, a time and a zone"],
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
