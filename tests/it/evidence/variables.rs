//! Helmfiles whose environment a variable of the process tells.

use super::{apps, deployments};

/// The files that are there say what the variable may be, however the helmfile changes it.
#[test]
fn a_variable_is_what_files_are_called() {
    let helmfile = "\
releases:
- name: shop
  namespace: shop-{{ requiredEnv \"STAGE\" | lower }}
  chart: acme/shop
  values:
  - deploy/values.yaml
  - deploy/{{ lower (requiredEnv \"STAGE\") }}/values.yaml
- name: debug
  chart: acme/debug
  installed: {{ ne (requiredEnv \"STAGE\") \"prd\" }}
  values: [\"debug/{{ env `STAGE` | default `dev` | trimPrefix `x-` }}.yaml\"]
";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        ("deploy/values.yaml", "a: 1\n"),
        ("deploy/dev/values.yaml", "a: 1\n"),
        ("deploy/t2/values.yaml", "a: 1\n"),
        ("deploy/prd/values.yaml", "a: 1\n"),
        ("debug/dev.yaml", "a: 1\n"),
        ("debug/t2.yaml", "a: 1\n"),
        (
            "azure-pipelines.yml",
            "parameters:\n- name: environmentName\n  values:\n  - DEV\n  - T2\n  - PRD\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// A helmfile that another one takes in, the values of its own environment, and what both take from the variable.
#[test]
fn a_variable_tells_all_that_a_helmfile_takes_in() {
    let outer = "\
environments:
  default:
    values: [\"state/{{ requiredEnv `ENV` }}.yaml\"]
---
helmfiles:
- path: apps/helmfile.yaml.gotmpl
  values: [{{ toYaml .Values | nindent 2 }}]
";
    let inner = "\
releases:
- name: shop
  chart: acme/shop
  values: [\"values-{{ env `ENV` }}.yaml\"]
";
    let files = [
        ("helmfile.yaml.gotmpl", outer),
        ("apps/helmfile.yaml.gotmpl", inner),
        ("state/dev.yaml", "a: 1\n"),
        ("state/prod.yaml", "a: 1\n"),
        ("apps/values-dev.yaml", "a: 1\n"),
        ("apps/values-prod.yaml", "a: 1\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "shop dev acme/shop apps/values-dev.yaml",
            "shop prod acme/shop apps/values-prod.yaml"
        ]
    );
}

/// What is no environment is one of several files, and none of them lies elsewhere.
#[test]
fn a_variable_that_tells_no_environment_leaves_files_open() {
    let helmfile = "\
environments: {prod: {}}
---
releases:
- name: shop
  chart: acme/shop
  values: [\"shop/values-{{ requiredEnv `TENANT` }}.yaml\", \"{{ requiredEnv `ELSEWHERE` }}/x.yaml\"]
";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        ("shop/values-acme.yaml", "a: 1\n"),
        ("shop/values-umbrella.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}
