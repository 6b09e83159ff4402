//! `envlint preview`: an environment for a pull request.

use crate::previews::{CONFIG, DIGEST, PREVIEW, preview, said, shop};
use crate::support::walk;

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
fn apps_of_one_preview_reach_each_other_across_namespaces() {
    let sandbox = shop(
        &format!("{PREVIEW}  namespace: \"{{app}}-pr-{{pr}}\"\n"),
        "",
        "",
    );
    said(&preview(&sandbox, &["--out", "out"]), 0, &[]);
    let names = sandbox.names("out");
    let isolation = names.iter().filter(|name| name.contains("networkpolicy"));
    let isolation: String = isolation
        .map(|name| sandbox.read(&format!("out/{name}")))
        .collect();
    for name in ["web-pr-107", "api-pr-107", "ingress"] {
        let label = format!("kubernetes.io/metadata.name: {name}\n");
        let expected = if name == "ingress" { 2 } else { 1 };
        assert_eq!(isolation.matches(&label).count(), expected, "{isolation}");
    }
    // What a later commit does not have any more is found by the kinds that a namespace had.
    let kinds = "envlint/kinds: deployment.apps,ingress.networking.k8s.io,limitrange,networkpolicy.networking.k8s.io,resourcequota\n";
    let namespace = sandbox.read("out/0-namespace-web-pr-107.yaml");
    assert!(namespace.contains(kinds), "{namespace}");
}

#[test]
fn who_renders_the_charts_gets_all_else() {
    let sandbox = shop(PREVIEW, "", "");
    said(
        &preview(&sandbox, &["--without-charts", "--out", "out"]),
        0,
        &["https://web-107.pr.example.com", "out: 6 files written"],
    );
    assert_eq!(
        sandbox.names("out"),
        [
            ".envlint-rendered",
            "0-namespace-preview-pr-107.yaml",
            "1-limitrange-preview.yaml",
            "1-networkpolicy-preview.yaml",
            "1-resourcequota-preview.yaml",
            "values",
        ]
    );
    let printed = preview(&sandbox, &["--without-charts"]);
    assert!(
        !printed.stdout.contains("kind: Deployment"),
        "{}",
        printed.stdout
    );
}

#[test]
fn the_page_about_previews_says_what_happens() {
    assert_eq!(walk(include_str!("../../docs/previews.md")), 8);
}
