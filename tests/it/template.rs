//! `envlint template`: the flags of `helm template` reach the renderer, and those that cannot work say why.

use crate::support::Sandbox;

const CHART: &[(&str, &str)] = &[
    (
        "app/Chart.yaml",
        "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    ),
    ("app/values.yaml", "replicas: 1\n"),
    (
        "app/templates/a.yaml",
        "kind: A\nname: {{ .Release.Name }}\nin: {{ .Release.Namespace }}\nreplicas: {{ .Values.replicas }}\n",
    ),
    (
        "app/templates/b.yaml",
        "kind: B\nfail: {{ .Values.fail.deep }}\n",
    ),
    ("values-prod.yaml", "replicas: 3\nfail: {deep: no}\n"),
];

#[test]
fn prints_what_helm_prints() {
    let sandbox = Sandbox::with(CHART);
    let ran = sandbox.run(&[
        "template",
        "shop",
        "app",
        "-f",
        "values-prod.yaml",
        "-n",
        "prod",
        "-s",
        "templates/a.yaml",
    ]);
    assert_eq!(
        ran.stdout,
        "---\n# Source: app/templates/a.yaml\nkind: A\nname: shop\nin: prod\nreplicas: 3\n\n\n"
    );
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let ran = sandbox.run(&[
        "template",
        "app",
        "--set",
        "fail.deep=x",
        "--set-string",
        "replicas=7",
    ]);
    assert_eq!(
        ran.stdout,
        "---\n# Source: app/templates/a.yaml\nkind: A\nname: release-name\nin: default\nreplicas: 7\n\n\
         ---\n# Source: app/templates/b.yaml\nkind: B\nfail: x\n"
    );
}

#[test]
fn a_near_miss_is_named_as_the_page_shows() {
    let page = include_str!("../../docs/render.md");
    let (_, rest) = page.split_once("```text\nerror: ").expect("the message");
    let (message, _) = rest.split_once("```").expect("the message's end");
    let sandbox = Sandbox::with(&[
        (
            "web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        ),
        (
            "web/templates/service.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name | qoute }}\n",
        ),
    ]);
    let ran = sandbox.run(&["template", "web"]);
    assert_eq!(ran.stderr, format!("error: {message}"));
}

#[test]
fn says_what_cannot_be_done() {
    let sandbox = Sandbox::with(CHART);
    let cases = [
        (
            vec!["template", "app"],
            "error: app/templates/b.yaml:2:16\n  executing \"app/templates/b.yaml\" at <.Values.fail.deep>:\n    \
             nil pointer evaluating interface {}.deep\n\nUse --debug flag to render out invalid YAML\n",
        ),
        (
            vec!["template", "app", "--validate"],
            "error: --validate needs a cluster, and envlint never talks to one; use `helm template` for it\n",
        ),
        (
            vec!["template", "app", "--repo", "https://charts.example.com"],
            "error: --repo needs the network, and envlint never uses it; pull the chart and its dependencies with helm first\n",
        ),
        (
            vec!["template", "./nowhere"],
            "error: path \"./nowhere\" not found\n",
        ),
    ];
    for (arguments, expected) in cases {
        let ran = sandbox.run(&arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(ran.stderr, expected);
    }
}
