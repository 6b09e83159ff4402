//! What cannot be known, and what is said of it.

use super::{CHART, apps};
use crate::support::{Sandbox, shown};

#[test]
fn what_cannot_be_known_is_said_with_its_place_and_the_rest_goes_on() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews}
spec:
  generators: [{pullRequest: {}}]
  template: {metadata: {name: x}, spec: {source: {path: chart, repoURL: x, helm: {valueFiles: [a.yaml]}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: tools}
spec: {source: {repoURL: x, path: chart, helm: {valueFiles: [https://example.com/values.yaml, none.yaml, values-dev.yaml]}}}
";
    let files = [
        ("argocd/apps.yaml", set),
        ("chart/Chart.yaml", CHART),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("other/values-blue.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn evidence_that_contradicts_itself_is_said_once() {
    let application = |file: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-prod}}\nspec: {{source: {{repoURL: x, path: chart, helm: {{valueFiles: [{file}]}}}}}}\n"
        )
    };
    let ran = apps(&[
        ("a.yaml", &application("values-prod.yaml")),
        ("b.yaml", &application("prod-values.yaml")),
        ("chart/Chart.yaml", CHART),
        ("chart/values-prod.yaml", "a: 1\n"),
        ("chart/prod-values.yaml", "a: 1\n"),
    ]);
    assert!(
        ran.contains("b.yaml:3:18: `shop` has other values in prod here than by a.yaml:3"),
        "{ran}"
    );
}

/// The example of `docs/apps.md` is what the command says.
#[test]
fn the_page_shows_a_real_run() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-prod
spec:
  source:
    repoURL: https://git.example.com/shop
    path: charts/shop
    helm:
      releaseName: shop
      valueFiles: [../../values/common.yaml, ../../values/prod.yaml]
      parameters: [{name: image.tag, value: v1}]
  destination: {namespace: shop-prod}
";
    let makefile = "deploy-dev:\n\thelm upgrade --install shop charts/shop -n shop-dev -f values/common.yaml -f values/dev.yaml --set image.tag=$(TAG)\n";
    let said = apps(&[
        ("argocd/shop.yaml", application),
        ("Makefile", makefile),
        ("charts/shop/Chart.yaml", CHART),
        ("values/common.yaml", "host: a\n"),
        ("values/dev.yaml", "host: dev\n"),
        ("values/prod.yaml", "host: prod\n"),
        (
            "deploy/values-blue.yaml",
            "image: {tag: v1}\nreplicaCount: 2\n",
        ),
    ]);
    let page = include_str!("../../../docs/apps.md");
    assert!(
        page.contains(&format!("$ envlint apps\n{said}```\n")),
        "{said}"
    );
}

#[test]
fn a_check_says_what_it_did_not_read() {
    let said = |files: &[(&str, &str)]| {
        let sandbox = Sandbox::with(files);
        let ran = sandbox.run(&["check"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let findings = sandbox.check().findings;
        let unread = findings
            .iter()
            .filter(|finding| finding.rule == "layout/unread-values");
        let words = unread.map(|finding| shown(&finding.message));
        (words.collect::<Vec<_>>(), ran.stderr)
    };
    let app = [
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ];
    assert_eq!(said(&app), (vec![], String::new()));

    let odd = (
        "solo/values-foo.yaml",
        "image: {tag: v1}\nreplicaCount: 2\n",
    );
    let (findings, words) = said(&[app[0], app[1], odd]);
    assert_eq!(
        findings,
        [
            "`solo/values-foo.yaml` looks like values, but belongs to no app in an environment, so it is only searched for secrets: `foo` is not a known environment, and nothing that envlint reads deploys this file"
        ]
    );
    assert_eq!(words, "");

    let other = ("lone/values-bar.yaml", odd.1);
    let (findings, words) = said(&[odd, other]);
    assert_eq!(
        findings,
        [
            "2 files look like values, but belong to no app in an environment, so they are only searched for secrets: lone/values-bar.yaml, solo/values-foo.yaml"
        ]
    );
    assert_eq!(
        words,
        "warning: no app was checked, only secrets were searched for; run `envlint apps` to see why\n"
    );
}

#[test]
fn a_check_looks_at_all_workspaces_below() {
    let ran = Sandbox::with(&[
        ("one/envlint.yaml", "kubernetes: \"1.33\"\n"),
        ("one/values-prod.yaml", "replicas: 1\n"),
        ("two/envlint.yaml", "kubernetes: \"1.33\"\n"),
        ("two/values-prod.yaml", "replicas: 1\n"),
    ])
    .run(&["check"]);
    for place in ["one/values-prod.yaml:1:11", "two/values-prod.yaml:1:11"] {
        assert!(ran.stdout.contains(place), "{}", ran.stdout);
    }
}

#[test]
fn files_that_something_reads_and_files_beside_values_are_said_for_what_they_are() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: infra}\nspec: {source: {repoURL: x, path: chart, helm: {valueFiles: [../values-infra.yaml]}}}\n";
    let files = [
        ("argocd/infra.yaml", application),
        ("chart/Chart.yaml", CHART),
        ("values-infra.yaml", "a: 1\n"),
        ("hub/values.yaml", "image: x\nreplicas: 1\n"),
        ("hub/local.yaml", "image: y\n"),
        ("hub/other.yaml", "nothing: alike\n"),
        ("hub/object.yaml", "apiVersion: v1\nkind: Thing\nimage: y\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_named_file_that_is_not_checked_is_said() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("other/values-nginx.yaml", "a: 1\n"),
        ("README.md", ""),
    ]);
    let ran = sandbox.run(&["check", "values-prod.yaml", "README.md"]);
    assert_eq!(
        ran.stderr,
        "note: README.md belongs to no app, so it was skipped\n"
    );
    let ran = sandbox.run(&["check", "values-prod.yaml", "other/values-nginx.yaml"]);
    assert_eq!(
        ran.stderr,
        "note: other/values-nginx.yaml belongs to no app, so it was only searched for secrets\n"
    );
}

#[test]
fn what_is_not_listed_is_counted() {
    let lines: Vec<String> = (0..1500)
        .map(|at| format!("helm upgrade a{at} chart -n prod -f values/gone{at}.yaml\n"))
        .collect();
    let said = apps(&[("deploy.sh", &lines.concat()), ("chart/Chart.yaml", CHART)]);
    assert!(
        said.contains("more places say what cannot be known"),
        "{said}"
    );
}

/// Jsonnet is not evaluated: what it names is not deployed by the name of a folder, and the place is said.
#[test]
fn what_jsonnet_names_is_no_app_by_its_folder() {
    let seen = apps(&[
        (
            "lib/variants/prod/config.jsonnet",
            "{ nginx: { valueFiles+: ['$values/lib/variants/prod/nginx/values-prod.yaml'] } }\n",
        ),
        ("lib/variants/prod/nginx/values-prod.yaml", "replicas: 2\n"),
        (
            "lib/main.libsonnet",
            "{ web: importstr 'web/values.yaml' }\n",
        ),
        ("lib/web/values.yaml", "replicas: 2\n"),
    ]);
    for said in [
        "lib/variants/prod/nginx/values-prod.yaml: lib/variants/prod/config.jsonnet:1:27 names this file, and envlint does not evaluate Jsonnet, so what is deployed with it is not known",
        "lib/web/values.yaml: lib/main.libsonnet:1:19 names this file",
    ] {
        assert!(seen.contains(said), "{seen}");
    }
    assert!(!seen.contains("prod (production)"), "{seen}");
}

/// A pipeline that checks values is none of them, and a file that is called after its app names no environment.
#[test]
fn names_that_only_look_like_those_of_values_are_told() {
    let seen = apps(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        (
            ".github/workflows/check-values.yml",
            "on: push\njobs:\n  check: {runs-on: x, steps: [{run: make}]}\n",
        ),
        ("charts/web/web-values.yaml", "image: a\nreplicas: 1\n"),
        ("charts/web/Chart.yaml", CHART),
    ]);
    assert!(!seen.contains("check-values"), "{seen}");
    let said = "charts/web/web-values.yaml: nothing tells the environment, and nothing that envlint reads deploys this file";
    assert!(seen.contains(said), "{seen}");
}
