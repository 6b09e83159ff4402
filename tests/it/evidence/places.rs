//! What other places tell of a deployment: the maker of an Application, who brings a file, what a rule of make stands for.

use super::{CHART, apps, deployments};

const SHOP: &str = "{{ if .Values.shop }}
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source:
    repoURL: https://git.example.com/acme/deploy.git
    path: apps/shop
    helm: {valueFiles: [values.yaml, 'values-{{ .Values.name }}.yaml']}
{{ end }}
";

const USERS: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: users}
spec: {source: {repoURL: https://git.example.com/acme/deploy.git, path: apps/users}}
";

/// A chart that makes Applications is deployed once for each of its values files, and the Applications read files of the same
/// names: these are the environments. Two of them have one stage, and one is called as no environment is.
#[test]
fn values_files_of_a_maker_are_environments_where_its_applications_read_files_of_their_names() {
    let files = |words: [&'static str; 3]| {
        let mut files = vec![
            ("environments/Chart.yaml".to_owned(), CHART.to_owned()),
            (
                "environments/values.yaml".to_owned(),
                "name: ''\nshop: true\n".to_owned(),
            ),
            (
                "environments/templates/shop.yaml".to_owned(),
                SHOP.to_owned(),
            ),
            (
                "environments/templates/users.yaml".to_owned(),
                USERS.to_owned(),
            ),
            ("apps/shop/Chart.yaml".to_owned(), CHART.to_owned()),
            ("apps/shop/values.yaml".to_owned(), "a: 1\n".to_owned()),
            ("apps/users/Chart.yaml".to_owned(), CHART.to_owned()),
            (
                "apps/production-tools/Chart.yaml".to_owned(),
                CHART.to_owned(),
            ),
            (
                format!("apps/production-tools/values-{}.yaml", words[0]),
                "a: 2\n".to_owned(),
            ),
        ];
        for word in words {
            let path = format!("environments/values-{word}.yaml");
            files.push((path, format!("name: {word}\n")));
            let path = format!("apps/shop/values-{word}.yaml");
            files.push((path, "a: 2\n".to_owned()));
        }
        files
    };
    let seen = |words| {
        let files = files(words);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        (deployments(&files), apps(&files))
    };
    let (lines, said) = seen(["summit", "east-dev", "west-dev"]);
    for word in ["summit", "east-dev", "west-dev"] {
        for line in [
            format!("shop {word} apps/shop apps/shop/values.yaml < apps/shop/values-{word}.yaml"),
            format!("users {word} apps/users"),
        ] {
            assert!(
                lines.iter().any(|known| known.trim() == line),
                "{line}: {lines:#?}"
            );
        }
    }
    let left = "apps/production-tools/values-summit.yaml: no Application that the chart `environments` makes for `summit` reads this file";
    assert!(said.contains(left), "{said}");
    assert!(!said.contains("(production)"), "{said}");
    // Where the known names tell them apart, these are the environments.
    let (lines, _) = seen(["acme-dev", "acme-staging", "acme-prod"]);
    let has = |name: &str| {
        lines
            .iter()
            .any(|line| line.starts_with(&format!("shop {name} ")))
    };
    assert!(
        ["dev", "staging", "prod"].into_iter().all(has),
        "{lines:#?}"
    );
}

/// A template of a set may leave the chart of a source empty, and name its path.
#[test]
fn a_chart_that_a_template_leaves_empty_is_none() {
    let set = "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec:
  goTemplate: true
  generators:
  - list:
      elements:
      - {name: shop, type: local, path: charts/shop}
      - {name: redis, type: remote, chart: redis}
  template:
    metadata: {name: '{{ .name }}'}
    spec:
      source:
        repoURL: '{{ if eq .type \"local\" }}https://git.example.com/acme/other.git{{ else }}https://charts.example.com{{ end }}'
        targetRevision: '1'
        path: '{{ if eq .type \"local\" }}{{ .path }}{{ end }}'
        chart: '{{ if ne .type \"local\" }}{{ .chart }}{{ end }}'
        helm: {values: 'a: 1'}
";
    assert_eq!(
        deployments(&[("apps/dev/all.yaml", set)]),
        [
            "redis dev https://charts.example.com/redis@1 ",
            "shop dev https://git.example.com/acme/other.git/charts/shop@1 ",
        ]
    );
}

/// Values that a patch lays over those of an Application are a layer of their own; those that it replaces in another way
/// have names.
#[test]
fn a_patch_of_the_values_of_an_application_is_a_layer() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source:\n    repoURL: https://charts.example.com\n    chart: shop\n    targetRevision: 1.0.0\n    helm:\n      valuesObject:\n        replicas: 1\n";
    let patch = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source:\n    helm:\n      valuesObject:\n        replicas: 2\n";
    let operations = "resources: [../../base]\npatches:\n- target: {kind: Application}\n  patch: |-\n    - {op: add, path: /spec/source/helm/valuesObject/host, value: a.example.com}\n";
    let said = apps(&[
        ("base/kustomization.yaml", "resources: [shop.yaml]\n"),
        ("base/shop.yaml", application),
        (
            "overlays/dev/kustomization.yaml",
            "resources: [../../base]\npatches: [{path: shop.yaml}]\n",
        ),
        ("overlays/dev/shop.yaml", patch),
        ("overlays/prod/kustomization.yaml", operations),
    ]);
    assert!(
        said.contains("values    base/shop.yaml, overlays/dev/shop.yaml\n"),
        "{said}"
    );
    assert!(
        said.contains("values    base/shop.yaml\n    given     host\n"),
        "{said}"
    );
}

const SYNC: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: all}\nspec: {path: ./PATH, sourceRef: {kind: GitRepository, name: flux-system}}\n";

/// What K3s is told by a file belongs to the environments whose clusters bring it.
#[test]
fn an_object_of_k3s_is_of_the_environment_that_brings_it() {
    let config = "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: traefik, namespace: kube-system}\nspec:\n  valuesContent: |-\n    a: 1\n";
    let sync = SYNC.replace("PATH", "infra");
    assert_eq!(
        deployments(&[
            ("clusters/dev/all.yaml", &sync),
            ("clusters/prod/all.yaml", &sync),
            ("infra/kustomization.yaml", "resources: [traefik.yaml]\n"),
            ("infra/traefik.yaml", config),
        ]),
        [
            "traefik dev traefik infra/traefik.yaml",
            "traefik prod traefik infra/traefik.yaml",
        ]
    );
}

/// The cluster of an environment synchronizes one overlay of it, and nothing leads to the other one.
#[test]
fn overlays_that_their_cluster_does_not_synchronize_are_not_deployed() {
    let release = |name: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}}}\nspec:\n  chart: {{spec: {{chart: {name}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: acme}}}}}}\n  values: {{a: 1}}\n"
        )
    };
    let (shop, web) = (release("shop"), release("web"));
    let overlay = "resources: [../base]\n";
    let files = [
        ("clusters/dev/shop.yaml", &*SYNC.replace("PATH", "shop/dev")),
        ("clusters/dev/web.yaml", &SYNC.replace("PATH", "web/dev")),
        (
            "clusters/prod/shop.yaml",
            &SYNC.replace("PATH", "shop/prod"),
        ),
        ("shop/base/kustomization.yaml", "resources: [shop.yaml]\n"),
        ("shop/base/shop.yaml", &shop),
        ("shop/dev/kustomization.yaml", overlay),
        ("shop/prod/kustomization.yaml", overlay),
        ("web/base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("web/base/web.yaml", &web),
        ("web/dev/kustomization.yaml", overlay),
        ("web/prod/kustomization.yaml", overlay),
    ];
    let lines = deployments(&files);
    let places: Vec<String> = lines
        .iter()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(places, ["shop dev", "shop prod", "web dev"]);
    let left = "web/prod/kustomization.yaml: Flux synchronizes others of this environment by `clusters/prod/shop.yaml`, and nothing takes this directory up, so it is not deployed";
    let said = apps(&files);
    assert!(said.contains(left), "{said}");
}

/// A pattern rule stands for every chart that lies there; where there is none, that is said.
#[test]
fn a_pattern_rule_of_make_stands_for_the_charts_that_are_there() {
    let files = |rule: &'static str| {
        [
            ("deploy/Makefile", rule),
            ("deploy/dev.yaml", "a: 1\n"),
            ("deploy/prod.yaml", "a: 2\n"),
            ("deploy/shop/Chart.yaml", CHART),
            ("deploy/web/Chart.yaml", CHART),
            ("other/Chart.yaml", CHART),
        ]
    };
    for stem in ["$(*)", "$*"] {
        let rule = "deploy-%:\n\thelm upgrade --install -f $(STAGE).yaml STEM ./STEM\n";
        let rule: &'static str = rule.replace("STEM", stem).leak();
        assert_eq!(
            deployments(&files(rule)),
            [
                "shop dev deploy/shop deploy/dev.yaml",
                "shop prod deploy/shop deploy/prod.yaml",
                "web dev deploy/web deploy/dev.yaml",
                "web prod deploy/web deploy/prod.yaml",
            ],
            "{stem}"
        );
    }
    let nowhere =
        "deploy-%:\n\thelm upgrade --install -f $(STAGE).yaml $* https://x.example.com/$*\n";
    let said = apps(&files(nowhere));
    assert!(
        said.contains(
            "which chart `https://x.example.com/{arguments}` is, the command does not tell"
        ),
        "{said}"
    );
}

/// Pipelines are no values by their folder, whatever they are called; a script without an ending is read, and a folder that it
/// enters may be one next to its own.
#[test]
fn pipelines_and_scripts_are_known_by_where_they_lie() {
    let pipeline =
        "version: v1.0\nblocks:\n- name: deploy\n  task: {jobs: [{commands: [make deploy]}]}\n";
    let script =
        "#!/usr/bin/env bash\ncd charts\nhelm upgrade --install shop shop -f shop/values-$1.yaml\n";
    let files = [
        (".semaphore/dev.yml", pipeline),
        (".semaphore/prod.yml", pipeline),
        ("infra/scripts/deploy", script),
        ("infra/charts/shop/Chart.yaml", CHART),
        ("infra/charts/shop/values-dev.yaml", "a: 1\n"),
        ("infra/charts/shop/values-prod.yaml", "a: 2\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "shop dev infra/charts/shop infra/charts/shop/values-dev.yaml",
            "shop prod infra/charts/shop infra/charts/shop/values-prod.yaml",
        ]
    );
    let said = apps(&files);
    assert!(said.contains("infra/scripts/deploy:3:1"), "{said}");
}
