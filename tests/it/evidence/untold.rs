//! What was missed without a word, or taken for a deployment that does not exist.

use super::{CHART, apps, deployments};

/// A bundle of Fleet may have values only in its own file, a target may change nothing, and clusters that only other bundles
/// name get it as it is.
#[test]
fn bundles_of_fleet_are_deployed_to_all_clusters() {
    let web = "defaultnamespace: web\nhelm:\n  chart: web\n  repo: https://charts.example.com\n  values: {a: 1}\ntargetCustomizations:\n- {name: prod, clusterSelector: {matchLabels: {env: prod}}, helm: {values: {a: 2}}}\n";
    let tunnel = "helm: {chart: tunnel, values: {b: 1}}\ntargetCustomizations:\n- {name: prod, clusterSelector: {matchLabels: {env: prod}}}\n- {name: staging, clusterSelector: {matchLabels: {env: staging}}, doNotDeploy: true}\n";
    let seen = deployments(&[("web/fleet.yaml", web), ("tunnel/fleet.yaml", tunnel)]);
    assert_eq!(
        seen,
        [
            "tunnel prod tunnel tunnel/fleet.yaml",
            "web staging https://charts.example.com/web web/fleet.yaml",
            "web prod https://charts.example.com/web web/fleet.yaml < web/fleet.yaml",
        ]
    );
}

fn application(name: &str, destination: &str, file: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://git.example.com/a/b', path: chart, helm: {{valueFiles: [{file}]}}}}\n  destination: {{{destination}}}\n"
    )
}

/// The end of a host's name is a domain, and no environment. What the file and the name say where siblings have theirs is one.
#[test]
fn a_domain_is_no_environment() {
    let dev = application("shop", "namespace: shop-dev", "values-dev.yaml");
    let canary = application(
        "canary-sf-shop",
        "server: 'https://west.example.dev:6443', namespace: web",
        "values-canary-sf.yaml",
    );
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-canary-sf.yaml", "a: 2\n"),
        ("argocd/dev.yaml", &dev),
        ("argocd/canary.yaml", &canary),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev chart chart/values-dev.yaml",
            "shop canary-sf chart chart/values-canary-sf.yaml",
        ]
    );
}

/// Where what is deployed is declared, and names none of them, files with the name of an environment are no app.
#[test]
fn files_that_nothing_deploys_are_no_app() {
    let shop = application("shop", "namespace: shop-dev", "values-dev.yaml");
    let seen = apps(&[
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("argocd/dev.yaml", &shop),
        ("clusters/staging/values.yaml", "b: 1\n"),
        ("clusters/prod/values.yaml", "b: 2\n"),
    ]);
    assert!(
        seen.contains("1 app, 1 environment, 1 deployment"),
        "{seen}"
    );
    let said = "clusters/prod/values.yaml: it has the name of values of `prod`, but nothing that envlint reads deploys this file";
    assert!(seen.contains(said), "{seen}");
}

/// Whoever starts the workflow by hand chooses the environment.
#[test]
fn a_choice_of_a_workflow_tells_environments() {
    let called = "on:\n  workflow_call:\n    inputs: {target_environment: {type: string}}\njobs:\n  a:\n    steps:\n    - run: helm upgrade shop ./chart -n shop-${{ inputs.target_environment }}\n";
    let by_hand = "on:\n  workflow_dispatch:\n    inputs:\n      target_environment: {type: choice, options: [dev, test, prod]}\njobs:\n  a:\n    uses: ./.github/workflows/deployer.yml\n    with: {target_environment: '${{ inputs.target_environment }}'}\n";
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        (".github/workflows/deployer.yml", called),
        (".github/workflows/deploy.yml", by_hand),
    ]);
    let expected = ["dev", "test", "prod"].map(|name| format!("shop {name} chart "));
    assert_eq!(seen, expected);
}

/// What a release of helmfile writes out is a layer, at its place.
#[test]
fn values_that_a_helmfile_writes_out_are_a_layer() {
    let helmfile = "environments:\n  dev: {}\n  prod: {}\n---\nreleases:\n- name: shop\n  chart: ./chart\n  values:\n  - image: {tag: latest}\n    replicas: 2\n  - env: {{ .Environment.Name }}\n";
    let sandbox = crate::support::Sandbox::with(&[
        ("helmfile.yaml", helmfile),
        ("chart/Chart.yaml", CHART),
        (
            "chart/values.yaml",
            "image: {tag: ''}\nreplicas: 1\nenv: ''\n",
        ),
        (
            "chart/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {tag: '{{ .Values.image.tag }}'}\n",
        ),
    ]);
    let ran = sandbox.run(&["trace", "--env", "prod", "--value", "image.tag"]);
    assert!(
        ran.stdout.contains("set in    helmfile.yaml:9:18"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

/// A program of Pulumi deploys the charts that it writes out to all stacks; of others it is said.
#[test]
fn programs_of_pulumi_deploy_charts() {
    let program = "import * as k8s from \"@pulumi/kubernetes\";\nnew k8s.helm.v3.Release(\"shop\", {chart: \"./chart\"});\nnew k8s.helm.v3.Release(name, {chart: chart.name});\n";
    let seen = apps(&[
        ("Pulumi.yaml", "name: infra\nruntime: nodejs\n"),
        ("Pulumi.dev.yaml", "config: {}\n"),
        ("Pulumi.prod.yaml", "config: {}\n"),
        ("index.ts", program),
        ("chart/Chart.yaml", CHART),
    ]);
    for said in [
        "shop\n  dev (development): release shop\n    chart     chart\n",
        "evidence  index.ts:2:1: a chart of the program of Pulumi, `shop`",
        "index.ts:3:1: a chart of the program of Pulumi: the program computes which chart it is, which envlint does not evaluate",
    ] {
        assert!(seen.contains(said), "{seen}");
    }
}
