//! Values files in folders that only who runs a command knows, and steps that only some callers run.

use super::{CHART, apps, deployments};

const WORKFLOW: &str = r#"on:
  workflow_call:
    inputs:
      environment: {type: string}
      gateway: {type: boolean, default: false}
      file: {type: string}
jobs:
  deploy:
    environment: ${{ inputs.environment }}
    steps:
      - run: |
          again() {
            local release="$1"
            shift
            helm upgrade "$release" "$@" --install
          }
          again operator oci://example.com/operator --version 1.2.3 \
            -f ${{ vars.VALUES }}/operator-values.yaml
      - if: inputs.gateway && github.ref != 'refs/heads/old'
        run: helm upgrade gateway charts/gateway -f ${{ inputs.file }}
      - run: helm upgrade shop charts/shop -f ${{ vars.VALUES }}/values.yaml
"#;

fn caller(environment: &str, gateway: bool, file: &str) -> String {
    format!(
        "on: push\njobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yaml\n    with:\n      environment: {environment}\n      gateway: {gateway}\n      file: {file}\n"
    )
}

#[test]
fn an_unknown_folder_is_that_of_the_environment_that_is_called_for() {
    let (test, staging, prod) = (
        caller("test1", false, "gateway-staging/values.yaml"),
        caller("shop-staging", true, "gateway-staging/values.yaml"),
        caller("shop-prod", true, "gateway-prod/values.yaml"),
    );
    let seen = deployments(&[
        (".github/workflows/deploy.yaml", WORKFLOW),
        (".github/workflows/test.yaml", &test),
        (".github/workflows/staging.yaml", &staging),
        (".github/workflows/prod.yaml", &prod),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/gateway/Chart.yaml", CHART),
        ("gateway-staging/values.yaml", "a: 1\n"),
        ("gateway-prod/values.yaml", "a: 1\n"),
        ("deploy/test1.shop.example/values.yaml", "a: 1\n"),
        ("deploy/test1.shop.example/operator-values.yaml", "a: 1\n"),
        ("deploy/shop-staging.example/values.yaml", "a: 1\n"),
        ("deploy/shop-staging.example/operator-values.yaml", "a: 1\n"),
        ("deploy/shop.example/values.yaml", "a: 1\n"),
        ("deploy/shop.example/operator-values.yaml", "a: 1\n"),
        ("deploy/other-prod/values.yaml", "a: 1\n"),
        ("reference/operator-values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "gateway staging charts/gateway gateway-staging/values.yaml",
            "gateway prod charts/gateway gateway-prod/values.yaml",
            "operator test1 oci://example.com/operator@1.2.3 deploy/test1.shop.example/operator-values.yaml",
            "operator staging oci://example.com/operator@1.2.3 deploy/shop-staging.example/operator-values.yaml",
            "operator prod oci://example.com/operator@1.2.3 deploy/shop.example/operator-values.yaml",
            "shop test1 charts/shop deploy/test1.shop.example/values.yaml",
            "shop staging charts/shop deploy/shop-staging.example/values.yaml",
            "shop prod charts/shop deploy/shop.example/values.yaml",
            "other prod - deploy/other-prod/values.yaml",
        ]
    );
}

#[test]
fn an_unknown_folder_may_be_any_of_those_next_to_each_other() {
    let script = "#!/bin/sh\nhelm upgrade shop chart -f \"$FOLDER/values.yaml\"\n";
    let files = [
        ("deploy.sh", script),
        ("chart/Chart.yaml", CHART),
        ("deploy/shop/dev/values.yaml", "a: 1\n"),
        ("deploy/shop/prod/values.yaml", "a: 1\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "shop dev chart deploy/shop/dev/values.yaml",
            "shop prod chart deploy/shop/prod/values.yaml",
        ]
    );
    let again = [
        ("deploy/web/dev/values.yaml", "a: 1\n"),
        ("deploy/web/prod/values.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&[&files[..], &again].concat()));
}

/// What lies in a folder more is another app where both are deployed to one environment, and a single file that lies like those
/// which something deploys is none.
#[test]
fn folders_of_another_depth_are_other_apps() {
    let chart = |name: &str| {
        format!(
            "helmCharts:\n- name: {name}\n  repo: https://charts.example.com\n  version: 1.0.0\n  releaseName: {name}\n  valuesFile: values.yaml\n"
        )
    };
    let (db, web, api) = (chart("db"), chart("web"), chart("api"));
    let files = [
        ("db/tenant/prod/kustomization.yaml", db.as_str()),
        ("db/tenant/prod/values.yaml", "a: 1\n"),
        ("db/dev/kustomization.yaml", &db),
        ("db/dev/values.yaml", "a: 1\n"),
        ("db/prod/kustomization.yaml", &db),
        ("db/prod/values.yaml", "a: 1\n"),
        ("web/prod/kustomization.yaml", &web),
        ("web/prod/values.yaml", "a: 1\n"),
        ("api/prod/kustomization.yaml", &api),
        ("api/prod/values.yaml", "a: 1\n"),
        ("graphs/prod/values.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}
