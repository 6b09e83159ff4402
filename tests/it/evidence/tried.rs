//! What is tried and not deployed, and what the own machine is.

use super::{CHART, apps, deployments};

/// A check tells no environment by a part of a file's name, and what is expected to fail deploys nothing.
#[test]
fn what_only_a_check_looks_at_is_no_environment() {
    let makefile = "\
check:
\thelm template shop shop -f shop/values-production-small.yaml | python3 scripts/check_render.py -
\t@if helm template shop shop -f shop/values-prod.yaml --set tls=wrong >/dev/null 2>&1; then \\
\t  exit 1; \\
\tfi
\thelm template shop shop -f shop/values-dev.yaml | kubeconform
help:
\tcat <<EOF
helm upgrade shop shop -f shop/values-demo.yaml
EOF
";
    let files = [
        ("Makefile", makefile),
        ("shop/Chart.yaml", CHART),
        ("shop/values-production-small.yaml", "a: 1\n"),
        ("shop/values-dev.yaml", "a: 1\n"),
    ];
    assert_eq!(deployments(&files), ["shop dev shop shop/values-dev.yaml"]);
}

/// What a script deploys without values goes where it deploys all else of the namespace, and a folder `k8s` is no place.
#[test]
fn a_script_deploys_to_one_environment() {
    let script = "\
helm upgrade --install operator acme/operator -n loadtest --set a=1
helm upgrade --install loadtest-graphs acme/graphs -n loadtest -f \"$DIR/graphs-values.yaml\"
helm upgrade --install other acme/other -n elsewhere
";
    let files = [
        ("loadtest/k8s/install.sh", script),
        ("loadtest/k8s/graphs-values.yaml", "a: 1\n"),
        ("envs/loadtest/shop.yaml", "a: 1\n"),
        ("envs/dev/shop.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// An app may be called after a stage, and its files be of that stage.
#[test]
fn a_name_with_a_stage_hides_no_environment() {
    let files = [
        ("test-website/Chart.yaml", CHART),
        ("test-website/values.yaml", "a: 1\n"),
        ("test-website/values-test.yaml", "a: 1\n"),
        ("test-website/values-prod.yaml", "a: 1\n"),
        ("apps/Chart.yaml", CHART),
        ("apps/values-test.yaml", "a: 1\n"),
        ("apps/values-prod.yaml", "a: 1\n"),
    ];
    let seen = deployments(&files);
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(
        seen.iter()
            .any(|line| line.ends_with("test-website/values-test.yaml")),
        "{seen:?}"
    );
}

const CHARTS: &str = "helmCharts:\n- name: redis\n  repo: https://charts.example.com\n  version: 1.0.0\n  releaseName: cache\n";

/// Applications say which overlays are deployed, Tilt which one is on the own machine.
#[test]
fn overlays_are_those_that_something_names() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: observability}
spec:
  source: {repoURL: https://example.com/a.git, path: overlays/staging}
  destination: {namespace: observability}
";
    let tilt = "\
load('ext://helm_remote', 'helm_remote')
overlay = 'overlays/local'
k8s_yaml(kustomize(overlay, flags=['--enable-helm']))
helm_resource('web', 'web', namespace='web', flags=['--values=web/tilt.yaml', '--set=a=b'])
helm_remote('broker', repo_url='https://charts.example.com', values=['broker.yaml'])
";
    let files = [
        ("argocd/observability.yaml", application),
        ("Tiltfile", tilt),
        ("base/kustomization.yaml", CHARTS),
        (
            "overlays/staging/kustomization.yaml",
            "resources: [../../base]\n",
        ),
        (
            "overlays/staging-more/kustomization.yaml",
            "resources: [../staging]\n",
        ),
        (
            "overlays/local/kustomization.yaml",
            "resources: [../../base]\n",
        ),
        ("web/Chart.yaml", CHART),
        ("web/tilt.yaml", "a: 1\n"),
        ("broker.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}
